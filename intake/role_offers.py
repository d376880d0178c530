"""Asking somebody who has an account already to take on a role in another clinic: the mail, and the link in it.

Whoever made an account was shown the link that sets its password, so an account alone does not show who holds it. The
mailbox does: the role counts once it was accepted with the link, which is mailed and shown to nobody.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from . import access
from .models import RoleOffer
from .permissions import Permission

logger = logging.getLogger(__name__)

LASTS = datetime.timedelta(days=3)
AGAIN_AFTER = datetime.timedelta(minutes=10)
_SIGNER = signing.Signer(salt="offer of a role")


def link_to(offer: RoleOffer) -> str:
    """The link with which an offer is accepted. It is in the mail and nowhere else."""
    return settings.SITE_ORIGIN + reverse("role_offer", args=[_SIGNER.sign(str(offer.pk))])


def live_offer(token: str, *, now: datetime.datetime) -> RoleOffer | None:
    """The offer that a link opens. None when the link is not ours, is too old, was used or withdrawn, or whoever
    offered the role may not give it any more."""
    try:
        offer_id = _SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    found = RoleOffer.objects.select_related("user", "clinic", "offered_by").filter(pk=offer_id).first()
    return found if found and is_live(found, now=now) else None


def is_live(offer: RoleOffer, *, now: datetime.datetime) -> bool:
    """Whether an offer may still be accepted."""
    return now < offer.offered_at + LASTS and access.may(offer.offered_by, Permission.MANAGE_STAFF, offer.clinic)


def send_due(*, clock: Callable[[], datetime.datetime]) -> int:
    """Mail every offer that was not mailed yet. Returns how many left; one that failed is tried again."""
    now = clock()
    waits = Q(failed_at=None) | Q(failed_at__lte=now - AGAIN_AFTER)
    due = RoleOffer.objects.filter(waits, mailed_at=None, offered_at__gt=now - LASTS)
    return sum(_mailed(offer, now) for offer in due.select_related("user", "clinic").order_by("offered_at", "pk"))


def _mailed(offer: RoleOffer, now: datetime.datetime) -> bool:
    try:
        message(offer).send()
    except Exception as error:
        logger.warning("The offer of a role was not sent: %s", type(error).__name__)
        RoleOffer.objects.filter(pk=offer.pk).update(failed_at=now)
        return False
    RoleOffer.objects.filter(pk=offer.pk).update(mailed_at=now, failed_at=None)
    return True


def message(offer: RoleOffer) -> EmailMessage:
    """What the person is written: which clinic asks, and the link."""
    context = {"clinic": offer.clinic.name, "url": link_to(offer), "days": LASTS.days}
    body = render_to_string("mail/role_offer.txt", context).strip() + "\n"
    return EmailMessage(subject="You are asked to take on a role", body=body, to=[offer.user.email])
