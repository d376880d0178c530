"""What a benchmark yields, and how a call is timed."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured figure; None where it could not be measured, which `note` explains.

    `at_most` or `at_least` is the target, in the same unit.
    """

    what: str
    value: float | None
    unit: str
    note: str = ""
    at_most: float | None = None
    at_least: float | None = None

    def row(self) -> tuple[str, str, str, str, str]:
        """What, how much, the target, whether it was met, and what to know of it, as text."""
        measured = "–" if self.value is None else f"{number(self.value)} {self.unit}".strip()
        return self.what, measured, self._target(), self.verdict(), self.note

    def verdict(self) -> str:
        """Whether the target was met, or by how much it was missed; empty without a target.

        >>> Figure("a", 1.5, "×", at_most=1.25).verdict(), Figure("b", 100, "/s", at_least=100).verdict()
        ('missed by 20 %', 'met')
        >>> Figure("errors", 2, "", at_most=0).verdict(), Figure("errors", 0, "", at_most=0).verdict()
        ('missed', 'met')
        """
        limit = self.at_least if self.at_most is None else self.at_most
        if limit is None:
            return ""
        if self.value is None:
            return "not measured"
        if self.value <= limit if self.at_most is not None else self.value >= limit:
            return "met"
        least, most = sorted((self.value, limit))
        return f"missed by {max(1, round((most / least - 1) * 100))} %" if least else "missed"

    def _target(self) -> str:
        if self.at_most is not None:
            return f"≤ {number(self.at_most)}"
        return "" if self.at_least is None else f"≥ {number(self.at_least)}"


def number(value: float) -> str:
    """Three figures that count, never fewer whole ones.

    >>> number(0.1234), number(12.34), number(123456.0), number(0)
    ('0.123', '12.3', '123,456', '0')
    """
    places = 0 if abs(value) >= 100 or value == 0 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{places}f}"


def amount(*, small: int, full: int) -> int:
    """How much is done: `full`, or `small` where somebody only wants to see that everything runs."""
    return small if os.environ.get("BENCH") == "small" else full


def median_microseconds(call: Callable[[], object], *, times: int = 200) -> float:
    """The median duration of one call in microseconds, after a tenth as many calls to warm up."""
    for _ in range(times // 10):
        call()
    return statistics.median(microseconds(call) for _ in range(times))


def side_by_side(calls: Sequence[Callable[[], object]], *, times: int) -> list[float]:
    """The median microseconds of the processor for each call, taken in turns: what disturbs one disturbs all alike."""
    taken: list[list[float]] = [[] for _ in calls]
    gc.collect()
    for _ in range(times):
        for call, found in zip(calls, taken, strict=True):
            started = time.thread_time_ns()
            call()
            found.append((time.thread_time_ns() - started) / 1_000)
    return [statistics.median(found) for found in taken]


def microseconds(call: Callable[[], object]) -> float:
    """How long one call takes by the clock."""
    started = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - started) / 1_000
