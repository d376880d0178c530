"""C68: the clock of the machine jumps while people answer, over months and years and back."""

from __future__ import annotations

import datetime
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.trust.amounts import IS_LONG
from tests.trust.durability.compiled import library
from tests.trust.durability.definitions import QUESTIONS
from tests.trust.durability.history import History
from tests.trust.durability.processes import PATIENCE, Installation, until
from tests.trust.durability.writers import begin, disclose

pytestmark = pytest.mark.skipif(not IS_LONG, reason="in make trust: a server and a worker for it alone")

MINUTE, HOUR = 60, 3_600
ELSEWHERE = ("2028-02-29T23:59:59", "2027-03-14T06:59:59", "2027-11-07T05:59:59", "2039-06-01T12:00:00")
"""A day that most years do not have, the hours at which New York changes its clocks, and a time past 32 bits (UTC)."""


class FalseClock:
    """The clock of the processes of an installation; it runs on, and can be put anywhere."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.put(0)

    def put(self, ahead: float) -> None:
        """So many seconds ahead of the machine's."""
        with self.file.open("r+b" if self.file.exists() else "wb") as file:  # the same file: processes look into it
            file.write(struct.pack("=q", int(ahead)))

    def put_to(self, moment: str) -> None:
        self.put(datetime.datetime.fromisoformat(f"{moment}+00:00").timestamp() - time.time())


@contextmanager
def under_a_false_clock(installation: Installation, directory: Path) -> Iterator[FalseClock]:
    """Served, with a worker; what is asked of the installation meanwhile is answered under the same clock."""
    clock = FalseClock(directory / "clock")
    preload = library(Path(__file__).parent / "false_clock.c", directory)
    installation.more = {"LD_PRELOAD": str(preload), "FALSE_CLOCK": str(clock.file)}
    try:
        installation.serve()
        installation.work()
        yield clock
    finally:
        installation.stop()
        installation.more = {}


@pytest.mark.check("C68", required="the processes' clock jumps: no error, newest save last, every alert delivered")
def test_a_clock_that_jumps_loses_and_reorders_nothing(installation: Installation, tmp_path: Path, figure) -> None:
    history, disclosed = History(), []
    with under_a_false_clock(installation, tmp_path) as clock:
        (window,) = begin(installation.origin, history, 0)
        for ahead in (0, 50 * MINUTE, 5 * MINUTE, -50 * MINUTE, 0):  # as far as a page stays open
            clock.put(ahead)
            assert window.save(QUESTIONS[0], history.fresh()) == 200
            assert window.open()
        for number, moment in enumerate(ELSEWHERE, start=1):
            clock.put_to(moment)
            (window,) = begin(installation.origin, history, number)
            assert window.save(QUESTIONS[0], history.fresh()) == 200
            disclosed.append(disclose(installation.origin, 30_000 + number))
            assert window.open()
        clock.put(-HOUR)
        disclosed.append(disclose(installation.origin, 31_000))
        clock.put(0)
        until(lambda: set(disclosed) <= set(installation.ask("counts")["delivered"]), "every alert", PATIENCE)
        chain = installation.ask("counts")["chain"]

    assert history.anomalies() == []
    assert chain
    figure(f"{len(ELSEWHERE) + 6} jumps, between {ELSEWHERE[0]} and {ELSEWHERE[-1]}; {len(disclosed)} alerts delivered")
