"""What people decided about a draft before it is published: a clinical sign-off, and a time to publish at."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from .questionnaire import Questionnaire


class ClinicalReview(models.Model):
    """A named clinician read a draft: exactly the one with this hash. A draft that changes afterwards has another hash.

    People are written as plain text: who reviewed must stay readable when the account is gone.
    """

    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="clinical_reviews")
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    reviewed_by = models.CharField()
    reviewed_at = models.DateTimeField()
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-reviewed_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reviewed_by=""), name="review_names_its_reviewer")]

    def __str__(self) -> str:
        return f"review of {self.sha256[:8]} by {self.reviewed_by}"


class ScheduledPublication(models.Model):
    """A draft, named by its hash, that the worker publishes at a time if nothing stands in the way then.

    `planned_by` is asked for their right again when it is due; what names nobody, of before that, is not published.
    `outcome` says what became of it, once `done_at` is set.
    """

    NOT_PUBLISHED = "Not published: "

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="scheduled_publications")
    sha256 = models.CharField("SHA-256", max_length=64)
    due_at = models.DateTimeField()
    publisher = models.CharField()
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True, default="")
    is_unreviewed = models.BooleanField(default=False)
    planned_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-planned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire"], condition=Q(done_at__isnull=True), name="one_publication_waits"
            ),
            models.CheckConstraint(condition=~Q(publisher=""), name="scheduled_names_its_publisher"),
        ]

    def __str__(self) -> str:
        return f"publication of {self.questionnaire} at {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def is_held_back(self) -> bool:
        """Whether its time came and it was not published."""
        return self.outcome.startswith(self.NOT_PUBLISHED)
