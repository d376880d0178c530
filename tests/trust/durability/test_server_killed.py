"""C01, C71: all processes of a PostgreSQL server are killed while people save, and it is started again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.trust.amounts import IS_LONG
from tests.trust.durability.history import History
from tests.trust.durability.processes import Installation, kill_all, until
from tests.trust.durability.writers import begin, busy, disclosing
from tools import with_postgres

PEOPLE, KILLS = 4, 10
AWAY = 503
"""What the product answers while its database is away."""


@dataclass
class Cluster:
    """A server of its own, in a directory that is thrown away."""

    home: Path

    @property
    def url(self) -> str:
        return f"postgres://screening@/postgres?host={self.home}"

    def make(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.home, "postgres")
        self._run("initdb", "-U", "screening", "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        options = " ".join([*with_postgres.SETTINGS, "-k", str(self.home)])
        self._run("pg_ctl", "-w", "-l", str(self.home / "log"), "-o", options, "start")

    def kill(self) -> None:
        """End every process of the server at once."""
        found = self.home / "data" / "postmaster.pid"
        first = int(found.read_text().split()[0])
        others = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True).stdout.split()
        for pid in (first, *map(int, others)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in (first, *others)), "the end of the server")

    def _run(self, program: str, *arguments: str) -> None:
        command = [f"{with_postgres.find_binaries()}/{program}", "-D", str(self.home / "data"), *arguments]
        with_postgres.as_server_user(command)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    found = Cluster(Path(tempfile.mkdtemp(prefix="pg-")))
    found.make()
    found.start()
    try:
        yield found
    finally:
        found.kill()
        shutil.rmtree(found.home, ignore_errors=True)


@pytest.mark.skipif(not IS_LONG, reason="in make trust: a database server of its own")
@pytest.mark.skipif("postgres" not in os.environ.get("DATABASE_URL", ""), reason="SQLite has no server")
@pytest.mark.check("C01", required="the database server is killed: 0 acknowledged answers lost")
@pytest.mark.check("C71", required="the database server is killed: it comes back with everything, without a restart")
def test_a_database_server_that_is_killed_loses_nothing(cluster: Cluster, tmp_path: Path, figure) -> None:
    place, history, chance = Installation(tmp_path, cluster.url), History(), random.Random(71)
    place.ask("set_up")
    try:
        server, may_be = place.serve(), (AWAY,)
        people = [begin(place.origin, history, number, windows=2, may_be=may_be) for number in range(PEOPLE)]
        with busy(people, seed=71), disclosing(place, may_be=may_be) as disclosed:
            for _ in range(KILLS):
                before = len(history.acknowledged)
                until(lambda before=before: len(history.acknowledged) > before + PEOPLE, "a save")
                time.sleep(chance.uniform(0.05, 0.6))
                cluster.kill()
                cluster.start()
            until(lambda: len(history.acknowledged) > before + 5 * PEOPLE and disclosed, "a save")
        kill_all(server)

        stored, began = place.ask("answers"), time.monotonic()
        for reference, question in {write.register for write in history.writes}:
            history.read((reference, question), stored[reference].get(question, ""), began)
        found = place.ask("counts")
    finally:
        place.stop()
    assert history.anomalies() == []
    assert set(disclosed) <= set(found["disclosed"])
    assert found["disclosed"] == found["alerted"]
    assert found["chain"]
    figure(f"{KILLS} kills, {len(history.acknowledged)} acknowledged, {len(disclosed)} disclosed, 0 lost")
