"""Where somebody is signed in, so that they can see it and end it."""

from __future__ import annotations

import uuid

from django.db import models


class StaffSession(models.Model):
    """One sign-in of one person. `session_key` is the key of the stored session, a digest of the browser's
    (`intake.session_store`); that session is gone once it has ended. `browser` says in a few words which browser it
    was, from what the browser says of itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("intake.User", on_delete=models.PROTECT, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=60, blank=True)
    began_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-began_at"], name="staff_session_by_user")]

    def __str__(self) -> str:
        return str(self.id)
