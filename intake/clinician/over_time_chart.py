"""A score over time as plain data: points with their words, and where they stand in the drawing.

A total that is not known is drawn as the range that it can have, never as a number.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

import msgspec

from screening.engine.assessment import ScoreResult
from screening.engine.definition import Score

from .wording import day, figure, words

TRENDS = ("phq9", "gad7", "peg")
"""The scores that are followed over time, by link_id."""

WIDTH, HEIGHT = 480, 190
LEFT, RIGHT, TOP, BOTTOM = 36, 8, 24, 32
EDGE = 48
"""Room beside the first and the latest point, for their days."""
APART = 30
"""The least distance between two numbers in the drawing."""
DECIMALS = 1


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One result: when, which response, what it was. `low` and `high` are equal when it is complete."""

    on: datetime.date
    reference: str
    low: float
    high: float
    answered: int
    of: int
    band: str
    decimals: int

    @property
    def is_complete(self) -> bool:
        return self.low == self.high and self.answered == self.of

    @property
    def day(self) -> str:
        return day(self.on)

    @property
    def result(self) -> str:
        """The total, or the range that it can have."""
        if self.is_complete:
            return figure(self.low, self.decimals)
        return f"{figure(self.low, self.decimals)} to {figure(self.high, self.decimals)}, incomplete"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A point in the drawing: a dot where `top` is `bottom`, else a bar between the two."""

    x: float
    top: float
    bottom: float
    text: str
    label: str
    is_complete: bool
    is_labelled: bool


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the scale with its number."""

    y: float
    text: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """The drawing: only numbers and words, so that a template has nothing to work out."""

    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    joined: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    text_y: int = HEIGHT - 8


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """One score over time. `points` from the first to the latest."""

    key: str
    title: str
    points: tuple[Point, ...]
    chart: Chart

    @property
    def said(self) -> str:
        """The whole drawing in a sentence, for whoever cannot see it."""
        first, latest = self.points[0], self.points[-1]
        count = f"{len(self.points)} results"
        return f"{self.title}, {count}: {first.result} on {first.day}; latest {latest.result} on {latest.day}."


def point_of(on: datetime.date, reference: str, score: Score, result: ScoreResult) -> Point:
    """One result as a point."""
    low, high = (result.total, result.total) if result.total is not None else result.possible
    return Point(
        on=on,
        reference=reference,
        low=low,
        high=high,
        answered=result.answered,
        of=result.of,
        band=result.band or "",
        decimals=score.decimals,
    )


def trend_of(score: Score, points: Sequence[Point], *, most: float) -> Trend:
    """A score's points in order, drawn on the scale from 0 to `most`, the highest total that can be."""
    return Trend(key=score.link_id, title=words(score.title), points=tuple(points), chart=_chart(points, most))


def _chart(points: Sequence[Point], most: float) -> Chart:
    marks = _readable([_mark(point, number, points, most) for number, point in enumerate(points)])
    step = _step(most)
    lines = tuple(Line(y=_y(value, most), text=figure(value)) for value in range(0, int(most) + 1, step))
    return Chart(marks=marks, lines=lines, joined=_joined(marks))


def _readable(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Without the numbers that would stand on one another: the table below has them all. The latest keeps its own."""
    kept: list[Mark] = []
    last = marks[-1].x if marks else 0.0
    for number, mark in enumerate(marks):
        is_latest = number == len(marks) - 1
        near = [one.x for one in kept if one.text] + ([] if is_latest else [last])
        is_free = is_latest or all(abs(mark.x - x) >= APART for x in near)
        kept.append(mark if is_free else msgspec.structs.replace(mark, text=""))
    return tuple(kept)


def _step(most: float) -> int:
    """The distance between two lines of the scale: about five of them.

    >>> _step(27), _step(21), _step(10)
    (5, 4, 2)
    """
    return max(1, round(math.ceil(most) / 5))


def _mark(point: Point, number: int, points: Sequence[Point], most: float) -> Mark:
    first, last = points[0].on.toordinal(), points[-1].on.toordinal()
    share = (point.on.toordinal() - first) / (last - first) if last > first else number / max(len(points) - 1, 1)
    return Mark(
        x=round(LEFT + EDGE + share * (WIDTH - LEFT - RIGHT - 2 * EDGE), DECIMALS),
        top=_y(point.high, most),
        bottom=_y(point.low, most),
        text=point.result.removesuffix(", incomplete").replace(" to ", "–"),
        label=point.day,
        is_complete=point.is_complete,
        is_labelled=number in (0, len(points) - 1),
    )


def _y(value: float, most: float) -> float:
    return round(TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM), DECIMALS)


def _joined(marks: Sequence[Mark]) -> tuple[str, ...]:
    """Lines between complete results that follow each other; an incomplete one breaks the line."""
    runs: list[list[str]] = [[]]
    for mark in marks:
        if mark.is_complete:
            runs[-1].append(f"{mark.x},{mark.top}")
        else:
            runs.append([])
    return tuple(" ".join(run) for run in runs if len(run) > 1)
