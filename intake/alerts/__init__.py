"""Calling people: who is told about an alert, when, by which channel, and whether that works.

`rota` says who is on duty, `escalation` opens one step of the ladder after the other, `delivering` sends what was
opened, `channels` is the table of ways to send, and `liveness` says whether all this is running.
"""

from __future__ import annotations

from .delivering import Delivered, deliver_due, retry_after
from .listing import as_row
from .liveness import (
    LATE_AFTER,
    beat,
    failed_tests,
    is_worker_alive,
    oldest_unsent_age,
)

__all__ = [
    "LATE_AFTER",
    "Delivered",
    "as_row",
    "beat",
    "deliver_due",
    "failed_tests",
    "is_worker_alive",
    "oldest_unsent_age",
    "retry_after",
]
