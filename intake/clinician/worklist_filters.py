"""What of the worklist somebody wants to see: a state, a severity, a kind of alert, a day of appointments."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Count, Q, QuerySet

from intake import invitees, records
from intake.models import Alert, Clinic, QuestionnaireResponse, User

STATE_TITLES = {
    "all": "All",
    "waiting": "Not acknowledged",
    "unopened": "Not opened",
    "unsigned": "Not signed",
    "mine": "Mine",
    "nobody": "Nobody’s",
    "unsent": "Not sent",
}
FOR_ANYONE = frozenset({"all", "unopened"})
"""States that tell nothing of answers."""
SEVERITY_TITLES = {
    "urgent": "Urgent",
    "unresolved": "Unresolved safety",
    "contraindication": "Contraindication",
    "caution": "Caution",
    "information": "Information",
    "none": "Nothing raised",
}
RANKS = {"contraindication": 3, "caution": 2, "information": 1}
KIND_TITLES = {
    Alert.Kind.AT_ONCE.value: "An answer that cannot wait",
    Alert.Kind.URGENT.value: "Urgent answers",
    Alert.Kind.UNRESOLVED_SAFETY.value: "Unresolved safety",
    Alert.Kind.SAFETY_PANEL.value: "Crisis contacts shown",
}
MOST_APPOINTMENTS = 1000
"""Appointments are encrypted: to find those of a day, this many of the latest are opened."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One state to choose, with how many there are, and the rest of the address that chooses it."""

    title: str
    count: int
    query: str
    is_chosen: bool


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen. Empty: no narrowing. Anything that is not offered counts as not chosen."""

    state: str = "all"
    severity: str = ""
    kind: str = ""
    day: str = ""

    @property
    def query(self) -> str:
        """The filter as part of an address; it names no person and no answer."""
        return urlencode(
            {key: value for key, value in msgspec.structs.asdict(self).items() if value not in ("", "all")}
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.query)

    @property
    def date(self) -> datetime.date | None:
        return datetime.date.fromisoformat(self.day) if self.day else None


def chosen(given: Mapping[str, str]) -> Filter:
    """The filter of an address.

    >>> chosen({"state": "mine", "severity": "doom", "day": "soon"}).query
    'state=mine'
    """
    state, severity, kind = (given.get(name, "") for name in ("state", "severity", "kind"))
    return Filter(
        state=state if state in STATE_TITLES else "all",
        severity=severity if severity in SEVERITY_TITLES else "",
        kind=kind if kind in KIND_TITLES else "",
        day=_day(given.get("day", "")),
    )


def _day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def narrowed(
    responses: QuerySet[QuestionnaireResponse], wanted: Filter, *, user: User, may_read: Q, alerts: QuerySet[Alert]
) -> QuerySet[QuestionnaireResponse]:
    """The annotated responses that a filter leaves. What tells of answers finds only what the person may read."""
    found = responses.filter(_state(wanted.state, user, may_read))
    if wanted.severity:
        found = found.filter(may_read, _severity(wanted.severity))
    if wanted.kind:
        found = found.filter(may_read, pk__in=alerts.filter(kind=wanted.kind).values("response"))
    if wanted.date:
        found = found.filter(pk__in=_with_appointment(responses, wanted.date))
    return found


def _state(state: str, user: User, may_read: Q) -> Q:
    matches = {
        "all": Q(),
        "waiting": Q(waits=True),
        "unopened": Q(opened_at=None) | Q(unread_corrections__gt=0),
        "unsigned": Q(status="sent", is_signed=False),
        "mine": Q(assigned_to=user),
        "nobody": Q(assigned_to=None),
        "unsent": Q(status__in=("draft", "deleted")),
    }[state]
    return matches if state in FOR_ANYONE else may_read & matches


def _severity(severity: str) -> Q:
    match severity:
        case "urgent":
            return Q(top_severity=4) | Q(has_urgent_alert=True, status__in=("draft", "deleted"))
        case "unresolved":
            return Q(has_unresolved_safety=True) | Q(has_open_alert=True, status__in=("draft", "deleted"))
        case "none":
            return Q(top_severity=0, status="sent", has_unresolved_safety=False)
        case _:
            return Q(top_severity=RANKS[severity])


def _with_appointment(responses: QuerySet[QuestionnaireResponse], day: datetime.date) -> list[object]:
    """The keys of the responses whose invitation names an appointment on a day at the clinic; one that cannot be read
    may be on any day."""
    invited = responses.filter(invitation__invitee__isnull=False).order_by("-started_at")[:MOST_APPOINTMENTS]
    return [each.pk for each in invited if records.or_said(partial(_appointment_day, each), day) == day]


def _appointment_day(response: QuestionnaireResponse) -> datetime.date | None:
    at = invitees.details_of(response.invitation).appointment_at if response.invitation else None
    return at.astimezone(_zone(response.clinic)).date() if at else None


def _zone(clinic: Clinic) -> ZoneInfo:
    return ZoneInfo(clinic.timezone)


def choices(
    responses: QuerySet[QuestionnaireResponse], wanted: Filter, *, user: User, may_read: Q, reads: bool
) -> tuple[Choice, ...]:
    """Each state with how many responses are in it, in one query; for those who read no answers, only what is plain."""
    offered = [state for state in STATE_TITLES if reads or state in FOR_ANYONE]
    counts = responses.order_by().aggregate(
        **{f"n_{state}": Count("pk", filter=_state(state, user, may_read) or Q(pk__isnull=False)) for state in offered}
    )
    return tuple(
        Choice(
            title=STATE_TITLES[state],
            count=counts[f"n_{state}"],
            query=msgspec.structs.replace(wanted, state=state).query,
            is_chosen=state == wanted.state,
        )
        for state in offered
    )
