"""Who is told about alerts, when and how: a clinic's reading hours, its contacts and the times of its ladder."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from .fields import pair

LONGEST_WAIT = 24 * 60
"""Minutes: no alert waits longer than a day before somebody is told again."""


def _wait(default: int) -> models.PositiveSmallIntegerField[int, int]:
    limits = [MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)]
    return models.PositiveSmallIntegerField(default=default, validators=limits)


class AlertRota(models.Model):
    """When a clinic reads urgent answers, and how long an alert may stay unacknowledged before more people are told.

    `hours` has one entry for each weekday from Monday, in the clinic's time zone: null when nobody reads, or
    `["09:00", "17:00"]`; a closing time of `00:00` is midnight at the end of that day.
    """

    clinic = models.OneToOneField(
        "intake.Clinic", on_delete=models.PROTECT, primary_key=True, related_name="alert_rota"
    )
    hours = models.JSONField()
    first_wait_minutes = _wait(15)
    second_wait_minutes = _wait(30)
    repeat_minutes = _wait(60)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_wait_minutes__gte=1, second_wait_minutes__gte=1, repeat_minutes__gte=1),
                name="rota_waits_positive",
                violation_error_message="Each step waits for at least one minute.",
            )
        ]

    def __str__(self) -> str:
        return f"rota of {self.clinic_id}"


class AlertContact(models.Model):
    """Somebody, or some system, that a clinic's alerts go to. Removed, never deleted: the history names it.

    `address_sealed` is an e-mail address or a webhook's URL, which is as good as a password, and `secret_sealed` the
    key that signs what goes to a webhook; both sealed by `vault.seal_text`.
    """

    class Duty(models.TextChoices):
        HOURS = "hours", "During reading hours"
        OUT_OF_HOURS = "out_of_hours", "Outside reading hours"
        ALWAYS = "always", "At all hours"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("intake.Clinic", on_delete=models.PROTECT, related_name="alert_contacts")
    name = models.CharField(max_length=100)
    channel = models.CharField(max_length=16)
    address_sealed = models.TextField()
    secret_sealed = models.TextField(blank=True)
    step = models.PositiveSmallIntegerField(default=1)
    duty = models.CharField(max_length=16, choices=Duty.choices, default=Duty.ALWAYS)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            pair("alert_contact", "removed", message="Say both who removed the contact and when."),
            models.CheckConstraint(
                condition=Q(step__gte=1, step__lte=3),
                name="alert_contact_step_range",
                violation_error_message="A contact is told at step 1, 2 or 3.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} by {self.channel}"
