"""What a clinic's people must hear of: emergency access, roles given to oneself, answers kept for a shorter time,
and alerts that go to another address."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .fields import pair


class EmergencyAccess(models.Model):
    """Somebody opened a response that their roles do not open, for a short time and with a reason.

    `reason_ct` is under the key of the response (`records.read_emergency_reason`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(
        "intake.QuestionnaireResponse", on_delete=models.PROTECT, related_name="emergency_accesses"
    )
    reason_ct = models.BinaryField()
    began_at = models.DateTimeField()
    began_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("began_at")),
                name="emergency_access_ends_after_it_began",
                violation_error_message="Emergency access ends after it began.",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class SecurityNotice(models.Model):
    """One thing that a clinic's people are told of until somebody has looked at it: by e-mail, and on every page.

    `user` is who did it. `told_at`: the e-mails left. `detail` is the key of a role, or for how many
    days answers are kept.
    """

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", "Emergency access"
        OWN_ROLE = "own_role", "A role given to oneself"
        RETENTION = "retention", "Answers kept for a shorter time"
        ALERTS = "alerts", "Alerts sent to another address"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("intake.Clinic", on_delete=models.PROTECT, related_name="security_notices")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    user = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")
    access = models.OneToOneField(EmergencyAccess, on_delete=models.PROTECT, null=True, related_name="notice")
    detail = models.CharField(max_length=16, blank=True)
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [pair("security_notice", "seen", message="Say both who has looked at it and when.")]
        indexes = [models.Index(fields=["clinic"], condition=Q(seen_at=None), name="security_notice_unseen")]

    def __str__(self) -> str:
        return str(self.id)
