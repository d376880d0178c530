"""Many patients filling in pages at the same time."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .browser import Browser, Failed, filled_in, seconds
from .site import Patient, memory_of

PAGES = ("/q/page0/", "/q/page1/", "/q/page2/")


@dataclass
class Found:
    """What a crowd met: the seconds of each save, what went wrong, the most memory in megabytes."""

    taken: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    memory: float = 0

    @property
    def saves(self) -> int:
        return len(self.taken)

    @property
    def errors(self) -> int:
        return len(self.failures)

    @property
    def first_error(self) -> str:
        return self.failures[0] if self.failures else ""

    def percentile(self, percent: int) -> float:
        """The seconds within which so many of 100 saves are done."""
        if len(self.taken) < 2:
            return float("inf")
        return statistics.quantiles(self.taken, n=100)[percent - 1]


def fill(
    patients: list[Patient],
    processes: list[int],
    *,
    lasting: float,
    pause: float,
    each_second: Callable[[Found], None] = lambda found: None,
) -> Found:
    """Each patient opens a page, answers it and sends it, then rests; all at once, for `lasting` seconds. What was
    found so far is shown to `each_second`."""
    found, ends = Found(), time.monotonic() + lasting
    people = [
        threading.Thread(target=_patient, args=(patient, number, len(patients), found, ends, pause))
        for number, patient in enumerate(patients)
    ]
    for person in people:
        person.start()
    while time.monotonic() < ends:
        time.sleep(1)
        found.memory = max(found.memory, memory_of(processes))
        each_second(found)
    for person in people:
        person.join()
    return found


def _patient(patient: Patient, number: int, of: int, found: Found, ends: float, pause: float) -> None:
    browser, chance = Browser(patient.session), random.Random(number)
    time.sleep(pause * number / of)  # spread, as people are
    while time.monotonic() < ends:
        page = chance.choice(PAGES)
        try:
            fields = filled_in(browser.get(page), chance)
            found.taken.append(seconds(browser.post, page, fields))
        except (Failed, OSError) as error:
            found.failures.append(f"{type(error).__name__}: {error}")
        time.sleep(pause)
