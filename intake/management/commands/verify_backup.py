"""`manage.py verify_backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from intake.backups import archive
from intake.management.backups import plainly
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Restore a backup into a place that is thrown away, and compare everything with what was backed up.\n"
        "On PostgreSQL the database user must be allowed to make a database."
    )
    example = "python manage.py verify_backup /mnt/backups/2026-01-31.backup"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a file that `backup` wrote")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        with plainly(options["path"]):
            found = archive.verify(options["path"])
        rows = sum(found.state.counts.values())
        data = {"whole": True, "made_at": found.made_at.isoformat(), "rows": rows, "audit_seq": found.state.audit_seq}
        words = f"The backup of {found.made_at:%Y-%m-%d %H:%M} UTC is whole: {rows} rows, audit record intact."
        self.report(data, as_json=options["json"], words=words)
