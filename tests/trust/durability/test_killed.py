"""C01, C03: processes are killed at random moments while people save. Nothing acknowledged may be missing."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time

import pytest

from tests.trust.amounts import amount
from tests.trust.durability.history import History
from tests.trust.durability.processes import PATIENCE, Installation, children_of, kill_all, until
from tests.trust.durability.writers import begin, busy, disclosing

PEOPLE = amount(quick=2, long=8)
KILLS = amount(quick=2, long=200)
SAVES = amount(quick=10, long=10_000)


class Killer:
    """Ends a web worker, or the whole web server, and starts it again."""

    def __init__(self, installation: Installation, chance: random.Random) -> None:
        self.installation, self.chance = installation, chance
        self.server = installation.serve()
        self.slowest = 0.0

    def kill(self, *, everything: bool) -> None:
        time.sleep(self.chance.uniform(0.05, 0.6))
        began = time.monotonic()
        if everything:
            kill_all(self.server)
            self.server = self.installation.serve()
        else:
            self._kill_a_worker()
            until(self.installation.is_live, "the web server")
        self.slowest = max(self.slowest, time.monotonic() - began)

    def _kill_a_worker(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.chance.choice(children_of(self.server)), signal.SIGKILL)


@pytest.mark.check("C01", required="0 acknowledged answers lost, integrity ok")
@pytest.mark.check("C03", required="0 anomalies")
@pytest.mark.check("C18", required="after real kills: disclosures = alerts = deliveries attempted")
@pytest.mark.check("C43", required="the chain of records is whole after the kills")
def test_nothing_acknowledged_is_lost_when_processes_are_killed(installation: Installation, figure) -> None:
    history, chance = History(), random.Random(1)
    killer = Killer(installation, chance)
    people = [begin(installation.origin, history, number, windows=2) for number in range(PEOPLE)]

    with busy(people, seed=1), disclosing(installation) as disclosed:
        for number in range(KILLS):
            killer.kill(everything=number % 2 == 0)
        until(lambda: len(history.acknowledged) >= SAVES and disclosed, "enough", amount(quick=PATIENCE, long=1_200))
    kill_all(killer.server)

    _read_what_is_stored(installation, history)
    assert history.anomalies() == []
    assert installation.ask("integrity") == "ok"
    _everybody_who_disclosed_is_alerted(installation, disclosed)
    done = f"{KILLS} kills, {len(history.acknowledged)} acknowledged, {len(disclosed)} disclosed, 0 lost"
    figure(f"{done}, back within {killer.slowest:.1f} s")


def _read_what_is_stored(installation: Installation, history: History) -> None:
    began = time.monotonic()
    stored = installation.ask("answers")
    for reference, question in {write.register for write in history.writes}:
        history.read((reference, question), stored[reference].get(question, ""), began)


def _everybody_who_disclosed_is_alerted(installation: Installation, acknowledged: list[str]) -> None:
    """An answer and its alert were stored together; then a worker that is killed too tries every delivery."""
    found = installation.ask("counts")
    assert set(acknowledged) <= set(found["disclosed"])
    assert found["disclosed"] == found["alerted"]
    chance = random.Random(2)
    for _ in range(amount(quick=0, long=20)):
        worker = installation.work()
        time.sleep(chance.uniform(0.5, 4))
        kill_all(worker)
    assert installation.work("--once").wait() == 0
    found = installation.ask("counts")
    assert found["attempted"] == found["alerted"]
    assert found["chain"]
