"""`manage.py list_routes`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from intake import routes
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = "List every address, its name, its methods where they are known, and who may use it."
    example = "python manage.py list_routes --json"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def run(self, **options: Any) -> None:
        rows = routes.every_route()
        lines = [f"{row['path']:<60} {row['name'] or '':<40} {row['who']}" for row in rows]
        self.report(rows, as_json=options["json"], words="\n".join(lines))
