"""Answers in, assessment out. No person, nothing stored, and no database unless a stored questionnaire is named."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import CommandParser
from django.db import DatabaseError
from django.utils import timezone

from screening import answer_files, models, publishing
from screening.engine import journey
from screening.engine.answers import InvalidAnswers, cross_problems, read_answers
from screening.engine.assessment import Assessment, Settings, assessment_json, evaluate
from screening.engine.compiler import Compiled, DefinitionError, compile_definition
from screening.engine.definition import Definition, canonical_json
from screening.management.base import CONTENT, ExampleCommand, bad_input, definition_at


class Command(ExampleCommand):
    help = (
        "Say what the rules say about a file of answers (JSON by link_id; '-' reads standard input). Questions that "
        "are shown and not answered count as skipped. Exit code 2 when the answers cannot be used."
    )
    example = (
        "  python manage.py screen answers.json --json --as-of 2026-03-01 --profile eu\n"
        """  echo '{"stroke_or_tia": {"state": "not_sure"}}' | python manage.py screen - --json"""
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("answers", help="A JSON file, or - for standard input.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")
        parser.add_argument("--as-of", default="", help="The day to judge on, such as 2026-03-01. Default: today.")
        parser.add_argument("--profile", default="", help="The label profile: us (default) or eu.")
        parser.add_argument(
            "--questionnaire",
            default=str(CONTENT),
            help="A path, or the key of a published questionnaire. Default: the starter questionnaire.",
        )

    def handle(
        self, *args: Any, answers: str, as_json: bool, as_of: str, profile: str, questionnaire: str, **options: Any
    ) -> None:
        given = _read(answers)
        day = _day(as_of) or given.as_of or timezone.localdate()
        compiled, version = _questionnaire(questionnaire)
        settings = _settings(compiled.definition, profile or given.profile or "us", given.parameters)
        assessment = _assess(compiled, given.answers, day, settings)
        if as_json:
            self.print_json(assessment_json(assessment, version))
        else:
            self.stdout.write(_in_words(assessment))


def _read(name: str) -> answer_files.AnswerFile:
    try:
        return answer_files.read(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
    except OSError as error:
        raise bad_input(f"{name}: the file cannot be read: {error.strerror or error}.") from error
    except answer_files.AnswerFileError as error:
        raise bad_input(f"{'standard input' if name == '-' else name}: {error}") from error


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date() if text else None
    except ValueError as error:
        raise bad_input(f"--as-of {text}: write a day that exists, such as 2026-03-01.") from error


def _questionnaire(source: str) -> tuple[Compiled, str]:
    """The questionnaire ready to evaluate, and what the assessment calls it."""
    if Path(source).exists():
        definition = definition_at(Path(source))
        return _compiled(definition), f"{definition.key} {publishing.sha256_of(canonical_json(definition))[:12]}"
    try:
        version = models.QuestionnaireVersion.objects.latest_of(source)
    except DatabaseError as error:
        raise bad_input(
            f"“{source}” is no file, and the database of published questionnaires cannot be read."
        ) from error
    if version is None:
        raise bad_input(f"There is no file and no published questionnaire “{source}”.")
    return publishing.compiled(version), f"{source} {version.number}"


def _compiled(definition: Definition) -> Compiled:
    try:
        return compile_definition(definition)
    except DefinitionError as error:
        raise bad_input(f"The questionnaire's rules cannot be used:\n{error}") from error


def _settings(definition: Definition, profile: str, parameters: dict[str, float]) -> Settings:
    profiles = [known.key for known in definition.profiles] or ["us"]
    if profile not in profiles:
        raise bad_input(f"There is no profile “{profile}”. Profiles: {', '.join(profiles)}.")
    known = {parameter.key: parameter for parameter in definition.parameters}
    for key, value in parameters.items():
        if key not in known:
            raise bad_input(f"There is no parameter “{key}”. Parameters: {', '.join(known) or 'none'}.")
        lowest, highest = known[key].minimum, known[key].maximum
        if lowest is not None and value < lowest:
            raise bad_input(f"Parameter “{key}” is {value:g}. Write {lowest:g} or more.")
        if highest is not None and value > highest:
            raise bad_input(f"Parameter “{key}” is {value:g}. Write {highest:g} or less.")
    return Settings(profile=profile, parameters=parameters)


def _assess(compiled: Compiled, given: dict[str, Any], day: datetime.date, settings: Settings) -> Assessment:
    try:
        answers = read_answers(compiled.definition, given, on=day)
    except InvalidAnswers as error:
        raise bad_input(f"These answers cannot be used:\n{error}") from error
    if problems := cross_problems(compiled.definition, answers):
        raise bad_input(f"These answers cannot be used:\n{InvalidAnswers(list(problems))}")
    filled = journey.with_skipped(compiled, answers, day, settings)
    absent = tuple(link_id for link_id in filled if link_id not in answers)
    return msgspec.structs.replace(evaluate(compiled, filled, day, settings), missing=absent)


def _in_words(assessment: Assessment) -> str:
    lines = [f"{flag.severity}: {flag.flag} because {_because(flag)}" for flag in assessment.flags]
    lines += [f"could not be ruled out: {f.flag} ({', '.join(f.questions)})" for f in assessment.unresolved]
    lines += [f"do not fit together: {name}" for name in assessment.inconsistencies]
    lines += [f"note: {note.note}" for note in assessment.notes]
    lines.append(f"safety panel: {'shown' if assessment.safety_panel else 'not shown'}")
    return "\n".join(lines)


def _because(flag: Any) -> str:
    return "; ".join(f"{because.question}: {because.answer}" for because in flag.because) or flag.rule
