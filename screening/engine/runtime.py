"""The few functions that generated code calls. Their results are plain numbers, sets and booleans."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NoReturn

from .intervals import INFINITY, NOT_ASKED, UNKNOWN, Interval, ages, bmis, date_interval, days_in, dose
from .logic import FALSE, TRUE, Truth
from .logic import UNKNOWN as UNKNOWN_TRUTH
from .scores import GATED_OUT, Item, Tally, gated, tally
from .values import MedicineEntry

__all__ = ["NAMESPACE"]

ASIDE = frozenset({"not_sure", "declined", "skipped"})
"""States of a question that was shown and left without an answer that rules can use."""


class Unreadable(ValueError):  # noqa: N818 (named for the event)
    """A value of the wrong kind for its question. It makes the rules that look at it unknown, never false."""


class _Broken:
    """Stands for a value that could not be worked out. Any use of it raises, so the rule that uses it is unknown."""

    def _refuse(self, *_: object) -> NoReturn:
        raise Unreadable("a value that this rule uses could not be worked out")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = __iter__ = __hash__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __float__ = __len__ = _refuse


BROKEN = _Broken()


def chosen(value: object, known: frozenset[str]) -> frozenset[str]:
    """The codes of a multiple choice. Raises `Unreadable` for anything but a tuple of known codes."""
    if not isinstance(value, tuple) or not known.issuperset(value):
        raise Unreadable(repr(value))
    return frozenset(value)


def medicine_keys(entries: object, keys: Mapping[str, frozenset[str]]) -> tuple[frozenset[str], bool]:
    """What a medicine list includes, and whether an unrecognised entry may include anything else."""
    if not isinstance(entries, tuple):
        raise Unreadable(repr(entries))
    found: frozenset[str] = frozenset()
    is_open = False
    for entry in entries:
        known = keys.get(entry.code)
        if known is None:
            is_open = True
        else:
            found |= known
    return found, is_open


def listed(value: object) -> tuple[object, ...]:
    """The entries of a medicine list or repeating group. Raises `Unreadable` for anything else."""
    if not isinstance(value, tuple):
        raise Unreadable(repr(value))
    return value


def part(value: float | None) -> Interval:
    """One part of a pair: known, or unknown by itself."""
    return UNKNOWN if value is None else (value + 0, value + 0)


Listed = tuple[MedicineEntry, ...] | Literal[0] | None
"""The entries of a list; None while they are unknown, 0 when the question was not asked."""


def total(entries: Listed, factors: Mapping[str, float], known: frozenset[str]) -> Interval:
    """`intervals.dose` of a list that may be unknown or not asked."""
    if entries is None:
        return UNKNOWN
    return NOT_ASKED if entries == 0 else dose(entries, factors, known)


def size(entries: Listed) -> Interval:
    """How many entries a repeating group has; it may be unknown or not asked."""
    if entries is None:
        return UNKNOWN
    return NOT_ASKED if entries == 0 else (len(entries), len(entries))


def asked(state: str) -> Truth:
    """Whether a question in this state is asked."""
    if state == "hidden":
        return FALSE
    return UNKNOWN_TRUTH if state == "maybe" else TRUE


def item(low: float, bounds: Interval, is_asked: Truth) -> Item:
    """A score's item from its interval in rules: finite when it is known."""
    if math.isfinite(low):
        return Item(low, low)
    return Item(*bounds, is_known=False, asked=is_asked)


NAMESPACE: dict[str, object] = {
    "ASIDE": ASIDE,
    "BROKEN": BROKEN,
    "GATED_OUT": GATED_OUT,
    "INF": INFINITY,
    "NAN": math.nan,
    "NUMBERS": frozenset({int, float}),
    "Tally": Tally,
    "ages": ages,
    "asked": asked,
    "bmis": bmis,
    "chosen": chosen,
    "date_interval": date_interval,
    "gated": gated,
    "days_in": days_in,
    "item": item,
    "listed": listed,
    "medicine_keys": medicine_keys,
    "part": part,
    "size": size,
    "tally": tally,
    "total": total,
}
