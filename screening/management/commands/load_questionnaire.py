"""Load a questionnaire from YAML or FHIR into a draft, with its cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import CommandParser
from django.db import transaction

from screening import models, publishing
from screening.engine import checks
from screening.engine.definition import Definition, canonical_json
from screening.exchange.yaml import Case
from screening.management.base import CONTENT, ExampleCommand, cases_at, imported_at, lines_of, refused


class Command(ExampleCommand):
    help = (
        "Load a questionnaire and its cases from a YAML file or directory, or a questionnaire from a FHIR R4 file, "
        "into a draft. Nothing is published. Of a FHIR file, everything that is not kept as it was is listed."
    )
    example = (
        "  python manage.py load_questionnaire screening/content/ketamine\n"
        "  python manage.py load_questionnaire my_clinic.yaml --key my_clinic --replace\n"
        "  python manage.py load_questionnaire Questionnaire-intake.json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=CONTENT, help="Default: the starter questionnaire.")
        parser.add_argument("--key", default="", help="Store it under this key instead of its own.")
        parser.add_argument("--replace", action="store_true", help="Overwrite a draft that has unpublished changes.")

    def handle(self, *args: Any, path: Path, key: str, replace: bool, **options: Any) -> None:
        imported = imported_at(path)
        definition = imported.definition
        cases = cases_at(path) if path.is_dir() else None
        definition = msgspec.structs.replace(definition, key=key or definition.key)
        if errors := publishing.errors_in(checks.check(definition)):
            raise refused(f"{path} has problems; nothing was loaded:\n{lines_of(errors)}")
        with transaction.atomic():
            self.stdout.write(self._store(definition, cases, replace=replace))
        if imported.findings:
            self.stdout.write(f"Not kept as it was in the file ({len(imported.findings)}):")
            self.stdout.write(lines_of(list(imported.findings)))

    def _store(self, definition: Definition, cases: list[Case] | None, *, replace: bool) -> str:
        found = models.Questionnaire.objects.select_for_update(no_key=True).filter(key=definition.key).first()
        if found and not replace and _would_lose_edits(found, definition):
            raise refused(
                f"The draft “{found.key}” has changes that were never published. Add --replace to overwrite them, "
                "or download them first."
            )
        try:
            stored = publishing.rows_from_definition(definition, into=found)
        except publishing.DraftNotStored as error:
            raise refused(str(error)) from error
        if cases is not None:
            publishing.store_cases(questionnaire=stored, cases_to_store=cases)
        count = sum(1 for _ in definition.questions())
        return f"Loaded “{stored.key}”: {count} questions, {len(definition.flags)} flags, {len(cases or [])} cases."


def _would_lose_edits(found: models.Questionnaire, definition: Definition) -> bool:
    """Whether the stored draft is neither what the file says nor what was published last."""
    try:
        stored = canonical_json(publishing.definition_from_rows(found))
    except msgspec.ValidationError:
        return True
    latest = found.versions.order_by("-number").first()
    is_published = latest is not None and latest.sha256 == publishing.sha256_of(stored)
    return stored != canonical_json(definition) and not is_published
