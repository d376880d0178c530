"""Everything wrong with a questionnaire, at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import CommandParser

from screening import cases, publishing
from screening.engine import checks
from screening.engine.checks import Problem
from screening.engine.compiler import compile_definition
from screening.management.base import CONTENT, ExampleCommand, cases_at, definition_at, draft, lines_of, refused


class Command(ExampleCommand):
    help = "Report everything wrong with a questionnaire and its cases. Exit code 1 when it could not be published."
    example = (
        "  python manage.py check_questionnaire screening/content/ketamine\n"
        "  python manage.py check_questionnaire ketamine_screening --json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", default=str(CONTENT), help="A path, or the key of a stored draft.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, *args: Any, source: str, as_json: bool, **options: Any) -> None:
        problems = _problems_of(source)
        errors = publishing.errors_in(problems)
        if as_json:
            self.print_json({"ok": not errors, "problems": [msgspec.to_builtins(problem) for problem in problems]})
        elif problems:
            self.stdout.write(lines_of(problems))
        if errors:
            raise refused(f"{len(errors)} of {len(problems)} problems hold back publishing.")
        if not as_json:
            self.stdout.write("It can be published.")


def _problems_of(source: str) -> list[Problem]:
    path = Path(source)
    if not path.exists():
        return publishing.problems_of(draft(source))
    definition = definition_at(path)
    problems = list(checks.check(definition))
    if publishing.errors_in(problems) or not path.is_dir():
        return problems
    results = cases.run(compile_definition(definition), cases_at(path))
    return problems + publishing.failed_cases(results)
