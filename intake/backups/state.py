"""What a database holds, in numbers: enough to tell whether a restored copy is whole, and nothing about anybody."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from intake import audit, vault
from intake.models import AuditRecord
from intake.models.fields import Enveloped


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Rows by table, the migrations that made the tables, the head of the audit record, and the keys in use."""

    vendor: str
    migrations: tuple[str, ...]
    counts: dict[str, int]
    audit_seq: int
    audit_mac: str
    key_ids: tuple[str, ...]


def describe() -> State:
    """The state of the database that is connected."""
    latest = AuditRecord.objects.order_by("-seq").first()
    return State(
        vendor=connection.vendor,
        migrations=_applied(),
        counts={table: _rows(table) for table in _tables()},
        audit_seq=latest.seq if latest else 0,
        audit_mac=latest.mac if latest else "",
        key_ids=tuple(sorted({key_id for model in _enveloped() for key_id in _key_ids(model)})),
    )


def unknown_migrations(state: State) -> tuple[str, ...]:
    """Migrations of a backup that this version of the product does not know: the backup is newer than the code."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    return tuple(name for name in state.migrations if name not in known)


def differences(expected: State) -> Iterator[str]:
    """What is not in the connected database as it was when the backup was made, each in one sentence."""
    if connection.vendor == "sqlite":
        yield from _integrity()
    try:
        yield from _missing_rows(expected)
        chain = audit.verify()
        if not chain.is_intact:
            yield f"The audit record is not intact. {chain.reason}"
        if (chain.count, chain.head if chain.count else "") != (expected.audit_seq, expected.audit_mac):
            yield "The audit record does not end where it ended."
        yield from _what_does_not_open()
    except DatabaseError:
        yield "The tables cannot be read."


def _missing_rows(expected: State) -> Iterator[str]:
    """By name, not by model: a backup of an older version has the tables of its own time."""
    if _applied() != expected.migrations:
        yield "The tables were made by other migrations."
    for table, count in expected.counts.items():
        if (found := _rows(table)) != count:
            yield f"{table} has {found} rows and should have {count}."


def _integrity() -> Iterator[str]:
    with connection.cursor() as cursor:
        found = cursor.execute("PRAGMA integrity_check").fetchone()[0]
        is_pointing_nowhere = cursor.execute("PRAGMA foreign_key_check").fetchone() is not None
    if found != "ok":
        yield "The database file is damaged."
    if is_pointing_nowhere:
        yield "A record points at one that is not there."


def _what_does_not_open() -> Iterator[str]:
    """One row of each kind for each key: a key ring that cannot open them is found before anybody relies on it."""
    for model in _enveloped():
        for key_id in _key_ids(model):
            kept = model._base_manager.filter(key_id=key_id).exclude(wrapped_key=b"")
            row = kept.only("pk", "key_id", "wrapped_key").first()
            try:
                if row is not None:
                    vault.data_key(row)
            except vault.VaultError:
                yield f"The key ring does not open {model._meta.db_table} under the key “{key_id}”."


def _applied() -> tuple[str, ...]:
    return tuple(sorted(f"{app}.{name}" for app, name in MigrationLoader(connection).applied_migrations))


def _tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models() if model._meta.managed)


def _rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 (a quoted name)
        count: int = cursor.fetchone()[0]
    return count


def _enveloped() -> list[type[Enveloped]]:
    return [model for model in apps.get_models() if issubclass(model, Enveloped)]


def _key_ids(model: type[Enveloped]) -> list[str]:
    return sorted(model._base_manager.values_list("key_id", flat=True).distinct())
