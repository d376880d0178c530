"""For how long things are kept, and what is due to go at a moment. Nothing is deleted here."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet

from .models import Clinic, Invitation, QuestionnaireResponse, Revision, StaffSession

Status = QuestionnaireResponse.Status

DRAFT = datetime.timedelta(days=30)
"""From the last save of answers that were never sent, also of what is left of a draft that its patient deleted. A draft
stays for as long as its link works: staff may have made a new one for somebody who comes back late."""
DEAD_INVITATION = datetime.timedelta(days=7)
"""From the end of a link with which nobody began: expired or revoked."""
MAIL_FILE = datetime.timedelta(days=7)
"""From the writing of a mail to a file, where no mail server is set."""
EXPORT_FILE = datetime.timedelta(hours=24)
"""From the last change of a file in the folder of exports."""
SIGN_IN = datetime.timedelta(days=30)
"""From the beginning of a staff session that has ended."""


SHORTER_COUNTS_AFTER = datetime.timedelta(days=7)
"""Between setting that a clinic keeps sent answers for a shorter time, and the first that goes for it."""


def days_kept(clinic: Clinic, *, now: datetime.datetime) -> int | None:
    """For how many days a clinic keeps sent answers at this moment; None: until they are erased by hand."""
    if clinic.retention_counts_at and now < clinic.retention_counts_at:
        return clinic.retention_before
    return clinic.retention_days


def is_shortened(clinic: Clinic, *, to: int | None, now: datetime.datetime) -> bool:
    """Whether the clinic's answers would go sooner, of what was not set before, once they are kept for `to` days."""
    kept_for = days_kept(clinic, now=now)
    return to is not None and to != clinic.retention_days and (kept_for is None or to < kept_for)


def sent_before(clinic: Clinic, days: int, *, at: datetime.datetime) -> QuerySet[QuestionnaireResponse]:
    """Responses of a clinic that were sent so many days before a moment, or earlier."""
    latest = at - datetime.timedelta(days=days)
    return QuestionnaireResponse.objects.filter(clinic=clinic, status=Status.SENT, sent_at__lte=latest)


def drafts_due(now: datetime.datetime) -> QuerySet[QuestionnaireResponse]:
    """Drafts that nobody saved for 30 days, and whose link does not open them any more."""
    link = Invitation.objects.filter(pk=OuterRef("invitation"), revoked_at=None, expires_at__gt=now)
    unsent = QuestionnaireResponse.objects.exclude(status=Status.SENT).filter(saved_at__lte=now - DRAFT)
    return unsent.exclude(Exists(link), status=Status.DRAFT)


def taken_back(now: datetime.datetime) -> QuerySet[QuestionnaireResponse]:
    """Drafts that their patients deleted while a legal hold kept what they said, and that are not due anyway."""
    kept = Exists(Revision.objects.filter(response=OuterRef("pk")))
    return QuestionnaireResponse.objects.filter(kept, status=Status.DELETED, saved_at__gt=now - DRAFT)


def responses_due(now: datetime.datetime) -> QuerySet[QuestionnaireResponse]:
    """Responses that were sent as long ago as their clinic keeps them. A clinic without a number keeps them."""
    due = Q(pk__in=[])
    for clinic in Clinic.objects.exclude(retention_days=None):
        if days := days_kept(clinic, now=now):
            due |= Q(clinic=clinic, sent_at__lte=now - datetime.timedelta(days=days))
    return QuestionnaireResponse.objects.filter(due, status=Status.SENT)


def invitations_due(now: datetime.datetime) -> QuerySet[Invitation]:
    """Invitations that nobody began with, whose link ended 7 days ago."""
    unused = Invitation.objects.filter(response=None, answer_request=None)
    ended = now - DEAD_INVITATION
    return unused.filter(Q(expires_at__lte=ended) | Q(revoked_at__lte=ended))


def sessions_due(now: datetime.datetime) -> QuerySet[Session]:
    """Sessions that have ended."""
    return Session.objects.filter(expire_date__lte=now)


def sign_ins_due(now: datetime.datetime) -> QuerySet[StaffSession]:
    """What is known of staff sessions that ended and began 30 days ago."""
    is_open = Exists(Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now))
    return StaffSession.objects.filter(~is_open, began_at__lte=now - SIGN_IN)


def files_due(now: datetime.datetime) -> Iterator[Path]:
    """Mails written to files, and files that were exported into `DATA_DIR/exports`."""
    yield from _older(Path(settings.EMAIL_FILE_PATH), now - MAIL_FILE)
    yield from _older(exports(), now - EXPORT_FILE)


def exports() -> Path:
    """The folder that is emptied every day."""
    return Path(settings.DATA_DIR) / "exports"


def _older(folder: Path, moment: datetime.datetime) -> Iterator[Path]:
    if folder.is_dir():
        files = (path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink())
        yield from (path for path in files if path.stat().st_mtime <= moment.timestamp())
