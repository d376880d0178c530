"""What every command shares: an example in --help, and bad input that ends with one message and an exit code."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter

from screening import models
from screening.engine.definition import Definition
from screening.exchange.coverage import CoverageList, load_coverage
from screening.exchange.fhir.reading import Imported
from screening.exchange.files import read_questionnaire
from screening.exchange.yaml import Case, ContentError, load_cases

CONTENT = Path(__file__).resolve().parent.parent / "content" / "ketamine"
"""The starter questionnaire that is shipped with the product."""

BAD_INPUT = 2
"""Exit code when what was given cannot be used; 1 is for an answer of no (problems, failed cases, refused)."""


class _Formatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the example."""


class ExampleCommand(BaseCommand):
    """A command whose --help ends with `example`."""

    example = ""
    requires_system_checks: list[str] = []  # these commands must work before there is a database

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        epilog = f"Example:\n{self.example}".strip()
        return super().create_parser(prog_name, subcommand, epilog=epilog, formatter_class=_Formatter, **kwargs)

    def print_json(self, value: Any) -> None:
        """One JSON object on standard output."""
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))


def refused(message: str) -> CommandError:
    """The error that ends a command with exit code 1."""
    return CommandError(message, returncode=1)


def bad_input(message: str) -> CommandError:
    """The error that ends a command with exit code 2."""
    return CommandError(message, returncode=BAD_INPUT)


def definition_at(path: Path) -> Definition:
    """The questionnaire of a file or directory. Raises `CommandError` with every problem."""
    return imported_at(path).definition


def imported_at(path: Path) -> Imported:
    """The questionnaire of a file or directory, with what an import left out. Raises `CommandError`."""
    try:
        return read_questionnaire(path)
    except ContentError as error:
        raise bad_input(f"{path} cannot be used:\n{error}") from error


def cases_at(path: Path) -> list[Case]:
    """The cases of a file or directory. Raises `CommandError` with every problem."""
    try:
        return load_cases(path)
    except ContentError as error:
        raise bad_input(f"The cases in {path} cannot be used:\n{error}") from error


def coverage_at(path: Path) -> CoverageList | None:
    """What the questionnaire of a directory must cover; None when it does not say. Raises `CommandError`."""
    try:
        return load_coverage(path)
    except ContentError as error:
        raise bad_input(f"The coverage list in {path} cannot be used:\n{error}") from error


def draft(key: str) -> models.Questionnaire:
    """The stored draft `key`. Raises `CommandError` naming the drafts that there are."""
    found = models.Questionnaire.objects.filter(key=key).first()
    if found is None:
        known = ", ".join(models.Questionnaire.objects.values_list("key", flat=True)) or "none yet: load one"
        raise bad_input(f"There is no questionnaire “{key}”. Stored questionnaires: {known}.")
    return found


def lines_of(problems: list[Any]) -> str:
    """Problems for a person, one after the other."""
    return "\n".join(str(problem) for problem in problems)
