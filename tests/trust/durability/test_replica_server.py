"""C71: a real copy, which PostgreSQL keeps by streaming, is read while it follows and left alone when it does not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.trust.amounts import IS_LONG
from tests.trust.durability.cluster import Cluster, running
from tests.trust.durability.processes import Installation, until
from tests.trust.durability.test_server_killed import cluster
from tools import with_postgres

__all__ = ["cluster"]


@pytest.fixture
def standby(cluster: Cluster) -> Iterator[Cluster]:
    """A server that follows the other one."""

    def follow(copy: Cluster) -> None:
        program = f"{with_postgres.find_binaries()}/pg_basebackup"
        options = ["-h", str(cluster.home), "-U", "screening", "-D", str(copy.home / "data"), "-R", "-X", "stream"]
        with_postgres.as_server_user([program, *options])

    with running(follow) as found:
        yield found


@pytest.mark.skipif(not IS_LONG, reason="in make trust: two database servers of its own")
@pytest.mark.skipif("postgres" not in os.environ.get("DATABASE_URL", ""), reason="SQLite has no replica")
@pytest.mark.check("C71", required="a streaming replica is read while it follows, and not while it is late or away")
def test_a_streaming_replica_is_read_while_it_follows(cluster: Cluster, standby: Cluster, tmp_path: Path) -> None:
    place = Installation(tmp_path, cluster.url, more={"REPLICA_DATABASE_URL": standby.url})
    place.ask("set_up")

    until(lambda: place.ask("replica_state", "0") == ["ok", "replica"], "the replica")
    with psycopg.connect(standby.url, autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
    state, read = place.ask("replica_state", "5")
    assert (state.startswith("The replica is not known to hold"), read) == (True, "default")

    standby.kill()
    assert place.ask("replica_state", "0") == ["The replica cannot be read.", "default"]
    standby.start()
    until(lambda: place.ask("replica_state", "5") == ["ok", "replica"], "the replica")
