"""The worklist: what was sent to my clinics, and drafts that called for somebody, those who cannot wait first."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import uuid
from collections.abc import Sequence

import msgspec
from django.db.models import Exists, OuterRef, Q, Subquery

from intake import access
from intake.access import listing
from intake.models import QuestionnaireResponse, User
from intake.models.listing import Urgency
from intake.permissions import Permission
from screening import publishing

from .worklist_filters import Choice, Filter, choices, offered, parts
from .worklist_rows import Mark, Row, row_of, who

__all__ = ["Filter", "Mark", "Page", "Row", "UnknownPlace", "matching", "page_of", "who"]

PAGE_SIZE = 25
MOST_FOUND = 50
"""Lines that a search shows."""


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
    reach = listing.reach_of(rights)
    lists = parts(reach, wanted, user)
    if after:
        place = _read_place(after)
        lists = [each.after(place) for each in lists]
    found = listing.page(lists, size=PAGE_SIZE, lists=offered(reach, user), reader=user)
    page = _page(found.keys, user, rights)
    return msgspec.structs.replace(
        page,
        next_after=written(found.further) if found.further else "",
        wanted=wanted,
        choices=choices(found.counts, wanted) if page.may_list else (),
    )


def matching(user: User, matches: Q) -> Page:
    """What of the list matches a search, as one page. Finds nothing that the list would not show."""
    rights = access.rights_of(user)
    return _page(listing.matching(listing.reach_of(rights), matches, most=MOST_FOUND), user, rights)


def _page(keys: Sequence[uuid.UUID], user: User, rights: access.Rights) -> Page:
    responses = _read(keys, user)
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


def _read(keys: Sequence[uuid.UUID], user: User) -> list[QuestionnaireResponse]:
    """The responses of a page in its order, with all that a line shows, in one query whatever there is of it."""
    shown = access.responses_for(user, Permission.SEE_WHO_HAS_SENT).filter(pk__in=keys)
    shown = shown.select_related("assigned_to", "invitation__invitee").defer("document_ct")
    alerts = access.alerts_for(user).filter(response=OuterRef("pk"))
    waiting = alerts.filter(acknowledged_at=None)
    latest = alerts.filter(acknowledged_by__isnull=False).order_by("-acknowledged_at", "pk")
    asked = access.requests_for(user).filter(response=OuterRef("pk"), answered_at=None, invitation__revoked_at=None)
    found = shown.defer("assessment_ct").annotate(
        waits_undelivered=Exists(waiting.filter(failed_at__isnull=False)),
        waits_delivered=Exists(waiting.filter(sent_at__isnull=False)),
        acknowledged_name=Subquery(latest.values("acknowledged_by__name")[:1]),
        is_asked_again=Exists(asked),
    )
    by_key = {response.pk: response for response in found} if keys else {}
    return [by_key[key] for key in keys if key in by_key]


def written(place: listing.Place) -> str:
    """A place as an address names it."""
    written = json.dumps([place.urgency, place.at.isoformat(), str(place.pk)])
    return base64.urlsafe_b64encode(written.encode()).decode()


def _read_place(place: str) -> listing.Place:
    """What `written` wrote. Raises `UnknownPlace` for anything else."""
    try:
        urgency, since, key = json.loads(base64.urlsafe_b64decode(place.encode("ascii")))
        read = datetime.datetime.fromisoformat(since)
        if not isinstance(urgency, int) or urgency not in Urgency or read.tzinfo is None:
            raise UnknownPlace(place)
        return listing.Place(urgency, read.astimezone(datetime.UTC), uuid.UUID(key))
    except (binascii.Error, ValueError, OverflowError, TypeError, AttributeError, RecursionError) as error:
        raise UnknownPlace("That page of the list does not exist.") from error
