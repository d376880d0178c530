"""The worklist: what was sent to my clinics, and drafts that called for somebody, those who cannot wait first."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from intake import access, records
from intake.models import Alert, QuestionnaireResponse, User
from intake.permissions import Permission
from screening import publishing

from .wording import moment

PAGE_SIZE = 25

URGENT_WAITING, WAITING, URGENT, UNRESOLVED_SAFETY, UNOPENED, OPENED = range(6)

TOP_TITLES = {
    4: ("urgent", "Urgent"),
    3: ("contraindication", "Contraindication"),
    2: ("caution", "Caution"),
    1: ("information", "Information"),
    0: ("none", "Nothing raised"),
}
UNRESOLVED = ("unresolved-safety", "Unresolved safety")
PANEL_SHOWN = ("caveat", "Crisis contacts shown")
URGENT_KINDS = (Alert.Kind.AT_ONCE, Alert.Kind.URGENT)


class Mark(msgspec.Struct, frozen=True):
    """A word with a shape: `key` names the shape in the style sheet."""

    key: str
    title: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. What comes from answers is empty for those who may not read them."""

    reference: str
    who: str
    clinic: str
    when: str
    is_sent: bool
    is_deleted: bool
    is_unopened: bool
    has_correction: bool
    can_read: bool
    is_waiting: bool = False
    marks: tuple[Mark, ...] = ()
    alert: str = ""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the list. `next_after` is the key of its last line while there is more; `is_reviewed` is false when
    a clinician has not reviewed the content that a listed response answers."""

    rows: tuple[Row, ...]
    next_after: str
    is_reviewed: bool
    shows_clinic: bool
    shows_flags: bool


class UnknownPlace(Exception):  # noqa: N818 (named for the event)
    """The place in the list that an address names cannot be read."""


def page_of(user: User, *, after: str = "") -> Page:
    """The page of the list after a place. Raises `UnknownPlace`."""
    responses = list(_after(_listed(user), after)[: PAGE_SIZE + 1])
    shown = responses[:PAGE_SIZE]
    rows = tuple(_row(response, can_read=response.can_read) for response in shown)
    return Page(
        rows=rows,
        next_after=_place(shown[-1]) if len(responses) > PAGE_SIZE else "",
        is_reviewed=_are_reviewed(shown),
        shows_clinic=len({row.clinic for row in rows}) > 1,
        shows_flags=any(row.can_read for row in rows),
    )


def _are_reviewed(responses: list[QuestionnaireResponse]) -> bool:
    """Whether a clinician has reviewed the content that each response answers. Versions are compiled once a process."""
    versions = {response.version.sha256: response.version for response in responses}
    return all(publishing.compiled(version).definition.review.clinical for version in versions.values())


def _listed(user: User) -> QuerySet[Any]:
    """What was sent, and every draft that raised an alert: somebody must see it before it is sent.

    Where a person may not read answers (`can_read` says so), neither the order nor the presence
    of a draft tells anything about them.
    """
    may_read = Q(clinic__in=access.clinics_of(user, Permission.READ_ANSWERS))
    mine = access.alerts_for(user)
    alerts = mine.filter(response=OuterRef("pk"))
    # A draft, or one that was deleted, has no assessment: its alerts stand in for one.
    is_urgent = Q(top_severity=4) | Q(Exists(alerts.filter(kind__in=URGENT_KINDS)), status__in=("draft", "deleted"))
    is_waiting = Q(Exists(alerts.unacknowledged()))
    order = Case(
        When(may_read & is_urgent & is_waiting, then=Value(URGENT_WAITING)),
        When(may_read & is_waiting, then=Value(WAITING)),
        When(may_read & is_urgent, then=Value(URGENT)),
        When(may_read & Q(has_unresolved_safety=True), then=Value(UNRESOLVED_SAFETY)),
        When(Q(opened_at=None) | Q(unread_corrections__gt=0), then=Value(UNOPENED)),
        default=Value(OPENED),
    )
    listed = access.responses_for(user, Permission.SEE_WHO_HAS_SENT).filter(
        Q(status="sent") | (may_read & Q(Exists(alerts)))
    )
    named = Prefetch("alerts", queryset=mine.select_related("acknowledged_by"))
    return (
        listed.defer("version__document", "document_ct", "assessment_ct")
        .annotate(
            can_read=Case(When(may_read, then=True), default=False),
            urgency=order,
            since=Coalesce("sent_at", "started_at"),
        )
        .prefetch_related(named)
        .order_by("urgency", "since", "pk")
    )


def _after(responses: QuerySet[QuestionnaireResponse], place: str) -> QuerySet[QuestionnaireResponse]:
    """The responses behind a place in the order: by key, so that what arrives meanwhile moves nothing."""
    if not place:
        return responses
    urgency, since, key = _read_place(place)
    return responses.filter(
        Q(urgency__gt=urgency) | Q(urgency=urgency, since__gt=since) | Q(urgency=urgency, since=since, pk__gt=key)
    )


def _place(response: Any) -> str:
    written = json.dumps([response.urgency, response.since.isoformat(), str(response.pk)])
    return base64.urlsafe_b64encode(written.encode()).decode()


def _read_place(place: str) -> tuple[int, datetime.datetime, uuid.UUID]:
    """What `_place` wrote. Raises `UnknownPlace` for anything else."""
    try:
        urgency, since, key = json.loads(base64.urlsafe_b64decode(place.encode("ascii")))
        read = datetime.datetime.fromisoformat(since)
        if not isinstance(urgency, int) or urgency not in range(6) or read.tzinfo is None:
            raise UnknownPlace(place)
        return urgency, read, uuid.UUID(key)
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UnknownPlace("That page of the list does not exist.") from error


def _row(response: QuestionnaireResponse, *, can_read: bool) -> Row:
    zone = ZoneInfo(response.clinic.timezone)
    at = (response.sent_at or response.started_at).astimezone(zone)
    return Row(
        reference=str(response),
        who=who(response) or str(response),
        clinic=response.clinic.name,
        when=moment(at) if response.is_sent else f"Started {moment(at)}",
        is_sent=response.is_sent,
        is_deleted=response.is_deleted,
        is_unopened=response.opened_at is None or response.unread_corrections > 0,
        has_correction=response.unread_corrections > 0,
        can_read=can_read,
        is_waiting=can_read and any(alert.acknowledged_at is None for alert in response.alerts.all()),
        marks=_marks(response) if can_read else (),
        alert=alert_state(list(response.alerts.all())) if can_read else "",
    )


def who(response: QuestionnaireResponse) -> str:
    """The name a person gave on sending; empty for a draft."""
    identity = records.read_identity(response.person) if response.person else {}
    return " ".join(part for part in (identity.get("given_name"), identity.get("family_name")) if part)


def _marks(response: QuestionnaireResponse) -> tuple[Mark, ...]:
    """What to see first: the top severity and unresolved safety, or for a draft what its alerts are about."""
    kinds = {alert.kind for alert in response.alerts.all()}
    if response.is_sent:
        top, is_open = TOP_TITLES[response.top_severity], response.has_unresolved_safety
    else:
        top = TOP_TITLES[4] if kinds & set(URGENT_KINDS) else PANEL_SHOWN
        is_open = Alert.Kind.UNRESOLVED_SAFETY in kinds
    if not is_open:
        return (Mark(*top),)
    return (Mark(*UNRESOLVED),) if top in (TOP_TITLES[0], PANEL_SHOWN) else (Mark(*top), Mark(*UNRESOLVED))


def alert_state(alerts: list[Alert]) -> str:
    """What became of the alerts of one response, in a few words; empty when there were none."""
    if not alerts:
        return ""
    waiting = [alert for alert in alerts if alert.acknowledged_at is None]
    if not waiting:
        names = sorted({alert.acknowledged_by.name for alert in alerts if alert.acknowledged_by})
        return f"Acknowledged by {', '.join(names)}"
    if any(alert.failed_at for alert in waiting):
        return "Alert could not be delivered"
    if not any(alert.sent_at for alert in waiting):
        return "Alert waiting to be sent"
    return "Alert sent"
