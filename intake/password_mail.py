"""The mail with a link to choose a new password: sent by the worker, to the address of an account and to no other."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable

from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string

from .models import PasswordReset
from .staff_accounts import set_password_link

logger = logging.getLogger(__name__)

AGAIN_AFTER = datetime.timedelta(minutes=10)
TRIED_FOR = datetime.timedelta(days=1)
"""After that nobody waits for the mail any more."""


def send_due(*, clock: Callable[[], datetime.datetime]) -> int:
    """Mail a link to everybody who asked for one, and forget those who asked for an address without account. Returns
    how many left; one that failed is tried again."""
    now = clock()
    PasswordReset.objects.filter(Q(user=None) | Q(user__is_active=False) | Q(asked_at__lte=now - TRIED_FOR)).delete()
    waits = Q(failed_at=None) | Q(failed_at__lte=now - AGAIN_AFTER)
    due = PasswordReset.objects.filter(waits).select_related("user").order_by("asked_at", "pk")
    return sum(_mailed(asked, now) for asked in due)


def _mailed(asked: PasswordReset, now: datetime.datetime) -> bool:
    try:
        message(asked).send()
    except Exception as error:
        logger.warning("A link to choose a new password was not sent: %s", type(error).__name__)
        PasswordReset.objects.filter(pk=asked.pk).update(failed_at=now)
        return False
    asked.delete()
    return True


def message(asked: PasswordReset) -> EmailMessage:
    """What the person is written. The link is made here: it is stored nowhere."""
    assert asked.user is not None
    body = render_to_string("mail/password_reset.txt", {"url": set_password_link(asked.user)}).strip() + "\n"
    return EmailMessage(subject="Choose a new password", body=body, to=[asked.user.email])
