"""One person over time: which people staff said are one, the sessions they had, and when they are asked again."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from .fields import Enveloped, pair

MOST_DAYS = 365


class PersonMatch(models.Model):
    """What a member of staff said about two people of one clinic. Appended, never changed: the latest row counts.

    `same`: what belonged to `person` belongs to `other` from then on; `moved` are the ids of what was moved by kind, so
    that `undone` can give it back. `different`: they are not suggested to each other again.
    """

    class Decision(models.TextChoices):
        SAME = "same", "The same person"
        DIFFERENT = "different", "Not the same person"
        UNDONE = "undone", "Taken back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("intake.Person", on_delete=models.PROTECT, related_name="matches")
    other = models.ForeignKey("intake.Person", on_delete=models.PROTECT, related_name="matched_by")
    decision = models.CharField(max_length=9, choices=Decision.choices)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    moved = models.JSONField(default=dict)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(person=models.F("other")),
                name="match_of_two_people",
                violation_error_message="A person is not matched with themselves.",
            ),
            models.CheckConstraint(
                condition=Q(decision="undone", undoes__isnull=False) | (~Q(decision="undone") & Q(undoes=None)),
                name="match_undone_names_which",
                violation_error_message="What is taken back names the decision.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} and {self.other_id}: {self.decision}"


class TreatmentSession(models.Model):
    """A treatment that took place, or is planned, as staff wrote it down. A mistake is withdrawn, not erased."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("intake.Person", on_delete=models.PROTECT, related_name="sessions")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            pair("session", "withdrawn", message="Say both who withdrew the session and when."),
            models.UniqueConstraint(
                fields=["person", "at"],
                condition=Q(withdrawn_at=None),
                name="session_once_at_a_time",
                violation_error_message="This session is recorded.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CheckInSchedule(Enveloped):
    """When a person is asked again. A row is the setting of one member of staff; a new setting ends the one before.

    The address stands in `contact_ct` only. `next_at` is when the worker makes the next invitation; empty while nothing
    is planned. `failed_at`: that could not be done, and is tried again.
    """

    class Kind(models.TextChoices):
        EVERY_VISIT = "every_visit", "Before every planned session"
        EVERY_DAYS = "every_days", "Every so many days, counted from the latest session"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("intake.Person", on_delete=models.PROTECT, related_name="schedules")
    questionnaire = models.ForeignKey("screening.Questionnaire", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    days = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)])
    language = models.CharField(max_length=16)
    contact_ct = models.BinaryField()
    next_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            pair("schedule", "ended", message="Say both who ended the schedule and when."),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at=None),
                name="schedule_one_for_a_person",
                violation_error_message="A person has one schedule at a time.",
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=MOST_DAYS),
                name="schedule_days_in_range",
                violation_error_message="A schedule counts 1 to 365 days.",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(ended_at=None), name="schedule_by_next"),
        ]

    def __str__(self) -> str:
        return str(self.id)
