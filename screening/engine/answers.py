"""Answers: their states, their typed values, and how they are read, written and shown.

Unknown is never "no". A question that has no entry in `Answers` was *not reached*: its page was not posted yet.

>>> Answer(state="answered", value="yes").is_known
True
>>> Answer(state="not_sure").is_known
False

This module is the door; the rooms are `values.py` (types), `kinds.py` (the table of question types), `entry.py` (typed
text), `reading.py` (JSON), `documents.py` (whole documents), `writing.py`, `display.py` and `answer_problems.py`.

>>> import datetime
>>> from screening.engine.definition import Question
>>> question = Question(link_id="bp", type="blood_pressure", text={"en": "Your last reading?"})
>>> answer = parse_entry(question, {"systolic": "162", "diastolic": "96"}, on=datetime.date(2026, 3, 2))
>>> answer.value
BloodPressure(systolic=162, diastolic=96)
>>> write_answers({"bp": answer})["bp"]["value"]
{'systolic': 162, 'diastolic': 96}
"""

from __future__ import annotations

from .answer_problems import MESSAGES, AnswerProblem, InvalidAnswer, InvalidAnswers, answer_problem
from .display import display, display_as_asked, display_value
from .documents import cross_problems, decode_answers, read_answers, vocabulary_of
from .kinds import parse_entry, parse_value
from .values import (
    Ago,
    AgoUnit,
    Answer,
    Answers,
    BloodPressure,
    Height,
    MedicineEntry,
    PartialDate,
    State,
    Value,
    Weight,
)
from .writing import write_answer, write_answers, write_value

__all__ = [
    "MESSAGES",
    "Ago",
    "AgoUnit",
    "Answer",
    "AnswerProblem",
    "Answers",
    "BloodPressure",
    "Height",
    "InvalidAnswer",
    "InvalidAnswers",
    "MedicineEntry",
    "PartialDate",
    "State",
    "Value",
    "Weight",
    "answer_problem",
    "cross_problems",
    "decode_answers",
    "display",
    "display_as_asked",
    "display_value",
    "parse_entry",
    "parse_value",
    "read_answers",
    "vocabulary_of",
    "write_answer",
    "write_answers",
    "write_value",
]
