"""What clinicians decide. Appended, never changed: a correction is another row."""

from __future__ import annotations

import uuid

from django.db import models


class FlagAcknowledgement(models.Model):
    """That a named person saw a flag. `flag_hash` is keyed and bound to the response; the flag and the note are in
    `note_ct`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(
        "intake.QuestionnaireResponse", on_delete=models.PROTECT, related_name="acknowledgements"
    )
    flag_hash = models.CharField(max_length=64)
    note_ct = models.BinaryField()
    acknowledged_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["response", "flag_hash"], name="acknowledgement_by_flag")]

    def __str__(self) -> str:
        return str(self.id)


class SignOff(models.Model):
    """A signature on one state of one response: the hashes of what was read, the decision, who and when.

    One signature for each content: answers that arrive later have another hash and ask for another signature.
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
