"""The replica: a copy of the database that its server keeps up to date. Reports and replays read it; nothing writes it.

It may be late or away; then the database itself is read, and the log says so. How late it is needs no clock of a
server: changes reach a replica in the order they were committed, so whoever sees a row there sees all that was
committed before it. One row is written every few seconds, the worker's sign of life.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from .alerts import liveness
from .durability import REPLICA
from .models import ImpactRun

logger = logging.getLogger(__name__)

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
        as_of = liveness.latest_beat(REPLICA)
        if liveness.is_alive(as_of, now=now):
            return Reading(ask(REPLICA), as_of)
        logger.warning("The replica is late: read from the database itself")
    except DatabaseError as error:
        say_failed(error)
    return Reading(ask(DEFAULT_DB_ALIAS), None)


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
