"""Private notes: for those who may read answers. They are not on the patient's copy, and printed only by choice."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from intake.models import ReviewEntry, User
from intake.permissions import Permission

from .reviewing import Kind, TextMissing, append, review_for


def add_note(*, response_id: uuid.UUID | str, text: str, by: User, now: datetime.datetime) -> ReviewEntry:
    """Keep a private note beside a response. Raises `TextMissing`, and what `review_for` raises."""
    with transaction.atomic():
        _, review = review_for(response_id, by, Permission.ACKNOWLEDGE)
        if not text.strip():
            raise TextMissing("Write the note.")
        return append(review, Kind.NOTED, by=by, now=now, text=text)
