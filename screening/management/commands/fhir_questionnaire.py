"""Write a questionnaire as FHIR."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from screening import releases
from screening.engine.compiler import DefinitionError
from screening.exchange.fhir.questionnaire import Exported, Release, export_questionnaire
from screening.management.base import CONTENT, ExampleCommand, bad_input, definition_at, lines_of, refused
from screening.models import QuestionnaireVersion


class Command(ExampleCommand):
    help = (
        "Write a questionnaire as a FHIR R4 Questionnaire with SDC extensions, to standard output or a file. What "
        "other programs will not act on, because only our own extensions hold it, is listed on standard error."
    )
    example = (
        "  python manage.py fhir_questionnaire screening/content/ketamine --output ketamine.json\n"
        "  python manage.py fhir_questionnaire --published ketamine_screening > ketamine.json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("path", nargs="?", type=Path, help="A file or directory. Default: the starter questionnaire.")
        what.add_argument("--published", metavar="KEY", help="The latest published version of a stored questionnaire.")
        parser.add_argument("--output", type=Path, help="The file to write.")

    def handle(self, *args: Any, path: Path | None, published: str | None, output: Path | None, **options: Any) -> None:
        exported = self._published(published) if published else self._of_file(path or CONTENT)
        if output is None:
            self.stdout.write(exported.text(), ending="")
        else:
            output.write_text(exported.text(), encoding="utf-8")
        if exported.findings:
            self.stderr.write(lines_of(list(exported.findings)))

    def _of_file(self, path: Path) -> Exported:
        try:
            return export_questionnaire(definition_at(path), Release(site=settings.SITE_ORIGIN))
        except DefinitionError as error:
            raise refused(f"{path} has mistakes in its rules:\n{lines_of(list(error.problems))}") from error

    def _published(self, key: str) -> Exported:
        version = QuestionnaireVersion.objects.latest_of(key)
        if version is None:
            raise bad_input(f"No version of “{key}” is published.")
        return releases.fhir_of(version, site=settings.SITE_ORIGIN)
