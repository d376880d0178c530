"""Prove things about a questionnaire, for every complete set of answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from django.core.management.base import CommandParser

from screening import publishing
from screening.engine.compiler import DefinitionError
from screening.engine.definition import Definition
from screening.management.base import CONTENT, ExampleCommand, bad_input, definition_at, draft, refused

if TYPE_CHECKING:
    from screening.proofs import Report


class Command(ExampleCommand):
    help = (
        "Prove that every question can be reached, that every rule can be true and decides something, and that nothing "
        "that must be established is skipped in silence (docs/proofs.md). Exit code 1 when it could not be published."
    )
    example = (
        "  python manage.py prove_questionnaire screening/content/ketamine\n"
        "  python manage.py prove_questionnaire ketamine_screening --json --seconds 5"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", default=str(CONTENT), help="A path, or the key of a stored draft.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")
        parser.add_argument("--seconds", type=float, default=2.0, help="Time for each check (default: 2).")

    def handle(self, *args: Any, source: str, as_json: bool, seconds: float, **options: Any) -> None:
        if not 0 < seconds <= 600:
            raise bad_input("--seconds must be above 0 and at most 600.")
        report = _proved(_definition(source), seconds)
        errors = publishing.errors_in(report.problems)
        if as_json:
            self.print_json(_as_json(report))
        else:
            self._print(report)
        if errors:
            raise refused(f"{len(errors)} of {len(report.findings)} findings hold back publishing.")

    def _print(self, report: Report) -> None:
        for finding in report.findings:
            self.stdout.write(str(finding))
        self.stdout.write(
            f"{report.proved} proved, {report.not_proved} not proved, {len(report.findings)} findings "
            f"({report.checks} checks by the solver, {report.seconds:g} s)."
        )


def _definition(source: str) -> Definition:
    path = Path(source)
    if path.exists():
        return definition_at(path)
    try:
        return publishing.definition_from_rows(draft(source))
    except msgspec.ValidationError as error:
        raise bad_input(f"The draft “{source}” cannot be read: {error}") from error


def _proved(definition: Definition, seconds: float) -> Report:
    from screening import proofs  # z3 takes a while to load

    try:
        return proofs.prove(definition, seconds=seconds)
    except DefinitionError as error:
        raise bad_input(f"The rules cannot be used:\n{error}") from error


def _as_json(report: Report) -> dict[str, Any]:
    """The object that --json prints."""
    return {
        "ok": not publishing.errors_in(report.problems),
        "proved": report.proved,
        "not_proved": report.not_proved,
        "checks": report.checks,
        "seconds": report.seconds,
        "findings": [msgspec.to_builtins(finding) for finding in report.findings],
    }
