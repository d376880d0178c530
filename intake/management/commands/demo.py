"""`manage.py demo`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import demonstration
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Set up a clinic to try the product with: questionnaire, staff, a patient link. Again: nothing changes.\n"
        "Only for a trial on this machine: its passwords are public."
    )
    example = "python manage.py demo --sample 5"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sample", type=int, default=0, metavar="N", help="have at least N made-up responses")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        if not settings.IS_EMBEDDED:
            raise CommandError("The demo has public passwords and runs only where SITE_ORIGIN is this machine.")
        try:
            made = demonstration.set_up(now=timezone.now(), samples=options["sample"])
        except demonstration.CannotSetUp as error:
            raise CommandError(str(error)) from error
        self.report(made, as_json=options["json"], words=_words(made))


def _words(made: dict[str, Any]) -> str:
    lines = [f"Patients start here:  {made['patient_url']}"]
    if made["invitation_url"]:
        lines.append(f"An invitation:        {made['invitation_url']}   (shown once)")
    lines += [f"Staff sign in here:   {made['staff_url']}", "", "Sign-ins:"]
    lines += [f"  {person['email']}  {person['password']}  ({person['role']})" for person in made["staff"]]
    return "\n".join(
        [*lines, "", "Six digits for the second step: make code", "A trial: never enter real people here."]
    )
