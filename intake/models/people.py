"""Patients, and the links that invite them."""

from __future__ import annotations

import uuid

from django.db import models

from intake.references import grouped, new_reference

from .fields import Enveloped


class Person(Enveloped):
    """A patient of one clinic. Who it is stands in `identity_ct` only.

    `name_hash` and `birth_date_hash` are keyed hashes for exact-match search within the clinic; empty when not given.
    Rows are never merged automatically: two people may share a name and a birthday.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("intake.Clinic", on_delete=models.PROTECT, related_name="people")
    reference = models.CharField(max_length=8, unique=True, default=new_reference, editable=False)
    identity_ct = models.BinaryField()
    name_hash = models.CharField(max_length=64, blank=True)
    birth_date_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "name_hash"], name="person_by_name"),
            models.Index(fields=["clinic", "birth_date_hash"], name="person_by_birth_date"),
        ]

    def __str__(self) -> str:
        return grouped(self.reference)


class Invitation(models.Model):
    """A link sent to one person. Only a hash of its token is kept, so nobody can read a live link from the database.

    `person` is set when staff invite somebody they already know (a check-in before a session). `invited_by` is empty
    when the link was made on the server's command line. Whom it is for, as far as staff said, stands in `Invitee`.
    A new link for the same invitation replaces the token; a revoked one has no link that works until then. `issue`
    counts how often staff took back the links of before: what was opened with one of them is over then. A reminder
    changes the token and not the issue, because nobody took back the link that came before it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("intake.Clinic", on_delete=models.PROTECT, related_name="invitations")
    questionnaire = models.ForeignKey("screening.Questionnaire", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations")
    token_sha256 = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    invited_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    issue = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="invitation_expires_after_creation",
                violation_error_message="An invitation must expire after it was made.",
            )
        ]
        indexes = [models.Index(fields=["clinic", "-created_at", "-id"], name="invitation_newest_first")]

    def __str__(self) -> str:
        return str(self.id)
