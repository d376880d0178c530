"""`manage.py rotate_keys`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from intake import actions
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Move everything that is encrypted under the active key of the key ring, while the product is in use.\n"
        "Stopped half-way, run it again. docs/operations.md says how to add a key and when to remove one."
    )
    example = "python manage.py rotate_keys"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        done = actions.rotate_keys(now=timezone.now())
        data = {"records": done.records, "texts": done.texts, "unused": list(done.unused)}
        words = f"Moved {done.records} records and {done.texts} texts."
        if done.unused:
            words += f" Nothing in the database needs {', '.join(done.unused)} any more; older backups do."
        self.report(data, as_json=options["json"], words=words)
