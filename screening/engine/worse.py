"""The lines of a flag's `monotone`: a number, and the direction in which it gets worse.

>>> worse_of("reading.systolic higher"), worse_of("age")
(Worse(name='reading', part='systolic', direction='higher'), Worse(name='age', part='', direction=''))
"""

from __future__ import annotations

from typing import NamedTuple

from .scores import option_points
from .symbols import Symbols

DIRECTIONS = ("higher", "lower")
PARTS = ("systolic", "diastolic")
NUMBERS = ("integer", "decimal", "height", "weight")


class Worse(NamedTuple):
    """A question, one part of a blood pressure, a score or `age`, and "higher" or "lower"."""

    name: str
    part: str
    direction: str


def worse_of(text: str) -> Worse:
    """What a line says, sense or nonsense."""
    named, _, direction = text.strip().partition(" ")
    name, _, part = named.partition(".")
    return Worse(name, part, direction.strip())


def is_comparable(symbols: Symbols, worse: Worse) -> bool:
    """Whether a line names a number that can get worse, and a direction."""
    if worse.direction not in DIRECTIONS:
        return False
    if worse.name == "age":
        return not worse.part and symbols.by_role("birth_date") is not None
    if worse.name in symbols.scores:
        return not worse.part
    question = symbols.questions.get(worse.name)
    if question is None or worse.name in symbols.entries_of:
        return False
    if question.type == "blood_pressure":
        return worse.part in PARTS
    return not worse.part and (question.type in NUMBERS or bool(option_points(question)))
