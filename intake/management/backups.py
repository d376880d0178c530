"""What the commands about backups share: every refusal as one sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import CommandError

from intake.backups import archive
from intake.erasure import erased_list


@contextlib.contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Turn what can go wrong with a backup file into a `CommandError`."""
    try:
        yield
    except archive.NotWhole as error:
        raise CommandError(f"NOT WHOLE. What came out of {path} is not what was backed up:\n{error}") from error
    except (archive.BackupDamaged, erased_list.ListDamaged, archive.BackupNewer, archive.PlaceNotUsable) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{error.filename or path}: {error.strerror}.") from error
