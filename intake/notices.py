"""Quiet notices of new submissions, to whoever asked for them: at once or once a day. Alerts do not depend on them.

A notice says how many questionnaires came and nothing about whom or what. Nothing is skipped: a person is told of
everything sent since they were last told, and a notice that could not be sent is tried again.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from . import access
from .models import NoticeChoice, QuestionnaireResponse
from .permissions import Permission

logger = logging.getLogger(__name__)

SETTLED = datetime.timedelta(seconds=30)
"""What was sent more recently is left for the next round: its transaction may not have ended yet."""
AGAIN_AFTER = datetime.timedelta(minutes=10)
DIGEST_AT = datetime.time(8)
"""When the daily notice goes out, at the clinic."""


def send_due(*, clock: Callable[[], datetime.datetime]) -> int:
    """Send every notice that is due. Returns how many were sent."""
    wanted = NoticeChoice.objects.exclude(choice=NoticeChoice.Choice.NONE).filter(user__is_active=True)
    return sum(_tell(choice, clock()) for choice in wanted.select_related("user"))


def _tell(choice: NoticeChoice, now: datetime.datetime) -> bool:
    until = now - SETTLED
    if _is_waiting(choice, now) or not _is_time(choice, until):
        return False
    count = _new(choice, until)
    if count and not _sent(choice, count, now):
        return False
    # Nothing is written while nothing came, except by the daily notice, which has then done its day's work.
    if count or choice.choice == NoticeChoice.Choice.DAILY:
        NoticeChoice.objects.filter(pk=choice.pk).update(told_until=until, failed_at=None)
    return bool(count)


def _is_waiting(choice: NoticeChoice, now: datetime.datetime) -> bool:
    return choice.failed_at is not None and datetime.timedelta(0) <= now - choice.failed_at < AGAIN_AFTER


def _is_time(choice: NoticeChoice, until: datetime.datetime) -> bool:
    if choice.choice == NoticeChoice.Choice.AT_ONCE:
        return True
    zone = _zone(choice)
    local = until.astimezone(zone)
    digest_at = datetime.datetime.combine(local.date(), DIGEST_AT, zone)
    return local >= digest_at and not digest_at <= choice.told_until <= until


def _zone(choice: NoticeChoice) -> ZoneInfo:
    clinic = access.clinics_of(choice.user, Permission.SEE_WHO_HAS_SENT).order_by("created_at", "pk").first()
    return ZoneInfo(clinic.timezone if clinic else "UTC")


def _new(choice: NoticeChoice, until: datetime.datetime) -> int:
    # The clock may have been put back since.
    since = min(choice.told_until, until)
    clinics = access.clinics_of(choice.user, Permission.SEE_WHO_HAS_SENT)
    return QuestionnaireResponse.objects.filter(clinic__in=clinics, sent_at__gt=since, sent_at__lte=until).count()


def _sent(choice: NoticeChoice, count: int, now: datetime.datetime) -> bool:
    link = settings.SITE_ORIGIN + reverse("clinician:worklist")
    came = "1 new questionnaire was sent" if count == 1 else f"{count} new questionnaires were sent"
    change = settings.SITE_ORIGIN + reverse("clinician:notices")
    body = f"{came} to your clinic.\n\n{link}\n\nChange how often you are told: {change}\n"
    try:
        EmailMessage(subject="New questionnaires", body=body, to=[choice.user.email]).send()
    except Exception as error:
        NoticeChoice.objects.filter(pk=choice.pk).update(failed_at=now)
        logger.warning("A notice was not sent: %s", type(error).__name__)
        return False
    return True
