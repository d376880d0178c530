"""The safety panel's record."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from intake import audit
from intake.models import SafetyPanelShown

from .refusals import locked


def record_panel_shown(*, response_id: uuid.UUID | str, now: datetime.datetime) -> SafetyPanelShown:
    """Keep that help was shown after the present revision. Shown again after the same one, the first time stands."""
    with transaction.atomic():
        response = locked(response_id)
        shown, is_new = SafetyPanelShown.objects.get_or_create(
            response=response, revision=response.revision, defaults={"shown_at": now}
        )
        if is_new:
            audit.record(actor=audit.SYSTEM, action="panel.shown", now=now, response=response.pk)
    return shown
