"""The check-in before a session as data: sound, short, kind to read, in the first one's words."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from screening import cases
from screening.engine import checks, journey
from screening.engine.answers import read_answers
from screening.engine.assessment import Settings
from screening.engine.checking.wording import FEWEST_WORDS
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition, Question
from screening.engine.reading_level import grade
from screening.exchange.clinical_document import clinical_document
from screening.exchange.coverage import load_coverage
from screening.exchange.yaml import load_cases, load_definition

ROOT = Path(__file__).parents[3]
CONTENT = ROOT / "screening" / "content" / "check_in"
FIRST = ROOT / "screening" / "content" / "ketamine"
CASES = load_cases(CONTENT)


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_definition(CONTENT)


@pytest.fixture(scope="module")
def compiled(definition: Definition) -> Compiled:
    return compile_definition(definition)


@pytest.fixture(scope="module")
def first() -> Definition:
    return load_definition(FIRST)


def own_questions(definition: Definition) -> Iterator[Question]:
    for section in definition.sections:
        yield from (question for question in section.questions if not question.instrument)


def test_its_only_warnings_wait_for_reviewers(definition: Definition) -> None:
    found = [(problem.id, problem.place) for problem in checks.check(definition)]
    assert sorted(place for problem_id, place in found if problem_id == "Q202") == ["instrument asq", "instrument gad7"]
    assert sorted(problem_id for problem_id, _ in found if problem_id != "Q202") == ["Q607", "Q801", "Q802"]


def test_the_cases_exercise_everything(compiled: Compiled) -> None:
    shares = cases.coverage(compiled.definition, cases.run(compiled, CASES))
    assert {name: share.missing for name, share in shares.items() if share.missing} == {}


def test_every_flag_that_can_stay_open_does_in_some_case(definition: Definition) -> None:
    left_open = {flag for case in CASES for flag in case.expect.unresolved}
    assert {flag.link_id for flag in definition.flags if flag.not_sure in ("NS-1", "NS-2")} <= left_open


def test_every_flag_is_a_concept_of_the_specification_with_its_severities(definition: Definition) -> None:
    wanted = load_coverage(FIRST)
    assert wanted is not None
    for flag in definition.flags:
        concept = wanted.concepts[flag.link_id]
        assert {rule.severity for rule in flag.rules} <= set(concept.severities), flag.link_id
        assert flag.not_sure == concept.not_sure, flag.link_id


def test_its_instruments_are_word_for_word_those_of_the_first_questionnaire(
    definition: Definition, first: Definition
) -> None:
    registered = {one.key: one.wording_sha256 for one in first.instruments}
    for instrument in definition.instruments:
        assert instrument.wording_sha256 == registered[instrument.key]
        assert checks.wording_sha256(definition, instrument) == registered[instrument.key]
    assert sorted(one.key for one in definition.instruments) == ["asq", "gad7", "phq9"]


def test_a_question_that_both_ask_takes_the_same_answers(definition: Definition, first: Definition) -> None:
    known = {question.link_id: question for question in first.questions()}
    for question in definition.questions():
        if question.link_id in known:
            other = known[question.link_id]
            assert (question.type, [one.code for one in question.options]) == (
                other.type,
                [one.code for one in other.options],
            ), question.link_id


def test_a_parameter_that_both_have_is_the_same(definition: Definition, first: Definition) -> None:
    known = {parameter.key: parameter for parameter in first.parameters}
    assert all(known[parameter.key] == parameter for parameter in definition.parameters)


def test_a_title_tells_apart_what_is_only_asked_anew(definition: Definition, first: Definition) -> None:
    # Ruled out here means ruled out since last time: it must not read like the first questionnaire's.
    known = {flag.link_id: flag for flag in first.flags}
    for flag in definition.flags:
        if flag.group == "New since last time":
            assert flag.title["en"] != known[flag.link_id].title["en"], flag.link_id


def test_the_asq_is_asked_of_everyone_after_phone_and_whereabouts(definition: Definition, compiled: Compiled) -> None:
    assert all(compiled.questions[f"asq_{number}"].ask_when == "" for number in range(1, 5))
    order = [question.link_id for question in definition.questions()]
    assert max(order.index("phone"), order.index("current_place")) < order.index("asq_1")


def test_it_is_short(compiled: Compiled) -> None:
    [baseline] = [case for case in CASES if case.id == "K01"]
    settings = Settings()
    given = read_answers(compiled.definition, baseline.answers, on=baseline.as_of)
    answers = journey.with_skipped(compiled, given, baseline.as_of, settings)
    pages = [
        len(journey.shown_questions(compiled, section, answers, baseline.as_of, settings))
        for section in journey.sections(compiled, answers, baseline.as_of, settings)
    ]
    assert len(pages) <= 13
    assert sum(pages) <= 75


def test_it_reads_easily(definition: Definition) -> None:
    texts = [text["en"] for one in own_questions(definition) for text in (one.text, one.hint) if text]
    grades = [grade(text) for text in texts if len(text.split()) >= FEWEST_WORDS]
    assert sum(grades) / len(grades) <= 6


def test_everything_of_ours_is_in_spanish(definition: Definition) -> None:
    for section in definition.sections:
        assert all("es" in text for text in (section.title, section.introduction) if text), section.link_id
    for question in own_questions(definition):
        assert "es" in question.text, question.link_id
        assert all("es" in option.text for option in question.options), question.link_id
        assert "es" in question.hint or not question.hint, question.link_id
    for flag in definition.flags:
        assert all("es" in text for text in (flag.title, flag.why, flag.discussion)), flag.link_id
    for line in (*definition.notes, *definition.inconsistencies):
        assert "es" in line.text, line.link_id


def test_every_question_has_wording_for_clinicians(definition: Definition) -> None:
    assert all(question.short.get("en") for question in definition.questions())


def test_its_document_for_reviewers_is_kept_current(definition: Definition) -> None:
    kept = (ROOT / "docs" / "clinical_check_in.md").read_text(encoding="utf-8")
    command = "python manage.py clinical_document screening/content/check_in > docs/clinical_check_in.md"
    assert kept == clinical_document(definition), f"Run: {command}"


def test_the_commands_read_it() -> None:
    out = StringIO()
    call_command("run_cases", "--path", str(CONTENT), stdout=out)
    assert f"{len(CASES)} of {len(CASES)}" in out.getvalue()
