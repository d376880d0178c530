"""The daily test: one message to everybody on every rota, through the same outbox as alerts, marked as a test.

It goes out once a day from eight in the morning at the clinic, so that a dead address, a broken mail server or a
forgotten worker is found on a quiet day. It is never counted among alerts.
"""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import Max

from intake.models import AlertDelivery, Clinic

from . import escalation, rota
from .escalation import Clock

FROM = datetime.time(8)
"""The clinic's local time before which nobody is tested."""
SOON = datetime.timedelta(hours=1)
"""A test dated further ahead than this was planned before the clock was put back."""


def plan_daily_tests(*, clock: Clock) -> int:
    """Put the test of the day into the outbox for every clinic that has not had it. Returns for how many."""
    now = clock()
    planned = AlertDelivery.objects.filter(alert=None, asked_by=None, planned_at__lte=now + SOON)
    latest = dict(planned.values_list("clinic").annotate(Max("planned_at")))
    due = [clinic.pk for clinic in Clinic.objects.all() if _is_due(clinic, latest.get(clinic.pk), now)]
    return sum(_plan(clinic_id, now) for clinic_id in due)


def _is_due(clinic: Clinic, latest: datetime.datetime | None, now: datetime.datetime) -> bool:
    zone = rota.zone_of(clinic)
    local = now.astimezone(zone)
    return local.time() >= FROM and (latest is None or latest.astimezone(zone).date() < local.date())


def _plan(clinic_id: uuid.UUID, now: datetime.datetime) -> bool:
    with transaction.atomic():
        # One worker at a time plans a clinic's test; another finds it planned.
        clinic = Clinic.objects.select_for_update(of=("self",), no_key=True).get(pk=clinic_id)
        own = AlertDelivery.objects.filter(clinic=clinic, alert=None, asked_by=None, planned_at__lte=now + SOON)
        if not _is_due(clinic, own.aggregate(Max("planned_at"))["planned_at__max"], now):
            return False
        for contact in rota.of(clinic).contacts:
            escalation.planned(contact, clinic_id=clinic_id, now=now).save(force_insert=True)
    return True
