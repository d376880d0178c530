"""Who changed a draft besides on the admin's own forms, kept where the admin keeps what was saved on those."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.base_user import AbstractBaseUser


def note(row: Any, user: AbstractBaseUser | None, words: str, *, is_new: bool = False) -> None:
    """Add a line to the row's history, in the transaction of the change. `user`: None at the command line, which has
    no account that a line could name."""
    if user is not None:
        LogEntry.objects.log_actions(user.pk, [row], ADDITION if is_new else CHANGE, words)
