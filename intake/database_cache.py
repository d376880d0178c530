"""Django's cache in the database, with JSON where Django keeps pickles: docs/decisions/0106.

A pickle is a program. Django's own cache runs whatever it finds in the table, so whoever could write one row would run
code in every web process and worker, and have the key ring. JSON can only be read.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from typing import Any

from django.core.cache.backends import db
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.db import DatabaseError, connections, router, transaction
from django.utils import timezone

FOR_EVER = datetime.datetime.max.replace(microsecond=0, tzinfo=datetime.UTC)
MISSING = object()
READ = "SELECT cache_key, value FROM {table} WHERE cache_key IN ({wanted}) AND expires >= %s"
COUNT = "SELECT COUNT(*) FROM {table}"
WRITE = (
    "INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s)"
    " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
)
ADD = f"{WRITE} WHERE {{table}}.expires < %s"
"""Statements that SQLite and PostgreSQL both take; the table is the one that the settings name."""


class DatabaseCache(db.DatabaseCache):
    """Keeps what JSON can say: numbers, text, true and false, lists and dictionaries of them. Anything else cannot be
    set (`TypeError`), and a row that holds anything else is missing."""

    _table: str
    _max_entries: int

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        names = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not names:
            return {}
        connection = connections[router.db_for_read(self.cache_model_class)]
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        statement = READ.format(table=self._table, wanted=", ".join(["%s"] * len(names)))
        with connection.cursor() as cursor:
            cursor.execute(statement, [*names, now])
            found = {names[key]: _read(value) for key, value in cursor.fetchall()}
        return {key: value for key, value in found.items() if value is not MISSING}

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._write(WRITE, key, value, timeout, version)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Whether nothing was there, or what was there is over."""
        return self._write(ADD, key, value, timeout, version, self._adapted(timezone.now()))

    def _write(self, statement: str, key: str, value: Any, timeout: Any, version: int | None, *more: Any) -> bool:
        """Whether it was written. A database that fails is no error, as in Django's own: a cache may lose things."""
        using = router.db_for_write(self.cache_model_class)
        kept = [self.make_and_validate_key(key, version=version), json.dumps(value), self._adapted(self._end(timeout))]
        try:
            with transaction.atomic(using=using), connections[using].cursor() as cursor:
                self._make_room(using, cursor)
                cursor.execute(statement.format(table=self._table), [*kept, *more])
                return bool(cursor.rowcount)
        except DatabaseError:
            return False

    def _end(self, timeout: Any) -> datetime.datetime:
        ends = self.get_backend_timeout(timeout)
        return FOR_EVER if ends is None else datetime.datetime.fromtimestamp(int(ends), tz=datetime.UTC)

    def _adapted(self, moment: datetime.datetime) -> Any:
        """A moment in whole seconds, as the database takes it."""
        ops = connections[router.db_for_write(self.cache_model_class)].ops
        return ops.adapt_datetimefield_value(moment.replace(microsecond=0))

    def _make_room(self, using: str, cursor: Any) -> None:
        cursor.execute(COUNT.format(table=self._table))
        (count,) = cursor.fetchone()
        if count > self._max_entries:
            self._cull(using, cursor, timezone.now(), count)  # type: ignore[attr-defined]


def _read(stored: str) -> Any:
    """What a row holds, or `MISSING` when that is no JSON."""
    try:
        return json.loads(stored)
    except (ValueError, RecursionError):  # a pickle of an earlier release, or planted
        return MISSING
