"""`manage.py backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake.backups import archive
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Back up everything into one new encrypted file, while the product is in use.\n"
        "The key ring is not in it: keep a copy of the key ring elsewhere, or the backup cannot be opened by anybody."
    )
    example = "python manage.py backup /mnt/backups/2026-01-31.backup"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a file that does not exist yet, best on another machine")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        path: Path = options["path"]
        try:
            made = archive.make(path, now=timezone.now())
        except FileExistsError as error:
            raise CommandError(f"{path} is there already. Name a new file.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        except archive.PlaceNotUsable as error:
            raise CommandError(str(error)) from error
        data = {"path": str(path), "bytes": path.stat().st_size, "rows": sum(made.state.counts.values())}
        words = f"Backed up {data['rows']} rows into {path}. Verify it: python manage.py verify_backup {path}"
        self.report(data, as_json=options["json"], words=words)
