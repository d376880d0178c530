"""The replica: a copy of the database that its server keeps up to date. Reports and replays read it; nothing writes it.

It may be late or away; then the database itself is read, and the log says so. How late it is needs no clock of a
server: changes reach a replica in the order they were committed, so whoever sees a row there sees all that was
committed before it. One row is written every few seconds, the worker's sign of life.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction

from .alerts import liveness
from .durability import REPLICA
from .models import ImpactRun

logger = logging.getLogger(__name__)

LONGEST_QUERY_MS = 20_000
"""Milliseconds that a query of a report may take."""
LOOK_AGAIN_AFTER = datetime.timedelta(seconds=30)
"""How old what is known of the replica may be."""

Found = TypeVar("Found")


class Reading(NamedTuple, Generic[Found]):
    """What was read; `as_of` is when the replica was last known to hold everything, None for the database itself."""

    found: Found
    as_of: datetime.datetime | None


def is_set() -> bool:
    """Whether this installation has a replica."""
    return REPLICA in connections


def read(ask: Callable[[str], Found], *, now: datetime.datetime) -> Reading[Found]:
    """What `ask` finds in the database of the alias it is given: the replica's when that is up to date."""
    if not is_set():
        return Reading(ask(DEFAULT_DB_ALIAS), None)
    try:
        with _not_for_long():
            as_of = liveness.latest_beat(REPLICA)
            if liveness.is_alive(as_of, now=now):
                return Reading(ask(REPLICA), as_of)
        logger.warning("The replica is late: read from the database itself")
    except DatabaseError as error:
        say_failed(error)
    return Reading(ask(DEFAULT_DB_ALIAS), None)


@contextlib.contextmanager
def _not_for_long() -> Iterator[None]:
    """Somebody waits for a page: the server of the replica gives each query up that takes longer. Replays, for which
    nobody waits, may take as long as they do."""
    if connections[REPLICA].vendor != "postgresql":
        yield
        return
    with transaction.atomic(using=REPLICA):
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {LONGEST_QUERY_MS:d}")
        yield


def holding(run: ImpactRun) -> str:
    """The alias of a database that holds every response which a replay counted when it was asked for: the replica once
    it holds the replay itself, which was committed after them."""
    if not is_set():
        return DEFAULT_DB_ALIAS
    try:
        if ImpactRun.objects.using(REPLICA).filter(pk=run.pk).exists():
            return REPLICA
        logger.warning("The replica does not hold the replay yet: read from the database itself")
    except DatabaseError as error:
        say_failed(error)
    return DEFAULT_DB_ALIAS


def say_failed(error: DatabaseError) -> None:
    """Log that the replica could not be read, and let its connection go: the next one asks for a new one."""
    logger.warning("The replica cannot be read (%s): read from the database itself", type(error).__name__)
    connections[REPLICA].close()


def state(*, now: datetime.datetime) -> str:
    """“ok”, or one sentence on what is wrong. Nothing stops for it: the database itself is read instead."""
    try:
        as_of = liveness.latest_beat(REPLICA)
    except DatabaseError:
        connections[REPLICA].close()
        return "The replica cannot be read."
    if liveness.is_alive(as_of, now=now):
        return "ok"
    until = f"after {as_of:%Y-%m-%d %H:%M:%S} UTC" if as_of else "at all"
    return f"The replica is not known to hold anything that was saved {until}."


class Watch:
    """What this process last saw of the replica. It is looked at in a thread, so that whoever asks never waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen = "The replica was not looked at yet."
        self._asked_at = datetime.datetime.min.replace(tzinfo=datetime.UTC)
        self.looking: threading.Thread | None = None

    def state(self, *, now: datetime.datetime) -> str:
        """What was seen last, or that there is no answer. Whoever asks half a minute after the last look starts another
        one."""
        with self._lock:
            seen = self._seen
            if abs(now - self._asked_at) < LOOK_AGAIN_AFTER:
                return seen
            if self.looking is not None and self.looking.is_alive():
                return "The replica does not answer."
            self._asked_at = now
            self.looking = threading.Thread(target=self._look, args=(now,), name="replica", daemon=True)
            self.looking.start()
            return seen

    def _look(self, now: datetime.datetime) -> None:
        try:
            self._seen = state(now=now)
        finally:
            connections.close_all()  # of this thread


watch = Watch()
