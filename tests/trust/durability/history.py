"""What clients did and saw, and whether it fits one register for each question that only ever moves on.

Every written value is unique. A write without an answer may have happened, at any time after it began.
"""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field

Register = tuple[str, str]
"""The reference of a response, and a question."""


@dataclass(frozen=True)
class Seen:
    """A value and when it was written or read. `ended` is infinite for a write that was never answered."""

    register: Register
    value: str
    began: float
    ended: float


@dataclass
class History:
    """Filled by several threads at once."""

    writes: list[Seen] = field(default_factory=list)
    reads: list[Seen] = field(default_factory=list)
    refused: int = 0
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fresh(self) -> str:
        """A value that nobody wrote yet."""
        with self._lock:
            return f"v{next(self._numbers)}"

    def wrote(self, register: Register, value: str, began: float, *, answered: bool) -> None:
        with self._lock:
            self.writes.append(Seen(register, value, began, time.monotonic() if answered else math.inf))

    def read(self, register: Register, value: str, began: float) -> None:
        with self._lock:
            self.reads.append(Seen(register, value, began, time.monotonic()))

    @property
    def acknowledged(self) -> list[Seen]:
        return [write for write in self.writes if write.ended < math.inf]

    def anomalies(self) -> list[str]:
        """Every read that the last acknowledged write, or one still under way, does not explain."""
        found = []
        by_register: dict[Register, list[Seen]] = defaultdict(list)
        for read in self.reads:
            by_register[read.register].append(read)
        for register, reads in by_register.items():
            writes = {write.value: write for write in self.writes if write.register == register}
            found += [problem for read in reads if (problem := _problem(read, writes, reads))]
        return found


def _problem(read: Seen, writes: dict[str, Seen], reads: list[Seen]) -> str:
    write = writes.get(read.value)
    if read.value and (write is None or write.began > read.ended):
        return f"{read.register} read {read.value}, which nobody had written"
    written = write.ended if write else -math.inf
    evidence = [(seen.value, seen.ended) for seen in (*writes.values(), *reads) if seen.value in writes]
    for value, proved in evidence:
        if proved < read.began and writes[value].began > written:
            return f"{read.register} read {read.value or 'nothing'} after {value} was there"
    return ""
