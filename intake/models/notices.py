"""Quiet notices: who wants to hear of new submissions, and how often."""

from __future__ import annotations

from django.db import models


class NoticeChoice(models.Model):
    """What one person chose. Without a row: no notices. Alerts do not depend on it.

    Of everything sent up to `told_until` the person has been told, or it was before they chose.
    """

    class Choice(models.TextChoices):
        AT_ONCE = "at_once", "At once"
        DAILY = "daily", "Once a day"
        NONE = "none", "None"

    user = models.OneToOneField("intake.User", on_delete=models.PROTECT, primary_key=True, related_name="notice_choice")
    choice = models.CharField(max_length=8, choices=Choice.choices)
    told_until = models.DateTimeField()
    changed_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"notices to {self.user_id}: {self.choice}"
