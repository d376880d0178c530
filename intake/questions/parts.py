"""A stored answer, turned back into the texts of the form parts it came from (the reverse of `answers.parse_entry`)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from screening.engine.answers import Ago, Answer, BloodPressure, Height, PartialDate, Weight
from screening.engine.definition import Question, Vocabulary

Parts = dict[str, str | list[str]]

RADIOS = ("yes_no", "choice")
NAMELESS = re.compile(r"\? \((.+)\)", re.DOTALL)
"""How the engine keeps a dose that was typed without a name."""


def parts_of(question: Question, answer: Answer | None, vocabulary: Vocabulary | None = None) -> Parts:
    """Form texts by part name; what could not be read comes back exactly as it was typed.

    >>> question = Question(link_id="bp", type="blood_pressure", text={"en": "Blood pressure?"})
    >>> parts_of(question, Answer(state="answered", value=BloodPressure(systolic=162, diastolic=96)))
    {'systolic': '162', 'diastolic': '96'}
    """
    if answer is None:
        return {}
    parts: Parts = {}
    if answer.state in ("not_sure", "declined"):
        parts["" if question.type in RADIOS else "state"] = answer.state
    if answer.state == "answered":
        parts |= _WRITERS[question.type](question, answer.value, vocabulary)
    return parts | _typed(question, answer.typed or {})


def _typed(question: Question, typed: dict[str, str]) -> Parts:
    several = question.type == "multiple_choice"
    return {part: text.split(", ") if several and part == "" else text for part, text in typed.items()}


def number_text(number: float | None) -> str:
    """A number as a person would type it.

    >>> number_text(80.0), number_text(3.5), number_text(None)
    ('80', '3.5', '')
    """
    return "" if number is None else f"{number:g}" if abs(number) < 1e6 else str(number)


def _text(question: Question, value: Any, vocabulary: Vocabulary | None) -> Parts:
    return {"": str(value)}


def _codes(question: Question, value: Any, vocabulary: Vocabulary | None) -> Parts:
    return {"": [str(code) for code in value]}


def _number(question: Question, value: Any, vocabulary: Vocabulary | None) -> Parts:
    return {"": number_text(value)}


def _ticked(question: Question, value: Any, vocabulary: Vocabulary | None) -> Parts:
    return {"": "on"} if value else {}


def _pressure(question: Question, value: BloodPressure, vocabulary: Vocabulary | None) -> Parts:
    return _present(systolic=value.systolic, diastolic=value.diastolic)


def _height(question: Question, value: Height, vocabulary: Vocabulary | None) -> Parts:
    return _present(cm=value.cm, ft=value.ft, **{"in": value.inches})


def _weight(question: Question, value: Weight, vocabulary: Vocabulary | None) -> Parts:
    return _present(kg=value.kg, st=value.st, lb=value.lb)


def _present(**numbers: float | None) -> Parts:
    return {part: number_text(number) for part, number in numbers.items() if number is not None}


def _date(question: Question, value: datetime.date | PartialDate, vocabulary: Vocabulary | None) -> Parts:
    return _present(day=value.day, month=value.month) | {"year": f"{value.year:04d}"}


def _ago(question: Question, value: Ago | PartialDate, vocabulary: Vocabulary | None) -> Parts:
    if isinstance(value, Ago):
        return {"number": str(value.number), "unit": value.unit}
    return _date(question, value, vocabulary)


def _medicines(question: Question, value: Any, vocabulary: Vocabulary | None) -> Parts:
    if not value:
        return {"none": "on"}
    names = {medicine.code: medicine.name for medicine in vocabulary.medicines} if vocabulary else {}
    parts: Parts = {}
    for position, entry in enumerate(value):
        only_dose = NAMELESS.fullmatch(entry.text)
        parts[f"{position}.name"] = "" if only_dose else entry.note or entry.text or names.get(entry.code, entry.code)
        parts[f"{position}.dose"] = only_dose[1] if only_dose else number_text(entry.dose_mg)
        if entry.kept:
            parts[f"{position}.kept"] = entry.text
    return parts


def _group(question: Question, value: Any, vocabulary: Vocabulary | None) -> Parts:
    parts: Parts = {}
    for position, entry in enumerate(value):
        for item in question.items:
            for part, text in parts_of(item, entry.get(item.link_id), vocabulary).items():
                parts[".".join(filter(None, (str(position), item.link_id, part)))] = text
    return parts


_WRITERS: dict[str, Callable[[Question, Any, Vocabulary | None], Parts]] = {
    "yes_no": _text,
    "choice": _text,
    "multiple_choice": _codes,
    "integer": _number,
    "decimal": _number,
    "blood_pressure": _pressure,
    "height": _height,
    "weight": _weight,
    "date": _date,
    "partial_date": _date,
    "ago": _ago,
    "text": _text,
    "long_text": _text,
    "phone": _text,
    "email": _text,
    "medicines": _medicines,
    "acknowledgement": _ticked,
    "group": _group,
}
