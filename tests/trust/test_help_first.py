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
LINKS = {"tel:911", "tel:988", "sms:988", "sms:741741?body=HOME"}
UNKNOWN = ("not_sure", "declined")


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


def leads_to(section: str, answers: dict[str, str], language: str) -> tuple[str, set[str], str]:
    """Where a new patient who answers a page so is led, and the links and the text of the next page."""
    cache.clear()
    browser = Client(headers={"accept-language": language})
    browser.post("/start/harbor/", {"asks_who": "yes", "answering": "self"})
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
            where, links, html = leads_to(section, {**calm, question.link_id: said}, language)
            due = asks_for_help(definition, question, said)
            assert (where == "/q/help/") == due, f"{question.link_id} {said} led to {where}"
            assert not due or links >= LINKS
            assert f'<html lang="{language}"' in html
            helped, tried = helped + due, tried + 1

    assert helped >= 10 * len(LANGUAGES)
    figure(f"{tried} answers tried, help first for the {helped} that ask for it, and for no other")
