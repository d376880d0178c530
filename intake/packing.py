"""The packed record: the answers of one response as one small vector, so that rules can be replayed over many at once.

Layout, little-endian:

    2 bytes   layout number, 1
    4 bytes   number of columns, n
    n bytes   state of each column: 0 no answer, 1 answered, 2 not sure, 3 declined, 4 skipped
    8n bytes  value of each column, IEEE 754 double; not-a-number where there is none

Columns follow `Definition.questions()`. A blood pressure has two (systolic, diastolic, in mmHg); every other question
has one:

    yes_no, acknowledgement   1 for yes, 0 for no
    choice                    the position of the option
    multiple_choice           a bit for each option's position, summed (exact up to 53 options)
    integer, decimal          the number, in the question's unit
    height, weight            centimetres, kilograms
    date, full partial_date   proleptic Gregorian ordinal of the day
    medicines, repeating group   the number of entries
    anything else             no value: the state only

Answers of hidden questions are packed as they are; a replay decides itself what is shown.
"""

from __future__ import annotations

import datetime
import math
import struct
from collections.abc import Iterator

from screening.engine.answers import Answer, Answers, BloodPressure, Height, PartialDate, Weight
from screening.engine.definition import Definition, Question

LAYOUT = 1
STATES = {"answered": 1, "not_sure": 2, "declined": 3, "skipped": 4}


def pack(definition: Definition, answers: Answers) -> bytes:
    """The vector of one set of answers."""
    columns = [column for question in definition.questions() for column in _columns(question, answers)]
    states = bytes(state for state, _ in columns)
    return struct.pack(f"<HI{len(columns)}s{len(columns)}d", LAYOUT, len(columns), states, *(v for _, v in columns))


def unpack(vector: bytes) -> tuple[bytes, tuple[float, ...]]:
    """The states and values of a vector. Raises `ValueError` for another layout or a wrong length."""
    layout, count = struct.unpack_from("<HI", vector)
    if layout != LAYOUT:
        raise ValueError(f"Packed layout {layout} is not known; this is layout {LAYOUT}.")
    try:
        states, *values = struct.unpack_from(f"<{count}s{count}d", vector, struct.calcsize("<HI"))
    except struct.error as error:
        raise ValueError("A packed record is shorter than it says.") from error
    return states, tuple(values)


def _columns(question: Question, answers: Answers) -> Iterator[tuple[int, float]]:
    answer = answers.get(question.link_id)
    if question.type == "blood_pressure":
        yield from _pressure(answer)
    elif answer is None:
        yield 0, math.nan
    else:
        yield STATES[answer.state], _number(question, answer) if answer.is_known else math.nan


def _pressure(answer: Answer | None) -> Iterator[tuple[int, float]]:
    state = STATES[answer.state] if answer else 0
    reading = answer.value if answer and isinstance(answer.value, BloodPressure) else BloodPressure()
    for part in (reading.systolic, reading.diastolic):
        # A missing half of a reading was shown and left empty.
        is_missing = state == STATES["answered"] and part is None
        yield (STATES["skipped"] if is_missing else state), (math.nan if part is None else float(part))


def _number(question: Question, answer: Answer) -> float:
    codes = [option.code for option in question.options]
    match question.type, answer.value:
        case "yes_no", value:
            return float(value == "yes")
        case "choice", str() as code if code in codes:
            return float(codes.index(code))
        case "multiple_choice", tuple() as chosen:
            return float(sum(1 << codes.index(code) for code in chosen if code in codes))
        case _, bool() | int() | float() as value:
            return float(value)
        case _, Height() as height:
            return height.in_cm
        case _, Weight() as weight:
            return weight.in_kg
        case _, datetime.date() as day:
            return float(day.toordinal())
        case _, PartialDate(year=year, month=int() as month, day=int() as day_of_month):
            return float(datetime.date(year, month, day_of_month).toordinal())
        case "medicines" | "group", tuple() as entries:
            return float(len(entries))
        case _:
            return math.nan
