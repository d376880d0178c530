"""Opening the worklist."""

from __future__ import annotations

import datetime

from django.db import transaction

from intake import audit
from intake.models import User


def open_worklist(*, user: User, shown: int, now: datetime.datetime) -> None:
    """Record that somebody reads the list of who has sent. `shown` is how many lines the page has."""
    with transaction.atomic():
        audit.record(actor=audit.staff(user), action="worklist.read", now=now, shown=shown)
