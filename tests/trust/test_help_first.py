"""C16: every answer to a safety question of the starter content, in both languages, without scripts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from intake import crisis_contacts
from screening.engine.compiler import compile_definition
from screening.engine.definition import Definition, Question
from screening.engine.language import parse
from screening.engine.results import Settings
from screening.engine.values import Answer
from screening.exchange.yaml import load_definition
from tests.intake.patient.conftest import open_clinic, publish, read
from tests.intake.patient.test_weight import CONTENT
from tests.screening.engine.oracle import Oracle
from tests.trust.amounts import amount

LANGUAGES = ("en", "es")[: amount(quick=1, long=2)]
LINKS = {
    "en": {"tel:911", "tel:988", "sms:988", "sms:741741?body=HOME"},
    "es": {"tel:911", "tel:988", "sms:988?body=AYUDA", "sms:741741?body=AYUDA"},
}
UNKNOWN = ("not_sure", "declined")
OPENED_BY = {
    "asq_5": {"asq_1": "yes"},
    "suicide_plan": {"asq_1": "yes"},
    "voices_command_harm": {"voices_or_suspicion_past_month": "yes"},
}
"""The safety questions of the starter content that follow from another answer, and one that they follow from."""
ELSEWHERE: dict[str, tuple[str, str, dict[str, str], dict[str, str]]] = {
    "a reason": ("ketamine", "about_you", {}, {"reason_for_treatment": "suicidal_thoughts"}),
    "a reading without a date": (
        "ketamine",
        "pressure",
        {"blood_pressure_reading.systolic": "120", "blood_pressure_reading.diastolic": "80"},
        {"blood_pressure_reading.systolic": "205", "blood_pressure_reading.diastolic": "125"},
    ),
    "what voices say": (
        "check_in",
        "new_problems",
        {"new_mental_health": "not_sure"},
        {"new_mental_health": "not_sure", "voices_command_harm": "not_sure"},
    ),
}
"""What asks for help on pages that are not about safety: the questionnaire, the page, what asks for none, what does."""


def cases(definition: Definition) -> Iterator[tuple[str, Question, str]]:
    """Each safety question that is asked without a condition, with its section and each thing one can answer."""
    safety = compile_definition(definition).safety_questions
    for section in definition.sections:
        for question in section.questions:
            if question.link_id in safety and not question.ask_when and not section.ask_when:
                options = [option.code for option in question.options] or ["yes", "no"]
                for said in (*options, *question.unknowns):
                    yield section.link_id, question, said


def harmless(definition: Definition) -> dict[str, str]:
    """An answer that asks for no help, for each safety question: what is left empty on a page would ask for it."""
    return {
        question.link_id: said
        for _, question, said in cases(definition)
        if not asks_for_help(definition, question, said)
    }


def asks_for_help(definition: Definition, question: Question, said: str) -> bool:
    """By a second reading of the rules: the panel's own rule, an urgent flag, or a safety question left open."""
    if said in UNKNOWN:
        return True
    today = datetime.date(2026, 3, 2)
    answer = Answer(state="answered", value=said, on=today)
    oracle = Oracle(definition, {question.link_id: answer}, today, Settings())
    urgent = [rule.when for flag in definition.flags for rule in flag.rules if rule.severity == "urgent"]
    rules = [definition.safety.panel_when, definition.safety.alert_at_once_when, *urgent]
    return any(oracle.truth(parse(rule)) is True for rule in rules if rule)


def follow_ups(definition: Definition) -> Iterator[tuple[str, Question, str]]:
    """Each safety question that is asked only after another answer, with its section and each thing one can answer."""
    safety = compile_definition(definition).safety_questions
    for section in definition.sections:
        for question in section.questions:
            if question.link_id in safety and question.ask_when:
                for said in ([option.code for option in question.options] or ["yes", "no"]) + list(question.unknowns):
                    yield section.link_id, question, said


def somebody(language: str) -> Client:
    """A new patient's browser, without scripts."""
    cache.clear()
    browser = Client(headers={"accept-language": language})
    browser.post("/start/harbor/", {"asks_who": "yes", "answering": "self"})
    return browser


def leads_to(browser: Client, section: str, answers: dict[str, str]) -> tuple[str, set[str], str]:
    """Where somebody who answers a page so is led, and the links and the text of the next page."""
    fields = read(browser.get(f"/q/{section}/")).fields
    response = browser.post(f"/q/{section}/", {**fields, **answers})
    page = read(browser.get(response["Location"]))
    return response["Location"], set(page.links), page.html


@pytest.mark.django_db
@pytest.mark.check("C16", required="help before the next question for every such answer, links that call and text")
def test_every_answer_that_asks_for_help_brings_it_before_the_next_question(figure):
    definition = load_definition(CONTENT)
    open_clinic(publish(definition), crisis_contacts=crisis_contacts.for_country("US"))
    calm, helped, tried = harmless(definition), 0, 0

    for section, question, said in cases(definition):
        for language in LANGUAGES:
            where, links, html = leads_to(somebody(language), section, {**calm, question.link_id: said})
            due = asks_for_help(definition, question, said)
            assert (where == "/q/help/") == due, f"{question.link_id} {said} led to {where}"
            assert not due or links >= LINKS[language]
            assert f'<html lang="{language}"' in html
            helped, tried = helped + due, tried + 1

    assert helped >= 10 * len(LANGUAGES)
    figure(f"{tried} answers tried, help first for the {helped} that ask for it, and for no other")


@pytest.mark.django_db
@pytest.mark.check("C16", required="help once more after a follow-up that discloses more, before the next question")
def test_every_follow_up_that_discloses_more_brings_help_once_more(figure):
    definition = load_definition(CONTENT)
    open_clinic(publish(definition), crisis_contacts=crisis_contacts.for_country("US"))
    every = list(follow_ups(definition))
    tried = every[:: amount(quick=2, long=1)]
    assert {question.link_id for _, question, _ in every} == set(OPENED_BY)
    others_no = dict.fromkeys(OPENED_BY, "no")

    for section, question, said in tried:
        for language in LANGUAGES:
            browser = somebody(language)
            opened = {**harmless(definition), **OPENED_BY[question.link_id]}
            leads_to(browser, section, opened)
            browser.post("/q/help/")
            where, links, _ = leads_to(browser, section, {**others_no, **opened, question.link_id: said})
            assert (where == "/q/help/") == (said != "no"), f"{question.link_id} {said} led to {where}"
            assert said == "no" or links >= LINKS[language]

    figure(f"{len(tried) * len(LANGUAGES)} answers to {len(OPENED_BY)} follow-ups, help for each that is not a no")


@pytest.mark.django_db
@pytest.mark.parametrize("said", ELSEWHERE)
@pytest.mark.check("C16", required="help before the next question, also from a page that is not about safety")
def test_an_answer_elsewhere_that_asks_for_help_brings_it_before_the_next_question(said: str):
    questionnaire, section, calm, disclosure = ELSEWHERE[said]
    open_clinic(
        publish(load_definition(CONTENT.parent / questionnaire)), crisis_contacts=crisis_contacts.for_country("US")
    )

    browser = somebody("en")
    assert leads_to(browser, section, calm)[0] != "/q/help/"
    where, links, _ = leads_to(browser, section, disclosure)

    assert where == "/q/help/"
    assert links >= LINKS["en"]
