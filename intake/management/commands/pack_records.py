"""`manage.py pack_records`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from intake import packed
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Make the packed record of every sent response that has none of the present layout, while the product is in\n"
        "use. Impact works without them, more slowly. Stopped half-way, run it again."
    )
    example = "python manage.py pack_records"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        made, failed = packed.rebuild_all()
        data = {"made": made, "failed": [*map(str, failed)]}
        self.report(data, as_json=options["json"], words=f"Made {made} packed records.")
        if failed:
            raise CommandError(f"{len(failed)} responses cannot be opened: {', '.join(map(str, failed[:5]))}.")
