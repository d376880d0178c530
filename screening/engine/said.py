"""Answers and totals as they are read, in the first language of a definition.

The same few are said of most responses: a choice has one wording for each code, an instrument a few dozen totals. They
are put into words once in the life of a compiled definition, which frees an evaluation from most of its work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

from .definition import Question, Score
from .display import display, plain
from .logic import TRUE
from .results import Because, ScoreResult
from .scores import Tally, result
from .symbols import Symbols, option_codes
from .values import Answer

LONGEST_SCALE = 20


class Total(NamedTuple):
    """A score: what it is, as clinicians read it, and as a reason."""

    tally: Tally
    result: ScoreResult
    reason: Because


class Said:
    """What is said of the answers and totals of one definition. Safe to share between threads.

    `totals` has a function for each score, of its total or, while that is not known, of its tally.
    """

    def __init__(self, symbols: Symbols, blank: dict[str, Tally]) -> None:
        self._definition = symbols.definition
        self._language = symbols.definition.languages[0]
        self._questions = symbols.questions
        self._usual = {name: self._each(question) for name, question in symbols.questions.items()}
        self.totals: dict[str, Callable[[float | Tally], Total]] = {
            name: lru_cache(256)(partial(self._total, score, blank[name].low)) for name, score in symbols.scores.items()
        }

    def answer(self, name: str, answer: Answer | None) -> str:
        """What the patient said; None reads as not answered."""
        return display(self._questions[name], answer, self._definition, self._language)

    def reason(self, name: str, answer: Answer | None) -> Because:
        """The same as a reason."""
        if answer is not None and answer.state == "answered" and answer.typed is None:
            usual = self._usual[name]
            if usual and answer.value in usual:
                return usual[answer.value]
        return Because(question=name, answer=self.answer(name, answer))

    def _each(self, question: Question) -> dict[object, Because]:
        """The reasons of a question whose answers can be listed."""
        given = {value: Answer(state="answered", value=value) for value in _values(question)}
        name = question.link_id
        return {value: Because(question=name, answer=self.answer(name, answer)) for value, answer in given.items()}

    def _total(self, score: Score, floor: float, found: float | Tally) -> Total:
        count = len(score.items)
        tally = found if isinstance(found, Tally) else Tally(found, found, count, count, TRUE)
        shown = result(score, tally, floor, self._language)
        return Total(tally, shown, Because(question=score.link_id, answer=_in_words(shown)))


def _values(question: Question) -> tuple[str, ...] | range:
    """Every answer of a choice, or of a short scale."""
    low, high = question.minimum, question.maximum
    if question.type == "integer" and low is not None and high is not None and high - low <= LONGEST_SCALE:
        return range(int(low), int(high) + 1)
    return option_codes(question) if question.type in ("yes_no", "choice") else ()


def _in_words(shown: ScoreResult) -> str:
    """A total with its band: "22 (Severe)"; or what is possible: "12 to 18 (6 of 9 answered)"."""
    if shown.total is None:
        low, high = (plain(end) for end in shown.possible)
        return f"{low} to {high} ({shown.answered} of {shown.of} answered)"
    return plain(shown.total) + (f" ({shown.band})" if shown.band else "")
