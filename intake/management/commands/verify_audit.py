"""`manage.py verify_audit`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import audit
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Check the chain of audit records and name the first bad one.\n"
        "Exit code 0: intact; 1: not intact; 2: an anchor file could not be used."
    )
    example = "python manage.py verify_audit --anchor anchors.jsonl --json"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="anchors written earlier, kept elsewhere")
        parser.add_argument("--write-anchor", type=Path, metavar="FILE", help="add the present head to this file")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        try:
            anchors = audit.read_anchors(options["anchor"]) if options["anchor"] else ()
            found = audit.verify(anchors)
            if found.is_intact and options["write_anchor"]:
                audit.append_anchor(options["write_anchor"], now=timezone.now())
        except (audit.AnchorError, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        self._print(found, options["json"])
        if not found.is_intact:
            sys.exit(1)

    def _print(self, found: audit.Verification, as_json: bool) -> None:
        data = {
            "intact": found.is_intact,
            "count": found.count,
            "head": found.head,
            "first_bad": found.first_bad,
            "reason": found.reason,
        }
        words = f"{found.count} records, intact." if found.is_intact else f"NOT INTACT. {found.reason}"
        self.report(data, as_json=as_json, words=words)
