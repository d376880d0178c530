"""Is anybody delivering? The worker's heartbeat, what is late, and what could not be delivered."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from django.db import DEFAULT_DB_ALIAS
from django.db.models import OuterRef, Q, QuerySet, Subquery

from intake.models import Alert, AlertDelivery, WorkerHeartbeat
from intake.models.alert import SKEW

LATE_AFTER = datetime.timedelta(minutes=5)
"""When an alert that is due and not delivered makes the installation not ready."""
LISTED_AFTER = datetime.timedelta(seconds=45)
"""When one that is due and not delivered is listed for staff, also if no attempt has ended yet."""
DEAD_AFTER = datetime.timedelta(minutes=2)
"""When a silent worker counts as dead."""

WORKER = "worker"


def beat(*, now: datetime.datetime) -> None:
    """Say that the worker is alive."""
    WorkerHeartbeat.objects.update_or_create(name=WORKER, defaults={"beat_at": now})


def latest_beat(database: str = DEFAULT_DB_ALIAS) -> datetime.datetime | None:
    """When the worker was last alive, as the database of this alias knows it."""
    return WorkerHeartbeat.objects.using(database).filter(name=WORKER).values_list("beat_at", flat=True).first()


def is_alive(beat_at: datetime.datetime | None, *, now: datetime.datetime) -> bool:
    """Whether a worker seen at this time counts as alive. A time in the future proves nothing: the clock was put
    back."""
    return beat_at is not None and -SKEW <= now - beat_at <= DEAD_AFTER


def is_worker_alive(*, now: datetime.datetime) -> bool:
    """Whether the worker was seen lately."""
    return is_alive(latest_beat(), now=now)


def oldest_unsent_age(*, now: datetime.datetime) -> datetime.timedelta | None:
    """For how long the oldest alert has been due without being delivered to anybody; None when nothing waits."""
    oldest = _undelivered(now).order_by("due_at").first()
    return now - oldest.due_at if oldest else None


def _undelivered(now: datetime.datetime) -> QuerySet[Alert]:
    return Alert.objects.unsent().unacknowledged().filter(due_at__lte=now)


def failed_deliveries(clinics: Iterable[uuid.UUID], *, now: datetime.datetime) -> QuerySet[AlertDelivery]:
    """The messages of these clinics that came back, failed, or took too long, while that still matters: the alert is
    open, or it is the latest test of a contact on the rota. Oldest first."""
    open_or_test = Q(alert__isnull=False, alert__acknowledged_at=None) | Q(
        alert=None, pk__in=latest_tests().values("pk")
    )
    went_wrong = Q(failed_at__isnull=False) | Q(planned_at__lte=now - LISTED_AFTER)
    found = AlertDelivery.objects.filter(open_or_test, went_wrong, delivered_at=None, contact__removed_at=None)
    return found.filter(clinic__in=clinics).select_related("alert__response", "clinic").order_by("planned_at", "pk")


def failed_tests(*, now: datetime.datetime) -> QuerySet[AlertDelivery]:
    """The latest tests, of anybody on a rota, that came back or are late."""
    found = AlertDelivery.objects.filter(
        pk__in=latest_tests().values("pk"), delivered_at=None, contact__removed_at=None
    )
    return found.filter(Q(bounced_at__isnull=False) | Q(planned_at__lte=now - LATE_AFTER))


def latest_tests() -> QuerySet[AlertDelivery]:
    """The latest test message to each contact, and to each clinic's `alert_email` while it has no contacts."""
    tests = AlertDelivery.objects.filter(alert=None).order_by("-planned_at", "-pk")
    same = tests.filter(clinic=OuterRef("clinic"))
    of_contact = same.filter(contact=OuterRef("contact")).values("pk")[:1]
    of_address = same.values("pk")[:1]
    latest = Q(contact__isnull=False, pk=Subquery(of_contact)) | Q(contact=None, pk=Subquery(of_address))
    return tests.filter(latest)
