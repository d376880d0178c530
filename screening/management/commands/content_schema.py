"""Write the JSON schemas of the content files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from screening.exchange import content_schema
from screening.management.base import ExampleCommand


class Command(ExampleCommand):
    help = (
        "Write a JSON schema for each kind of content file, so that editors complete fields and mark mistakes. Run it "
        "after a change of the fields of a questionnaire."
    )
    example = "  python manage.py content_schema docs/schema"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="The folder to write into; it is made if it is not there.")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        written = content_schema.files()
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"{len(written)} schemas are in {folder}.")
