"""Answers as JSON, in the long form that storage uses. What is written is read back equal.

>>> write_answer(Answer(state="not_sure", on=datetime.date(2026, 3, 2)))
{'state': 'not_sure', 'on': '2026-03-02'}
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import msgspec

from .dates import iso
from .values import Ago, Answer, Answers, BloodPressure, Height, MedicineEntry, PartialDate, Value, Weight


def write_answers(answers: Answers) -> dict[str, object]:
    """A document of answers by link_id. `read_answers` reads it back equal."""
    return {link_id: write_answer(answer) for link_id, answer in answers.items()}


def write_answer(answer: Answer) -> dict[str, object]:
    """One answer: its state, and value, day and typed text where it has them; an unknown day is written as null."""
    written: dict[str, object] = {"state": answer.state}
    if answer.value is not None:
        written["value"] = write_value(answer.value)
    written["on"] = answer.on.isoformat() if answer.on else None
    if answer.typed is not None:
        written["typed"] = dict(answer.typed)
    return written


def write_value(value: Value) -> object:
    """The JSON value of a typed value. An empty list of medicines is "none"."""
    match value:
        case PartialDate():
            return iso(value)
        case datetime.date():
            return value.isoformat()
        case BloodPressure() | Height() | Weight() | Ago() | MedicineEntry():
            return msgspec.to_builtins(value)
        case ():
            return "none"
        case tuple():
            return [_write_entry(entry) for entry in value]
        case _:
            return value


def _write_entry(entry: str | MedicineEntry | Mapping[str, Answer]) -> object:
    if isinstance(entry, Mapping):
        return write_answers(entry)
    return msgspec.to_builtins(entry)
