"""Why a rule is true: the answers that made it so, in the patient's words.

Of a true `or` or `at least`, all its true branches; of a true `and`, all its parts; of `not`, the dual. Where a test is
false because its question was not asked, the answers that kept it from being asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from .deciding import Decider
from .dependencies import questions_behind
from .display import display
from .facts import Facts
from .flag_rules import Telling
from .logic import FALSE, TRUE, UNKNOWN
from .results import Because
from .settling import would_settle
from .tree import Expr, Includes, Operand, Reference, Total, operands
from .values import Answer, MedicineEntry
from .variables import View


def because(facts: Facts, told: Telling) -> tuple[Because, ...]:
    """The answers behind the tests that make a condition true, each question once, in the order of the rule."""
    if told.names is not None:
        return tuple([facts.reason(name) for name in told.names])
    found: dict[str, list[str]] = {}
    for name, said in _reasons(facts, told.tests):
        answers = found.setdefault(name, [])
        if said not in answers:
            answers.append(said)
    return tuple(Because(question=name, answer="; ".join(answers)) for name, answers in found.items())


Reason = tuple[str, str]
"""A question or score, and what was said."""


def _why(facts: Facts, expr: Expr, wanted: bool, view: View) -> Iterator[Reason]:
    """Why a condition has the truth that is wanted."""
    return _reasons(facts, facts.deciding(expr, wanted, view))


def _reasons(facts: Facts, tests: Iterable[Decider]) -> Iterator[Reason]:
    for test in tests:
        if test.about:
            yield test.about, facts.reason(test.about).answer
        else:
            yield from _leaf(facts, test.leaf, test.wanted)


def _leaf(facts: Facts, leaf: Expr, wanted: bool) -> Iterator[Reason]:
    looked_at = operands(leaf)
    behind = [name for operand in looked_at for name in questions_behind(operand, facts.symbols)]
    hidden = [name for name in behind if facts.asked(name) is not TRUE]
    for name in hidden:
        yield from _hidden(facts, name)
    for operand in looked_at if not hidden else ():
        yield from _operand(facts, operand, leaf if wanted else None)


def _hidden(facts: Facts, name: str) -> Iterator[Reason]:
    """The answers that keep a question from being asked, or leave open whether it is."""
    for gate, view in facts.gates(name, FALSE):
        yield from _why(facts, gate, False, view)
    for gate, view in facts.gates(name, UNKNOWN) if facts.asked(name) is UNKNOWN else ():
        for link_id in would_settle(facts, gate, view):
            yield link_id, facts.shown(link_id)


def _operand(facts: Facts, operand: Operand, leaf: Expr | None) -> Iterator[Reason]:
    if isinstance(operand, Reference) and operand.name in facts.totals:
        yield operand.name, facts.totals[operand.name].reason.answer
    for name in questions_behind(operand, facts.symbols):
        answer = facts.answers.get(name)
        if answer is not None and answer.is_known and isinstance(answer.value, tuple):
            yield name, _some(facts, name, _relevant(facts, operand, leaf, answer))
        else:
            yield name, facts.shown(name)


def _some(facts: Facts, name: str, answer: Answer) -> str:
    definition = facts.compiled.definition
    return display(facts.symbols.questions[name], answer, definition, definition.languages[0])


def _relevant(facts: Facts, operand: Operand, leaf: Expr | None, answer: Answer) -> Answer:
    """Of a list, only what the rule found in it."""
    if isinstance(operand, Total):
        factors = facts.symbols.factors(facts.symbols.questions[operand.question], operand.reference)
        return _only(answer, lambda entry: isinstance(entry, MedicineEntry) and entry.code in factors)
    if isinstance(leaf, Includes) and isinstance(operand, Reference):
        keys = facts.symbols.medicine_keys(facts.symbols.questions[operand.name])
        return _only(answer, lambda entry: not _found(entry, keys).isdisjoint(leaf.codes))
    return answer


def _found(entry: object, keys: dict[str, frozenset[str]]) -> frozenset[str]:
    """What `includes` may find in one entry of a list."""
    if isinstance(entry, MedicineEntry):
        return keys.get(entry.code, frozenset())
    return frozenset({str(entry)})


def _only(answer: Answer, is_relevant: Callable[[object], bool]) -> Answer:
    entries = answer.value if isinstance(answer.value, tuple) else ()
    kept = tuple(entry for entry in entries if is_relevant(entry))
    return msgspec.structs.replace(answer, value=kept) if kept else answer
