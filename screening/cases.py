"""Stored synthetic patients: run them, say in words what came out otherwise, and show what no case exercises."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from screening import models
from screening.engine import journey
from screening.engine.answers import Answers, InvalidAnswers, read_answers
from screening.engine.assessment import Assessment, ScoreResult, Settings, evaluate
from screening.engine.compiler import Compiled
from screening.engine.definition import MEDICATION_LIST, Definition, Question
from screening.exchange.cases import Case, Expectation

COLUMNS = ("title", "why", "as_of", "profile", "parameters", "answers", "expect", "exactly")
"""The columns of `models.Case` that are fields of `Case` under the same name; its `key` is the case's `id`."""

ANY_FLAG = "any flag"


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a case. No `differences`: all is as expected. No `assessment`: its answers cannot be read."""

    case: Case
    differences: tuple[str, ...]
    answers: Any = {}
    assessment: Assessment | None = None


class Readable(NamedTuple):
    """The stored cases that can be read, in order; and each row that cannot, with what is wrong with it."""

    cases: list[Case]
    unreadable: list[tuple[models.Case, str]]


class Share(msgspec.Struct, frozen=True):
    """Of a set of things, those that some case exercises and those that none does, in the definition's order."""

    covered: tuple[str, ...]
    missing: tuple[str, ...]


def run(compiled: Compiled, cases: Iterable[Case]) -> list[CaseResult]:
    """Every case under one definition, in order."""
    return [_run_one(compiled, case) for case in cases]


def _run_one(compiled: Compiled, case: Case) -> CaseResult:
    settings = Settings(profile=case.profile, parameters=case.parameters)
    try:
        given = read_answers(compiled.definition, case.answers, on=case.as_of)
    except InvalidAnswers as error:
        return CaseResult(case=case, differences=(f"its answers cannot be read: {error}",))
    answers = journey.with_skipped(compiled, given, case.as_of, settings)
    assessment = evaluate(compiled, answers, case.as_of, settings)
    return CaseResult(
        case=case, differences=tuple(differences(case, assessment)), answers=answers, assessment=assessment
    )


def differences(case: Case, got: Assessment) -> Iterator[str]:
    """What came out otherwise than a case expects, in words."""
    expect = case.expect
    raised = {flag.flag: flag.severity for flag in got.flags}
    yield from _flag_differences(expect, raised, exactly=case.exactly)
    open_flags = [flag.flag for flag in got.unresolved]
    yield from _list_differences("open", expect.unresolved, open_flags, expect.optional, exactly=case.exactly)
    yield from _list_differences("inconsistent", expect.inconsistencies, got.inconsistencies, exactly=case.exactly)
    if expect.notes is not None:
        yield from _list_differences("noted", expect.notes, [note.note for note in got.notes], exactly=case.exactly)
    for score, total in (expect.scores or {}).items():
        yield from _score_difference(score, total, got.scores.get(score))
    yield from _panel_differences(expect, got)
    yield from _forbidden(expect.must_not, raised)


def _flag_differences(expect: Expectation, raised: Mapping[str, str], *, exactly: bool) -> Iterator[str]:
    for flag, severity in expect.flags.items():
        if flag not in raised:
            yield f"{flag} was not raised; {severity} is expected"
        elif raised[flag] != severity:
            yield f"{flag} was raised at {raised[flag]}; {severity} is expected"
    for flag in raised if exactly else ():
        if flag not in expect.flags and flag not in expect.optional:
            yield f"{flag} was raised at {raised[flag]}; it is not expected"


def _list_differences(
    what: str, expected: Iterable[str], got: Iterable[str], optional: Iterable[str] = (), *, exactly: bool
) -> Iterator[str]:
    expected, got = tuple(expected), tuple(got)
    for name in expected:
        if name not in got:
            yield f"{name} is not {what}; it is expected to be"
    for name in dict.fromkeys(got) if exactly else ():
        if name not in expected and name not in optional:
            yield f"{name} is {what}; it is not expected to be"


def _score_difference(score: str, total: float, got: ScoreResult | None) -> Iterator[str]:
    if got is None:
        yield f"{score} was not worked out; {total:g} is expected"
    elif got.total is None:
        low, high = got.possible
        yield f"{score} is incomplete, {low:g} to {high:g}; {total:g} is expected"
    elif not math.isclose(got.total, total):
        yield f"{score} is {got.total:g}; {total:g} is expected"


def _panel_differences(expect: Expectation, got: Assessment) -> Iterator[str]:
    if got.safety_panel != expect.safety_panel:
        yield f"the safety panel is {_shown(got.safety_panel)}; {_shown(expect.safety_panel)} is expected"
    if expect.alert_at_once is not None and got.alert_at_once != expect.alert_at_once:
        yield f"the alert at once is {_shown(got.alert_at_once)}; {_shown(expect.alert_at_once)} is expected"


def _shown(value: bool) -> str:
    return "on" if value else "off"


