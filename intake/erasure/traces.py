"""What may still lie around once rows are gone: sessions that name them, and old pages of the database's files."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection

from intake import unsent

from .registry import ABOUT_PEOPLE

logger = logging.getLogger(__name__)

TRIES = 20
PAUSE_SECONDS = 0.05


def forget_in_sessions(names: Iterable[str]) -> int:
    """End every patient's session that names one of these ids or references, and drop what staff typed about them and
    could not send. How many sessions were touched."""
    wanted = tuple(name for name in names if name)
    return sum(_forget_in(session, wanted) for session in Session.objects.iterator())


def _forget_in(session: Session, wanted: tuple[str, ...]) -> bool:
    data = session.get_decoded()
    if not any(name in json.dumps(data, default=str) for name in wanted):
        return False
    if unsent.dropped_from(data):
        session.session_data = Session.objects.encode(data)
        session.save(update_fields=["session_data"])
    elif SESSION_KEY not in data:  # nobody of the staff is signed in: it is a patient's
        session.delete()
    return True


def press_out() -> bool:
    """Leave nothing of deleted rows in the database's files. Whether it was done; not within a transaction.

    SQLite writes zeros over what is deleted, and the log of writes is emptied here. PostgreSQL takes the dead rows out
    of its tables, where this role owns them; the rest is for the operator (docs/operations.md).
    """
    if connection.in_atomic_block:
        return False
    try:
        is_done = _checkpoint() if connection.vendor == "sqlite" else _vacuum()
    except DatabaseError as error:
        logger.warning("Old pages could not be pressed out: %s", type(error).__name__)
        return False
    if not is_done:
        logger.warning("Old pages could not be pressed out: somebody is reading, or this role does not own the tables")
    return is_done


def _checkpoint() -> bool:
    for _ in range(TRIES):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if cursor.fetchone()[0] == 0:
                return True
        time.sleep(PAUSE_SECONDS)
    return False


OWNED = "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE relname = ANY(%s)"


def _vacuum() -> bool:
    tables = dict.fromkeys(held.model._meta.db_table for held in ABOUT_PEOPLE)
    with connection.cursor() as cursor:
        cursor.execute(OWNED, [list(tables)])
        if not cursor.fetchone()[0]:  # PostgreSQL would pass over them, with a warning only
            return False
        cursor.execute(f"VACUUM {', '.join(map(connection.ops.quote_name, tables))}")
    return True
