"""What every reader of an answer is given: the question, the day, the vocabulary, and where problems are collected."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from .answer_problems import AnswerProblem, answer_problem
from .definition import Question, Vocabulary

Raw = object
"""A JSON value: None, bool, int, float, str, list or dict."""


@dataclass(frozen=True)
class Context:
    """One question being read. `on` is the day of the answer: nothing may lie after it."""

    question: Question
    on: datetime.date
    vocabulary: Vocabulary | None = None
    problems: list[AnswerProblem] = field(default_factory=list)

    def problem(self, code: str, part: str = "", **params: str | int | float) -> None:
        """Note a problem and go on, so that all are reported at once."""
        self.problems.append(answer_problem(code, part=part, question=self.question.link_id, **params))

    def wrong_type(self, raw: Raw, expected: str, part: str = "") -> None:
        """Note a JSON value of the wrong type, never printing the value itself."""
        self.problem("wrong_type", part, expected=expected, found=type_name(raw))


def type_name(raw: Raw) -> str:
    """A JSON value's type in words.

    >>> type_name([]), type_name(None), type_name(1.5)
    ('a list', 'nothing', 'a number')
    """
    if raw is None:
        return "nothing"
    if isinstance(raw, bool):
        return "true or false"
    names: dict[type, str] = {str: "text", int: "a number", float: "a number", list: "a list", tuple: "a list"}
    return "an object" if isinstance(raw, Mapping) else names.get(type(raw), "something else")
