"""E-mails about security notices: to everybody of the clinic who must hear of them, without a word of what it is."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse

from . import access
from .models import SecurityNotice

logger = logging.getLogger(__name__)

AGAIN_AFTER = datetime.timedelta(minutes=10)


def send_due(*, clock: Callable[[], datetime.datetime]) -> int:
    """Tell of every notice that nobody was told of yet. Returns of how many.

    One that reached nobody is tried again. An address that fails beside others that work is not: nobody is told twice
    for its sake, and the notice stands on every page of the clinic until somebody has looked at it.
    """
    now = clock()
    waits = Q(failed_at=None) | Q(failed_at__lte=now - AGAIN_AFTER)
    due = SecurityNotice.objects.filter(waits, told_at=None).select_related("clinic").order_by("made_at", "pk")
    return sum(_told(notice, now) for notice in due)


def _told(notice: SecurityNotice, now: datetime.datetime) -> bool:
    addresses = access.told_of_security(notice.clinic).exclude(pk=notice.user_id).values_list("email", flat=True)
    reached = [_sent(address) for address in addresses]
    was_told = any(reached) or not reached
    SecurityNotice.objects.filter(pk=notice.pk).update(**{"told_at" if was_told else "failed_at": now})
    return was_told


def _sent(address: str) -> bool:
    link = settings.SITE_ORIGIN + reverse("clinician:security")
    body = f"Something happened at your clinic that its people must look at. Sign in to see what:\n\n{link}\n"
    try:
        EmailMessage(subject="Please look at this", body=body, to=[address]).send()
    except Exception as error:
        logger.warning("A security notice was not sent: %s", type(error).__name__)
        return False
    return True
