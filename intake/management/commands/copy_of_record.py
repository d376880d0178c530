"""`manage.py copy_of_record`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandParser
from django.utils import timezone

from intake import actions
from intake.management import named_record
from intake.management.base import PlainCommand
from intake.management.new_file import new_file
from intake.subject_access import files


class Command(PlainCommand):
    help = (
        "Write everything that is kept about a person to a new ZIP file that only you can read: a page to read or "
        "print, and the same as JSON. Answers with every change, drafts too, what was added later, what the program "
        "pointed out, reviews and decisions, alerts, invitations, sessions, and who opened it. It is recorded.\n"
        "The file holds health data in plain text, 42 CFR Part 2 answers included: it is for the person themselves."
    )
    example = "python manage.py copy_of_record --person R2D6-8WZN copy.zip"

    def add_arguments(self, parser: CommandParser) -> None:
        named_record.add_to(parser)
        parser.add_argument("file", type=Path, help="a new file")
        parser.add_argument(
            "--without-notes",
            action="store_true",
            help="leave clinicians' private notes out; the copy says that there are some",
        )

    def run(self, **options: Any) -> None:
        record = named_record.find(options)
        with new_file(options["file"]) as output:  # before anything is recorded as given
            found = actions.copy_of(record=record, by=None, now=timezone.now(), with_notes=not options["without_notes"])
            output.write(files.zipped(found, ZoneInfo(record.clinic.timezone)))
        self.stdout.write(f"Everything that is kept about {record} is in {options['file']}.")
