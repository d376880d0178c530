"""Do the stored cases notice a mistake? Each rule of a flag, variable, note or inconsistency is changed by one step and
the cases are run against the changed questionnaire. A change that no case notices survives: a case is missing there.

The steps: a threshold one up or down, `>=` for `>` and the like, `and` for `or`, a negation dropped, a branch dropped.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace as changed

import msgspec

from screening.cases import CaseResult, differences, run
from screening.engine.assessment import Settings, evaluate
from screening.engine.compiler import Compiled, DefinitionError, compile_definition
from screening.engine.definition import Definition, Flag, Inconsistency, Note, Variable
from screening.engine.language import parse, to_text
from screening.engine.tree import And, AtLeast, Compare, Count, Expr, Not, Number, Or, Reference, Within
from screening.exchange.cases import Case

NEXT = {">=": (">", "<"), ">": (">=", "<="), "<=": ("<", ">"), "<": ("<=", ">="), "=": ("!=",), "!=": ("=",)}
PLACES = ("flags", "variables", "notes", "inconsistencies")


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One changed rule. `place` says whose; `was` and `now` are the rule before and after."""

    place: str
    was: str
    now: str
    owner: str
    definition: Definition

    @property
    def may_hide(self) -> bool:
        """Whether the change can alter what is asked: conditions of asking use variables."""
        return self.place.startswith("variable ")

    def __str__(self) -> str:
        return f"{self.place}: {self.now}"


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """How many changes were tried, those that no case noticed, and how many were left when the time ran out."""

    tried: int
    survivors: tuple[Mutant, ...]
    left: int

    @property
    def percent(self) -> float:
        """The share noticed, rounded down to a tenth."""
        return int(1000 * (self.tried - len(self.survivors)) / self.tried) / 10 if self.tried else 100.0


def survey(definition: Definition, cases: Iterable[Case], *, seconds: float) -> Survey:
    """Try the changes, different rules in turn, until the time is over. Cases that fail anyway are left out."""
    passing = [result for result in run(compile_definition(definition), cases) if not result.differences]
    mutants = list(mutants_of(definition))
    ends, tried = time.monotonic() + seconds, 0
    survivors: list[Mutant] = []
    for mutant in mutants:
        if time.monotonic() > ends:
            break
        tried += 1
        survivors += [] if is_noticed(mutant, passing) else [mutant]
    return Survey(tried=tried, survivors=tuple(survivors), left=len(mutants) - tried)


def is_noticed(mutant: Mutant, passing: Iterable[CaseResult]) -> bool:
    """Whether some case comes out otherwise. A rule that can no longer be read is noticed by the checks.

    Cases that expect the changed flag are asked first: they are the likeliest to notice.
    """
    try:
        compiled = compile_definition(mutant.definition)
    except DefinitionError:
        return True
    likely_first = sorted(passing, key=lambda result: mutant.owner not in result.case.expect.flags)
    return any(_differs(compiled, result, may_hide=mutant.may_hide) for result in likely_first)


def _differs(compiled: Compiled, result: CaseResult, *, may_hide: bool) -> bool:
    case = result.case
    if may_hide:
        return any(again.differences for again in run(compiled, [case]))
    settings = Settings(profile=case.profile, parameters=case.parameters)
    return any(differences(case, evaluate(compiled, result.answers, case.as_of, settings)))


def mutants_of(definition: Definition) -> Iterator[Mutant]:
    """Every change of one step, the first of each rule before the second of any."""
    waiting = [_of_place(definition, *place) for place in _rules(definition)]
    while waiting:
        going = []
        for mutants in waiting:
            mutant = next(mutants, None)
            if mutant is not None:
                yield mutant
                going.append(mutants)
        waiting = going


Place = tuple[str, int, int, str, str]
"""The field of the definition, the position in it, the position of the rule (of a flag), words, and the rule."""


