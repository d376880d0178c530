"""The audit record: who did what to which record, in a chain whose every link is keyed.

A record is written in the transaction of the action it describes: neither exists without the other. It names ids
only. Reading back needs no trust in the database: an edited, removed, inserted or reordered record breaks the chain,
and an anchor kept elsewhere shows a cut-off tail or an older copy of the database.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from . import vault
from .models import AuditRecord, QuestionnaireResponse, User

OPERATOR = "operator"
"""Somebody at the server's command line."""
SYSTEM = "system"
"""The worker."""
ANONYMOUS = "anonymous"
"""Somebody who has not signed in."""

_BEGINNING = "0" * 64
_LOCK = 0x6175646974  # "audit": any constant will do; it names the one writer's lock on PostgreSQL


class NotInTransaction(Exception):  # noqa: N818 (named for the event)
    """An audit record was asked for outside the transaction of its action."""


class AnchorError(Exception):
    """An anchor file cannot be read."""


def staff(user: User) -> str:
    """The actor's name of a member of staff."""
    return f"user:{user.pk}"


def staff_or_operator(user: User | None) -> str:
    """The actor's name of a member of staff, or of somebody at the server's command line, who is nobody's user."""
    return OPERATOR if user is None else staff(user)


def patient(response: QuestionnaireResponse) -> str:
    """The actor's name of whoever holds a response's link and code."""
    return f"patient:{response.pk}"


def record(*, actor: str, action: str, now: datetime.datetime, **objects: uuid.UUID | str | int) -> AuditRecord:
    """Append one record. Call it last in a transaction: on PostgreSQL it holds the one writer's lock until commit.

    `objects` are ids by kind, such as `response=…`. Raises `NotInTransaction`.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"“{action}” must be recorded inside the transaction of the action.")
    take_turn()
    latest = AuditRecord.objects.order_by("-seq").first()
    entry = AuditRecord(
        seq=latest.seq + 1 if latest else 1,
        at=now,
        actor=actor,
        action=action,
        objects_named={kind: str(named) for kind, named in objects.items()},
        previous=latest.mac if latest else _BEGINNING,
    )
    entry.mac = vault.audit_mac(_message(entry))
    entry.save(force_insert=True)
    return entry


def take_turn() -> None:
    """One writer at a time, so that the chain cannot fork. SQLite's immediate transactions are that already.

    Whoever looks for a record before writing one calls it before looking, within the transaction.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _message(entry: AuditRecord) -> bytes:
    at = entry.at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    parts = [entry.seq, at, entry.actor, entry.action, entry.objects_named, entry.previous]
    return json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()


# --- verifying ---


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verification:
    """What was found. `first_bad` is the sequence number of the first record that is not as it was written."""

    count: int
    head: str
    first_bad: int | None = None
    reason: str = ""

    @property
    def is_intact(self) -> bool:
        return self.first_bad is None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Anchor:
    """What the head of the chain was at one time."""

    seq: int
    mac: str


def verify(anchors: tuple[Anchor, ...] = ()) -> Verification:
    """Walk the chain from its beginning and compare it with the anchors."""
    expected, previous = 1, _BEGINNING
    waiting = _by_number(anchors)
    for entry in AuditRecord.objects.order_by("seq").iterator(chunk_size=2000):
        reason = _fault(entry, expected, previous, waiting.pop(entry.seq, set()))
        if reason:
            return Verification(count=expected - 1, head=previous, first_bad=expected, reason=reason)
        expected, previous = expected + 1, entry.mac
    if waiting and max(waiting) >= expected:
        reason = (
            f"Records {expected} to {max(waiting)} are missing: the end was cut off or the database is an older copy."
        )
        return Verification(count=expected - 1, head=previous, first_bad=expected, reason=reason)
    return Verification(count=expected - 1, head=previous)


def _by_number(anchors: tuple[Anchor, ...]) -> dict[int, set[str]]:
    """Every anchor of a record counts: one that was added after the end was written anew takes no other's place."""
    found: dict[int, set[str]] = {}
    for anchor in anchors:
        found.setdefault(anchor.seq, set()).add(anchor.mac)
    return found


def _fault(entry: AuditRecord, expected: int, previous: str, anchored: set[str]) -> str:
    if entry.seq != expected:
        return f"Record {expected} is missing; the next one is {entry.seq}."
    if entry.previous != previous:
        return f"Record {expected} does not follow the record before it."
    if entry.mac != vault.audit_mac(_message(entry)):
        return f"Record {expected} is not as it was written."
    if anchored - {entry.mac}:
        return f"Record {expected} is not the one that was anchored: the chain was written anew."
    return ""


def append_anchor(path: Path, *, now: datetime.datetime) -> Anchor | None:
    """Add the present head to a file of anchors, one JSON object a line. None while there is no record.

    Keep a copy of the file where whoever writes the database cannot write.
    """
    latest = AuditRecord.objects.order_by("-seq").first()
    if latest is None:
        return None
    line: dict[str, Any] = {"seq": latest.seq, "mac": latest.mac, "at": now.isoformat()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")
    return Anchor(seq=latest.seq, mac=latest.mac)


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """The anchors of a file. Raises `AnchorError` naming the line."""
    try:
        return tuple(_anchors(path.read_text()))
    except (OSError, UnicodeError) as error:
        raise AnchorError(f"The anchor file {path} cannot be read.") from error


def _anchors(text: str) -> Iterator[Anchor]:
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            data = json.loads(line)
            yield Anchor(seq=int(data["seq"]), mac=str(data["mac"]))
        except (ValueError, KeyError, TypeError) as error:
            raise AnchorError(f"Line {number} of the anchor file is not an anchor.") from error
