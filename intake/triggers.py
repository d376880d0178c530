"""Database triggers: audit records are never changed or deleted, and what clinicians signed is never changed.

They are installed after every migration, because SQLite drops a table's triggers when it rebuilds the table.
Acknowledgements and signatures may be deleted with the whole record of a person, never edited.
"""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

FUNCTION = "intake_refuse"
# Table, what is refused, and the sentence that says so.
REFUSED = (
    ("intake_auditrecord", ("UPDATE", "DELETE"), "An audit record cannot be changed or deleted"),
    ("intake_flagacknowledgement", ("UPDATE",), "An acknowledgement cannot be changed"),
    ("intake_signoff", ("UPDATE",), "A signature cannot be changed"),
)


def install_after_migrate(*, using: str, verbosity: int = 0, **_: Any) -> None:
    """Handler of `post_migrate`: the triggers, and the table of the cache. Skips tables that do not exist."""
    call_command("createcachetable", database=using, verbosity=0)
    install(connections[using])


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, replacing earlier ones. Raises `NotSupportedError` for another vendor."""
    remove(connection)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table, operations, message in REFUSED:
            for statement in _install(connection.vendor, table, operations, message) if table in tables else ():
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away. For tests that empty the database; `install` puts them back."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table, operations, _ in REFUSED:
            for statement in _remove(connection.vendor, table, operations) if table in tables else ():
                cursor.execute(statement)


def _name(table: str, operation: str) -> str:
    return f"{table}_no_{operation.lower()}"


def _install(vendor: str, table: str, operations: tuple[str, ...], message: str) -> list[str]:
    match vendor:
        case "sqlite":
            return _sqlite(table, operations, message)
        case "postgresql":
            return _postgresql(table, operations, message)
        case _:
            raise NotSupportedError(f"No triggers are written for {vendor}. Use SQLite or PostgreSQL.")


def _sqlite(table: str, operations: tuple[str, ...], message: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    statements = [f"CREATE TRIGGER {_name(table, what)} BEFORE {what} ON {table} {refuse}" for what in operations]
    if "DELETE" in operations:
        # INSERT OR REPLACE deletes the old row without firing delete triggers.
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE seq = NEW.seq)"  # noqa: S608 names of our own
        statements.append(f"CREATE TRIGGER {_name(table, 'replace')} BEFORE INSERT ON {table} WHEN {exists} {refuse}")
    return statements


def _postgresql(table: str, operations: tuple[str, ...], message: str) -> list[str]:
    raising = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'"
    function = f"{table}_{FUNCTION}"
    statements = [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raising}; END $$"
    ]
    for what in operations:
        statements.append(
            f"CREATE TRIGGER {_name(table, what)} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    if "DELETE" in operations:
        statements.append(
            f"CREATE TRIGGER {_name(table, 'truncate')} BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    return statements


def _remove(vendor: str, table: str, operations: tuple[str, ...]) -> list[str]:
    names = [_name(table, what) for what in (*operations, "replace", "truncate")]
    on = f" ON {table}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{on}" for name in names]
