"""Who did what, in a chain that shows any change. Written by `intake.audit` only."""

from __future__ import annotations

from django.db import models


class AuditRecord(models.Model):
    """One event. `mac` is keyed over the other columns and the previous `mac`; triggers refuse change and deletion."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    action = models.CharField(max_length=64)
    objects_named = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["action", "at"], name="audit_by_action")]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"
