"""Whom a link is for, and the e-mails that carry it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from .fields import Enveloped


class Invitee(Enveloped):
    """Whom an invitation is for, as far as staff said: name, e-mail address and appointment stand in `details_ct` only.

    `email_hash` is a keyed hash within the clinic, so that an address with an open invitation is not invited twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invitation = models.OneToOneField("intake.Invitation", on_delete=models.PROTECT, related_name="invitee")
    details_ct = models.BinaryField()
    email_hash = models.CharField(max_length=64, blank=True, db_index=True)

    def __str__(self) -> str:
        return str(self.invitation_id)


class InvitationMailQuerySet(models.QuerySet["InvitationMail"]):
    def unsent(self) -> InvitationMailQuerySet:
        """Waiting to be sent, now or later."""
        return self.filter(sent_at=None, cancelled_at=None)

    def due(self, *, now) -> InvitationMailQuerySet:
        """Unsent, due, and not held by a worker or waiting out a back-off."""
        is_free = Q(leased_until=None) | Q(leased_until__lte=now)
        return self.unsent().filter(is_free, due_at__lte=now)


class InvitationMail(models.Model):
    """One e-mail with a link: written with what causes it, sent afterwards by the worker.

    The link's token is made when the mail is first tried. It stands in `token_ct`, under the key of the invitee, only
    until the mail has left. Its hash stands in `token_sha256` from the first try, as what failed may have arrived: the
    link works beside the one before. Once the mail has left, the hash is the invitation's, and the
    link before is over. `cancelled_at`: it will not be sent, because it is not needed, or after too many failures.
    """

    class Kind(models.TextChoices):
        INVITATION = "invitation", "Invitation"
        REMINDER = "reminder", "Reminder"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invitation = models.ForeignKey("intake.Invitation", on_delete=models.PROTECT, related_name="mails")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    token_ct = models.BinaryField(null=True)
    token_sha256 = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=100, blank=True, help_text="The kind of failure; never a message's text.")

    objects = InvitationMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, cancelled_at=None) | Q(token_ct=None),
                name="invitation_mail_token_only_while_unsent",
                violation_error_message="A mail that left, or will not leave, keeps no link.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(sent_at=None, cancelled_at=None), name="invitation_mail_unsent_by_due"
            ),
            models.Index(fields=["token_sha256"], name="invitation_mail_by_token"),
        ]

    def __str__(self) -> str:
        return str(self.id)
