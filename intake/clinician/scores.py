"""Scores as a reader needs them: total and highest, or the possible range; the band; which items are missing."""

from __future__ import annotations

import msgspec

from screening.engine.assessment import Assessment, ScoreResult
from screening.engine.definition import Score

from .wording import Reading, figure, marked, words


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """A score in words: its total of the highest there is, or the range it can have, its band, and what is missing."""

    title: str
    result: str
    highest: str
    band: str
    answered: str
    is_complete: bool
    missing: tuple[str, ...] = ()


def score_lines(reading: Reading, assessment: Assessment) -> tuple[ScoreLine, ...]:
    """A line for each score whose instrument was asked, or may have been."""
    hidden = frozenset(assessment.not_asked)
    found = ((score, assessment.scores.get(score.link_id)) for score in reading.definition.scores)
    return tuple(_score_line(score, result, reading, hidden) for score, result in found if result is not None)


def _score_line(score: Score, result: ScoreResult, reading: Reading, hidden: frozenset[str]) -> ScoreLine:
    low, high = (figure(number, score.decimals) for number in result.possible)
    is_complete = result.total is not None
    total = figure(result.total, score.decimals) if result.total is not None else f"possible range {low}–{high}"
    band = result.band or ""
    return ScoreLine(
        title=words(score.title),
        result=total,
        highest=_highest(score, reading),
        band=f"at least {band}" if band and result.at_least else band,
        answered=f"{result.answered} of {result.of} answered" if result.of else "its first question was answered no",
        is_complete=is_complete,
        missing=() if is_complete else _missing(score, reading, hidden),
    )


def _highest(score: Score, reading: Reading) -> str:
    """The highest total of a score whose items are options; empty where a number is typed (its limit says nothing)."""
    if any(reading.compiled.questions[item].type in ("integer", "decimal") for item in score.items):
        return ""
    return figure(reading.compiled.blank[score.link_id].high)


def _missing(score: Score, reading: Reading, hidden: frozenset[str]) -> tuple[str, ...]:
    """The items of a score, its gate included, that were asked and have no answer: skipped, declined, not reached."""
    items = [*score.items, *([score.gate] if score.gate else [])]
    asked = (item for item in items if item not in hidden)
    return tuple(marked(reading.compiled.questions[item], reading) for item in asked if not _is_known(item, reading))


def _is_known(item: str, reading: Reading) -> bool:
    answer = reading.answers.get(item)
    return answer is not None and answer.is_known