def _forbidden(must_not: Iterable[str], raised: Mapping[str, str]) -> Iterator[str]:
    said = {f"{flag} {severity}" for flag, severity in raised.items()} | set(raised) | ({ANY_FLAG} if raised else set())
    for words in must_not:
        if words in said:
            yield f"{words} must not be raised"


def coverage(definition: Definition, results: Iterable[CaseResult]) -> dict[str, Share]:
    """What the cases exercise: questions answered, options chosen, rules that decided (`flag severity`), flags left
    open, notes and inconsistencies written. A rule that is true under a higher one of its flag decided nothing.
    """
    ran = [result for result in results if result.assessment is not None]
    assessments = [result.assessment for result in ran if result.assessment is not None]
    questions = {question.link_id: question for question in _all_questions(definition)}
    chosen = {pair for result in ran for pair in _chosen(result.answers, questions)}
    raised = {f"{flag.flag} {flag.severity}" for one in assessments for flag in one.flags}
    left_open = {flag.flag for one in assessments for flag in one.unresolved}
    noted = {line.note for one in assessments for line in one.notes}
    unfit = {name for one in assessments for name in one.inconsistencies}
    return {
        "questions": _share(questions, {link_id for link_id, _ in chosen}),
        "options": _share(_options(questions.values()), {f"{link_id} {code}" for link_id, code in chosen}),
        "rules": _share(_rules(definition), raised),
        "open": _share(_may_stay_open(definition, left_open), left_open),
        "notes": _share((note.link_id for note in definition.notes), noted),
        "inconsistencies": _share((check.link_id for check in definition.inconsistencies), unfit),
    }


def _share(everything: Iterable[str], seen: set[str]) -> Share:
    names = tuple(dict.fromkeys(everything))
    covered = tuple(name for name in names if name in seen)
    return Share(covered, tuple(name for name in names if name not in seen))


def _may_stay_open(definition: Definition, left_open: set[str]) -> Iterator[str]:
    """The flags that an unknown answer lists. NS-3 only leaves a note, and NS-4 the medicine list."""
    for flag in definition.flags:
        if flag.not_sure not in ("NS-3", "NS-4") or flag.link_id in left_open:
            yield flag.link_id
    if any(flag.not_sure == "NS-4" for flag in definition.flags):
        yield MEDICATION_LIST


def _rules(definition: Definition) -> Iterator[str]:
    return (f"{flag.link_id} {rule.severity}" for flag in definition.flags for rule in flag.rules)


def _all_questions(definition: Definition) -> Iterator[Question]:
    """Everything that takes an answer, the items of repeating groups included."""
    for section in definition.sections:
        for question in section.questions:
            if question.type != "group" or question.repeats:
                yield question
            yield from question.items


def _options(questions: Iterable[Question]) -> Iterator[str]:
    for question in questions:
        codes = ("yes", "no") if question.type == "yes_no" else tuple(option.code for option in question.options)
        yield from (f"{question.link_id} {code}" for code in codes)


def _chosen(answers: Answers, questions: Mapping[str, Question]) -> Iterator[tuple[str, str]]:
    """(question, code) for every answer; the code is empty for an answer that is not chosen from options."""
    for link_id, answer in answers.items():
        if not answer.is_known or link_id not in questions:
            continue
        value: Any = answer.value
        yield link_id, value if isinstance(value, str) else ""
        for entry in value if isinstance(value, tuple) else ():
            if isinstance(entry, str):
                yield link_id, entry
            elif isinstance(entry, Mapping):
                yield from _chosen(entry, questions)


def columns_of(case: Case) -> dict[str, Any]:
    """A case as the columns of `models.Case`."""
    plain = {name: msgspec.to_builtins(getattr(case, name)) for name in COLUMNS if name != "as_of"}
    return {"key": case.id, "as_of": case.as_of, **plain}


def from_columns(columns: Mapping[str, Any], key: str = "case") -> Case:
    """A case from its columns. Raises `msgspec.ValidationError` naming the place."""
    return msgspec.convert({"id": key, **columns}, Case)


def stored(questionnaire: models.Questionnaire) -> list[Case]:
    """The questionnaire's stored cases, in order. Raises `msgspec.ValidationError`."""
    return [of_row(row) for row in _rows_of(questionnaire)]


def readable(questionnaire: models.Questionnaire) -> Readable:
    """The same where one that cannot be read is no reason to be without the others."""
    found = Readable([], [])
    for row in _rows_of(questionnaire):
        try:
            found.cases.append(of_row(row))
        except msgspec.ValidationError as error:
            found.unreadable.append((row, str(error)))
    return found


def of_row(row: models.Case) -> Case:
    """One stored case. Raises `msgspec.ValidationError`."""
    return from_columns({name: getattr(row, name) for name in COLUMNS}, row.key)


def _rows_of(questionnaire: models.Questionnaire) -> Iterable[models.Case]:
    return questionnaire.cases.order_by("position", "pk")
