"""C01, C71: all processes of a PostgreSQL server are killed while people save, and it is started again."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trust.amounts import IS_LONG
from tests.trust.durability.cluster import Cluster, running
from tests.trust.durability.history import History
from tests.trust.durability.processes import Installation, kill_all, until
from tests.trust.durability.writers import begin, busy, disclosing

PEOPLE, KILLS = 4, 10
AWAY = 503
"""What the product answers while its database is away."""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with running(Cluster.make) as found:
        yield found


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
