"""Delivering alerts: at least once, however often the worker, the mail server or the machine fails.

A row is leased, the message is sent, then the row is marked. A worker killed in between leaves a lease that runs out,
and the message is sent again with the same Message-ID. A failed attempt is tried again after 10 seconds, doubling up
to 10 minutes, for as long as it takes. Messages say that something needs review and nothing about whom or what.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from .models import Alert, AlertAttempt, WorkerHeartbeat
from .references import grouped

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime.datetime]

# Longer than a mail server can keep us waiting: several steps, each with the mail time-out.
LEASE = datetime.timedelta(minutes=3)
FIRST_RETRY = datetime.timedelta(seconds=10)
LONGEST_RETRY = datetime.timedelta(minutes=10)
# When an alert that is due and not delivered makes the installation not ready.
LATE_AFTER = datetime.timedelta(minutes=5)
# When a silent worker counts as dead.
DEAD_AFTER = datetime.timedelta(minutes=2)

WORKER = "worker"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Delivered:
    """What one round did."""

    sent: int = 0
    failed: int = 0


def deliver_due(*, clock: Clock, after_each: Callable[[], None] = lambda: None) -> Delivered:
    """Try every alert that is due, each once. `after_each` is called between them: a long round shows life."""
    sent = failed = 0
    began = clock()
    while True:
        attempt = _lease(began, clock())
        if attempt is None:
            return Delivered(sent=sent, failed=failed)
        if _deliver(attempt, clock):
            sent += 1
        else:
            failed += 1
        after_each()


def _lease(began: datetime.datetime, now: datetime.datetime) -> AlertAttempt | None:
    """Take the alert that has waited longest, and write down that it is being tried."""
    with transaction.atomic():
        due = Alert.objects.due(now=began).select_for_update(skip_locked=True).order_by("due_at", "id")
        alert = due.first()
        if alert is None:
            return None
        alert.attempts += 1
        alert.leased_until = now + LEASE
        alert.save(update_fields=["attempts", "leased_until"])
        return AlertAttempt.objects.create(alert=alert, number=alert.attempts, started_at=now)


def _deliver(attempt: AlertAttempt, clock: Clock) -> bool:
    alert = attempt.alert
    try:
        _message(alert).send()
    except Exception as error:
        _mark_failed(attempt, error, clock())
        logger.warning("Alert %s was not delivered at attempt %s: %s", alert.pk, attempt.number, type(error).__name__)
        return False
    _mark_sent(attempt, clock())
    logger.info("Alert %s was delivered at attempt %s", alert.pk, attempt.number)
    return True


def _message(alert: Alert) -> EmailMessage:
    """An e-mail that tells a passer-by nothing: an opaque reference and a link that asks who you are."""
    reference = grouped(alert.response.reference)
    link = settings.SITE_ORIGIN + reverse("clinician:summary", args=[reference])
    return EmailMessage(
        subject="A response needs review",
        body=f"A response needs review now.\n\nReference: {reference}\n{link}\n",
        to=[alert.response.clinic.alert_email],
        headers={"Message-ID": f"<alert-{alert.pk}@{urlsplit(settings.SITE_ORIGIN).hostname}>"},
    )


def _mark_sent(attempt: AlertAttempt, now: datetime.datetime) -> None:
    with transaction.atomic():
        _finish(attempt, now, is_delivered=True)
        Alert.objects.filter(pk=attempt.alert_id, sent_at=None).update(sent_at=now, failed_at=None, leased_until=None)


def _mark_failed(attempt: AlertAttempt, error: Exception, now: datetime.datetime) -> None:
    again_at = now + retry_after(attempt.number)
    with transaction.atomic():
        # The kind of failure only: what a mail server says may quote the message.
        _finish(attempt, now, is_delivered=False, failure=type(error).__name__)
        # Another worker may have delivered it after this lease ran out; then there is nothing to try again.
        Alert.objects.filter(pk=attempt.alert_id, sent_at=None).update(failed_at=now, leased_until=again_at)


def _finish(attempt: AlertAttempt, now: datetime.datetime, *, is_delivered: bool, failure: str = "") -> None:
    attempt.finished_at, attempt.is_delivered, attempt.failure = now, is_delivered, failure
    attempt.save(update_fields=["finished_at", "is_delivered", "failure"])


def retry_after(attempts: int) -> datetime.timedelta:
    """How long to wait after a failed attempt.

    >>> [retry_after(attempts).seconds for attempts in (1, 2, 3, 7, 50)]
    [10, 20, 40, 600, 600]
    """
    return min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LONGEST_RETRY)


# --- is anybody delivering? ---


def beat(*, now: datetime.datetime) -> None:
    """Say that the worker is alive."""
    WorkerHeartbeat.objects.update_or_create(name=WORKER, defaults={"beat_at": now})


def is_worker_alive(*, now: datetime.datetime) -> bool:
    """Whether the worker was seen lately."""
    latest = WorkerHeartbeat.objects.filter(name=WORKER).first()
    return latest is not None and now - latest.beat_at <= DEAD_AFTER


def oldest_unsent_age(*, now: datetime.datetime) -> datetime.timedelta | None:
    """For how long the oldest alert has been due without being delivered; None when nothing waits."""
    oldest = Alert.objects.unsent().filter(due_at__lte=now).order_by("due_at").first()
    return now - oldest.due_at if oldest else None


def as_row(alert: Alert) -> dict[str, object]:
    """One alert for a listing: ids, times and counts; nothing about the person or the reason."""
    state = "sent" if alert.sent_at else "failed" if alert.failed_at else "waiting"
    return {
        "id": str(alert.pk),
        "response": grouped(alert.response.reference),
        "clinic": alert.response.clinic.slug,
        "state": state,
        "attempts": alert.attempts,
        "created_at": _iso(alert.created_at),
        "due_at": _iso(alert.due_at),
        "sent_at": _iso(alert.sent_at),
        "failed_at": _iso(alert.failed_at),
        "acknowledged_at": _iso(alert.acknowledged_at),
    }


def _iso(when: datetime.datetime | None) -> str | None:
    return when.isoformat() if when else None
