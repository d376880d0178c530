"""The worklist: what was sent to my clinics, and drafts that called for somebody, those who cannot wait first."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import uuid
from typing import Any

import msgspec
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from intake import access
from intake.models import Alert, QuestionnaireResponse, ReviewEntry, User
from intake.permissions import Permission
from screening import publishing

from .worklist_filters import Choice, Filter, choices, narrowed
from .worklist_rows import URGENT_KINDS, Mark, Row, row_of, who

__all__ = ["Filter", "Mark", "Page", "Row", "UnknownPlace", "matching", "page_of", "who"]

PAGE_SIZE = 25
MOST_FOUND = 50
"""Lines that a search shows."""

URGENT_WAITING, WAITING, URGENT, UNRESOLVED_SAFETY, UNOPENED, OPENED, SIGNED = RANKS = range(7)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the list. `next_after` is the key of its last line while there is more; `is_reviewed` is false when
    a clinician has not reviewed the content that a listed response answers. `may_list`: the person's roles show lists.
    """

    rows: tuple[Row, ...]
    next_after: str
    is_reviewed: bool
    shows_clinic: bool
    shows_flags: bool
    may_list: bool
    shows_appointments: bool
    wanted: Filter = Filter()
    choices: tuple[Choice, ...] = ()


class UnknownPlace(Exception):  # noqa: N818 (named for the event)
    """The place in the list that an address names cannot be read."""


def page_of(user: User, *, after: str = "", wanted: Filter | None = None, rights: access.Rights | None = None) -> Page:
    """The page of the list after a place, narrowed to what is wanted. `rights` are the person's, where they are known.

    Raises `UnknownPlace`.
    """
    wanted = wanted or Filter()
    rights = access.rights_of(user) if rights is None else rights
    readable = {clinic for clinic, may in rights.items() if Permission.READ_ANSWERS in may}
    may_read = Q(clinic__in=readable)
    everything = listed(user, may_read)
    alerts = access.alerts_for(user)
    narrow = narrowed(everything, wanted, user=user, may_read=may_read, alerts=alerts)
    responses = list(_after(narrow, after)[: PAGE_SIZE + 1])
    page = _page(responses[:PAGE_SIZE], user, rights)
    return msgspec.structs.replace(
        page,
        next_after=_place(responses[PAGE_SIZE - 1]) if len(responses) > PAGE_SIZE else "",
        wanted=wanted,
        choices=choices(everything, wanted, user=user, may_read=may_read, reads=bool(readable))
        if page.may_list
        else (),
    )


def matching(user: User, matches: Q) -> Page:
    """What of the list matches a search, as one page. Finds nothing that the list would not show."""
    rights = access.rights_of(user)
    may_read = Q(clinic__in=[clinic for clinic, may in rights.items() if Permission.READ_ANSWERS in may])
    return _page(list(listed(user, may_read).filter(matches)[:MOST_FOUND]), user, rights)


def _page(responses: list[QuestionnaireResponse], user: User, rights: access.Rights) -> Page:
    rows = tuple(
        row_of(response, can_read=Permission.READ_ANSWERS in rights[response.clinic_id], reader=user)
        for response in responses
    )
    return Page(
        rows=rows,
        next_after="",
        is_reviewed=_are_reviewed(responses),
        shows_clinic=len({row.clinic for row in rows}) > 1,
        shows_flags=any(Permission.READ_ANSWERS in may for may in rights.values()),
        may_list=any(Permission.SEE_WHO_HAS_SENT in may for may in rights.values()),
        shows_appointments=any(row.appointment for row in rows),
    )


def _are_reviewed(responses: list[QuestionnaireResponse]) -> bool:
    """Whether a clinician has reviewed the content that each response answers. Versions are compiled once a process."""
    versions = {response.version.sha256: response.version for response in responses}
    return all(publishing.compiled(version).definition.review.clinical for version in versions.values())


