"""The ladder: while nobody acknowledges an alert, its steps are opened one after the other, and none is left out.

Opening a step writes one delivery for each contact it tells, as the rota is at that moment. A worker that was away, or
a clock that jumped ahead, makes a step late but never skips it; a clock that was put back makes it early.
"""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet

from intake.models import Alert, AlertDelivery

from . import rota

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime.datetime]


def open_due_steps(*, clock: Clock) -> int:
    """Open the next step of every alert whose time has come. Returns how many were opened.

    One that cannot be opened, such as for a clinic whose rota cannot be read, holds no other up: it counts as late, and
    is tried again.
    """
    waiting = Alert.objects.to_escalate(now=clock()).order_by("due_at", "id").values_list("pk", flat=True)
    return sum(_carefully_opened(alert_id, clock()) for alert_id in list(waiting))


def _carefully_opened(alert_id: uuid.UUID, now: datetime.datetime) -> bool:
    try:
        return _open(alert_id, now)
    except Exception as error:
        logger.error("The next step of alert %s could not be opened: %s", alert_id, type(error).__name__)
        return False


def _open(alert_id: uuid.UUID, now: datetime.datetime) -> bool:
    with transaction.atomic():
        due = Alert.objects.to_escalate(now=now).select_for_update(of=("self",), skip_locked=True)
        alert = due.select_related("response__clinic").filter(pk=alert_id).first()
        if alert is None:
            return False  # acknowledged meanwhile, or another worker opens it
        clinic_rota = rota.of(alert.response.clinic)
        alert.rung += 1
        _plan(alert, clinic_rota.told_at(alert.rung, now), now)
        alert.rung_opened_at, alert.escalate_at = now, now + clinic_rota.wait_after(alert.rung)
        alert.save(update_fields=["rung", "rung_opened_at", "escalate_at"])
    return True


def _plan(alert: Alert, contacts: tuple[rota.Contact, ...], now: datetime.datetime) -> None:
    """One delivery for each contact, except where an earlier one is still being tried."""
    tried = set(alert.deliveries.pending().values_list("contact_id", flat=True))
    for contact in contacts:
        if contact.id not in tried:
            planned(contact, clinic_id=alert.response.clinic_id, now=now, alert=alert, rung=alert.rung).save()


def tell_now(deliveries: QuerySet[AlertDelivery], *, now: datetime.datetime) -> None:
    """Open the next step of the open alerts behind these deliveries at once: whom they were for has changed."""
    waiting = Alert.objects.unacknowledged().filter(deliveries__in=deliveries, rung__gt=0)
    Alert.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(escalate_at=now)


def planned(
    contact: rota.Contact, *, clinic_id: uuid.UUID, now: datetime.datetime, alert: Alert | None = None, rung: int = 0
) -> AlertDelivery:
    """A delivery to a contact, with what the rota says now; without an alert, a test message. Not saved yet."""
    return AlertDelivery(
        clinic_id=clinic_id,
        alert=alert,
        rung=rung,
        contact_id=contact.id,
        name=contact.name,
        channel=contact.channel,
        address_sealed=contact.address,
        planned_at=now,
    )
