"""The clinical content as one document to review on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from screening.exchange.clinical_document import clinical_document
from screening.management.base import CONTENT, ExampleCommand, definition_at


class Command(ExampleCommand):
    help = "Write every question, rule, threshold and source as one Markdown document for a clinician to review."
    example = "  python manage.py clinical_document > docs/clinical.md"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", default=str(CONTENT), help="A questionnaire's directory or file.")

    def handle(self, *args: Any, path: str, **options: Any) -> None:
        self.stdout.write(clinical_document(definition_at(Path(path))), ending="")