def listed(user: User, may_read: Q) -> QuerySet[QuestionnaireResponse]:
    """What was sent, and every draft that raised an alert: somebody must see it before it is sent.

    Where a person may not read answers, neither the order nor the presence of a draft tells anything about them.
    """
    alerts = access.alerts_for(user).filter(response=OuterRef("pk"))
    shown = access.responses_for(user, Permission.SEE_WHO_HAS_SENT).select_related("assigned_to", "invitation__invitee")
    return (
        _with_review(_with_alerts(shown, alerts), user)
        .filter(Q(status="sent") | (may_read & Q(has_alert=True)))
        .defer("version__document", "document_ct", "assessment_ct")
        .annotate(urgency=_order(may_read), since=Coalesce("sent_at", "started_at"))
        .order_by("urgency", "since", "pk")
    )


def _with_alerts(
    responses: QuerySet[QuestionnaireResponse], alerts: QuerySet[Alert]
) -> QuerySet[QuestionnaireResponse]:
    """What became of the alerts of each response, in the same query whatever their number."""
    waiting = alerts.filter(acknowledged_at=None)
    latest = alerts.filter(acknowledged_by__isnull=False).order_by("-acknowledged_at", "pk")
    return responses.annotate(
        has_alert=Exists(alerts),
        has_urgent_alert=Exists(alerts.filter(kind__in=URGENT_KINDS)),
        has_open_alert=Exists(alerts.filter(kind=Alert.Kind.UNRESOLVED_SAFETY)),
        waits=Exists(waiting),
        waits_undelivered=Exists(waiting.filter(failed_at__isnull=False)),
        waits_delivered=Exists(waiting.filter(sent_at__isnull=False)),
        acknowledged_name=Subquery(latest.values("acknowledged_by__name")[:1]),
    )


def _with_review(responses: QuerySet[QuestionnaireResponse], user: User) -> QuerySet[QuestionnaireResponse]:
    """Whether each response was signed, and nothing was entered or corrected since, read or not; and whether the
    patient has not yet answered what they were asked again."""
    signed = access.sign_offs_for(user).filter(response=OuterRef("pk")).order_by("-signed_at")
    entered = access.review_entries_for(user).filter(response=OuterRef("pk"), kind=ReviewEntry.Kind.ANSWERED)
    corrected = access.corrections_for(user).filter(response=OuterRef("pk"))
    waiting = access.requests_for(user).filter(response=OuterRef("pk"), answered_at=None, invitation__revoked_at=None)
    responses = responses.annotate(is_asked_again=Exists(waiting))
    return responses.annotate(signed_at=Subquery(signed.values("signed_at")[:1])).annotate(
        is_signed=Q(signed_at__isnull=False)
        & ~Q(Exists(entered.filter(done_at__gt=OuterRef("signed_at"))))
        & ~Q(Exists(corrected.filter(created_at__gt=OuterRef("signed_at"))))
    )


def _order(may_read: Q) -> Case:
    # A draft, or one that was deleted, has no assessment: its alerts stand in for one.
    is_urgent = Q(top_severity=4) | Q(has_urgent_alert=True, status__in=("draft", "deleted"))
    return Case(
        When(may_read & is_urgent & Q(waits=True), then=Value(URGENT_WAITING)),
        When(may_read & Q(waits=True), then=Value(WAITING)),
        When(may_read & Q(is_signed=True), then=Value(SIGNED)),
        When(may_read & is_urgent, then=Value(URGENT)),
        When(may_read & Q(has_unresolved_safety=True), then=Value(UNRESOLVED_SAFETY)),
        When(Q(opened_at=None) | Q(unread_corrections__gt=0), then=Value(UNOPENED)),
        default=Value(OPENED),
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
        if not isinstance(urgency, int) or urgency not in RANKS or read.tzinfo is None:
            raise UnknownPlace(place)
        return urgency, read, uuid.UUID(key)
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UnknownPlace("That page of the list does not exist.") from error
