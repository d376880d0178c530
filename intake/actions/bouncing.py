"""A message that came back: nobody has read it, so the next people are told."""

from __future__ import annotations

import datetime
import re
import uuid

from django.db import transaction

from intake import audit
from intake.models import Alert, AlertDelivery

from .refusals import Refused

MESSAGE_ID = re.compile(r"<?(?:alert-)?([0-9a-fA-F-]{36})(?:@[^<>\s]*)?>?")
FEWEST_STEPS = 3
"""Until so many steps were opened, a message that comes back opens the next one at once; then in its own time, so
that two mail servers do not answer each other for ever."""


class NoSuchMessage(Refused):
    """No message of ours has this Message-ID."""


def record_bounce(*, message_id: str, now: datetime.datetime, actor: str = audit.OPERATOR) -> AlertDelivery:
    """Keep that a message came back, and bring the alert's next step forward. Again, it changes nothing.

    `message_id` as mail servers write it, or the delivery's id alone. Raises `NoSuchMessage`.
    """
    with transaction.atomic():
        delivery = _delivery(message_id)
        if delivery.bounced_at is not None:
            return delivery
        delivery.bounced_at = now
        delivery.delivered_at = delivery.leased_until = None
        delivery.failed_at = now
        delivery.save(update_fields=["bounced_at", "delivered_at", "leased_until", "failed_at"])
        if delivery.alert_id is not None:
            _call_the_next(delivery.alert_id, now)
        audit.record(actor=actor, action="alert.bounced", now=now, delivery=delivery.pk, clinic=delivery.clinic_id)
    return delivery


def _delivery(message_id: str) -> AlertDelivery:
    named = MESSAGE_ID.fullmatch(message_id.strip())
    try:
        key = uuid.UUID(named[1] if named else "")
        return AlertDelivery.objects.select_for_update(of=("self",)).get(pk=key)
    except (ValueError, AlertDelivery.DoesNotExist) as error:
        raise NoSuchMessage(
            "No message has this Message-ID. Copy it from the header of the message that came back."
        ) from error


def _call_the_next(alert_id: uuid.UUID, now: datetime.datetime) -> None:
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert_id)
    if not alert.deliveries.filter(delivered_at__isnull=False).exists():
        alert.sent_at, alert.failed_at = None, now
    if alert.rung <= FEWEST_STEPS and alert.escalate_at is not None:
        alert.escalate_at = min(alert.escalate_at, now)
    alert.save(update_fields=["sent_at", "failed_at", "escalate_at"])
