"""What partial information still says: every unknown number or day as the closed interval it must lie in.

Days are proleptic Gregorian ordinals (`date.toordinal()`). A question that was not asked is NaN at both ends, because
every comparison with NaN is false; one whose answer is unknown runs from minus to plus infinity.

>>> known = date_interval(PartialDate(year=2025, month=2), datetime.date(2025, 2, 10))
>>> [datetime.date.fromordinal(day).isoformat() for day in known]
['2025-02-01', '2025-02-10']
>>> ages(*known, datetime.date(2026, 2, 1)), ages(*known, datetime.date(2026, 2, 28))
((0, 1), (1, 1))
"""

from __future__ import annotations

import calendar
import datetime
import math
from collections.abc import Iterable, Mapping

from .tree import Unit
from .values import Ago, MedicineEntry, PartialDate

Interval = tuple[float, float]

INFINITY = math.inf
UNKNOWN: Interval = (-INFINITY, INFINITY)
NOT_ASKED: Interval = (math.nan, math.nan)

DAYS_IN: Mapping[Unit, float] = {"days": 1, "weeks": 7, "months": 30.5, "years": 365.25}
"""Specification 1.2: six weeks are 42 days, three months 92, six months 183. One year is 366."""

ROUNDING = 6
"""Decimals kept after converting units, so that 115.6 kg at 1.70 m is exactly 40 kg/m²."""


class NotADate(TypeError):  # noqa: N818 (named for the event)
    """A value that is no kind of date."""


def days_in(number: float, unit: Unit) -> int:
    """A length of time in whole days, rounded up.

    >>> days_in(6, "weeks"), days_in(3, "months"), days_in(6, "months"), days_in(1, "years")
    (42, 92, 183, 366)
    """
    return math.ceil(number * DAYS_IN[unit])


def date_interval(value: object, answered_on: datetime.date) -> tuple[int, int]:
    """The first and last day that a date, partial date or "N ago" can mean, given the day it was answered.

    A partial date ends no later than that day, unless it lies wholly in the future. Raises `NotADate` otherwise.
    """
    match value:
        case datetime.date():
            day = value.toordinal()
            return day, day
        case Ago():
            day = answered_on.toordinal() - days_in(value.number, value.unit)
            return day, day
        case PartialDate():
            return _partial(value, answered_on.toordinal())
        case _:
            raise NotADate(repr(value))


def _partial(value: PartialDate, answered_on: int) -> tuple[int, int]:
    last_month = value.month or 12
    last_day = value.day or calendar.monthrange(value.year, last_month)[1]
    first = datetime.date(value.year, value.month or 1, value.day or 1).toordinal()
    last = datetime.date(value.year, last_month, last_day).toordinal()
    return first, last if first > answered_on else min(last, answered_on)


def ages(first: float, last: float, as_of: datetime.date) -> Interval:
    """The lowest and highest whole years of someone born between two days; 29 February counts from 1 March.

    >>> ages(*UNKNOWN, datetime.date(2026, 1, 1))
    (-inf, inf)
    """
    if not (math.isfinite(first) and math.isfinite(last)):
        return first, last
    return _age(int(last), as_of), _age(int(first), as_of)


def _age(born: int, as_of: datetime.date) -> int:
    birth = datetime.date.fromordinal(born)
    return as_of.year - birth.year - ((as_of.month, as_of.day) < (birth.month, birth.day))


def bmis(shortest: float, tallest: float, lightest: float, heaviest: float) -> Interval:
    """Body mass index in kg/m², from intervals of height in centimetres and weight in kilograms.

    >>> bmis(170, 170, 115.6, 115.6)
    (40.0, 40.0)
    """
    ends = (shortest, tallest, lightest, heaviest)
    if any(math.isnan(end) for end in ends):
        return NOT_ASKED
    if any(math.isinf(end) for end in ends):
        return UNKNOWN
    return _bmi(tallest, lightest), _bmi(shortest, heaviest)


def _bmi(cm: float, kg: float) -> float:
    return round(kg * 10_000 / (cm * cm), ROUNDING)


def dose(entries: Iterable[MedicineEntry], factors: Mapping[str, float], known: Iterable[str]) -> Interval:
    """Milligrams a day of a reference medicine, given each code's `factors` and the codes the vocabulary knows.

    Unbounded above when a medicine that counts has no known dose, or when an entry is free text that might count.

    >>> dose([MedicineEntry(code="clonazepam", dose_mg=0.5)], {"clonazepam": 20.0}, ["clonazepam"])
    (10.0, 10.0)
    >>> dose([MedicineEntry(code="clonazepam"), MedicineEntry(text="blue pill")], {"clonazepam": 20.0}, ["clonazepam"])
    (0.0, inf)
    """
    low, is_open = 0.0, False
    for entry in entries:
        factor = factors.get(entry.code)
        if factor is not None and entry.dose_mg is not None:
            low += entry.dose_mg * factor
        elif factor is not None or entry.code not in known:
            is_open = True
    low = round(low, ROUNDING)
    return low, INFINITY if is_open else low
