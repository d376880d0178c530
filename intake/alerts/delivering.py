"""Delivering alerts: at least once, however often the worker, the mail server or the machine fails.

A delivery is leased, the message is sent, then the row is marked. A worker killed in between leaves a lease that runs
out, and the message is sent again with the same Message-ID. A failed attempt is tried again after 10 seconds, doubling
up to 10 minutes, until the alert is acknowledged. Messages say that something needs review, nothing about whom or what.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import uuid
from collections.abc import Callable, Collection

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When

from intake import vault
from intake.models import Alert, AlertAttempt, AlertDelivery
from intake.models.alert import LONGEST_HOLD

from . import escalation, messages, rota
from .channels import CHANNELS, Destination

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime.datetime]

# Longer than a mail server can keep us waiting: several steps, each with the mail time-out.
LEASE = datetime.timedelta(minutes=3)
FIRST_RETRY = datetime.timedelta(seconds=10)
LONGEST_RETRY = LONGEST_HOLD
IS_TEST = Case(When(alert=None, then=Value(1)), default=Value(0))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Delivered:
    """What one round did."""

    sent: int = 0
    failed: int = 0


def deliver_due(*, clock: Clock, after_each: Callable[[], None] = lambda: None) -> Delivered:
    """Open the steps that are due, then try every delivery that is due, each once, alerts before tests.

    What becomes due in a long round, with a mail server that keeps us waiting, is not left for the next one.
    `after_each` is called between deliveries: a long round shows life.
    """
    sent = failed = 0
    tried: set[uuid.UUID] = set()
    while True:
        escalation.open_due_steps(clock=clock)
        attempt = _lease(tried, clock())
        if attempt is None:
            return Delivered(sent=sent, failed=failed)
        tried.add(attempt.delivery_id)
        if _deliver(attempt, clock):
            sent += 1
        else:
            failed += 1
        after_each()


def _lease(tried: Collection[uuid.UUID], now: datetime.datetime) -> AlertAttempt | None:
    """Take the delivery that was tried least and has waited longest, and write down that it is being tried."""
    with transaction.atomic():
        due = AlertDelivery.objects.due(now=now).exclude(pk__in=tried)
        # Tests come last, and what failed before after what was never tried: neither holds a new alert up.
        order = (IS_TEST, "attempts", "planned_at", "id")
        delivery = due.select_for_update(of=("self",), skip_locked=True).order_by(*order).first()
        if delivery is None:
            return None
        delivery.attempts += 1
        delivery.leased_until = now + LEASE
        delivery.save(update_fields=["attempts", "leased_until"])
        return AlertAttempt.objects.create(delivery=delivery, number=delivery.attempts, started_at=now)


def _deliver(attempt: AlertAttempt, clock: Clock) -> bool:
    delivery = attempt.delivery
    try:
        _send(delivery)
    except Exception as error:
        _mark_failed(attempt, error, clock())
        logger.warning("Delivery %s failed at attempt %s: %s", delivery.pk, attempt.number, type(error).__name__)
        return False
    _mark_sent(attempt, clock())
    logger.info("Delivery %s arrived at attempt %s", delivery.pk, attempt.number)
    return True


def _send(delivery: AlertDelivery) -> None:
    channel = CHANNELS[delivery.channel]
    contact = delivery.contact
    secret = vault.open_text(contact.secret_sealed, purpose=rota.SECRET) if contact and contact.secret_sealed else ""
    channel.send(messages.message_of(delivery), Destination(address=_address(delivery), secret=secret))


def _address(delivery: AlertDelivery) -> str:
    """Of a contact, as it was planned: a changed contact is another one. The clinic's own, as it is now: one that was
    corrected must not wait for a message to the wrong one."""
    if delivery.contact_id is None:
        return delivery.clinic.alert_email
    return vault.open_text(delivery.address_sealed, purpose=rota.ADDRESS)


def _mark_sent(attempt: AlertAttempt, now: datetime.datetime) -> None:
    with transaction.atomic():
        _finish(attempt, now, is_delivered=True)
        _pending(attempt).update(delivered_at=now, failed_at=None, leased_until=None)
        _unsent(attempt).update(sent_at=now, failed_at=None)


def _mark_failed(attempt: AlertAttempt, error: Exception, now: datetime.datetime) -> None:
    again_at = now + retry_after(attempt.number)
    with transaction.atomic():
        # The kind of failure only: what a mail server says may quote the message.
        _finish(attempt, now, is_delivered=False, failure=type(error).__name__)
        _pending(attempt).update(failed_at=now, leased_until=again_at)
        _unsent(attempt).update(failed_at=now)


def _pending(attempt: AlertAttempt) -> QuerySet[AlertDelivery]:
    """The delivery, unless another worker settled it after this one's lease ran out."""
    return AlertDelivery.objects.pending().filter(pk=attempt.delivery_id)


def _unsent(attempt: AlertAttempt) -> QuerySet[Alert]:
    """The alert of the delivery, while nobody has been reached; none for a test."""
    return Alert.objects.unsent().filter(deliveries=attempt.delivery_id)


def _finish(attempt: AlertAttempt, now: datetime.datetime, *, is_delivered: bool, failure: str = "") -> None:
    attempt.finished_at, attempt.is_delivered, attempt.failure = now, is_delivered, failure
    attempt.save(update_fields=["finished_at", "is_delivered", "failure"])


def retry_after(attempts: int) -> datetime.timedelta:
    """How long to wait after a failed attempt.

    >>> [retry_after(attempts).seconds for attempts in (1, 2, 3, 7, 50)]
    [10, 20, 40, 600, 600]
    """
    doubled: datetime.timedelta = FIRST_RETRY * 2 ** min(attempts - 1, 10)
    return min(doubled, LONGEST_RETRY)
