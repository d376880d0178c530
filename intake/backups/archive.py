"""Making, verifying and restoring backups. What was restored is compared with what was backed up before it counts."""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from intake import audit, vault
from intake.erasure import erased_list

from . import sealing, state, stores
from .sealing import BackupDamaged
from .state import State
from .stores import PlaceNotUsable

PREFIX = ".screening-backup-"


class BackupNewer(Exception):  # noqa: N818 (named for the event)
    """The backup was made by a newer version of the product than this one."""


class NotWhole(Exception):  # noqa: N818
    """What was restored is not what was backed up. The message lists what is not."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself: when it was made, what the database held then, and what had been erased by then."""

    made_at: datetime.datetime
    size: int
    state: State
    erased: tuple[erased_list.Entry, ...] = ()


def make(path: Path, *, now: datetime.datetime) -> Manifest:
    """Back up the connected database into a new file that only its owner can read, while the product is in use.

    Raises `FileExistsError`, `OSError`, `PlaceNotUsable`, `vault.KeyRingError`.
    """
    if path.exists():
        raise FileExistsError(path)
    with _private_folder(path.parent) as folder:
        copy, partial = folder / "copy", folder / "sealed"
        with stores.moment(copy):
            found, erased = state.describe(), tuple(erased_list.everything())
        manifest = Manifest(made_at=now, size=copy.stat().st_size, state=found, erased=erased)
        with copy.open("rb") as content:
            sealing.seal(partial, msgspec.json.encode(manifest), content)
        _put_in_place(partial, path)
    with transaction.atomic():
        audit.record(actor=audit.OPERATOR, action="backup.made", now=now, audit_seq=found.audit_seq)
    return manifest


def verify(path: Path) -> Manifest:
    """Restore a backup into a place that is thrown away, and compare. Raises as `restore` does."""
    with _private_folder(None) as folder:
        manifest, copy = _opened(path, folder)
        with stores.scratch(folder) as place:
            stores.put(copy, place)
            _compare(manifest, place, folder)
    return manifest


def restore(path: Path, place: str, *, erased_in: Sequence[Path] = ()) -> Manifest:
    """Put a backup into a new, empty place, compare it with what was backed up, and erase again what was erased since.

    `place` is a database address as in `DATABASE_URL`. The database in use is never touched. What was erased is known
    from this installation, from every backup beside this one, and from the lists and backups in `erased_in`.

    Raises `BackupDamaged`, `BackupNewer`, `NotWhole`, `PlaceNotUsable`, `erased_list.ListDamaged`,
    `vault.VaultError` when the key ring does not open it.
    """
    stores.refuse_unless_empty(place)
    erased = known_erasures(path, erased_in)
    target = stores.settings_of(place)
    is_file = target["ENGINE"].endswith("sqlite3")
    with _private_folder(Path(target["NAME"]).parent if is_file else None) as folder:
        manifest, copy = _opened(path, folder)
        tried = f"sqlite:///{folder / 'restored.sqlite3'}" if is_file else place
        stores.put(copy, tried)
        _compare(manifest, tried, folder, "--restored")
        _erase_again(erased, tried, folder)
        if is_file:  # under its own name only once it is known to be whole
            _put_in_place(folder / "restored.sqlite3", Path(target["NAME"]))
    return manifest


def known_erasures(path: Path, erased_in: Sequence[Path] = ()) -> list[erased_list.Entry]:
    """Everything that is known to have been erased, for the restoration of one backup.

    Raises `erased_list.ListDamaged`, `BackupDamaged` or `OSError` for one that was named and cannot be read.
    """
    beside = [_manifest(other) for other in sorted(path.parent.iterdir()) if sealing.is_backup(other)]
    named = [_erased_in(each) for each in erased_in]
    return erased_list.joined(_here(), *(one.erased for one in beside if one is not None), *named)


def _here() -> list[erased_list.Entry]:
    try:
        return erased_list.everything()
    except DatabaseError:  # a new machine, whose database is only about to be restored
        return erased_list.read(erased_list.path())


def _manifest(path: Path) -> Manifest | None:
    """What another backup says of itself; None when it is damaged or of another installation."""
    try:
        return msgspec.json.decode(next(sealing.unseal(path)), type=Manifest)
    except (BackupDamaged, vault.VaultError):
        return None


def _erased_in(path: Path) -> Sequence[erased_list.Entry]:
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    if sealing.is_backup(path):
        return msgspec.json.decode(next(sealing.unseal(path)), type=Manifest).erased
    return erased_list.read(path)


def _opened(path: Path, folder: Path) -> tuple[Manifest, Path]:
    """The manifest and the copy, every piece of which was as it was written."""
    pieces = sealing.unseal(path)
    manifest = msgspec.json.decode(next(pieces), type=Manifest)
    if unknown := state.unknown_migrations(manifest.state):
        raise BackupNewer(f"The backup was made by a newer version, which has {', '.join(unknown)}. Upgrade first.")
    if manifest.state.vendor != connection.vendor:
        raise PlaceNotUsable(f"The backup is of {manifest.state.vendor}; this installation uses {connection.vendor}.")
    copy = folder / "copy"
    with copy.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    if copy.stat().st_size != manifest.size:
        raise BackupDamaged(f"{path} holds {copy.stat().st_size} bytes and should hold {manifest.size}.")
    return manifest, copy


def _compare(manifest: Manifest, place: str, folder: Path, *options: str) -> None:
    """Let another process, connected to the new place, say what is not as it was."""
    expected = folder / "expected.json"
    expected.write_bytes(msgspec.json.encode(manifest.state))
    _in_place(place, "compare_database", str(expected), *options)


def _in_place(place: str, *arguments: str) -> None:
    """Run a command of ours on another database. Raises `NotWhole` with what it says when it fails."""
    # A file that names the database in use would count more than the place.
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL_FILE"}
    done = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        env={**environment, "DATABASE_URL": place},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NotWhole((done.stdout + done.stderr).strip())


def _erase_again(entries: list[erased_list.Entry], place: str, folder: Path) -> None:
    """Let another process, connected to the new place, bring its tables up to date and erase what is listed."""
    if not entries:
        return
    erased_list.append(entries, to=folder / "erased.jsonl")
    _in_place(place, "erase_again", str(folder / "erased.jsonl"))


@contextlib.contextmanager
def _private_folder(beside: Path | None) -> Iterator[Path]:
    """A folder that nobody else may read, on the disk of the result, thrown away afterwards. What a process that was
    killed left there goes first: a copy of everything, also of what was erased since."""
    where = beside or Path(tempfile.gettempdir())
    _throw_away_leftovers(where)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=where) as name:
        yield Path(name)


def _throw_away_leftovers(where: Path) -> None:
    """Our own, in which nothing was written for a day: no process still works there."""
    for folder in where.glob(f"{PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another process throws it away at the same moment
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                latest = max(path.lstat().st_mtime for path in (folder, *folder.iterdir()))
                if latest < time.time() - stores.LEFTOVER:
                    shutil.rmtree(folder)


def _put_in_place(partial: Path, path: Path) -> None:
    """Give a finished file its name: whole on the disk first, never over another. Raises `FileExistsError`."""
    os.chmod(partial, 0o600)
    stores.sync(partial)
    os.link(partial, path)
    stores.sync(path.parent)
