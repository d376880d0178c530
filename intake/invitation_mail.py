"""Sending invitations and reminders by e-mail: at least once, apart from alerts, and silent about whom and why.

A row is leased, the message is sent, then the row is marked, as with alerts (`intake.alerts`). The link's token is made
when the mail is first tried, and replaces the one before once the mail has left; until then both work. It is kept,
encrypted, only until then, so that a second try carries the same link. What is not needed any more (answers sent, link
revoked or expired) is never sent.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext

from . import access, audit, invitees
from .alerts import Delivered
from .models import Invitation, InvitationMail
from .vault import VaultError

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime.datetime]

# Longer than a mail server can keep us waiting: several steps, each with the mail time-out.
LEASE = datetime.timedelta(minutes=3)
FIRST_RETRY = datetime.timedelta(minutes=1)
LONGEST_RETRY = datetime.timedelta(hours=1)
MOST_ATTEMPTS = 30
"""About a day. An address that refuses for so long is wrong; staff see it in the list."""


@dataclasses.dataclass(frozen=True)
class Leased:
    """A mail that this worker sends now, and the token for its link."""

    mail: InvitationMail
    token: str = dataclasses.field(repr=False)


def deliver_due(*, clock: Clock, until: Callable[[], bool] = lambda: False) -> Delivered:
    """Try every mail that is due, each once. `until` says between two of them that it is time to stop."""
    sent = failed = 0
    began = clock()
    while not until() and (mail := InvitationMail.objects.due(now=began).order_by("due_at", "id").first()):
        try:
            leased = _lease(mail, began, clock())
        except VaultError as error:  # what was stored was changed; the others do not wait for it
            mail.attempts = MOST_ATTEMPTS
            _mark_failed(mail, error, clock())
            failed += 1
            continue
        if leased is not None:
            is_sent = _deliver(leased, clock)
            sent, failed = sent + is_sent, failed + (not is_sent)
    return Delivered(sent=sent, failed=failed)


def _lease(mail: InvitationMail, began: datetime.datetime, now: datetime.datetime) -> Leased | None:
    """Take a mail and its token; None when another worker has it, or when it is not needed and was cancelled."""
    with transaction.atomic():
        # The invitation first, as every action does: two that wait for each other would wait for ever.
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=mail.invitation_id)
        current = InvitationMail.objects.due(now=began).select_for_update().filter(pk=mail.pk).first()
        if current is None:
            return None
        current.invitation = invitation
        if not access.is_usable(invitation, now=now) or not invitees.details_of(invitation).email:
            _cancel(current, now)
            return None
        current.attempts += 1
        current.leased_until = now + LEASE
        token = _token(current, now)
        current.save(update_fields=["attempts", "leased_until", "token_ct", "token_sha256"])
        return Leased(current, token)


def _token(mail: InvitationMail, now: datetime.datetime) -> str:
    """The token of a mail's link: the one of an earlier try while it still works, or a new one."""
    key = invitees.key_of(mail.invitation)
    if mail.token_ct is not None:
        token = key.open(mail.token_ct, row=mail, field="token_ct").decode()
        # A mail that an earlier version tried has its link on the invitation already.
        if access.token_hash(token) in (mail.token_sha256, mail.invitation.token_sha256):
            return token
    token = secrets.token_urlsafe(32)
    # An earlier mail that still waits would take this link away again. It may have arrived: its link works until then.
    older = InvitationMail.objects.unsent().filter(invitation=mail.invitation, due_at__lte=mail.due_at)
    older.exclude(pk=mail.pk).update(cancelled_at=now, token_ct=None)
    mail.token_sha256 = access.token_hash(token)
    mail.token_ct = key.seal(token.encode(), row=mail, field="token_ct")
    return token


def _cancel(mail: InvitationMail, now: datetime.datetime) -> None:
    mail.cancelled_at, mail.token_ct, mail.token_sha256, mail.leased_until = now, None, "", None
    mail.save(update_fields=["cancelled_at", "token_ct", "token_sha256", "leased_until"])


