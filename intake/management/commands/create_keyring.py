"""`manage.py create_keyring`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from intake import vault
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = (
        "Write a new key ring that only its owner can read. Everything about people is encrypted with it:\n"
        "keep a copy apart from the backups. Without it they cannot be read by anybody."
    )
    example = "python manage.py create_keyring /etc/screening/keyring.json"
    requires_system_checks = ()  # they ask for the key ring that this command makes

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a file that does not exist yet")

    def run(self, **options: Any) -> None:
        path: Path = options["path"]
        try:
            vault.write_keyring(path)
        except FileExistsError as error:
            raise CommandError(f"{path} exists. A key ring is never replaced; choose another name.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"Made {path}. Name it in KEYRING_FILE and keep a copy elsewhere.")
