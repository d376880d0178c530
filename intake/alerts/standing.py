"""What every staff page says about alerts: how many wait, for how long, and whether they are being delivered."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.db.models import Count, Min, Q

from intake import access
from intake.models import User
from intake.models.alert import AlertQuerySet
from intake.permissions import ROLES, Permission

from . import liveness
from .ages import span


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """For one person, over the clinics where they acknowledge alerts. `stopped_since` is None while the worker lives;
    `never_ran` when it was never seen. `may` are the names of what any of the person's roles allows."""

    may: frozenset[str]
    open: int = 0
    oldest_for: str = ""
    late: int = 0
    is_stopped: bool = False
    stopped_since: datetime.datetime | None = None
    timezone: str = "UTC"

    @property
    def says_anything(self) -> bool:
        return bool(self.open or self.is_stopped)


def of(user: User, *, now: datetime.datetime) -> Standing:
    """Three queries at most, whatever the size."""
    memberships = list(user.memberships.order_by("created_at").values_list("role", "clinic__timezone"))
    may = frozenset(each.name for role, _ in memberships for each in ROLES[role].permissions)
    beat_at = liveness.latest_beat()
    is_stopped = not liveness.is_alive(beat_at, now=now)
    counts = _counts(access.alerts_for(user), now) if Permission.ACKNOWLEDGE.name in may else {}
    return Standing(
        may=may,
        is_stopped=is_stopped,
        stopped_since=beat_at if is_stopped else None,
        timezone=memberships[0][1] if memberships else "UTC",
        **counts,
    )


def _counts(alerts: AlertQuerySet, now: datetime.datetime) -> dict[str, Any]:
    is_late = Q(sent_at=None) & (Q(failed_at__isnull=False) | Q(due_at__lte=now - liveness.LISTED_AFTER))
    found = alerts.unacknowledged().aggregate(
        open=Count("pk"), oldest_at=Min("created_at"), late=Count("pk", filter=is_late)
    )
    oldest_at = found.pop("oldest_at")
    return {**found, "oldest_for": span(now - oldest_at) if oldest_at else ""}