def _deliver(leased: Leased, clock: Clock) -> bool:
    mail = leased.mail
    try:
        message(mail, leased.token).send()
    except Exception as error:
        _mark_failed(mail, error, clock())
        logger.warning("Mail %s was not sent at attempt %s: %s", mail.pk, mail.attempts, type(error).__name__)
        return False
    _mark_sent(mail, clock())
    logger.info("Mail %s was sent at attempt %s", mail.pk, mail.attempts)
    return True


def message(mail: InvitationMail, token: str) -> EmailMessage:
    """An e-mail in the invited person's language that tells a passer-by nothing but that there are questions."""
    invitation = mail.invitation
    clinic = invitation.clinic
    with translation.override(_language(invitation)):
        until = invitation.expires_at.astimezone(ZoneInfo(clinic.timezone))
        context = {
            "is_reminder": mail.kind == InvitationMail.Kind.REMINDER,
            "clinic": clinic.name if clinic.mail_names_clinic else "",
            "url": settings.SITE_ORIGIN + reverse("patient:invitation", args=[token]),
            "is_asked_again": hasattr(invitation, "answer_request"),
            "until": formats.date_format(until, "DATE_FORMAT"),
        }
        return EmailMessage(
            subject=gettext("Some questions before your visit"),
            body=render_to_string("mail/invitation.txt", context).strip() + "\n",
            to=[invitees.details_of(invitation).email],
            headers={
                "Message-ID": f"<mail-{mail.pk}@{urlsplit(settings.SITE_ORIGIN).hostname}>",
                "Auto-Submitted": "auto-generated",
            },
        )


def _language(invitation: Invitation) -> str:
    """The language a mail is written in; the interface's first where it has no words in that of the invitation."""
    return invitation.language if invitation.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _mark_sent(mail: InvitationMail, now: datetime.datetime) -> None:
    with transaction.atomic():
        _replace_link(mail)
        # Also when it was cancelled meanwhile: it did leave.
        InvitationMail.objects.filter(pk=mail.pk, sent_at=None).update(
            sent_at=now, failed_at=None, token_ct=None, leased_until=None
        )
        audit.record(
            actor=audit.SYSTEM, action="invitation.mailed", now=now, invitation=mail.invitation_id, mail=mail.pk,
            kind=mail.kind,
        )  # fmt: skip


def _replace_link(mail: InvitationMail) -> None:
    """From now on the link of this mail is the one that works; those before are over. Not where staff took it back
    while the mail was on its way, or a later mail left before it: then it has no link any more."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=mail.invitation_id)
    mails = InvitationMail.objects.filter(invitation=invitation, due_at__lte=mail.due_at).exclude(token_sha256="")
    hashed = mails.filter(pk=mail.pk).values_list("token_sha256", flat=True).first()
    if hashed:
        mails.update(token_sha256="")
        invitation.token_sha256 = hashed
        invitation.save(update_fields=["token_sha256"])


def _mark_failed(mail: InvitationMail, error: Exception, now: datetime.datetime) -> None:
    # The kind of failure only: what a mail server says may quote the message.
    failure = type(error).__name__
    unsent = InvitationMail.objects.unsent().filter(pk=mail.pk)
    if mail.attempts >= MOST_ATTEMPTS:
        unsent.update(failed_at=now, failure=failure, cancelled_at=now, token_ct=None, leased_until=None)
    else:
        unsent.update(failed_at=now, failure=failure, leased_until=now + retry_after(mail.attempts))


def retry_after(attempts: int) -> datetime.timedelta:
    """How long to wait after a failed attempt.

    >>> [retry_after(attempts).seconds // 60 for attempts in (1, 2, 3, 7, 20)]
    [1, 2, 4, 60, 60]
    """
    return min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LONGEST_RETRY)
