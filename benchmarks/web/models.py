"""One table, as somebody would make it who writes one questionnaire by hand."""

from __future__ import annotations

from django.db import models


class Filled(models.Model):
    """What one person answered, in plain text."""

    clinic = models.ForeignKey(
        "intake.Clinic",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,  # its table is made before those that have migrations
    )
    answers = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.pk)
