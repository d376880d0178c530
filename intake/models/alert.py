"""The outbox: alerts are written with the answers that cause them, and delivered afterwards by the worker."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from .fields import pair


class AlertQuerySet(models.QuerySet["Alert"]):
    def unsent(self) -> AlertQuerySet:
        return self.filter(sent_at=None)

    def due(self, *, now) -> AlertQuerySet:
        """Unsent, due, and not held by a worker or waiting out a back-off."""
        is_free = Q(leased_until=None) | Q(leased_until__lte=now)
        return self.unsent().filter(is_free, due_at__lte=now)

    def unacknowledged(self) -> AlertQuerySet:
        return self.filter(acknowledged_at=None)


class Alert(models.Model):
    """One reason for staff to look at one response now. Never deleted because an answer changed.

    `reason_hash` is keyed and bound to the response, so that one reason alerts once; the reason is in `reason_ct`.
    Nobody touches a row before `leased_until`: a worker is sending it, or it waits to be tried again.
    `failed_at` is the latest failed attempt while nothing has been delivered.
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
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
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
                name="alert_once_per_reason",
                violation_error_message="This reason has its alert.",
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
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="alert_unsent_by_due")]

    def __str__(self) -> str:
        return str(self.id)


class AlertAttempt(models.Model):
    """One try to deliver. A row that never finished is a worker that died while sending."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    is_delivered = models.BooleanField(default=False)
    failure = models.CharField(max_length=100, blank=True, help_text="The kind of failure; never a message's text.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "number"],
                name="alert_attempt_number_unique",
                violation_error_message="An alert has one attempt of each number.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} attempt {self.number}"


class WorkerHeartbeat(models.Model):
    """When the worker was last alive. One row."""

    name = models.CharField(max_length=32, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
