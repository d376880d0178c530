"""`manage.py compare_database`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import actions
from intake.backups import state
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Compare the database in DATABASE_URL with what a backup held, and list what is missing or damaged.\n"
        "`restore` and `verify_backup` call it on what they restored. Exit code 1: something is not as it was."
    )
    example = "python manage.py compare_database expected.json"
    requires_system_checks = ()  # an older backup has the tables of its time

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("expected", type=Path, help="the state that a backup recorded, as JSON")
        parser.add_argument(
            "--restored", action="store_true", help="sign everybody out there, and record that it was restored"
        )

    def run(self, **options: Any) -> None:
        try:
            expected = msgspec.json.decode(options["expected"].read_bytes(), type=state.State)
        except (OSError, msgspec.DecodeError) as error:
            raise CommandError(f"{options['expected']} cannot be read as the state of a database.") from error
        found = list(state.differences(expected))
        self.stdout.write("\n".join(found) or "Everything is as it was.")
        if found:
            sys.exit(1)
        if options["restored"]:
            actions.begin_in_restored(audit_seq=expected.audit_seq, now=timezone.now())
