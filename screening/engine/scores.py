"""Scores of instruments: totals, or what is still possible. Nothing is ever imputed.

An item that does not apply (its question is hidden) adds nothing. While an item is unknown, the score is the range
between the lowest and the highest total that its answer could still give.

>>> low, high = 0.0, 3.0
>>> tally([Item(2, 2), Item(low, high, is_known=False)])
Tally(low=2.0, high=5.0, answered=1, of=2, asked=True)
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .definition import Question, Score
from .intervals import NOT_ASKED, UNKNOWN, Interval
from .logic import FALSE, TRUE, Truth
from .logic import UNKNOWN as UNKNOWN_TRUTH
from .results import ScoreResult


class Item(NamedTuple):
    """One item: what it can add, whether its answer is known, and whether it is asked."""

    low: float
    high: float
    is_known: bool = True
    asked: Truth = TRUE


class Tally(NamedTuple):
    """Possible totals, how many of the items that apply are answered, and whether the instrument is asked at all."""

    low: float
    high: float
    answered: int
    of: int
    asked: Truth

    @property
    def is_complete(self) -> bool:
        """Whether the total is known: every item that applies is answered, or the gate said no."""
        return self.asked is TRUE and self.answered == self.of and self.low == self.high

    @property
    def interval(self) -> Interval:
        """What a comparison uses: not asked makes it false; perhaps not asked leaves it unknown."""
        if self.asked is FALSE:
            return NOT_ASKED
        return (self.low, self.high) if self.asked is TRUE else UNKNOWN


GATED_OUT = Tally(0.0, 0.0, 0, 0, TRUE)
"""The gate was answered "no": a complete 0."""


def tally(items: Sequence[Item], *, mean: bool = False) -> Tally:
    """The possible totals (or means, unrounded) of an instrument without a gate."""
    applying = [item for item in items if item.asked is not FALSE]
    certain = [item for item in applying if item.asked is TRUE]
    perhaps = [item for item in applying if item.asked is UNKNOWN_TRUTH]
    asked = TRUE if certain else UNKNOWN_TRUTH if perhaps else FALSE
    answered = len([item for item in certain if item.is_known])
    low, high = _means(certain, perhaps) if mean else _sums(applying)
    return Tally(low, high, answered, len(applying), asked)


def gated(items: Sequence[Item], gate: str | None, gate_asked: Truth, *, mean: bool = False) -> Tally:
    """As `tally`, behind a gate answered "yes", "no" or not known (None). "no" makes it a complete 0."""
    if gate_asked is FALSE:
        return Tally(0.0, 0.0, 0, 0, FALSE)
    if gate == "no":
        return GATED_OUT
    inside = tally(items, mean=mean)
    if gate == "yes":
        return inside
    return Tally(min(0.0, inside.low), max(0.0, inside.high), inside.answered, inside.of, gate_asked)


def _sums(items: Sequence[Item]) -> Interval:
    low = sum([item.low if item.asked is TRUE else min(0.0, item.low) for item in items])
    high = sum([item.high if item.asked is TRUE else max(0.0, item.high) for item in items])
    return float(low), float(high)


def _means(certain: Sequence[Item], perhaps: Sequence[Item]) -> Interval:
    """Items that may not apply count only where that moves the mean outwards."""
    low = _lowest_mean([item.low for item in certain], sorted(item.low for item in perhaps))
    high = -_lowest_mean([-item.high for item in certain], sorted(-item.high for item in perhaps))
    return low, high


def _lowest_mean(certain: list[float], possible: list[float]) -> float:
    chosen = list(certain)
    for value in possible:
        if chosen and value >= sum(chosen) / len(chosen):
            break
        chosen.append(value)
    return sum(chosen) / len(chosen) if chosen else 0.0


def bounds(question: Question) -> Interval:
    """The lowest and highest number that an answer to a score's item can add."""
    if question.type in ("integer", "decimal"):
        low = -math.inf if question.minimum is None else question.minimum
        return low, math.inf if question.maximum is None else question.maximum
    points = option_points(question).values()
    return (min(points), max(points)) if points else UNKNOWN


def option_points(question: Question) -> dict[str, float]:
    """Points by code. Yes/no questions without points of their own count yes 1 and no 0.

    >>> option_points(Question(link_id="nightmares", type="yes_no", text={}))
    {'yes': 1.0, 'no': 0.0}
    """
    points = {option.code: float(option.score) for option in question.options if option.score is not None}
    if question.type == "yes_no" and not points:
        return {"yes": 1.0, "no": 0.0}
    return points


def result(score: Score, found: Tally, floor: float, language: str = "en") -> ScoreResult:
    """A score as clinicians read it. `floor` is the lowest total the instrument has at all.

    An incomplete score names a band only when every possible total is in it, or as "at least" when even the lowest
    possible total has left the lowest band.
    """
    band, at_least = _band(score, found, floor, language)
    low, high = _rounded(found.low, score.decimals), _rounded(found.high, score.decimals)
    return ScoreResult(
        total=low if found.is_complete else None,
        possible=(low, high),
        answered=found.answered,
        of=found.of,
        band=band,
        at_least=at_least,
    )


def _band(score: Score, found: Tally, floor: float, language: str) -> tuple[str | None, bool]:
    """The band's title. Bands are compared unrounded."""
    lowest, highest = band_at(score, found.low), band_at(score, found.high)
    if lowest is None or found.asked is not TRUE:
        return None, False
    title = score.bands[lowest].title.get(language)
    if lowest == highest:
        return title, False
    return (title, True) if lowest != band_at(score, floor) else (None, False)


def band_at(score: Score, total: float) -> int | None:
    """The position in `score.bands` of the band that a total is in; None below the first.

    >>> from .definition import Band
    >>> phq9 = Score(link_id="phq9", title={}, items=(), bands=(Band(low=0, title={}), Band(low=5, title={})))
    >>> band_at(phq9, 4), band_at(phq9, 5), band_at(phq9, -1)
    (0, 1, None)
    """
    order = sorted(range(len(score.bands)), key=lambda position: score.bands[position].low)
    place = bisect_right([score.bands[position].low for position in order], total)
    return order[place - 1] if place else None


def _rounded(value: float, decimals: int) -> float:
    """Half away from zero, as on paper.

    >>> _rounded(7.25, 1), _rounded(22 / 3, 1)
    (7.3, 7.3)
    """
    if not math.isfinite(value) or value == int(value):
        return float(value)
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
