"""The outbox: alerts are written with the answers that cause them, and delivered afterwards by the worker."""

from __future__ import annotations

import datetime
import uuid

from django.db import models
from django.db.models import Q

from .fields import pair

SKEW = datetime.timedelta(minutes=2)
"""A time further in the future than this was written before the clock was put back: it holds nothing up."""
LONGEST_HOLD = datetime.timedelta(minutes=10)
"""Nobody leases a delivery, or puts it off, for longer."""


class AlertQuerySet(models.QuerySet["Alert"]):
    def unsent(self) -> AlertQuerySet:
        return self.filter(sent_at=None)

    def unacknowledged(self) -> AlertQuerySet:
        return self.filter(acknowledged_at=None)

    def to_escalate(self, *, now: datetime.datetime) -> AlertQuerySet:
        """Whose next step has come. When the clock was put back, sooner and twice rather than late."""
        ahead = now + SKEW
        first = Q(rung=0) & (Q(due_at__lte=now) | Q(created_at__gt=ahead))
        later = Q(rung__gt=0) & (Q(escalate_at__lte=now) | Q(rung_opened_at__gt=ahead))
        return self.unacknowledged().filter(first | later)


class Alert(models.Model):
    """One reason for staff to look at one response now. Never deleted because an answer changed.

    `reason_hash` is keyed and bound to the response, so that one reason has one open alert; the reason is in
    `reason_ct`. `rung` counts the steps of the ladder that were opened, `escalate_at` is when the next one is.
    `sent_at` is the first delivery to anybody; `failed_at` the latest failure while nothing has been delivered.
    """

    class Kind(models.TextChoices):
        AT_ONCE = "at_once", "At once"
        URGENT = "urgent", "Urgent"
        UNRESOLVED_SAFETY = "unresolved_safety", "Unresolved safety"
        SAFETY_PANEL = "safety_panel", "Safety panel shown"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey("intake.QuestionnaireResponse", on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    severity = models.PositiveSmallIntegerField()
    reason_hash = models.CharField(max_length=64)
    reason_ct = models.BinaryField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    rung = models.PositiveIntegerField(default=0)
    rung_opened_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")
    note_ct = models.BinaryField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "kind", "reason_hash"],
                condition=Q(acknowledged_at=None),
                name="alert_open_once_per_reason",
                violation_error_message="This reason has its open alert.",
            ),
            pair("alert", "acknowledged", message="Say both who acknowledged the alert and when."),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, note_ct=None)
                | Q(acknowledged_at__isnull=False, note_ct__isnull=False),
                name="alert_acknowledged_with_note",
                violation_error_message="An alert is acknowledged with a note.",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(failed_at=None),
                name="alert_not_sent_and_failed",
                violation_error_message="A delivered alert has not failed.",
            ),
            models.CheckConstraint(
                condition=Q(rung=0, rung_opened_at=None, escalate_at=None)
                | Q(rung__gt=0, rung_opened_at__isnull=False, escalate_at__isnull=False),
                name="alert_step_with_times",
                violation_error_message="A step that was opened says when, and when the next one is.",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None), name="alert_unsent_by_due"),
            models.Index(fields=["escalate_at"], condition=Q(acknowledged_at=None), name="alert_open_by_step"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class AlertDeliveryQuerySet(models.QuerySet["AlertDelivery"]):
    def pending(self) -> AlertDeliveryQuerySet:
        """Neither delivered nor come back."""
        return self.filter(delivered_at=None, bounced_at=None)

    def wanted(self, *, now: datetime.datetime) -> AlertDeliveryQuerySet:
        """Pending, to somebody on the rota; the alert not acknowledged, a test no older than a day."""
        about_alert = Q(alert__isnull=False, alert__acknowledged_at=None)
        about_test = Q(alert=None, planned_at__gt=now - datetime.timedelta(days=1))
        return self.pending().filter(about_alert | about_test, contact__removed_at=None)

    def due(self, *, now: datetime.datetime) -> AlertDeliveryQuerySet:
        """Wanted, and not held by a worker or waiting out a back-off."""
        is_free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=now + LONGEST_HOLD)
        return self.wanted(now=now).filter(is_free)


class AlertDelivery(models.Model):
    """One message to one contact: who was to be told, how and when, as the rota was then.

    Without `alert` it is a test message: of the day, or `asked_by` somebody. Without `contact` it goes to the clinic's
    `alert_email`. Nobody touches a row before `leased_until`: a worker is sending it, or it waits to be tried again.
    `failed_at` is the latest failed attempt while it is not delivered; `bounced_at` ends it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("intake.Clinic", on_delete=models.PROTECT, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, related_name="deliveries")
    rung = models.PositiveIntegerField(default=0)
    contact = models.ForeignKey("intake.AlertContact", on_delete=models.PROTECT, null=True, related_name="deliveries")
    name = models.CharField(max_length=100)
    channel = models.CharField(max_length=16)
    address_sealed = models.TextField()
    asked_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")
    planned_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)

    objects = AlertDeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(failed_at=None, bounced_at=None),
                name="delivery_not_delivered_and_failed",
                violation_error_message="A delivered message has neither failed nor come back.",
            ),
            models.CheckConstraint(
                condition=Q(alert=None, rung=0) | Q(alert__isnull=False, rung__gt=0, asked_by=None),
                name="delivery_of_alert_or_test",
                violation_error_message="A message belongs to a step of an alert, or is a test.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["planned_at"],
                condition=Q(delivered_at=None, bounced_at=None),
                name="delivery_pending_by_plan",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_test(self) -> bool:
        return self.alert_id is None


class AlertAttempt(models.Model):
    """One try to deliver. A row that never finished is a worker that died while sending."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    delivery = models.ForeignKey(AlertDelivery, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    is_delivered = models.BooleanField(default=False)
    failure = models.CharField(max_length=100, blank=True, help_text="The kind of failure; never a message's text.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "number"],
                name="delivery_attempt_number_unique",
                violation_error_message="A message has one attempt of each number.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} attempt {self.number}"


class WorkerHeartbeat(models.Model):
    """When the worker was last alive. One row."""

    name = models.CharField(max_length=32, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
