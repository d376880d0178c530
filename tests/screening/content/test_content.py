"""The starter questionnaire as data: it loads, is sound, says what the specification says, and is kind to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from screening import cases
from screening.engine import checks, journey
from screening.engine.answers import read_answers
from screening.engine.assessment import Settings, evaluate, evaluate_calls
from screening.engine.checking.wording import FEWEST_WORDS
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition, Question
from screening.engine.reading_level import grade
from screening.exchange.yaml import load_cases, load_definition

HERE = Path(__file__).parent
CONTENT = HERE.parents[2] / "screening" / "content" / "ketamine"
CONCEPTS: dict[str, dict[str, object]] = yaml.safe_load((HERE / "concepts.yaml").read_text(encoding="utf-8"))
CASES = load_cases(CONTENT)

# Wording hashes of the published forms, registered here a second time: both must be changed to change a word.
WORDING = {
    "asq": "730318f6e68b70d5ff7eaa8d2dc694250ee41943b522fa3c06046c3bc112d9ea",
    "audit_c": "e2dc1549646853d77a28f380e86bff6ae8a0c811047c06f630900a8dd8097007",
    "drug_screen": "416eb65126acd08503bd050e1653d50a886cad4037f5d2070eff9dff5c375bcc",
    "gad7": "12084ec3bf60a8f312f3c5e68395d54e5a2f7c1498158f3e8b250ac32426eee9",
    "pc_ptsd5": "34f5ecd38a80bc5783767476731bed10f9094163e245782014c6d02c460526cd",
    "peg": "d87ffd228e0015fae55abef84e5f50f498cdace3cb179a3e511b0ad4a3a84a25",
    "phq9": "50bf3d78d57359173cd42b146aa023b475b4d5add513375eeb2bc03814d2e9bd",
}


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_definition(CONTENT)


@pytest.fixture(scope="module")
def compiled(definition: Definition) -> Compiled:
    return compile_definition(definition)


def own_questions(definition: Definition) -> Iterator[Question]:
    """Every question in our own words, the items of groups among them."""
    for section in definition.sections:
        for question in section.questions:
            yield from (one for one in (question, *question.items) if not one.instrument)


def patient_texts(definition: Definition, language: str = "en") -> Iterator[tuple[str, str]]:
    """Every text of our own that a patient reads, with its place."""
    for section in definition.sections:
        yield from ((section.link_id, text[language]) for text in (section.title, section.introduction) if text)
    for question in own_questions(definition):
        texts = (question.text, question.hint, question.explanation, *(option.text for option in question.options))
        yield from ((question.link_id, text[language]) for text in texts if language in text)


@pytest.mark.check("C79", required="0 words that shame, judge or promise")
def test_its_only_warnings_wait_for_reviewers(definition: Definition) -> None:
    found = [(problem.id, problem.place) for problem in checks.check(definition)]
    english = [f"instrument {name}" for name in ("asq", "audit_c", "drug_screen", "gad7", "pc_ptsd5", "peg")]
    assert sorted(place for problem_id, place in found if problem_id == "Q202") == english
    assert sorted(problem_id for problem_id, _ in found if problem_id != "Q202") == ["Q607", "Q801", "Q802"]


def test_all_concepts_have_a_flag(definition: Definition) -> None:
    assert sorted(flag.link_id for flag in definition.flags) == sorted(CONCEPTS)
    assert sum(len(flag.rules) for flag in definition.flags) == 110


def test_each_flag_has_the_severities_of_its_concept(definition: Definition) -> None:
    for flag in definition.flags:
        assert [rule.severity for rule in flag.rules] == CONCEPTS[flag.link_id]["severities"], flag.link_id
        assert flag.not_sure == CONCEPTS[flag.link_id]["not_sure"], flag.link_id


def test_every_flag_shows_a_source_under_each_profile(definition: Definition) -> None:
    profiles = {source.key: source.profiles for source in definition.sources}
    for flag in definition.flags:
        for profile in definition.profiles:
            shown = [one for one in flag.sources if profile.key in (profiles[one.source] or (profile.key,))]
            assert shown, (flag.link_id, profile.key)


def test_the_cases_exercise_everything(compiled: Compiled) -> None:
    shares = cases.coverage(compiled.definition, cases.run(compiled, CASES))
    for part in ("questions", "options", "rules", "notes", "inconsistencies"):
        assert shares[part].missing == (), part


def test_every_concept_that_can_stay_open_does_in_some_case(compiled: Compiled) -> None:
    left_open = {flag for case in CASES for flag in case.expect.unresolved}
    for concept, facts in CONCEPTS.items():
        assert facts["not_sure"] not in ("NS-1", "NS-2") or concept in left_open, concept


@pytest.mark.check("C79", required="items as they were published")
def test_the_wording_of_each_instrument_is_the_registered_one(definition: Definition) -> None:
    found = {one.key: checks.wording_sha256(definition, one) for one in definition.instruments}
    assert found == WORDING
    assert {one.key: one.wording_sha256 for one in definition.instruments} == WORDING


def test_the_asq_is_asked_of_everyone(compiled: Compiled) -> None:
    for link_id in ("asq_1", "asq_2", "asq_3", "asq_4"):
        assert compiled.questions[link_id].ask_when == ""
    assert all(section.ask_when == "" for section in compiled.definition.sections if section.link_id == "your_safety")


def test_whereabouts_and_phone_come_before_the_asq(definition: Definition) -> None:
    order = [question.link_id for question in definition.questions()]
    assert max(order.index("phone"), order.index("current_place")) < order.index("asq_1")


def test_every_question_about_allergies_is_on_the_face_sheet(definition: Definition) -> None:
    found = [question.link_id for question in definition.questions() if question.role == "allergies"]
    assert found == [
        "ketamine_allergic_reaction",
        "ketamine_allergic_reaction_what",
        "other_allergies",
        "other_allergies_which",
    ]


def test_the_baseline_patient_is_asked_little(compiled: Compiled) -> None:
    """Without a symptom: the question how difficult the problems of the PHQ-9 made it is for those who have one."""
    [baseline] = [case for case in CASES if case.id == "baseline"]
    settings = Settings()
    free_of_symptoms = baseline.answers | {f"phq9_{n}": "not_at_all" for n in range(1, 10)}
    given = read_answers(compiled.definition, free_of_symptoms, on=baseline.as_of)
    answers = journey.with_skipped(compiled, given, baseline.as_of, settings)
    pages = [
        len(journey.shown_questions(compiled, section, answers, baseline.as_of, settings))
        for section in journey.sections(compiled, answers, baseline.as_of, settings)
    ]
    assert len(pages) <= 18
    assert sum(pages) <= 110
    assert sorted(pages)[len(pages) // 2] <= 8


@pytest.mark.check("C79", required="grade 8 or easier")
def test_it_reads_easily(definition: Definition) -> None:
    # A grade means nothing for a word or two: titles and short options are left out. No single text is above grade 8,
    # nor says a word that hurts or judges: a check warns of both, and there is no such warning.
    grades = [grade(text) for _, text in patient_texts(definition) if len(text.split()) >= FEWEST_WORDS]
    assert sum(grades) / len(grades) <= 6


def test_pages_on_safety_say_that_nobody_watches(definition: Definition) -> None:
    for section in definition.sections:
        if section.link_id in ("right_now", "your_safety"):
            assert "Nobody is watching your answers live" in section.introduction["en"]


def test_everything_of_ours_is_in_spanish(definition: Definition) -> None:
    for question in own_questions(definition):
        assert "es" in question.text, question.link_id
        assert all("es" in option.text for option in question.options), question.link_id
        assert all("es" in text for text in (question.hint, question.explanation) if text), question.link_id


def test_what_staff_read_is_in_spanish(definition: Definition) -> None:
    for flag in definition.flags:
        assert all("es" in text for text in (flag.title, flag.why, flag.discussion)), flag.link_id
        assert all("es" in rule.action for rule in flag.rules if rule.action), flag.link_id
    for line in (*definition.notes, *definition.inconsistencies):
        assert "es" in line.text, line.link_id


def test_every_inconsistency_says_what_to_ask(definition: Definition) -> None:
    assert [one.link_id for one in definition.inconsistencies if " Ask " not in one.text["en"]] == []
    assert [one.link_id for one in definition.inconsistencies if " Preguntar " not in one.text["es"]] == []


def test_every_question_has_wording_for_clinicians(definition: Definition) -> None:
    for section in definition.sections:
        for question in section.questions:
            assert all(one.short.get("en") for one in (question, *question.items)), question.link_id


def test_while_answers_are_saved_staff_are_called_for_what_the_whole_assessment_says(compiled: Compiled):
    called_for = set()
    for case in CASES:
        chosen = Settings(profile=case.profile)
        given = read_answers(compiled.definition, case.answers, on=case.as_of)
        for answers in (given, journey.with_skipped(compiled, given, case.as_of, chosen)):
            whole = evaluate(compiled, answers, case.as_of, chosen)
            called = evaluate_calls(compiled, answers, case.as_of, chosen)
            of_safety = tuple(flag for flag in whole.unresolved if flag.not_sure == "NS-2")
            assert (called.flags, called.unresolved) == (whole.flags, of_safety), case.id
            assert (called.safety_panel, called.alert_at_once) == (whole.safety_panel, whole.alert_at_once), case.id
            called_for |= {flag.flag for flag in called.unresolved}
    assert called_for
