"""`manage.py purge_expired`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import actions
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Delete what was kept long enough: drafts 30 days after the last save, links that nobody used 7 days after "
        "they ended, sent answers when their clinic says so, sessions, mails written to files, exports in "
        "DATA_DIR/exports. "
        "The worker does it every day. Exit code 1: something could not be deleted."
    )
    example = "python manage.py purge_expired --json"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        done = actions.purge_expired(now=timezone.now())
        words = ", ".join(f"{number} {kind}" for kind, number in sorted(done.items())) or "nothing was due"
        self.report(dict(done), as_json=options["json"], words=f"Deleted by the calendar: {words}.")
        if done["failed"]:
            raise CommandError(f"{done['failed']} could not be deleted; the log says of which kind.")
