"""What every staff page says about alerts: how many wait, for how long, and whether they are being delivered."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from intake import access
from intake.models import Alert, Membership, SecurityNotice, User, WorkerHeartbeat
from intake.permissions import ROLES, Permission

from . import liveness
from .ages import span


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """For one person, over the clinics where they acknowledge alerts. `stopped_since` is when the worker was last seen,
    None when it lives or never ran. `may` are the names of what any of the person's roles allows, `rights` what they
    allow in each clinic, `notices` how many security notices nobody has looked at."""

    may: frozenset[str]
    rights: access.Rights = dataclasses.field(default_factory=dict)
    open: int = 0
    oldest_for: str = ""
    late: int = 0
    is_stopped: bool = False
    stopped_since: datetime.datetime | None = None
    timezone: str = "UTC"
    notices: int = 0

    @property
    def says_anything(self) -> bool:
        return bool(self.open or self.is_stopped or self.notices)


def on_page(request: HttpRequest) -> Standing:
    """How alerts stand for whoever asked for a page: looked up once, for its head and for what it shows."""
    found: Standing | None = getattr(request, "standing", None)
    if found is None:
        found = request.standing = of(request.user, now=timezone.now())  # type: ignore[attr-defined,arg-type]
    return found


def of(user: User, *, now: datetime.datetime) -> Standing:
    """One query, whatever the size: it is asked on every page."""
    rows = list(_by_membership(user, now))
    may = frozenset(each.name for row in rows for each in ROLES[row["role"]].permissions)
    mine = {row["clinic_id"]: row for row in rows if Permission.ACKNOWLEDGE in ROLES[row["role"]].permissions}
    told = {row["clinic_id"]: row["notices"] for row in rows if ROLES[row["role"]].permissions & set(access.TOLD)}
    oldest = min((row["oldest_at"] for row in mine.values() if row["oldest_at"]), default=None)
    beat_at = rows[0]["beat_at"] if rows else None
    is_stopped = bool(rows) and not liveness.is_alive(beat_at, now=now)
    return Standing(
        may=may,
        rights=access.rights_from((row["clinic_id"], row["role"]) for row in rows) if user.is_active else {},
        open=sum(row["open"] for row in mine.values()),
        oldest_for=span(now - oldest) if oldest else "",
        late=sum(row["late"] for row in mine.values()),
        is_stopped=is_stopped,
        stopped_since=beat_at if is_stopped else None,
        timezone=rows[0]["clinic__timezone"] if rows else "UTC",
        notices=sum(told.values()),
    )


def _by_membership(user: User, now: datetime.datetime) -> QuerySet[Membership, dict[str, Any]]:
    """Each of the person's roles, with the open alerts of its clinic and the worker's heartbeat."""
    waiting = Alert.objects.unacknowledged().filter(response__clinic=OuterRef("clinic"))
    counted = waiting.order_by().values("response__clinic")
    is_late = Q(sent_at=None) & (Q(failed_at__isnull=False) | Q(due_at__lte=now - liveness.LISTED_AFTER))
    unseen = SecurityNotice.objects.filter(clinic=OuterRef("clinic"), seen_at=None).order_by()
    beat = WorkerHeartbeat.objects.filter(name=liveness.WORKER).values("beat_at")
    return (
        user.memberships.order_by("created_at", "pk")
        .annotate(
            open=Coalesce(Subquery(counted.annotate(found=Count("pk")).values("found")), 0),
            late=Coalesce(Subquery(counted.annotate(found=Count("pk", filter=is_late)).values("found")), 0),
            oldest_at=Subquery(counted.annotate(found=Min("created_at")).values("found")),
            beat_at=Subquery(beat),
            notices=Coalesce(Subquery(unseen.values("clinic").annotate(found=Count("pk")).values("found")), 0),
        )
        .values("role", "clinic_id", "clinic__timezone", "open", "late", "oldest_at", "beat_at", "notices")
    )
