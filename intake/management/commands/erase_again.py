"""`manage.py erase_again`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import actions
from intake.erasure import erased_list
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Bring the tables of the database in DATABASE_URL up to date, and erase everything that a list names.\n"
        "`restore` calls it on what it restored. Once more changes nothing."
    )
    example = "python manage.py erase_again erased.jsonl"
    requires_system_checks = ()  # an older backup has the tables of its time

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("list", type=Path, help="a list of erasures")

    def run(self, **options: Any) -> None:
        try:
            entries = erased_list.read(options["list"])
        except (OSError, erased_list.ListDamaged) as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, skip_checks=True)
        done = actions.erase_again(entries=entries, now=timezone.now())
        self.stdout.write(f"Erased again: {done} of {len(entries)}.")
