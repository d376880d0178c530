"""A new file that nobody else may read, for what leaves the program in plain text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from django.core.management.base import CommandError


def new_file(path: Path) -> BinaryIO:
    """An open file. Raises `CommandError` when it exists or cannot be made."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CommandError(f"{path} is there already. Name a new file.") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    return os.fdopen(descriptor, "wb")
