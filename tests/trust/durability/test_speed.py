"""C83: fifty people answer at once at the pace of people, and nobody waits long for a page or a save."""

from __future__ import annotations

import os
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.trust.amounts import IS_LONG
from tests.trust.durability.definitions import QUESTIONS
from tests.trust.durability.history import History
from tests.trust.durability.processes import Installation, children_of
from tests.trust.durability.writers import Window, begin

PEOPLE, SECONDS = 50, 40
TARGETS = {"save": 0.3, "page": 0.5}
"""Seconds in which 95 of 100 are answered, on a machine with two processors of its own."""
IDLE = 0.9
"""The part of the processors that nothing else uses on a machine of its own."""
PROCESSOR = 0.05
"""Seconds of a processor for one answer: at this pace half of two processors. It is the same on a busy machine."""


@pytest.mark.alone
@pytest.mark.skipif(not IS_LONG, reason="in make trust: most of a minute")
@pytest.mark.check("C83", required="50 ms of a processor an answer; p95 of saves 300 ms, of pages 500 ms if it is idle")
def test_fifty_people_wait_for_nothing(installation: Installation, figure) -> None:
    is_idle, history = idle_part() >= IDLE, History()
    server = installation.serve()
    windows = [window for number in range(PEOPLE) for window in begin(installation.origin, history, number)]
    took: dict[str, list[float]] = {"save": [], "page": []}

    before = processor_seconds(server)
    with answering(windows, took):
        time.sleep(SECONDS)
    used = (processor_seconds(server) - before) / sum(map(len, took.values()))

    found = {what: sorted(times)[len(times) * 95 // 100] for what, times in took.items()}
    said = [f"{len(took[what])} {what}s, p95 {found[what] * 1000:.0f} ms" for what in took]
    figure(f"{', '.join(said)}; {used * 1000:.0f} ms of a processor each{'' if is_idle else '; beside other work'}")
    assert history.anomalies() == []
    assert used <= PROCESSOR
    if is_idle:
        assert {what: longest for what, longest in found.items() if longest > TARGETS[what]} == {}


@contextmanager
def answering(windows: list[Window], took: dict[str, list[float]]) -> Iterator[None]:
    """All of them answer, each in a thread of its own, until the end of the block."""
    over, failures = threading.Event(), []

    def run(window: Window, number: int) -> None:
        try:
            answer(window, random.Random(number), over, took)
        except BaseException as error:
            failures.append(error)
            raise

    people = [threading.Thread(target=run, args=(window, number)) for number, window in enumerate(windows)]
    for person in people:
        person.start()
    yield
    over.set()
    for person in people:
        person.join()
    assert failures == []


def answer(window: Window, chance: random.Random, over: threading.Event, took: dict[str, list[float]]) -> None:
    """Type for two to four seconds, let the page save it, and open a page after every third answer."""
    while not over.wait(chance.uniform(2, 4)):
        what = "page" if chance.random() < 0.25 else "save"
        began = time.monotonic()
        if what == "page":
            assert window.open()
        else:
            assert window.save(chance.choice(QUESTIONS), window.history.fresh()) == 200
        took[what].append(time.monotonic() - began)


def idle_part() -> float:
    """The part of all processors that is idle, over three seconds. The load average still holds what ran before."""
    before = _ticks()
    time.sleep(3)
    spent = [after - earlier for earlier, after in zip(before, _ticks(), strict=True)]
    return (spent[3] + spent[4]) / sum(spent)


def _ticks() -> list[int]:
    """What the processors did since the machine began: user, nice, system, idle, waiting for a disk, and more."""
    return [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]


def processor_seconds(server: subprocess.Popen[bytes]) -> float:
    """What the workers used of the processors since they began."""
    ticks = 0
    for pid in children_of(server):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # in user mode, and in the system for it
    return ticks / os.sysconf("SC_CLK_TCK")
