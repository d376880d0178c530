"""The packed record: the answers of one response as one small byte vector, so that rules can be replayed over many.

Layout 2, little-endian. The places of the fixed part follow from the definition alone (`layout_of`):

    2 bytes    layout number
    1 byte     for each question: 0 no answer, 1 not sure, 2 declined, 3 skipped, 4 answered with something that this
               layout does not hold, 5 answered, 6 answered with part of a date; for questions with options, 5 and up
               is the position of the option
    8 bytes    for each number, IEEE 754: the answer, centimetres, kilograms; a blood pressure has two, not-a-number
               where one is missing
    2 × 4      for each date: the first and last day it can mean, proleptic Gregorian ordinals
    1 byte     for each list: its number of entries
    n bytes    for each multiple choice: a bit for each option, the first option lowest

Then the entries of each list, in order: of a repeating group, the fixed part of its items without layout number; of a
medicine list, 2 bytes position in the vocabulary (65535: not in it) and 8 bytes milligrams a day (not-a-number: not
known). Answers of hidden questions are packed as they are; a replay decides itself what is shown. Texts leave only
that they were answered.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import math
import struct
from collections.abc import Iterable, Mapping
from typing import Literal

from screening.engine.answers import Answer, Answers, BloodPressure, Height, MedicineEntry, PartialDate, Weight
from screening.engine.definition import Definition, Question
from screening.engine.intervals import ROUNDING, date_interval
from screening.engine.symbols import option_codes

LAYOUT = 2
MARKS = {"not_sure": 1, "declined": 2, "skipped": 3}
NO_ANSWER, NOT_HELD, ANSWERED, VAGUE = 0, 4, 5, 6
MOST_OPTIONS = 256 - ANSWERED
MOST_ENTRIES = 255
UNKNOWN_MEDICINE = 65_535
HEAD = struct.Struct("<H")
MEDICINE = struct.Struct("<Hd")

Kind = Literal["code", "number", "pair", "days", "bits", "medicines", "entries", "text"]

KINDS: dict[str, Kind] = {
    "yes_no": "code",
    "choice": "code",
    "acknowledgement": "code",
    "multiple_choice": "bits",
    "integer": "number",
    "decimal": "number",
    "height": "number",
    "weight": "number",
    "blood_pressure": "pair",
    "date": "days",
    "partial_date": "days",
    "ago": "days",
    "medicines": "medicines",
    "group": "entries",
}


class NotHeld(Exception):  # noqa: N818 (named for the event)
    """A value that a packed record has no room or no place for."""


@dataclasses.dataclass(frozen=True, eq=False)
class Layout:
    """Where each question's answer is. The dictionaries give positions within each part; `lists` holds, for each
    list, the layout of an entry (None for medicines); `widths` the bytes of an entry."""

    questions: dict[str, Question]
    kinds: dict[str, Kind]
    marks: dict[str, int]
    numbers: dict[str, int]
    days: dict[str, int]
    sizes: dict[str, int]
    bits: dict[str, tuple[int, int]]
    lists: dict[str, Layout | None]
    medicines: dict[str, dict[str, int]]
    number_count: int
    bit_bytes: int

    @functools.cached_property
    def format(self) -> struct.Struct:
        """The fixed part without the layout number."""
        return struct.Struct(
            f"<{len(self.marks)}B{self.number_count}d{2 * len(self.days)}i{len(self.sizes)}B{self.bit_bytes}B"
        )

    def width(self, name: str) -> int:
        """Bytes of one entry of a list."""
        inside = self.lists[name]
        return MEDICINE.size if inside is None else inside.format.size


def layout_of(definition: Definition) -> Layout:
    """The layout of a version's records."""
    positions = {
        vocabulary.key: {medicine.code: place for place, medicine in enumerate(vocabulary.medicines)}
        for vocabulary in definition.vocabularies
    }
    asked = (one for one in definition.questions() if one.type != "group" or one.repeats)
    return _layout(asked, positions)


def _layout(asked: Iterable[Question], positions: Mapping[str, dict[str, int]]) -> Layout:
    questions = {question.link_id: question for question in asked}
    kinds = {name: KINDS.get(question.type, "text") for name, question in questions.items()}
    numbers, bits, number_count, bit_bytes = {}, {}, 0, 0
    for name, kind in kinds.items():
        if kind in ("number", "pair"):
            numbers[name] = number_count
            number_count += 1 if kind == "number" else 2
        if kind == "bits":
            needed = (len(questions[name].options) + 7) // 8
            bits[name] = (bit_bytes, needed)
            bit_bytes += needed
    listed = [name for name, kind in kinds.items() if kind in ("medicines", "entries")]
    return Layout(
        questions=questions,
        kinds=kinds,
        marks={name: place for place, name in enumerate(questions)},
        numbers=numbers,
        days={name: place for place, name in enumerate(name for name, kind in kinds.items() if kind == "days")},
        sizes={name: place for place, name in enumerate(listed)},
        bits=bits,
        lists={name: _entry_layout(questions[name]) if kinds[name] == "entries" else None for name in listed},
        medicines={name: positions.get(questions[name].vocabulary, {}) for name in listed},
        number_count=number_count,
        bit_bytes=bit_bytes,
    )


