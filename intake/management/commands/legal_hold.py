"""`manage.py legal_hold`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import actions
from intake.management import named_record
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Keep a response, or a person with everything of theirs: neither `erase` nor the daily round touches it until "
        "the hold is lifted."
    )
    example = 'python manage.py legal_hold --person K7QM-3X4P --matter "File 12/2026"'

    def add_arguments(self, parser: CommandParser) -> None:
        named_record.add_to(parser)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--matter", help="the number of the file that the hold is for; never a name")
        what.add_argument("--lift", action="store_true", help="end the hold")

    def run(self, **options: Any) -> None:
        record = named_record.find(options)
        if options["lift"]:
            lifted = actions.lift_hold(record=record, now=timezone.now())
            self.stdout.write("Lifted." if lifted else "There was no hold.")
            return
        try:
            hold = actions.place_hold(record=record, matter=options["matter"], now=timezone.now())
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"On hold since {hold.placed_at:%Y-%m-%d %H:%M} UTC (file {hold.matter}).")
