"""`manage.py export`."""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import actions, exporting, exporting_fhir
from intake.management.base import PlainCommand, clinic_named
from intake.management.new_file import new_file
from intake.models import Clinic


class Command(PlainCommand):
    help = (
        "Write a clinic's sent responses to a file that only you can read: every answer that counts, what the rules "
        "said, and what was added after sending. A clinic in 42 CFR Part 2 mode leaves substance-use answers out, with "
        "all that rests on them, unless told otherwise. The file holds health data in plain text: keep it as you keep "
        "the record itself."
    )
    example = "python manage.py export demo responses.json --since 2026-01-31 --without-substance-use"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clinic", help="the clinic's short name, such as demo")
        parser.add_argument("file", type=Path, help="a new file; - writes to standard output")
        parser.add_argument(
            "--format",
            choices=("json", "csv", "fhir"),
            default="json",
            help="csv has one line for each answer; fhir is one Bundle",
        )
        parser.add_argument("--since", default="", help="only what was sent or added on this day or later: 2026-01-31")
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--with-substance-use", action="store_true", dest="included", default=None)
        choice.add_argument("--without-substance-use", action="store_false", dest="included", default=None)

    def run(self, **options: Any) -> None:
        clinic = clinic_named(options["clinic"])
        since = _start_of(options["since"], clinic)
        path: Path = options["file"]
        if str(path) == "-":
            self._write(self.stdout._out, self._found(clinic, since, options), options["format"])
            return
        # The file comes first, before anything is recorded as exported.
        with io.TextIOWrapper(new_file(path), encoding="utf-8", newline="") as output:
            found = self._found(clinic, since, options)
            self._write(output, found, options["format"])
        self.stdout.write(f"{len(found)} responses of {clinic.name} are in {path}.")

    def _found(self, clinic: Clinic, since: datetime.datetime | None, options: dict[str, Any]) -> list[Any]:
        form = exporting_fhir.exported if options["format"] == "fhir" else exporting.exported
        return actions.export_responses(
            clinic=clinic, now=timezone.now(), with_substance_use=options["included"], since=since, form=form
        )

    def _write(self, output: TextIO, found: list[Any], as_what: str) -> None:
        if as_what == "csv":
            exporting.write_csv(found, output)
            return
        whole = exporting_fhir.collection(found, now=timezone.now()) if as_what == "fhir" else found
        json.dump(whole, output, indent=2, ensure_ascii=False)
        output.write("\n")


def _start_of(text: str, clinic: Clinic) -> datetime.datetime | None:
    """The first moment of a day at the clinic."""
    if not text:
        return None
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(clinic.timezone))
    except ValueError as error:
        raise CommandError(f"--since {text}: write a day that exists, such as 2026-01-31.") from error
