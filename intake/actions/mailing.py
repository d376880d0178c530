"""Writing down which e-mails an invitation needs. The worker sends them (`intake.invitation_mail`)."""

from __future__ import annotations

import datetime

from django.db.models import QuerySet

from intake import reminders
from intake.invitees import Details
from intake.models import Clinic, Invitation, InvitationMail

from .refusals import Refused

DAY = datetime.timedelta(days=1)
MOST_OF_CLINIC = 500
"""E-mails that staff of one clinic cause in a day: a stolen session is no way to write to the world."""
MOST_OF_ONE = 5
"""E-mails that staff cause for one invitation in a day."""


class TooManyMails(Refused):
    """So many e-mails were sent in a day that somebody should look first."""


def write_mails(
    invitation: Invitation, details: Details, *, now: datetime.datetime, send: bool, remind: bool
) -> list[InvitationMail]:
    """The invitation itself when it is to be sent, and its reminders, after cancelling those that were planned before.

    Call it inside the transaction of the action. Raises `TooManyMails`.
    """
    cancel_mails(invitation, now=now)
    mails = []
    if send:
        _refuse_too_many(invitation, now)
        mails.append(_mail(invitation, InvitationMail.Kind.INVITATION, now, now))
    if remind and details.email:
        mails += [_mail(invitation, InvitationMail.Kind.REMINDER, now, at) for at in _times(invitation, details, now)]
    return InvitationMail.objects.bulk_create(mails)


def cancel_mails(invitation: Invitation, *, now: datetime.datetime) -> None:
    """Send nothing more for this invitation, and keep no link of it."""
    mails = InvitationMail.objects.filter(invitation=invitation)
    mails.unsent().update(cancelled_at=now, token_ct=None, leased_until=None)
    mails.exclude(token_sha256="").update(token_sha256="")


def _mail(invitation: Invitation, kind: str, now: datetime.datetime, due_at: datetime.datetime) -> InvitationMail:
    return InvitationMail(invitation=invitation, kind=kind, created_at=now, due_at=due_at)


def _times(invitation: Invitation, details: Details, now: datetime.datetime) -> tuple[datetime.datetime, ...]:
    sent = invitation.mails.filter(kind=InvitationMail.Kind.REMINDER, sent_at__isnull=False).count()
    return reminders.times(
        made_at=now,
        expires_at=invitation.expires_at,
        appointment_at=details.appointment_at,
        limit=max(invitation.clinic.reminder_limit - sent, 0),
    )


def _refuse_too_many(invitation: Invitation, now: datetime.datetime) -> None:
    if sent_today(invitation.clinic, now=now) >= MOST_OF_CLINIC:
        raise TooManyMails(
            f"{MOST_OF_CLINIC} invitations were sent by e-mail in a day. Wait a day, or show the link instead."
        )
    if _today(now).filter(invitation=invitation).count() >= MOST_OF_ONE:
        raise TooManyMails("This invitation was sent many times today. Show the link instead, or wait a day.")


def sent_today(clinic: Clinic, *, now: datetime.datetime) -> int:
    """How many e-mails staff of a clinic caused in the last day; reminders are not counted."""
    return _today(now).filter(invitation__clinic=clinic).count()


def _today(now: datetime.datetime) -> QuerySet[InvitationMail]:
    return InvitationMail.objects.filter(kind=InvitationMail.Kind.INVITATION, created_at__gt=now - DAY)
