"""Writing down that something stored did not open."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from intake import audit
from intake.erasure import registry
from intake.models import AuditRecord, Person, QuestionnaireResponse, User

A_DAY = datetime.timedelta(days=1)


def record_unreadable(*, table: str, row: str, field: str, by: User | None, now: datetime.datetime) -> None:
    """Record which row did not open, and the response or person it belongs to, for the auditors of their clinic.

    Once a day for each row: a page that is loaded again and again does not fill the audit record.
    """
    with transaction.atomic():
        named = {key: value for key, value in (("table", table), ("row", row), ("field", field)) if value}
        named |= {key: str(value) for key, value in _record(table, row).items()}
        audit.take_turn()  # two workers that meet the same row report it once
        latest = AuditRecord.objects.filter(action="record.unreadable", at__gt=now - A_DAY, at__lte=now)
        if not latest.filter(objects_named=named).exists():
            audit.record(actor=audit.staff(by) if by else audit.ANONYMOUS, action="record.unreadable", now=now, **named)


def _record(table: str, row: str) -> dict[str, Any]:
    """The response or person that a row belongs to; nothing when it is neither's."""
    model = next((held.model for held in registry.ABOUT_PEOPLE if held.model._meta.db_table == table), None)
    if model in (QuestionnaireResponse, Person):
        return {"response" if model is QuestionnaireResponse else "person": row}
    try:
        found = model._base_manager.filter(pk=row).first() if model else None
    except (ValueError, ValidationError):
        return {}
    keys = {name: getattr(found, f"{name}_id", None) for name in ("response", "person", "invitation")}
    return {name: key for name, key in keys.items() if key}
