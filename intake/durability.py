"""Whether the database keeps what it acknowledged. Checked for every connection, not believed from the settings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

# What each pragma must read back as, and what goes wrong otherwise.
PRAGMAS: dict[str, tuple[str, str]] = {
    "journal_mode": ("wal", "readers and the writer block each other"),
    "synchronous": ("2", "a power cut loses answers that were shown as saved"),
    "foreign_keys": ("1", "records can point at nothing"),
    "secure_delete": ("1", "erased answers stay in the file"),
}
# PostgreSQL: what each setting may be, and what goes wrong otherwise.
SERVER_SETTINGS: dict[str, tuple[tuple[str, ...], str]] = {
    "synchronous_commit": (("on", "remote_apply"), "a crash loses answers that were shown as saved"),
    "fsync": (("on",), "a power cut loses answers that were shown as saved"),
    "full_page_writes": (("on",), "a power cut leaves damaged pages"),
}

# Asked of each session of PostgreSQL. Compiling the query of the worklist takes ten times as long as answering it.
SESSION = "SET synchronous_commit = on; SET jit = off"

REPLICA = "replica"
"""The alias of a copy that is only read: replica.py."""
# Asked of each of its sessions, so that nothing is written to it even where it could be.
READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET default_transaction_read_only = on; SET jit = off",
}


def weaknesses(connection: BaseDatabaseWrapper) -> list[str]:
    """What is weaker than promised, each in one sentence; empty when all is well."""
    match connection.vendor:
        case "sqlite":
            return [] if connection.is_in_memory_db() else _sqlite(connection)  # type: ignore[attr-defined]
        case "postgresql":
            return _postgresql(connection)
        case vendor:
            return [f"{vendor} is not supported. Use SQLite or PostgreSQL."]


def _sqlite(connection: BaseDatabaseWrapper) -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for pragma, (expected, harm) in PRAGMAS.items():
            actual = str(cursor.execute(f"PRAGMA {pragma}").fetchone()[0]).lower()
            if actual != expected:
                found.append(f"PRAGMA {pragma} is {actual} and must be {expected}: {harm}.")
    return found


def _postgresql(connection: BaseDatabaseWrapper) -> list[str]:
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(SERVER_SETTINGS)])
        actual = dict(cursor.fetchall())
    for name, (allowed, harm) in SERVER_SETTINGS.items():
        if actual.get(name) not in allowed:
            found.append(f"{name} is {actual.get(name)} and must be {allowed[0]}: {harm}.")
    return found


def refuse_weak_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Handler of `connection_created`. A connection that could lose answers is closed before it is used, and one to the
    replica writes none."""
    if connection.alias == REPLICA:
        with connection.cursor() as cursor:
            cursor.execute(READ_ONLY[connection.vendor])
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(SESSION)
    found = weaknesses(connection)
    if found:
        connection.close()
        raise ImproperlyConfigured(" ".join(found))


def watch_connections() -> None:
    """Check every connection from now on."""
    connection_created.connect(refuse_weak_connection, dispatch_uid="intake.durability")
