"""Publish a draft as its next version."""

from __future__ import annotations

from typing import Any

import msgspec
from django.core.management.base import CommandParser
from django.utils import timezone

from screening import publishing
from screening.management.base import ExampleCommand, draft, lines_of, refused


class Command(ExampleCommand):
    help = (
        "Publish a draft as an immutable version. Refused while anything is wrong with it or a case fails. Warnings, "
        "such as a review that is still missing, are printed."
    )
    example = (
        "  python manage.py publish_questionnaire ketamine_screening --by 'Dr. Ada Example' --note 'First version'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="The key of a stored draft.")
        parser.add_argument("--by", required=True, help="Who publishes it.")
        parser.add_argument("--note", default="", help="What changed, and why.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, *args: Any, key: str, by: str, note: str, as_json: bool, **options: Any) -> None:
        questionnaire = draft(key)
        try:
            version = publishing.publish(questionnaire=questionnaire, by=by, note=note, now=timezone.now())
        except publishing.PublishRefused as error:
            raise refused(f"“{key}” was not published:\n{lines_of(list(error.problems))}") from error
        warnings = publishing.warnings_of(questionnaire)
        if as_json:
            told = [msgspec.to_builtins(warning) for warning in warnings]
            self.print_json({"key": key, "number": version.number, "sha256": version.sha256, "warnings": told})
        else:
            self.stdout.write(lines_of(warnings), ending="\n" if warnings else "")
            self.stdout.write(f"Published “{key}” version {version.number}, sha256 {version.sha256}.")
