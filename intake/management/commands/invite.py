"""`manage.py invite`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from intake import actions
from intake.management.base import PlainCommand, clinic_named


class Command(PlainCommand):
    help = "Make a link for one patient. It is printed once: only a hash of it is stored."
    example = "python manage.py invite --clinic north-clinic --language en --json"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's slug")
        parser.add_argument("--language", help="default: the clinic's first language")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        clinic = clinic_named(options["clinic"])
        invited = actions.invite(
            clinic=clinic, by=None, now=timezone.now(), language=options["language"] or clinic.languages[0]
        )
        until = invited.invitation.expires_at
        data = {"id": str(invited.invitation.pk), "url": invited.url, "expires_at": until.isoformat()}
        words = f"{invited.url}\nFor one person, until {until:%d %B %Y %H:%M} UTC. It cannot be shown again."
        self.report(data, as_json=options["json"], words=words)
