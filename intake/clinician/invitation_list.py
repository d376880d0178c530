"""The list of invitations of one clinic, newest first, and what one invitation's page says. Never an answer."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import uuid
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Q, QuerySet

from intake import access, invitees, records
from intake.invitees import Details
from intake.models import Clinic, Invitation, InvitationMail, QuestionnaireResponse, User
from intake.permissions import Permission

from .wording import LANGUAGE_NAMES, day, moment

PAGE_SIZE = 25


class State(msgspec.Struct, frozen=True):
    """What became of an invitation: a word with a shape; `key` names the shape in the style sheet."""

    key: str
    title: str


SENT = State("invitation-sent", "Sent")
DELETED = State("invitation-over", "Deleted by the patient")
REVOKED = State("invitation-over", "Revoked")
EXPIRED = State("invitation-over", "Expired")
IN_PROGRESS = State("invitation-begun", "In progress")
NOT_STARTED = State("invitation-waiting", "Not started")
ANSWERED = State("invitation-sent", "Missing answers came")
ASKED_AGAIN = State("invitation-waiting", "Missing answers asked for")

UNNAMED = "No name given"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. `reference` is the response's; empty until it was begun."""

    id: str
    who: str
    email: str
    state: State
    made: str
    made_by: str
    language: str
    reference: str
    can_read: bool
    mail: str
    mail_failed: bool


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the list. `next_after` is the key of its last line while there is more."""

    rows: tuple[Row, ...]
    next_after: str


class Mailing(msgspec.Struct, frozen=True):
    """One e-mail in words: what it is and what became of it."""

    title: str
    outcome: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One invitation on its own page. `is_over`: nothing about it can be changed any more."""

    row: Row
    questionnaire: str
    appointment: str
    expires: str
    is_over: bool
    is_revoked: bool
    has_draft: bool
    mails: tuple[Mailing, ...]


class UnknownPlace(Exception):  # noqa: N818 (named for the event)
    """The place in the list that an address names cannot be read."""


def page_of(user: User, clinic: Clinic, *, now: datetime.datetime, after: str = "") -> Page:
    """The page of a clinic's list after a place. Raises `UnknownPlace`."""
    invitations = list(_after(_listed(user).filter(clinic=clinic), after)[: PAGE_SIZE + 1])
    shown = invitations[:PAGE_SIZE]
    can_read = access.may(user, Permission.READ_ANSWERS, clinic)
    return Page(
        rows=tuple(_row(invitation, now=now, can_read=can_read) for invitation in shown),
        next_after=_place(shown[-1]) if len(invitations) > PAGE_SIZE else "",
    )


def one_of(user: User, invitation: Invitation, *, now: datetime.datetime) -> Shown:
    """What the page of one invitation says."""
    zone = ZoneInfo(invitation.clinic.timezone)
    response = _response(invitation)
    appointment_at = invitees.details_of(invitation).appointment_at
    return Shown(
        row=_row(invitation, now=now, can_read=access.may(user, Permission.READ_ANSWERS, invitation.clinic)),
        questionnaire=next(iter(invitation.questionnaire.title.values()), invitation.questionnaire.key),
        appointment=moment(appointment_at.astimezone(zone)) if appointment_at else "",
        expires=moment(invitation.expires_at.astimezone(zone)),
        is_over=(response is not None and response.status != QuestionnaireResponse.Status.DRAFT)
        or state_of(invitation, now=now) == ANSWERED,
        is_revoked=invitation.revoked_at is not None,
        has_draft=response is not None and response.status == QuestionnaireResponse.Status.DRAFT,
        mails=tuple(Mailing(mail.get_kind_display(), _outcome(mail, zone)) for mail in _mails(invitation)),
    )


def state_of(invitation: Invitation, *, now: datetime.datetime) -> State:
    """What became of an invitation: what its response says first, then what became of the link."""
    asked = getattr(invitation, "answer_request", None)
    if asked is not None and asked.answered_at is not None:
        return ANSWERED
    response = _response(invitation)
    if response is not None and response.status == QuestionnaireResponse.Status.SENT:
        return SENT
    if response is not None and response.status == QuestionnaireResponse.Status.DELETED:
        return DELETED
    if invitation.revoked_at is not None:
        return REVOKED
    if now >= invitation.expires_at:
        return EXPIRED
    if asked is not None:
        return ASKED_AGAIN
    return NOT_STARTED if response is None else IN_PROGRESS


