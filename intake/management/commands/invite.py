"""`manage.py invite`."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import actions
from intake.invitees import Details
from intake.management.base import PlainCommand, clinic_named
from intake.models import Clinic


class Command(PlainCommand):
    help = (
        "Make a link for one patient. It is printed once: only a hash of it is stored.\n"
        "With --send the worker mails a link to --email instead."
    )
    example = "python manage.py invite --clinic north-clinic --language en --json"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's slug")
        parser.add_argument("--language", help="default: the clinic's first language")
        parser.add_argument("--name", default="", help="whom the link is for; staff see it, kept encrypted")
        parser.add_argument("--email", default="", help="their address, for reminders and --send; kept encrypted")
        parser.add_argument("--appointment", metavar="WHEN", help="such as 2026-03-09T14:30, in the clinic's time")
        parser.add_argument("--send", action="store_true", help="send the link by e-mail, do not print it")
        parser.add_argument("--no-reminders", action="store_true", help="plan no reminders by e-mail")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        clinic = clinic_named(options["clinic"])
        appointment_at = _moment(options["appointment"], clinic) if options["appointment"] else None
        invited = actions.invite(
            clinic=clinic,
            by=None,
            now=timezone.now(),
            language=options["language"] or clinic.languages[0],
            details=Details(
                name=options["name"].strip(), email=options["email"].strip(), appointment_at=appointment_at
            ),
            send=options["send"],
            remind=not options["no_reminders"],
        )
        until = invited.invitation.expires_at
        data = {"id": str(invited.invitation.pk), "url": invited.url or None, "expires_at": until.isoformat()}
        self.report(data, as_json=options["json"], words=_words(invited))


def _words(invited: actions.Invited) -> str:
    until = f"{invited.invitation.expires_at:%d %B %Y %H:%M} UTC"
    if not invited.url:
        return f"The worker sends the link. It works until {until}."
    return f"{invited.url}\nFor one person, until {until}. It cannot be shown again."


def _moment(written: str, clinic: Clinic) -> datetime.datetime:
    try:
        at = datetime.datetime.fromisoformat(written)
    except ValueError as error:
        raise CommandError(f"“{written}” is not a day and time. Write it like 2026-03-09T14:30.") from error
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(clinic.timezone))
