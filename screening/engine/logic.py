"""True, false and unknown: Kleene's strong three-valued logic.

Unknown is never "no". An operator answers true or false only where every way of settling the unknowns would agree.

>>> or_(TRUE, UNKNOWN), and_(TRUE, UNKNOWN), and_(FALSE, UNKNOWN)
(True, None, False)
>>> not_(UNKNOWN) is UNKNOWN
True
>>> at_least(2, [TRUE, UNKNOWN, FALSE]) is UNKNOWN
True
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Truth = bool | None

TRUE: Final = True
FALSE: Final = False
UNKNOWN: Final = None


def not_(value: Truth) -> Truth:
    """True for false, false for true, unknown for unknown."""
    return UNKNOWN if value is UNKNOWN else not value


def and_(*values: Truth) -> Truth:
    """False if any is false, else unknown if any is unknown, else true (also of nothing)."""
    if any(value is FALSE for value in values):
        return FALSE
    return UNKNOWN if any(value is UNKNOWN for value in values) else TRUE


def or_(*values: Truth) -> Truth:
    """True if any is true, else unknown if any is unknown, else false (also of nothing)."""
    if any(value is TRUE for value in values):
        return TRUE
    return UNKNOWN if any(value is UNKNOWN for value in values) else FALSE


def at_least(number: int, values: Iterable[Truth]) -> Truth:
    """True if so many are true already, false if they cannot become so, else unknown."""
    listed = list(values)
    true = sum(value is TRUE for value in listed)
    if true >= number:
        return TRUE
    possible = true + sum(value is UNKNOWN for value in listed)
    return UNKNOWN if possible >= number else FALSE