def _listed(user: User) -> QuerySet[Invitation]:
    return access.invitations_for(user).prefetch_related("mails").order_by("-created_at", "-pk")


def _after(invitations: QuerySet[Invitation], place: str) -> QuerySet[Invitation]:
    """The invitations behind a place in the order: by key, so that what arrives meanwhile moves nothing."""
    if not place:
        return invitations
    made_at, key = _read_place(place)
    return invitations.filter(Q(created_at__lt=made_at) | Q(created_at=made_at, pk__lt=key))


def _place(invitation: Invitation) -> str:
    written = json.dumps([invitation.created_at.isoformat(), str(invitation.pk)])
    return base64.urlsafe_b64encode(written.encode()).decode()


def _read_place(place: str) -> tuple[datetime.datetime, uuid.UUID]:
    """What `_place` wrote. Raises `UnknownPlace` for anything else."""
    try:
        made_at, key = json.loads(base64.urlsafe_b64decode(place.encode("ascii")))
        read = datetime.datetime.fromisoformat(made_at)
        if read.tzinfo is None:
            raise UnknownPlace(place)
        return read.astimezone(datetime.UTC), uuid.UUID(key)
    except (binascii.Error, ValueError, OverflowError, TypeError, AttributeError, RecursionError) as error:
        raise UnknownPlace("That page of the list does not exist.") from error


def _row(invitation: Invitation, *, now: datetime.datetime, can_read: bool) -> Row:
    zone = ZoneInfo(invitation.clinic.timezone)
    asked = getattr(invitation, "answer_request", None)
    details = records.or_said(lambda: invitees.details_of(invitation), Details(name=records.INSTEAD))
    response = asked.response if asked else _response(invitation)
    mails = _mails(invitation)
    return Row(
        id=str(invitation.pk),
        who=details.name or details.email or UNNAMED,
        email=details.email if details.name else "",
        state=state_of(invitation, now=now),
        made=day(invitation.created_at.astimezone(zone)),
        made_by=invitation.invited_by.name if invitation.invited_by else "the command line",
        language=LANGUAGE_NAMES.get(invitation.language, invitation.language),
        reference=str(response) if response else "",
        can_read=can_read and response is not None and response.is_sent,
        mail=_latest(mails, zone),
        mail_failed=bool(mails) and any(mail.failed_at for mail in mails),
    )


def _response(invitation: Invitation) -> QuestionnaireResponse | None:
    return getattr(invitation, "response", None)


def _mails(invitation: Invitation) -> list[InvitationMail]:
    """The e-mails that left, wait or failed, in order; not those that were cancelled before anything happened."""
    mails = sorted(invitation.mails.all(), key=lambda mail: (mail.due_at, str(mail.pk)))
    return [mail for mail in mails if mail.sent_at or mail.failed_at or mail.cancelled_at is None]


def _latest(mails: list[InvitationMail], zone: ZoneInfo) -> str:
    """The e-mail that matters now in a few words: one in trouble, one that is being sent, the last that left, or the
    next that is planned."""
    troubled = [mail for mail in mails if mail.failed_at]
    waiting = [mail for mail in mails if not mail.sent_at and mail.kind == InvitationMail.Kind.INVITATION]
    left = [mail for mail in mails if mail.sent_at]
    chosen = (troubled or waiting or left[-1:] or mails[:1] or [None])[-1]
    if chosen is None:
        return "No e-mail planned"
    return f"{chosen.get_kind_display()} by e-mail: {_outcome(chosen, zone)}"


def _outcome(mail: InvitationMail, zone: ZoneInfo) -> str:
    if mail.sent_at:
        return f"sent on {moment(mail.sent_at.astimezone(zone))}"
    if mail.cancelled_at:
        return "could not be sent. Check the address; with another one, make a new invitation"
    if mail.failed_at:
        return "could not be sent yet; it is tried again"
    if mail.kind == InvitationMail.Kind.INVITATION:
        return "waiting to be sent"
    return f"planned for {moment(mail.due_at.astimezone(zone))}"
