"""Everything that one complete set of answers can be: solver variables for each question, the profile, and what binds
them. "Complete" means that it could be sent: each question that is shown is answered, or was left in a way it offers.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import z3

from screening.engine.compiler import Compiled
from screening.engine.definition import Question
from screening.engine.program import asked_in_order
from screening.engine.tree import Compare, Count, Expr, Includes, Total, leaves

from .kleene import Bool, Number, any_of
from .lists import SLOTS, Entries, Medicines
from .scope import Scope
from .variables import Answered, Chosen, Dated, Numeric, Pressure, Several, Size, Ticked

if TYPE_CHECKING:
    from .encoding import Rules

KINDS: dict[str, type[Answered]] = {
    "yes_no": Chosen,
    "choice": Chosen,
    "acknowledgement": Ticked,
    "multiple_choice": Several,
    "integer": Numeric,
    "decimal": Numeric,
    "height": Size,
    "weight": Size,
    "blood_pressure": Pressure,
    "date": Dated,
    "partial_date": Dated,
    "ago": Dated,
    "group": Entries,
}


class World:
    """The variables of a definition on one day, with the parameters' default values.

    A second world in which only the answers named in `apart` may differ shares all other variables with the first.
    """

    def __init__(self, compiled: Compiled, as_of: datetime.date, apart: frozenset[str] = frozenset()) -> None:
        self.compiled = compiled
        self.symbols = compiled.symbols
        self.rules = compiled.rules
        self.as_of = as_of
        self.apart = apart
        self.order = asked_in_order(compiled.symbols)
        self.always: list[Bool] = []
        self.handy: list[Bool] = []
        self._numbers = itertools.count()
        self._shared: dict[str, Number] = {}
        self._entries: dict[str, list[Rules]] = {}
        self._used = _used_codes(compiled)
        keys = [profile.key for profile in compiled.definition.profiles] or ["us"]
        self.profiles = {key: z3.Bool(f"profile {key}") for key in keys}
        self.always += [any_of(self.profiles.values()), z3.AtMost(*self.profiles.values(), 1)]
        questions = {
            name: compiled.symbols.questions[name] for name in self.order if name in compiled.symbols.questions
        }
        answers = {name: self._answered(name, question) for name, question in questions.items()}
        self.scope = Scope(compiled.dependencies, answers)
        for name, answer in answers.items():
            if isinstance(answer, Entries):
                answer.slots += [self._slot(name, slot) for slot in range(SLOTS)]
                self.handy.append(answer.vague == answer.left)

    def _slot(self, group: str, slot: int) -> dict[str, Answered]:
        items = self.symbols.items_of(group)
        return {item.link_id: self._answered(f"{group} {slot + 1} {item.link_id}", item) for item in items}

    def _answered(self, name: str, question: Question) -> Answered:
        name = f"{name}'" if question.link_id in self.apart else name
        if question.type == "medicines":
            answer: Answered = self._medicines(name, question)
        else:
            answer = KINDS.get(question.type, Answered)(name, question, self.as_of)
        self.always += answer.always
        self.handy += answer.handy
        return answer

    def _medicines(self, name: str, question: Question) -> Medicines:
        used, references = self._used.get(question.link_id, (set(), set()))
        keys = {code: known & used for code, known in self.symbols.medicine_keys(question).items()}
        factors = {reference: self.symbols.factors(question, reference) for reference in sorted(references)}
        return Medicines(name, question, self.as_of, keys, factors)

    def answered(self) -> dict[str, Answered]:
        """The questions that have an answer of their own: all but the headings of groups."""
        return {name: self.scope.answers[name] for name in self.compiled.answerable}

    def entry(self, group: str, slot: int) -> Scope:
        """The scope of one entry of a repeating group."""
        answer = self.scope.answers[group]
        slots = answer.slots if isinstance(answer, Entries) else []
        return Scope(self.compiled.dependencies, slots[slot], self.scope)

    def entries(self, rules: Rules, group: str) -> list[Rules]:
        """The rules of each entry of a group that is looked at."""
        from .encoding import encode_entry  # rules may count entries, and counting entries takes rules

        if group not in self._entries:
            self._entries[group] = [encode_entry(rules, group, slot) for slot in range(SLOTS)]
        return self._entries[group]

    def fresh(self, what: str, sort: str) -> Number:
        """A number that nothing binds yet."""
        name = f"{what} {next(self._numbers)}{chr(39) if self.apart else ''}"
        return z3.Int(name) if sort == "Int" else z3.Real(name)

    def shared(self, what: str, sort: str) -> Number:
        """The number of this name, the same wherever it is asked for."""
        if what not in self._shared:
            self._shared[what] = self.fresh(what, sort)
        return self._shared[what]

    def parameter(self, key: str) -> float:
        """The default of a named number."""
        return self.symbols.parameters[key].value


def _used_codes(compiled: Compiled) -> dict[str, tuple[set[str], set[str]]]:
    """For each medicine list, the codes and classes that rules look for and the references that they total."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for _, tree in compiled.rules.places:
        for leaf in _every_leaf(tree):
            if isinstance(leaf, Includes):
                found.setdefault(leaf.question.name, (set(), set()))[0].update(leaf.codes)
            for operand in (leaf.left, leaf.right) if isinstance(leaf, Compare) else ():
                if isinstance(operand, Total):
                    found.setdefault(operand.question, (set(), set()))[1].add(operand.reference)
    return found


def _every_leaf(tree: Expr) -> Iterator[Expr]:
    """The leaves of a rule, those inside counts included."""
    for leaf in leaves(tree):
        yield leaf
        for operand in (leaf.left, leaf.right) if isinstance(leaf, Compare) else ():
            if isinstance(operand, Count) and operand.where is not None:
                yield from _every_leaf(operand.where)
