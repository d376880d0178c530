"""What clinicians do with a response. Appended, never changed: a correction is another row."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class SignOff(models.Model):
    """A signature on one state of one response: what was read, the decision, who and when.

    One signature for each content: answers that arrive later have another hash and ask for another signature.
    `content_sha256` is keyed (`intake.contents.content_of`), so that nobody can guess answers from it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey("intake.QuestionnaireResponse", on_delete=models.PROTECT, related_name="sign_offs")
    version_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    decision_ct = models.BinaryField()
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "content_sha256"],
                name="sign_off_once_per_content",
                violation_error_message="This content has been signed.",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class ReviewEntry(models.Model):
    """One thing that a named person did with a sent response, numbered from 1 in each response.

    What it says (the point it is about, words, answers) stands in `body_ct` (`intake.reviewing.Body`). A signature,
    a second signature and an addendum name the `SignOff` they belong to.
    """

    class Kind(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", "Acknowledged a point"
        DISCUSSED = "discussed", "Discussed a point"
        ANSWERED = "answered", "Entered answers"
        NOTED = "noted", "Wrote a private note"
        SIGNED = "signed", "Signed a decision"
        ADDENDUM = "addendum", "Added to a signed decision"
        COSIGNED = "cosigned", "Signed a decision as well"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(
        "intake.QuestionnaireResponse", on_delete=models.PROTECT, related_name="review_entries"
    )
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    sign_off = models.ForeignKey(SignOff, on_delete=models.PROTECT, null=True, related_name="entries")
    body_ct = models.BinaryField()
    done_at = models.DateTimeField()
    done_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "number"],
                name="review_entry_number_unique",
                violation_error_message="A response has one entry of each number.",
            ),
            models.UniqueConstraint(
                fields=["sign_off", "done_by"],
                condition=Q(kind="cosigned"),
                name="review_entry_cosigned_once",
                violation_error_message="This person has signed this decision.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind__in=["signed", "addendum", "cosigned"], sign_off__isnull=False)
                    | Q(kind__in=["acknowledged", "discussed", "answered", "noted"], sign_off=None)
                ),
                name="review_entry_names_its_signature",
                violation_error_message="What is signed names its signature.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response_id} review {self.number}"
