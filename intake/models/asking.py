"""What a clinic asks a patient again after sending: named questions, and a link that opens only those."""

from __future__ import annotations

import uuid

from django.db import models


class AnswerRequest(models.Model):
    """Questions of a sent response that a patient is asked again, because their answers are missing.

    `questions_ct` holds their link_ids under the key of the response (`records.read_request`): which questions are
    missing says something about the answers. The link is that of `invitation`, which begins no other response. What
    the patient answers is a `Correction`; `answered_at` is when they pressed Send, and then the link is over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(
        "intake.QuestionnaireResponse", on_delete=models.PROTECT, related_name="answer_requests"
    )
    invitation = models.OneToOneField("intake.Invitation", on_delete=models.PROTECT, related_name="answer_request")
    questions_ct = models.BinaryField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)
