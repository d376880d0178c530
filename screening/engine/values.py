"""The values that answers hold, and the states an answer can be in.

Unknown is never "no". A question that has no entry in `Answers` was *not reached*: its page was not posted yet.

>>> Answer(state="answered", value="yes").is_known
True
>>> Answer(state="not_sure").is_known
False
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal

import msgspec

State = Literal["answered", "not_sure", "declined", "skipped"]

AgoUnit = Literal["days", "weeks", "months", "years"]


class BloodPressure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reading in mmHg. A missing part is unknown while the other still counts."""

    systolic: int | None = None
    diastolic: int | None = None


class Height(msgspec.Struct, frozen=True, omit_defaults=True):
    """A height as it was entered: centimetres, or feet and inches."""

    cm: float | None = None
    ft: int | None = None
    inches: float | None = msgspec.field(name="in", default=None)

    @property
    def in_cm(self) -> float:
        """The height in centimetres (1 inch = 2.54 cm exactly)."""
        if self.cm is not None:
            return self.cm
        return ((self.ft or 0) * 12 + (self.inches or 0)) * 2.54


class Weight(msgspec.Struct, frozen=True, omit_defaults=True):
    """A weight as it was entered: kilograms, pounds, or stone and pounds."""

    kg: float | None = None
    st: int | None = None
    lb: float | None = None

    @property
    def in_kg(self) -> float:
        """The weight in kilograms (1 lb = 0.45359237 kg exactly, 1 stone = 14 lb)."""
        if self.kg is not None:
            return self.kg
        return ((self.st or 0) * 14 + (self.lb or 0)) * 0.45359237


class PartialDate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date to the precision that is remembered: a year, a month of a year, or a day."""

    year: int
    month: int | None = None
    day: int | None = None


class Ago(msgspec.Struct, frozen=True):
    """How long ago something was, counted back from the day it was answered."""

    number: int
    unit: AgoUnit


class MedicineEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One medicine: a vocabulary `code`, or the person's own `text` when it was not recognised.

    `dose_mg` is the total milligrams taken in a day; None means not known. `kept`: asked what `text` may mean, the
    person kept their own words, so they are not asked again.
    """

    code: str = ""
    text: str = ""
    dose_mg: float | None = None
    note: str = ""
    kept: bool = False


Value = (
    str
    | int
    | float
    | bool
    | datetime.date
    | tuple[str, ...]
    | BloodPressure
    | Height
    | Weight
    | PartialDate
    | Ago
    | tuple[MedicineEntry, ...]
    | tuple["Mapping[str, Answer]", ...]
    | None
)
"""The typed value of an answer, by question type:

yes_no "yes" or "no" · choice a code · multiple_choice codes · integer int · decimal float (in the question's unit) ·
blood_pressure, height, weight their Structs · date `datetime.date` · partial_date `PartialDate` · ago `Ago` or
`PartialDate` · text, long_text, phone, email str · medicines entries (an empty tuple means "takes none") ·
acknowledgement True · repeating group one mapping of answers per entry.
"""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. `on` is the day it was given; `typed` keeps an entry that could not be read, as typed."""

    state: State
    value: Value = None
    on: datetime.date | None = None
    typed: dict[str, str] | None = None

    @property
    def is_known(self) -> bool:
        """Whether rules may use the value."""
        return self.state == "answered"

    @property
    def says_something(self) -> bool:
        """Whether it holds anything: a value, an unknown, or an entry that could not be read.

        >>> Answer(state="declined").says_something, Answer(state="skipped", typed={"": "soon"}).says_something
        (True, True)
        >>> Answer(state="skipped").says_something
        False
        """
        return self.state != "skipped" or bool(self.typed)

    def is_same_as(self, other: Answer | None) -> bool:
        """Whether nothing would change. The day is not compared: “6 weeks ago” keeps the day it was said.

        >>> Answer(state="answered", value="yes", on=datetime.date(2026, 3, 2)).is_same_as(
        ...     Answer(state="answered", value="yes", on=datetime.date(2026, 3, 3), typed={})
        ... )
        True
        >>> Answer(state="skipped").is_same_as(None)
        False
        """
        if other is None:
            return False
        return (self.state, self.value, self.typed or {}) == (other.state, other.value, other.typed or {})


Answers = Mapping[str, Answer]
