"""What a patient answered: the current document, how it came to be, and what was made of it when it was sent."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from intake.references import grouped, new_reference

from .fields import Enveloped, pair
from .listing import INDEXES, Listed

NEVER_SENT = {"sent_at": None, "as_of": None, "assessment_ct": None, "person": None}


class QuestionnaireResponse(Enveloped, Listed):
    """One person's answers to one published version, under settings frozen when it was started.

    In plain text are only opaque ids, times, numbers for sorting and the clinic's settings. `document_ct` holds the
    answers and the pages posted, `assessment_ct` what the rules said on the day of sending.
    `top_severity` is 0 (nothing raised) to 4 (urgent). The resume code's tries are counted here so that a limit holds
    for the link whatever address the guesses come from. `part2_notice` is the version and language of the notice about
    substance-use answers that the person said they had read, such as "1 en".
    `answering` is what they said at the start about who fills it in; empty when they were not asked.
    `unread_corrections` counts what was added after sending and nobody has opened since.
    A deleted draft is a tombstone: no key, no answers; see docs/decisions/0020-deleted-drafts.md.
    `disclosed_at` is when something was first disclosed that staff must hear of; it is written apart from the alerts,
    so that each can be counted against the other.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SENT = "sent", "Sent"
        DELETED = "deleted", "Deleted by the patient"

    class Answering(models.TextChoices):
        SELF = "self", "By the patient"
        HELPED = "helped", "By the patient, with help from someone"
        BEHALF = "behalf", "By someone else for the patient"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=8, unique=True, default=new_reference, editable=False)
    clinic = models.ForeignKey("intake.Clinic", on_delete=models.PROTECT, related_name="responses")
    version = models.ForeignKey("screening.QuestionnaireVersion", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("intake.Person", on_delete=models.PROTECT, null=True, related_name="responses")
    invitation = models.OneToOneField("intake.Invitation", on_delete=models.PROTECT, null=True, related_name="response")
    language = models.CharField(max_length=16)
    settings = models.JSONField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    revision = models.PositiveIntegerField(default=0)
    document_ct = models.BinaryField()
    assessment_ct = models.BinaryField(null=True)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    answering = models.CharField(max_length=8, choices=Answering.choices, blank=True, default="")
    is_on_tablet = models.BooleanField(default=False, help_text="Answered at least partly on a tablet at the clinic.")
    unread_corrections = models.PositiveSmallIntegerField(default=0)
    as_of = models.DateField(null=True)
    top_severity = models.PositiveSmallIntegerField(default=0)
    has_unresolved_safety = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")
    assigned_to = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")
    resume_code_hash = models.CharField(max_length=256)
    resume_tries = models.PositiveSmallIntegerField(default=0)
    resume_tries_of_day = models.PositiveSmallIntegerField(default=0)
    resume_day_began_at = models.DateTimeField(null=True)
    resume_blocked_until = models.DateTimeField(null=True)
    disclosed_at = models.DateTimeField(null=True)
    part2_acknowledged_at = models.DateTimeField(null=True)
    part2_notice = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [
            pair("response", "opened", message="Say both who opened the response and when."),
            models.CheckConstraint(
                condition=Q(part2_acknowledged_at=None, part2_notice="")
                | (Q(part2_acknowledged_at__isnull=False) & ~Q(part2_notice="")),
                name="response_part2_notice_with_time",
                violation_error_message="Say both which notice was acknowledged and when.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="draft", deleted_at=None, **NEVER_SENT)
                    | Q(status="deleted", deleted_at__isnull=False, **NEVER_SENT)
                    | Q(
                        status="sent",
                        deleted_at=None,
                        sent_at__isnull=False,
                        as_of__isnull=False,
                        assessment_ct__isnull=False,
                        person__isnull=False,
                    )
                ),
                name="response_sent_is_complete",
                violation_error_message="A sent response has a person, a day and an assessment; any other has none.",
            ),
            models.CheckConstraint(
                condition=Q(top_severity__lte=4),
                name="response_top_severity_range",
                violation_error_message="The top severity is a number from 0 to 4.",
            ),
        ]
        indexes = [*INDEXES, models.Index(fields=["clinic", "started_at"], name="response_by_start")]

    def __str__(self) -> str:
        return grouped(self.reference)

    @property
    def is_sent(self) -> bool:
        return self.status == self.Status.SENT

    @property
    def is_deleted(self) -> bool:
        return self.status == self.Status.DELETED


class Revision(models.Model):
    """One save: which answers changed, from which revision, by whom. Appended, never changed.

    `client_id` and `client_sequence` name the attempt, so that a repeated request is recognised.
    """

    class AuthorKind(models.TextChoices):
        PATIENT = "patient", "Patient"
        STAFF = "staff", "Staff"
        SYSTEM = "system", "On sending"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(QuestionnaireResponse, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    base_revision = models.PositiveIntegerField()
    client_id = models.CharField(max_length=64)
    client_sequence = models.PositiveBigIntegerField()
    author_kind = models.CharField(max_length=8, choices=AuthorKind.choices)
    author = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")
    changes_ct = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "client_id", "client_sequence"],
                name="revision_client_sequence_unique",
                violation_error_message="This save has been stored.",
            ),
            models.UniqueConstraint(
                fields=["response", "number"],
                name="revision_number_unique",
                violation_error_message="A response has one revision of each number.",
            ),
            models.CheckConstraint(
                condition=Q(base_revision__lt=models.F("number")),
                name="revision_follows_its_base",
                violation_error_message="A revision comes after the one it was based on.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(author_kind="staff", author__isnull=False)
                    | Q(author_kind__in=["patient", "system"], author__isnull=True)
                ),
                name="revision_staff_is_named",
                violation_error_message="A revision by staff names the person; any other names none.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response_id} revision {self.number}"


class PackedRecord(models.Model):
    """The answers of a sent response as one small encrypted vector, for replaying rules. See `screening.packing`.

    `layout` is the number of the vector's layout: a later layout stands beside the earlier one, which is never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(QuestionnaireResponse, on_delete=models.PROTECT, related_name="packed_records")
    version = models.ForeignKey("screening.QuestionnaireVersion", on_delete=models.PROTECT, related_name="+")
    layout = models.PositiveSmallIntegerField(default=1)
    vector_ct = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "version", "layout"],
                name="packed_record_unique",
                violation_error_message="A response has one packed record of each layout for each version.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.response_id} packed for {self.version_id}"


class SafetyPanelShown(models.Model):
    """That the safety panel was on screen after a given revision. Proof that help was offered, and when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(QuestionnaireResponse, on_delete=models.PROTECT, related_name="panels_shown")
    revision = models.PositiveIntegerField()
    shown_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "revision"],
                name="panel_shown_once_per_revision",
                violation_error_message="The panel was recorded for this revision.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.response_id} at revision {self.revision}"
