"""What was published, for ever, and the synthetic patients that a draft must satisfy before it may be."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .draft import Draft
from .questionnaire import Questionnaire


class VersionQuerySet(models.QuerySet["QuestionnaireVersion"]):
    """Published versions."""

    def in_use(self) -> VersionQuerySet:
        """Not retired: a new response may begin on them."""
        return self.filter(retired_at__isnull=True)

    def latest_of(self, key: str) -> QuestionnaireVersion | None:
        """The version that a new response to the questionnaire `key` begins on, or None."""
        return self.in_use().filter(questionnaire__key=key).order_by("-number").first()


class QuestionnaireVersion(models.Model):
    """One published questionnaire: its canonical JSON and the hash that names it. Nothing changes but retirement.

    People are written as plain text: who published must stay readable when the account is gone.
    """

    RETIREMENT = ("retired_at", "retired_by")

    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.TextField(editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True, editable=False)
    note = models.TextField(blank=True, default="")
    published_at = models.DateTimeField()
    published_by = models.CharField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.CharField(blank=True, default="")

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["questionnaire", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="version_number_once_per_questionnaire"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_from_1"),
            models.CheckConstraint(condition=~Q(published_by=""), name="version_names_its_publisher"),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_by="") | (Q(retired_at__isnull=False) & ~Q(retired_by="")),
                name="version_retired_at_with_retired_by",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Case(Draft):
    """A synthetic patient: answers by link_id, and what the rules must say about them (`exchange.cases.Case`)."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="cases")
    key = models.CharField()
    title = models.CharField()
    why = models.TextField(blank=True, default="", help_text="What the case shows, for a clinician.")
    as_of = models.DateField(help_text="The day on which the answers are judged.")
    profile = models.CharField(default="us")
    parameters = models.JSONField(blank=True, default=dict, help_text='Changed parameters: {"systolic_high": 150}')
    answers = models.JSONField(blank=True, default=dict, help_text="Answers by link id, as in a file for `screen`.")
    expect = models.JSONField(blank=True, default=dict, help_text='{"flags": {"stroke": "caution"}, "unresolved": []}')
    exactly = models.BooleanField(default=True, help_text="What is not expected must not appear.")

    class Meta(Draft.Meta):
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="case_key_once_per_questionnaire"),
        ]

    def __str__(self) -> str:
        return self.key
