"""One installation for all proofs that need real processes: made once, served anew by each."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.trust.durability.processes import Installation, database_beside


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Installation]:
    """Set up, with nothing running: SQLite, or a database of its own on the server of the tests."""
    place = Installation(tmp_path_factory.mktemp("installation"), database_named(f"trust_{worker_id}"))
    place.ask("set_up")
    yield place
    place.stop()


@pytest.fixture
def installation(installed: Installation) -> Iterator[Installation]:
    """The same, with whatever a test started ended after it."""
    yield installed
    installed.stop()


def database_named(name: str) -> str:
    """The address of a new database on the server of the tests; empty where they run on SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return database_beside(url, name)
