"""Replays of past responses under a draft: what it would have said of them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from .fields import Enveloped


class ImpactRun(Enveloped):
    """One replay, worked through in the background from the first response to the last.

    `document` is the draft as it was when the replay was asked for; `clinics` are those that the person who asked could
    reach then; `since` is the first day of sending that counts (empty: all). `cursor` is the last response that was
    looked at: whoever goes on goes on after it. `leased_until` is until when a worker has it to itself. `findings_ct`
    names responses by flag, so it is encrypted.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Finished"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Failed"

    OVER = (State.DONE, State.CANCELLED, State.FAILED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    questionnaire = models.ForeignKey("screening.Questionnaire", on_delete=models.PROTECT, related_name="+")
    document = models.TextField(editable=False)
    clinics = models.ManyToManyField("intake.Clinic", related_name="+")
    since = models.DateField(null=True)
    requested_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    total = models.PositiveIntegerField()
    looked_at = models.PositiveIntegerField(default=0)
    cursor = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    findings_ct = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at=None)
                | Q(state__in=["done", "cancelled", "failed"], finished_at__isnull=False),
                name="impact_run_over_has_its_time",
                violation_error_message="A replay that is over says when it ended; any other does not.",
            ),
        ]

    def __str__(self) -> str:
        return f"impact {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER

    @property
    def percent(self) -> int:
        """How much was looked at, in whole percent."""
        return min(100, 100 * self.looked_at // self.total) if self.total else 100