def _rules(definition: Definition) -> Iterator[Place]:
    for field in PLACES:
        owners: tuple[Flag | Variable | Note | Inconsistency, ...] = getattr(definition, field)
        for position, owner in enumerate(owners):
            if isinstance(owner, Flag):
                for number, rule in enumerate(owner.rules):
                    yield field, position, number, f"flag {owner.link_id}, {rule.severity}", rule.when
            else:
                yield field, position, 0, f"{type(owner).__name__.lower()} {owner.link_id}", owner.when


def _of_place(
    definition: Definition, field: str, position: int, number: int, words: str, when: str
) -> Iterator[Mutant]:
    was = to_text(parse(when))
    for text in dict.fromkeys(to_text(tree) for tree in stepped(parse(when), _whole(definition))):
        if text != was:
            owner = getattr(definition, field)[position].link_id
            changed_to = _with(definition, field, position, number, text)
            yield Mutant(place=words, was=was, now=text, owner=owner, definition=changed_to)


def _with(definition: Definition, field: str, position: int, number: int, when: str) -> Definition:
    owners = list(getattr(definition, field))
    owner = owners[position]
    if isinstance(owner, Flag):
        rules = list(owner.rules)
        rules[number] = msgspec.structs.replace(rules[number], when=when)
        owners[position] = msgspec.structs.replace(owner, rules=tuple(rules))
    else:
        owners[position] = msgspec.structs.replace(owner, when=when)
    return msgspec.structs.replace(definition, **{field: tuple(owners)})


def _whole(definition: Definition) -> dict[str, float]:
    return {parameter.key: parameter.value for parameter in definition.parameters}


def stepped(tree: Expr, parameters: dict[str, float]) -> Iterator[Expr]:
    """The trees one step away from a condition.

    >>> [to_text(one) for one in stepped(parse("age >= 65"), {})]
    ['age > 65', 'age < 65', 'age >= 64', 'age >= 66']
    >>> [to_text(one) for one in stepped(parse("a is yes and not (b is yes)"), {})]
    ['a is yes or b is not yes', 'b is not yes', 'a is yes', 'a is yes and b is yes']
    """
    match tree:
        case And() | Or():
            other = Or if isinstance(tree, And) else And
            yield other(tree.items)
            yield from _parts(tree, parameters)
        case AtLeast():
            yield from (changed(tree, number=number) for number in _beside(tree.number, len(tree.items)))
            yield from _parts(tree, parameters, may_drop=False)
        case Not():
            yield tree.item
            yield from (Not(one) for one in stepped(tree.item, parameters))
        case Compare():
            yield from (changed(tree, operator=operator) for operator in NEXT[tree.operator])
            yield from _compared(tree, parameters)
        case Within():
            yield from (changed(tree, number=number) for number in _moved(tree.number, parameters))


def _beside(number: int, of: int) -> list[int]:
    return [one for one in (number - 1, number + 1) if 1 <= one <= of]


def _parts(tree: And | Or | AtLeast, parameters: dict[str, float], *, may_drop: bool = True) -> Iterator[Expr]:
    """A branch dropped, then each branch changed."""
    for place in range(len(tree.items)) if may_drop else ():
        rest = tree.items[:place] + tree.items[place + 1 :]
        yield rest[0] if len(rest) == 1 else changed(tree, items=rest)
    for place, item in enumerate(tree.items):
        for one in stepped(item, parameters):
            yield changed(tree, items=(*tree.items[:place], one, *tree.items[place + 1 :]))


def _compared(tree: Compare, parameters: dict[str, float]) -> Iterator[Expr]:
    if isinstance(tree.left, Count) and tree.left.where is not None:
        for where in stepped(tree.left.where, parameters):
            yield changed(tree, left=changed(tree.left, where=where))
    yield from (changed(tree, right=number) for number in _moved(tree.right, parameters))


def _moved(operand: object, parameters: dict[str, float]) -> list[Number]:
    """A threshold one down and one up; a parameter counts with its default value."""
    match operand:
        case Number():
            return [Number(max(0.0, operand.value - 1)), Number(operand.value + 1)]
        case Reference() if operand.name in parameters:
            return [Number(parameters[operand.name] - 1), Number(parameters[operand.name] + 1)]
        case _:
            return []
