"""What a benchmark yields, and how a call is timed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured figure; None where it could not be measured, which `note` explains."""

    what: str
    value: float | None
    unit: str
    note: str = ""

    def row(self) -> tuple[str, str, str]:
        """What, how much and what to know of it, as text."""
        return self.what, "–" if self.value is None else f"{self.value:,.1f} {self.unit}", self.note


def median_microseconds(call: Callable[[], object], *, times: int = 200) -> float:
    """The median duration of one call in microseconds, after a tenth as many calls to warm up."""
    for _ in range(times // 10):
        call()
    return statistics.median(_microseconds(call) for _ in range(times))


def _microseconds(call: Callable[[], object]) -> float:
    started = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - started) / 1_000
