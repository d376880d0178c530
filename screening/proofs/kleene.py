"""True, false and unknown for a solver: each condition as two Booleans, each number as the interval it must lie in.

This mirrors `engine/codegen.py` line by line; a property test holds the two together.

>>> unknown = Truth(NO, YES)
>>> not_(unknown), or_([unknown, ALWAYS])
(Truth(certain=False, possible=True), Truth(certain=True, possible=True))
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import z3

Bool = z3.BoolRef
Number = z3.ArithRef

YES: Bool = z3.BoolVal(True)
NO: Bool = z3.BoolVal(False)


class Truth(NamedTuple):
    """When a condition is certainly true, and when it is possibly true. It is unknown where only the second holds."""

    certain: Bool
    possible: Bool


class Span(NamedTuple):
    """The interval of a number. Without a floor it begins at minus infinity; of a hidden one every test is false."""

    low: Number
    high: Number
    floorless: Bool = NO
    endless: Bool = NO
    hidden: Bool = NO


ALWAYS = Truth(YES, YES)
NEVER = Truth(NO, NO)


def all_of(items: Iterable[Bool]) -> Bool:
    """Conjunction, with what is plainly true left out."""
    kept = [item for item in items if not z3.is_true(item)]
    if any(z3.is_false(item) for item in kept):
        return NO
    return z3.And(*kept) if len(kept) > 1 else kept[0] if kept else YES


def any_of(items: Iterable[Bool]) -> Bool:
    """Disjunction, with what is plainly false left out."""
    kept = [item for item in items if not z3.is_false(item)]
    if any(z3.is_true(item) for item in kept):
        return YES
    return z3.Or(*kept) if len(kept) > 1 else kept[0] if kept else NO


def no(item: Bool) -> Bool:
    """Negation, of plain truths too."""
    return NO if z3.is_true(item) else YES if z3.is_false(item) else z3.Not(item)


def count_of(items: Iterable[Bool]) -> Number:
    """How many are true."""
    return z3.Sum([z3.If(item, z3.IntVal(1), z3.IntVal(0)) for item in items])


def constant(value: float) -> Number:
    """A number exactly as it is written: 0.1 is one tenth."""
    exact = Fraction(repr(value))
    return z3.IntVal(exact.numerator) if exact.denominator == 1 else z3.RealVal(exact)


def plain(value: float) -> Span:
    """A number that is known."""
    return Span(constant(value), constant(value))


def not_(truth: Truth) -> Truth:
    return Truth(no(truth.possible), no(truth.certain))


def and_(truths: Iterable[Truth]) -> Truth:
    listed = list(truths)
    return Truth(all_of(one.certain for one in listed), all_of(one.possible for one in listed))


def or_(truths: Iterable[Truth]) -> Truth:
    listed = list(truths)
    return Truth(any_of(one.certain for one in listed), any_of(one.possible for one in listed))


def at_least(number: int, truths: Iterable[Truth]) -> Truth:
    listed = list(truths)
    return Truth(several(number, [one.certain for one in listed]), several(number, [one.possible for one in listed]))


def several(number: int, items: list[Bool]) -> Bool:
    """Whether so many are true."""
    if number <= 0:
        return YES
    if number == 1:
        return any_of(items)
    return all_of(items) if number == len(items) else count_of(items) >= number


def unknown_of(truth: Truth) -> Bool:
    """When a condition is unknown."""
    return all_of([truth.possible, no(truth.certain)])


def compared(left: Span, operator: str, right: Span) -> Truth:
    """Two numbers compared. An interval without an end never makes a test certain, and always makes it possible."""
    certain, possible = _COMPARED[operator](left, right)
    asked = [no(left.hidden), no(right.hidden)]
    return Truth(all_of([*asked, certain]), all_of([*asked, any_of([certain, possible])]))


def _below(left: Span, right: Span) -> Bool:
    """The whole of the left lies below the right."""
    return all_of([no(left.endless), no(right.floorless), left.high < right.low])


def _not_above(left: Span, right: Span) -> Bool:
    """The whole of the left lies at or below the right."""
    return all_of([no(left.endless), no(right.floorless), left.high <= right.low])


def _may_be_below(left: Span, right: Span) -> Bool:
    return any_of([left.floorless, right.endless, left.low < right.high])


def _may_not_be_above(left: Span, right: Span) -> Bool:
    return any_of([left.floorless, right.endless, left.low <= right.high])


_COMPARED: dict[str, Any] = {
    "<": lambda a, b: (_below(a, b), _may_be_below(a, b)),
    "<=": lambda a, b: (_not_above(a, b), _may_not_be_above(a, b)),
    ">": lambda a, b: (_below(b, a), _may_be_below(b, a)),
    ">=": lambda a, b: (_not_above(b, a), _may_not_be_above(b, a)),
    "=": lambda a, b: (
        all_of([_not_above(a, b), _not_above(b, a)]),
        all_of([_may_not_be_above(a, b), _may_not_be_above(b, a)]),
    ),
    "!=": lambda a, b: (any_of([_below(a, b), _below(b, a)]), any_of([_may_be_below(a, b), _may_be_below(b, a)])),
}


def within(left: Span, right: Span, days: int) -> Truth:
    """Two days no further apart than this, before or after."""
    known = [no(end) for end in (left.floorless, left.endless, right.floorless, right.endless)]
    certain = all_of([*known, right.high - left.low <= days, left.high - right.low <= days])
    possible = all_of(
        [
            any_of([right.floorless, left.endless, right.low - left.high <= days]),
            any_of([left.floorless, right.endless, left.low - right.high <= days]),
        ]
    )
    asked = [no(left.hidden), no(right.hidden)]
    return Truth(all_of([*asked, certain]), all_of([*asked, possible]))
