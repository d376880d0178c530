"""`manage.py alert_bounced`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from intake import actions
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = "Say that a message of an alert came back. It is listed as failed and the next people are told."
    example = "python manage.py alert_bounced '<alert-3f2b1c9e-0d4a-4c57-9a8e-7f1f5d1f0b6a@forms.example.org>'"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("message_id", help="the Message-ID of the message that came back")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        found = actions.record_bounce(message_id=options["message_id"], now=timezone.now())
        data = {"delivery": str(found.pk), "alert": str(found.alert_id) if found.alert_id else None}
        self.report(data, as_json=options["json"], words="Kept. The message is listed as failed.")
