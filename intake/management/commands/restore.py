"""`manage.py restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from intake.backups import archive
from intake.management.backups import plainly
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Put a backup into a new, empty database, compare everything with what was backed up, and erase again what was "
        "erased since: as this installation, the backups beside this one, and every --erased FILE say.\n"
        "The database in use is never touched: stop the product, name the new place in DATABASE_URL, start it."
    )
    example = "python manage.py restore 2026-01-31.backup sqlite:////srv/screening/restored.sqlite3"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a file that `backup` wrote")
        parser.add_argument("place", help="as in DATABASE_URL: a new file, or an empty database")

        parser.add_argument(
            "--erased",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a newer backup, or a list of erasures (erased.jsonl): what it names is erased again",
        )

    def run(self, **options: Any) -> None:
        with plainly(options["path"]):
            found = archive.restore(options["path"], options["place"], erased_in=options["erased"])
        rows = sum(found.state.counts.values())
        self.stdout.write(
            f"Restored {rows} rows of {found.made_at:%Y-%m-%d %H:%M} UTC; everything is as it was.\n"
            "What is known to have been erased since was erased again. Everybody was signed out.\n"
            "Accounts, roles, passwords, second factors, links and codes are those of that moment: who left since can "
            "sign in, and what was revoked since works. Look through Team and Invitations of each clinic first.\n"
            f"Next: move {settings.DATA_DIR / 'audit-anchors.jsonl'} aside, if it is there, and keep it with the old "
            "database, whose audit record it is of. Set DATABASE_URL, or what DATABASE_URL_FILE holds, to the new "
            "place, run `python manage.py migrate`, start the product, look at /health/ready."
        )
