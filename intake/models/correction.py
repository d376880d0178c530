"""What a patient adds after sending. Appended: the answers that were sent stay as they were sent."""

from __future__ import annotations

import datetime
import uuid

from django.db import models


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def after(self, moment: datetime.datetime | None) -> CorrectionQuerySet:
        """Those that came after a moment, such as a signature; all of them without one."""
        return self if moment is None else self.filter(created_at__gt=moment)


class Correction(models.Model):
    """One thing that a patient wanted to correct or add after sending, never changed and never shown back to them.

    `content_ct` holds the words and the question they are about, or the answers of a late page or of questions that
    were asked again; see `records.read_correction`. `attempt` names the page it was sent from, so that a second click
    adds nothing.
    """

    class Source(models.TextChoices):
        WORDS = "words", "In their own words"
        LATE_PAGE = "late_page", "From a page that was still open when the answers were sent"
        ASKED = "asked", "In answer to what the clinic asked again"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey("intake.QuestionnaireResponse", on_delete=models.PROTECT, related_name="corrections")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=10, choices=Source.choices)
    attempt = models.CharField(max_length=96)
    content_ct = models.BinaryField()
    created_at = models.DateTimeField()

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "number"],
                name="correction_number_unique",
                violation_error_message="A response has one correction of each number.",
            ),
            models.UniqueConstraint(
                fields=["response", "attempt"],
                name="correction_attempt_unique",
                violation_error_message="This correction has been stored.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response_id} correction {self.number}"
