"""Database triggers: audit records and what was saved are never changed, nor what clinicians signed.

They are installed after every migration, because SQLite drops a table's triggers when it rebuilds the table.
Rows that belong to a response may be deleted once the key of that response is gone, which is how a whole response is
erased.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from django.core.management import call_command
from django.db import NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from screening.triggers import names_in

KEPT = (
    "EXISTS (SELECT 1 FROM intake_questionnaireresponse AS whole"
    " WHERE whole.id = OLD.response_id AND length(whole.wrapped_key) > 0)"
)
"""Whether the response that a row belongs to can still be read."""

KEPT_PEOPLE = (
    "(SELECT min(length(who.wrapped_key)) FROM intake_person AS who WHERE who.id IN (OLD.person_id, OLD.other_id)) > 0"
)
"""Whether both people that a row is about can still be read."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Guard:
    """What is refused on one table. `same` says which row a new one would replace; `delete_when` narrows it."""

    table: str
    message: str
    refused: tuple[str, ...]
    same: str = "id = NEW.id"
    delete_when: str = ""

    def name(self, operation: str) -> str:
        return f"{self.table}_no_{operation.lower()}"

    def names(self, vendor: str) -> list[str]:
        """Every trigger of this table. SQLite's INSERT OR REPLACE, and TRUNCATE, pass by the ordinary ones."""
        return [self.name(what) for what in (*self.refused, "replace" if vendor == "sqlite" else "truncate")]


GUARDS = (
    Guard(
        table="intake_auditrecord",
        message="An audit record cannot be changed or deleted",
        refused=("UPDATE", "DELETE"),
        same="seq = NEW.seq",
    ),
    Guard(
        table="intake_reviewentry",
        message="A review entry cannot be changed, or deleted while its response can be read",
        refused=("UPDATE", "DELETE"),
        same=(
            "id = NEW.id OR (response_id = NEW.response_id AND number = NEW.number) OR (kind = 'cosigned'"
            " AND NEW.kind = 'cosigned' AND sign_off_id = NEW.sign_off_id AND done_by_id = NEW.done_by_id)"
        ),
        delete_when=KEPT,
    ),
    Guard(
        table="intake_signoff",
        message="A signature cannot be changed, or deleted while its response can be read",
        refused=("UPDATE", "DELETE"),
        same="id = NEW.id OR (response_id = NEW.response_id AND content_sha256 = NEW.content_sha256)",
        delete_when=KEPT,
    ),
    Guard(
        table="intake_revision",
        message="A revision cannot be changed, or deleted while its response can be read",
        refused=("UPDATE", "DELETE"),
        same="id = NEW.id OR (response_id = NEW.response_id AND number = NEW.number)",
        delete_when=KEPT,
    ),
    Guard(
        table="intake_packedrecord",
        message="A packed record cannot be changed, or deleted while its response can be read",
        refused=("UPDATE", "DELETE"),
        same=("id = NEW.id OR (response_id = NEW.response_id AND version_id = NEW.version_id AND layout = NEW.layout)"),
        delete_when=KEPT,
    ),
    Guard(
        table="intake_personmatch",
        message="What staff said about two people cannot be changed, or deleted while both can be read",
        refused=("UPDATE", "DELETE"),
        same="id = NEW.id OR (undoes_id IS NOT NULL AND undoes_id = NEW.undoes_id)",
        delete_when=KEPT_PEOPLE,
    ),
    Guard(
        table="intake_correction",
        message="A correction cannot be changed, or deleted while its response can be read",
        refused=("UPDATE", "DELETE"),
        same="id = NEW.id OR (response_id = NEW.response_id AND number = NEW.number)",
        delete_when=KEPT,
    ),
)


def remove_before_migrate(*, using: str, plan: list[Any], **_: Any) -> None:
    """Handler of `pre_migrate`: SQLite cannot rebuild a table that the trigger of another one reads.

    Stopped half-way, the check `intake.E003` refuses the start until `migrate` has run again.
    """
    if plan:
        remove(connections[using])


def install_after_migrate(*, using: str, verbosity: int = 0, **_: Any) -> None:
    """Handler of `post_migrate`: the triggers, and the table of the cache. Skips tables that do not exist."""
    call_command("createcachetable", database=using, verbosity=0)
    install(connections[using])


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, replacing earlier ones. Raises `NotSupportedError` for another vendor."""
    remove(connection)
    for guard in _present(connection):
        _run(connection, _install(connection.vendor, guard))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away. For tests that empty the database; `install` puts them back."""
    for guard in _present(connection):
        on = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
        _run(connection, [f"DROP TRIGGER IF EXISTS {name}{on}" for name in guard.names(connection.vendor)])


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that are not there, of the tables that are."""
    present = names_in(connection)
    return [name for guard in _present(connection) for name in guard.names(connection.vendor) if name not in present]


def _present(connection: BaseDatabaseWrapper) -> list[Guard]:
    tables = set(connection.introspection.table_names())
    return [guard for guard in GUARDS if guard.table in tables]


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _install(vendor: str, guard: Guard) -> list[str]:
    match vendor:
        case "sqlite":
            return _sqlite(guard)
        case "postgresql":
            return _postgresql(guard)
        case _:
            raise NotSupportedError(f"No triggers are written for {vendor}. Use SQLite or PostgreSQL.")


def _sqlite(guard: Guard) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
    statements = []
    for what in guard.refused:
        when = f"WHEN {guard.delete_when} " if what == "DELETE" and guard.delete_when else ""
        statements.append(f"CREATE TRIGGER {guard.name(what)} BEFORE {what} ON {guard.table} {when}{refuse}")
    # INSERT OR REPLACE deletes the old row without firing delete triggers.
    exists = f"EXISTS (SELECT 1 FROM {guard.table} WHERE {guard.same})"  # noqa: S608 names of our own
    before = f"BEFORE INSERT ON {guard.table} WHEN {exists}"
    return [*statements, f"CREATE TRIGGER {guard.name('replace')} {before} {refuse}"]


def _postgresql(guard: Guard) -> list[str]:
    statements = []
    for what in (*guard.refused, "TRUNCATE"):
        # A condition on another table can stand in a function only.
        when = guard.delete_when if what == "DELETE" and guard.delete_when else "true"
        each, name = "STATEMENT" if what == "TRUNCATE" else "ROW", guard.name(what)
        statements += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN RAISE EXCEPTION '{guard.message}' USING ERRCODE = 'restrict_violation'; END IF; "
            "RETURN OLD; END $$",
            f"CREATE TRIGGER {name} BEFORE {what} ON {guard.table} FOR EACH {each} EXECUTE FUNCTION {name}()",
        ]
    return statements
