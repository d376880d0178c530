"""The list of what was erased, beside the database: a restored older backup is brought up to date with it.

One JSON object a line, opaque ids only, each with a keyed hash so that nobody adds a line who has no key ring. A line
is on the disk before its erasure is committed: stopped in between, the erasure is completed from the list.
"""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from django.conf import settings

from intake import vault
from intake.models import Erasure, QuestionnaireResponse

DRAFT = "draft"


class ListDamaged(Exception):  # noqa: N818 (named for the event)
    """A line of an erasure list is not one that this installation wrote. The message names it."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased: a response, a person with everything of theirs, or a draft that its patient deleted."""

    kind: str
    id: str
    reason: str
    at: datetime.datetime


def path() -> Path:
    """The list of this installation."""
    return Path(settings.ERASURE_LIST)


def append(entries: Iterable[Entry], *, to: Path | None = None) -> None:
    """Add entries and wait until they are on the disk. An end that a power cut left half-written is cut off first."""
    where = to or path()
    where.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(where, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _cut_half_a_line(file)
        file.write("".join(f"{_line(entry)}\n" for entry in entries).encode())
        file.flush()
        os.fsync(file.fileno())


def _cut_half_a_line(file: BinaryIO) -> None:
    content = file.read()
    if content and not content.endswith(b"\n"):
        file.truncate(content.rfind(b"\n") + 1)


def _line(entry: Entry) -> str:
    plain = msgspec.to_builtins(entry)
    return json.dumps({**plain, "mac": _mac(entry)}, sort_keys=True)


def _mac(entry: Entry) -> str:
    return vault.keyed_hash("erasure list", entry.kind, entry.id, entry.reason, entry.at.isoformat())


def read(where: Path) -> list[Entry]:
    """The entries of a list; none when there is no file. Raises `ListDamaged`, `OSError`."""
    if not where.exists():
        return []
    content = where.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]  # half a line at the end was never committed
    return list(_entries(whole.decode("utf-8", "replace").splitlines(), where))


def _entries(lines: list[str], where: Path) -> Iterator[Entry]:
    for number, line in enumerate(lines, start=1):
        try:
            data = json.loads(line)
            entry = msgspec.convert({key: data[key] for key in Entry.__struct_fields__}, Entry)
            is_ours = data["mac"] == _mac(entry)
        except (ValueError, KeyError, TypeError) as error:
            raise ListDamaged(f"Line {number} of {where} is not a line of an erasure list.") from error
        if not is_ours:
            raise ListDamaged(f"Line {number} of {where} was changed, or written under another key ring.")
        yield entry


def of_database() -> list[Entry]:
    """What the tombstones in the database say. A draft that its patient deleted counts once nothing of it is kept: a
    legal hold is newer than an older backup, where the draft would go at once."""
    stones = Erasure.objects.values_list("kind", "object_id", "reason", "erased_at")
    drafts = QuestionnaireResponse.objects.filter(status="deleted", revisions=None).values_list("pk", "deleted_at")
    erased = [Entry(kind=kind, id=str(pk), reason=reason, at=at) for kind, pk, reason, at in stones]
    return erased + [draft(pk, at) for pk, at in drafts if at]


def draft(response_id: uuid.UUID, at: datetime.datetime) -> Entry:
    """That a patient took a draft back."""
    return Entry(kind=DRAFT, id=str(response_id), reason=Erasure.Reason.ASKED, at=at)


def everything() -> list[Entry]:
    """The list of this installation and the tombstones of its database, each record once."""
    return joined(read(path()), of_database())


def joined(*lists: Iterable[Entry]) -> list[Entry]:
    """Several lists as one, each record once, in order of time."""
    found = {(entry.kind, entry.id): entry for one in lists for entry in one}
    return sorted(found.values(), key=lambda entry: (entry.at, entry.id))


def complete() -> None:
    """Add what the database says and the list lacks, as after a move to another machine."""
    known = {(entry.kind, entry.id) for entry in read(path())}
    missing = [entry for entry in of_database() if (entry.kind, entry.id) not in known]
    if missing:
        append(missing)
