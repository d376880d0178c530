"""Is anybody delivering? The worker's heartbeat, what is late, and what could not be delivered."""

from __future__ import annotations

import datetime

from django.db.models import QuerySet

from intake.models import Alert, WorkerHeartbeat
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


def latest_beat() -> datetime.datetime | None:
    """When the worker was last alive."""
    return WorkerHeartbeat.objects.filter(name=WORKER).values_list("beat_at", flat=True).first()


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
