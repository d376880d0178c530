"""Run the synthetic patients of a questionnaire and show what none of them exercises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import CommandParser

from screening import cases, mutants, publishing
from screening.engine.compiler import Compiled, DefinitionError, compile_definition
from screening.engine.definition import Definition
from screening.exchange.yaml import Case
from screening.management.base import (
    CONTENT,
    ExampleCommand,
    bad_input,
    cases_at,
    definition_at,
    draft,
    refused,
)


class Command(ExampleCommand):
    help = "Run the cases of a stored draft, or of a directory. Exit code 1 when one does not come out as expected."
    example = (
        "  python manage.py run_cases ketamine_screening\n"
        "  python manage.py run_cases --path screening/content/ketamine --coverage"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", nargs="?", default="", help="The key of a stored draft.")
        parser.add_argument("--path", type=Path, help="A directory. Default without a key: the starter questionnaire.")
        parser.add_argument("--coverage", action="store_true", help="Also list what no case exercises.")
        parser.add_argument(
            "--mutants", action="store_true", help="Also change each rule a little; list what no case notices."
        )
        parser.add_argument("--seconds", type=float, default=600.0, help="Time for --mutants (default: 600).")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, *args: Any, key: str, path: Path | None, coverage: bool, as_json: bool, **options: Any) -> None:
        if key and path:
            raise bad_input("Give a key or --path, not both.")
        definition, given = _stored(key) if key else _at(path or CONTENT)
        results = cases.run(_compiled(definition), given)
        shares = cases.coverage(definition, results)
        found = mutants.survey(definition, given, seconds=options["seconds"]) if options["mutants"] else None
        if as_json:
            self.print_json(_as_json(results, shares) | ({"mutants": _survey_json(found)} if found else {}))
        else:
            self._print(results, shares, coverage=coverage)
            self._print_survey(found)
        if failed := sum(1 for result in results if result.differences):
            raise refused(f"{failed} of {len(results)} cases did not come out as expected.")

    def _print_survey(self, found: mutants.Survey | None) -> None:
        if found is None:
            return
        for mutant in found.survivors:
            self.stdout.write(f"no case notices: {mutant}")
        left = f"; {found.left} not tried in the time" if found.left else ""
        self.stdout.write(f"{found.percent:g} % of {found.tried} changed rules are noticed{left}.")

    def _print(self, results: list[cases.CaseResult], shares: dict[str, cases.Share], *, coverage: bool) -> None:
        for result in results:
            for difference in result.differences:
                self.stdout.write(f"{result.case.id} ({result.case.title}): {difference}")
        for what, share in shares.items():
            total = len(share.covered) + len(share.missing)
            self.stdout.write(f"{what}: {len(share.covered)} of {total} exercised")
            if coverage and share.missing:
                self.stdout.write(f"  never: {', '.join(share.missing)}")
        self.stdout.write(f"{sum(1 for result in results if not result.differences)} of {len(results)} cases pass.")


def _stored(key: str) -> tuple[Definition, list[Case]]:
    questionnaire = draft(key)
    try:
        return publishing.definition_from_rows(questionnaire), cases.stored(questionnaire)
    except msgspec.ValidationError as error:
        raise bad_input(f"The draft “{key}” cannot be read: {error}") from error


def _at(path: Path) -> tuple[Definition, list[Case]]:
    return definition_at(path), cases_at(path)


def _compiled(definition: Definition) -> Compiled:
    try:
        return compile_definition(definition)
    except DefinitionError as error:
        raise bad_input(f"The rules cannot be used:\n{error}") from error


def _as_json(results: list[cases.CaseResult], shares: dict[str, cases.Share]) -> dict[str, Any]:
    return {
        "ok": not any(result.differences for result in results),
        "cases": [{"id": result.case.id, "differences": list(result.differences)} for result in results],
        "coverage": {what: msgspec.to_builtins(share) for what, share in shares.items()},
    }


def _survey_json(found: mutants.Survey) -> dict[str, Any]:
    survivors = [{"place": mutant.place, "was": mutant.was, "now": mutant.now} for mutant in found.survivors]
    return {"tried": found.tried, "left": found.left, "percent": found.percent, "survivors": survivors}