def _entry_layout(group: Question) -> Layout:
    """The layout of one entry. A list inside a list has no place: it is marked as not held."""
    return _layout((item for item in group.items if KINDS.get(item.type) not in ("medicines", "entries")), {})


def pack(layout: Layout, answers: Answers, as_of: datetime.date) -> bytes:
    """The vector of one set of answers, judged on a day. What it cannot hold is marked so, never left out."""
    fixed, tail = _packed(layout, answers, as_of)
    return HEAD.pack(LAYOUT) + fixed + tail


def _packed(layout: Layout, answers: Answers, as_of: datetime.date) -> tuple[bytes, bytes]:
    marks = bytearray(len(layout.marks))
    numbers = [math.nan] * layout.number_count
    days = [0] * (2 * len(layout.days))
    sizes = bytearray(len(layout.sizes))
    bits = bytearray(layout.bit_bytes)
    entries: dict[str, bytes] = {}
    for name, place in layout.marks.items():
        answer = answers.get(name)
        if answer is None or not answer.is_known:
            marks[place] = NO_ANSWER if answer is None else MARKS[answer.state]
            continue
        marks[place] = ANSWERED
        try:
            match layout.kinds[name]:
                case "code":
                    marks[place] = ANSWERED + _position(layout.questions[name], answer)
                case "number":
                    numbers[layout.numbers[name]] = _number(layout.questions[name], answer)
                case "pair":
                    first = layout.numbers[name]
                    numbers[first : first + 2] = _pair(answer)
                case "days":
                    first = 2 * layout.days[name]
                    days[first : first + 2] = _days(answer, as_of)
                    marks[place] = VAGUE if _is_vague(answer) else ANSWERED
                case "bits":
                    first, needed = layout.bits[name]
                    bits[first : first + needed] = _bits(layout.questions[name], answer, needed)
                case "medicines" | "entries":
                    entries[name] = _entries(layout, name, answer, as_of)
                    sizes[layout.sizes[name]] = len(entries[name]) // layout.width(name)
        except (NotHeld, TypeError, ValueError, AttributeError, OverflowError):
            marks[place] = NOT_HELD
    fixed = layout.format.pack(*marks, *numbers, *days, *sizes, *bits)
    return fixed, b"".join(entries.get(name, b"") for name in layout.sizes)


def _position(question: Question, answer: Answer) -> int:
    value = answer.value
    if isinstance(value, bool) and question.type == "acknowledgement":
        value = "yes" if value else "no"
    codes = option_codes(question)
    if value not in codes or len(codes) > MOST_OPTIONS:
        raise NotHeld
    return codes.index(value)


def _number(question: Question, answer: Answer) -> float:
    value = answer.value
    if question.type == "height" and isinstance(value, Height):
        value = round(value.in_cm, ROUNDING)
    elif question.type == "weight" and isinstance(value, Weight):
        value = round(value.in_kg, ROUNDING)
    if type(value) not in (int, float) or float(value) != value or not math.isfinite(value):  # type: ignore[arg-type]
        raise NotHeld
    return float(value)  # type: ignore[arg-type]


def _pair(answer: Answer) -> tuple[float, float]:
    reading = answer.value
    if not isinstance(reading, BloodPressure):
        raise NotHeld
    systolic, diastolic = (math.nan if part is None else float(part) for part in (reading.systolic, reading.diastolic))
    return systolic, diastolic


def _days(answer: Answer, as_of: datetime.date) -> tuple[int, int]:
    first, last = date_interval(answer.value, answer.on or as_of)
    datetime.date.fromordinal(first)  # raises where the calendar ends: no age can be told from such a day
    return first, last


def _is_vague(answer: Answer) -> bool:
    return isinstance(answer.value, PartialDate) and answer.value.day is None


def _bits(question: Question, answer: Answer, needed: int) -> bytes:
    codes = option_codes(question)
    if not isinstance(answer.value, tuple) or not set(codes).issuperset(answer.value):
        raise NotHeld
    return sum(1 << codes.index(code) for code in set(answer.value)).to_bytes(needed, "little")


def _entries(layout: Layout, name: str, answer: Answer, as_of: datetime.date) -> bytes:
    if not isinstance(answer.value, tuple) or len(answer.value) > MOST_ENTRIES:
        raise NotHeld
    inside, known = layout.lists[name], layout.medicines[name]
    if inside is not None:
        return b"".join(_entry(inside, entry, as_of) for entry in answer.value)
    if len(known) >= UNKNOWN_MEDICINE:
        raise NotHeld
    return b"".join(_medicine(known, entry) for entry in answer.value)


def _entry(layout: Layout, entry: object, as_of: datetime.date) -> bytes:
    if not isinstance(entry, Mapping):
        raise NotHeld
    return _packed(layout, entry, as_of)[0]


def _medicine(known: Mapping[str, int], entry: object) -> bytes:
    if not isinstance(entry, MedicineEntry):
        raise NotHeld
    return MEDICINE.pack(known.get(entry.code, UNKNOWN_MEDICINE), math.nan if entry.dose_mg is None else entry.dose_mg)
