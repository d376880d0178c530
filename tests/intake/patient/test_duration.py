"""The estimate of how long it takes, from the published version."""

from __future__ import annotations

import datetime

import pytest
from django.conf import settings

from intake.patient.duration import LISTED, TAPPED, TYPED, minutes_for
from screening.engine.assessment import Settings
from screening.engine.compiler import compile_definition
from screening.engine.definition import Definition, Question, Section
from screening.exchange.yaml import load_definition

DAY = datetime.date(2026, 3, 2)


def ask(link_id: str, kind: str = "yes_no", **more) -> Question:
    return Question(link_id=link_id, type=kind, text={"en": link_id}, **more)


def minutes(*questions: Question) -> int:
    section = Section(link_id="page", title={"en": "Page"}, questions=questions)
    definition = Definition(key="small", title={"en": "Small"}, languages=("en",), sections=(section,))
    return minutes_for(compile_definition(definition), Settings(), DAY)


def test_a_short_one_takes_five_minutes():
    assert minutes(ask("smokes")) == 5


def test_it_is_rounded_up_to_five_minutes():
    count = 5 * 60 // TAPPED + 1

    assert minutes(*(ask(f"q{number}") for number in range(count))) == 10


def test_typing_takes_longer_than_tapping():
    count = 5 * 60 // TYPED + 1

    assert minutes(*(ask(f"q{number}", "text") for number in range(count))) == 10
    assert LISTED > TYPED > TAPPED


def test_follow_ups_of_a_yes_are_not_on_the_typical_path():
    follow_ups = [ask(f"q{number}", "text", ask_when="smokes is yes") for number in range(60)]

    assert minutes(ask("smokes"), *follow_ups) == 5


def test_what_a_no_asks_for_is():
    more = [ask(f"q{number}", "text", ask_when="well is no") for number in range(16)]

    assert minutes(ask("well"), *more) == 10


@pytest.fixture(scope="module")
def starter() -> Definition:
    return load_definition(settings.BASE_DIR / "screening" / "content" / "ketamine")


def test_the_starter_questionnaire_takes_a_plausible_time(starter):
    found = minutes_for(compile_definition(starter), Settings(profile="us"), DAY)

    assert 15 <= found <= 60
    assert found % 5 == 0
