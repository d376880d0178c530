"""The rule language as frozen trees: what `language.parse` returns and everything else walks.

Two trees are equal when they mean the same text; `at`, the place in the text, takes no part in that.

>>> Is(Reference("stroke"), ("yes",), at=4) == Is(Reference("stroke"), ("yes",), at=9)
True
>>> sorted(names(And((Holds("pressure_known"), Compare(Measure("age"), ">=", Reference("older_age"))))))
['older_age', 'pressure_known']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Comparison = Literal[">=", "<=", ">", "<", "=", "!="]
StateName = Literal["answered", "not_sure", "declined", "skipped"]
Unit = Literal["days", "weeks", "months", "years"]
TODAY = "today"


@dataclass(frozen=True, slots=True)
class Node:
    """Part of a rule; `at` is its offset in the text it was read from."""

    at: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as written."""

    value: float


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """A question, score, variable or parameter by its link_id, or one part of a blood pressure (`reading.systolic`)."""

    name: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Measure(Node):
    """`age` in whole years, or `bmi` in kg/m²."""

    name: Literal["age", "bmi"]


@dataclass(frozen=True, slots=True)
class Count(Node):
    """How many entries of a repeating group meet a condition."""

    group: str
    where: Expr | None = None


@dataclass(frozen=True, slots=True)
class Total(Node):
    """Milligrams a day of a medicine list, as equivalents of one reference medicine."""

    question: str
    reference: str


Operand = Number | Reference | Measure | Count | Total


@dataclass(frozen=True, slots=True)
class And(Node):
    """True when all are."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """True when any is."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """True when its item is false."""

    item: Expr


@dataclass(frozen=True, slots=True)
class AtLeast(Node):
    """True when `number` of the items are."""

    number: int
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """Two numbers compared."""

    left: Operand
    operator: Comparison
    right: Operand


@dataclass(frozen=True, slots=True)
class Is(Node):
    """The answer is one of these codes."""

    question: Reference
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MayBe(Node):
    """The answer is one of these codes, or is not sure, declined or skipped."""

    question: Reference
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Includes(Node):
    """At least `number` of these codes were chosen. `number` 1 is "any of"; as many as there are codes is "all of"."""

    question: Reference
    number: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StateTest(Node):
    """How the question was left, whatever its value."""

    question: Reference
    state: StateName


@dataclass(frozen=True, slots=True)
class Within(Node):
    """A date is no further than `number` units from another, before or after. `anchor` is `today` or a question."""

    question: Reference
    number: Number | Reference
    unit: Unit
    anchor: str = TODAY


@dataclass(frozen=True, slots=True)
class ProfileIs(Node):
    """The clinic's label profile is one of these."""

    profiles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holds(Node):
    """A variable (named condition) is true."""

    variable: str


Expr = And | Or | Not | AtLeast | Compare | Is | MayBe | Includes | StateTest | Within | ProfileIs | Holds


def parts(expr: Expr) -> tuple[Expr, ...]:
    """The conditions directly inside; none for a leaf. A count's `where` belongs to its comparison, a leaf."""
    match expr:
        case And() | Or() | AtLeast():
            return expr.items
        case Not():
            return (expr.item,)
        case _:
            return ()


def leaves(expr: Expr) -> Iterator[Expr]:
    """The tests that a condition is built from, left to right."""
    inside = parts(expr)
    if not inside:
        yield expr
    for item in inside:
        yield from leaves(item)


def operands(leaf: Expr) -> tuple[Operand, ...]:
    """What a leaf looks at. An anchor or amount that is a name counts; `today` does not."""
    match leaf:
        case Compare():
            return (leaf.left, leaf.right)
        case Is() | MayBe() | Includes() | StateTest():
            return (leaf.question,)
        case Within():
            anchor = () if leaf.anchor == TODAY else (Reference(leaf.anchor, at=leaf.at),)
            return (leaf.question, leaf.number, *anchor)
        case Holds():
            return (Reference(leaf.variable, at=leaf.at),)
        case _:
            return ()


def names(expr: Expr) -> frozenset[str]:
    """Every link_id and parameter key a condition names, including those inside `count(… where …)`.

    Codes, `age`, `bmi`, `profile` and `today` are not names.
    """
    return frozenset(name for leaf in leaves(expr) for operand in operands(leaf) for name in _named(operand))


def _named(operand: Operand) -> Iterator[str]:
    match operand:
        case Reference():
            yield operand.name
        case Total():
            yield operand.question
        case Count():
            yield operand.group
            if operand.where is not None:
                yield from names(operand.where)
        case _:
            return
