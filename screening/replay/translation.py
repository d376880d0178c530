"""Answers to one version as the questions of another see them: matched by link_id, options and medicines by code.

What another definition cannot read, such as an answer to a question whose type has changed, is marked `NOT_HELD`; the
responses that have it are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from screening.engine.definition import Question
from screening.engine.symbols import option_codes
from screening.packing import ANSWERED, KINDS, MEDICINE, NOT_HELD, UNKNOWN_MEDICINE, Layout

from .records import Bools, Columns, Floats, Ints, Marks

# Types whose values rules read alike.
_ALIKE = ({"integer", "decimal"}, {"yes_no", "choice"}, {"date", "partial_date", "ago"})


class Translation:
    """The columns of `source` for the questions of another definition."""

    def __init__(self, source: Columns, questions: Mapping[str, Question]) -> None:
        self.source = source
        self.layout: Layout = source.layout
        self.questions = questions
        self.nothing: Marks = np.zeros(source.size, np.uint8)

    def marks(self, name: str) -> Marks:
        """Each row's mark, with the positions of the options that the question has now."""
        if name not in self.layout.marks:
            return self.nothing
        asked, then = self.questions[name], self.layout.questions[name]
        raw: Marks = self.source.marks[self.layout.marks[name]]
        if KINDS.get(asked.type) is None:  # of a text, rules see only that it was answered
            return raw
        if not _is_alike(asked, then):
            return np.where(raw > NOT_HELD, np.uint8(NOT_HELD), raw)
        if self.layout.kinds[name] == "code":
            return _code_table(then, asked)[raw]
        if self.layout.kinds[name] == "bits":
            return self._without_lost_options(name, raw)
        return raw

    def _without_lost_options(self, name: str, raw: Marks) -> Marks:
        kept = option_codes(self.questions[name])
        found = raw
        for position, code in enumerate(option_codes(self.layout.questions[name])):
            if code not in kept:
                found = np.where(self.source.has_bit(name, position), np.uint8(NOT_HELD), found)
        return found

    def numbers(self, name: str, part: int = 0) -> Floats:
        """The number of each row; meaningless where the question has no answer."""
        found: Floats = self.source.numbers[self.layout.numbers[name] + part]
        return found

    def days(self, name: str) -> tuple[Floats, Floats]:
        """The first and last day of each row; meaningless where the question has no answer."""
        first, last = self.source.days[self.layout.days[name]]
        return first, last

    def has_option(self, name: str, code: str) -> Bools:
        """Whether a multiple choice has an option among its answers."""
        codes = option_codes(self.layout.questions[name])
        return self.source.has_bit(name, codes.index(code)) if code in codes else self.nothing.astype(bool)

    def is_there(self, name: str) -> bool:
        """Whether values of the question can be read at all."""
        return name in self.layout.marks and _is_alike(self.questions[name], self.layout.questions[name])


def _is_alike(asked: Question, then: Question) -> bool:
    return asked.type == then.type or any({asked.type, then.type} <= alike for alike in _ALIKE)


def _code_table(then: Question, asked: Question) -> Marks:
    """From a mark then to a mark now."""
    table = np.arange(256, dtype=np.uint8)
    table[ANSWERED:] = NOT_HELD
    now = option_codes(asked)
    for position, code in enumerate(option_codes(then)[: 256 - ANSWERED]):
        if code in now[: 256 - ANSWERED]:
            table[ANSWERED + position] = ANSWERED + now.index(code)
    return table


class Medicines:
    """The entries of one medicine list: the row of each, its code (empty: not in the vocabulary) and its dose."""

    def __init__(self, codes: Mapping[str, int], rows: Ints, data: bytes) -> None:
        entries = np.frombuffer(data, np.dtype([("code", "<u2"), ("dose", "<f8")]))
        if entries.dtype.itemsize != MEDICINE.size:
            raise TypeError("The entries of a medicine list are read as they are packed.")
        self.rows = rows
        self.doses: Floats = entries["dose"].astype(np.float64)
        self._names = [*codes, ""]
        self._places = np.where(entries["code"] == UNKNOWN_MEDICINE, len(codes), entries["code"]).astype(np.int64)

    def which(self, is_wanted: Mapping[str, bool]) -> Bools:
        """For each entry, what is said of its code; false for a code that is not mentioned."""
        return np.array([is_wanted.get(name, False) for name in self._names])[self._places]

    def factors(self, by_code: Mapping[str, float]) -> Floats:
        """For each entry, the number of its code; not-a-number for a code that has none."""
        return np.array([by_code.get(name, np.nan) for name in self._names])[self._places]
