"""Everything wrong with a questionnaire, at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.core.management.base import CommandParser

from screening import case_problems, cases, publishing
from screening.coverage import Measure, measures
from screening.engine import checks
from screening.engine.checks import Problem
from screening.engine.compiler import compile_definition
from screening.management.base import (
    CONTENT,
    ExampleCommand,
    cases_at,
    coverage_at,
    definition_at,
    draft,
    lines_of,
    refused,
)


class Found(NamedTuple):
    """What there is to say: problems, and how much is covered where the questionnaire says what it must cover."""

    problems: list[Problem]
    coverage: tuple[Measure, ...] = ()


class Command(ExampleCommand):
    help = (
        "Report everything wrong with a questionnaire and its cases, and how much of what it must cover is covered "
        "(coverage.yaml). Exit code 1 when it could not be published."
    )
    example = (
        "  python manage.py check_questionnaire screening/content/ketamine\n"
        "  python manage.py check_questionnaire ketamine_screening --json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", default=str(CONTENT), help="A path, or the key of a stored draft.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, *args: Any, source: str, as_json: bool, **options: Any) -> None:
        found = _looked_at(source)
        errors = publishing.errors_in(found.problems)
        if as_json:
            self.print_json(_as_json(found))
        else:
            self._print(found)
        if errors:
            raise refused(f"{len(errors)} of {len(found.problems)} problems hold back publishing.")
        if not as_json:
            self.stdout.write("It can be published.")

    def _print(self, found: Found) -> None:
        if found.problems:
            self.stdout.write(lines_of(found.problems))
        for measure in found.coverage:
            self.stdout.write(str(measure))


def _as_json(found: Found) -> dict[str, Any]:
    """The object that --json prints; `coverage` only for a questionnaire that says what it must cover."""
    printed: dict[str, Any] = {
        "ok": not publishing.errors_in(found.problems),
        "problems": [msgspec.to_builtins(problem) for problem in found.problems],
    }
    if found.coverage:
        printed["coverage"] = {one.key: msgspec.to_builtins(one) | {"percent": one.percent} for one in found.coverage}
    return printed


def _looked_at(source: str) -> Found:
    path = Path(source)
    if path.exists():
        return _file(path)
    questionnaire = draft(source)
    problems = publishing.problems_of(questionnaire)
    wanted = coverage_at(CONTENT)
    if wanted is None or wanted.questionnaire != questionnaire.key or publishing.errors_in(problems):
        return Found(problems)
    compiled = compile_definition(publishing.definition_from_rows(questionnaire))
    return Found(problems, measures(compiled, wanted, cases.run(compiled, cases.stored(questionnaire))))


def _file(path: Path) -> Found:
    definition = definition_at(path)
    problems = list(checks.check(definition))
    if publishing.errors_in(problems) or not path.is_dir():
        return Found(problems)
    compiled = compile_definition(definition)
    results = cases.run(compiled, cases_at(path))
    wanted = coverage_at(path)
    measured = measures(compiled, wanted, results) if wanted else ()
    return Found(problems + case_problems.of_results(definition, results), measured)
