"""What was erased for good, and what may not be."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Erasure(models.Model):
    """A tombstone: that a record was erased, when, why and by whom. It says nothing about the person.

    `object_id` is the id that the erased row had; `staff` is empty for the command line and the daily round.
    """

    class Kind(models.TextChoices):
        RESPONSE = "response", "A response"
        PERSON = "person", "A person, with everything of theirs"

    class Reason(models.TextChoices):
        ASKED = "asked", "The person asked for it"
        MISTAKE = "mistake", "It was made by mistake, or to try things out"
        RETENTION = "retention", "It was kept for as long as the clinic keeps it"
        ORDERED = "ordered", "A court or an authority ordered it"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("intake.Clinic", on_delete=models.PROTECT, related_name="erasures")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    object_id = models.UUIDField(unique=True)
    reference = models.CharField(max_length=8)
    reason = models.CharField(max_length=9, choices=Reason.choices)
    erased_at = models.DateTimeField()
    staff = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class LegalHold(models.Model):
    """That a response, or a person with everything of theirs, must be kept: neither erased by hand nor by the calendar.

    `matter` is a file number, never a name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(
        "intake.QuestionnaireResponse", on_delete=models.PROTECT, null=True, related_name="holds"
    )
    person = models.ForeignKey("intake.Person", on_delete=models.PROTECT, null=True, related_name="holds")
    matter = models.CharField(max_length=60)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(response=None, person__isnull=False) | Q(response__isnull=False, person=None),
                name="hold_on_one_record",
                violation_error_message="A hold is on a response or on a person.",
            ),
            models.UniqueConstraint(
                fields=["response"],
                condition=Q(lifted_at=None),
                name="hold_once_on_a_response",
                violation_error_message="This response is on hold.",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(lifted_at=None),
                name="hold_once_on_a_person",
                violation_error_message="This person is on hold.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
