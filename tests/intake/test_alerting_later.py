"""Calling staff after sending: what they have seen to calls nobody again, and what is disclosed anew always does."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest

from intake import actions, records
from intake.alerts import numbers
from intake.models import Alert, Clinic, QuestionnaireResponse, User
from screening.engine.answers import Answer, PartialDate
from screening.engine.definition import Definition
from screening.models import Questionnaire

from .sample import DEFINITION, NOW, Tab, answered, ask, flag, later, published, unknown

pytestmark = pytest.mark.django_db

YEAR = PartialDate(year=2025)
"""It may lie within 90 days, or not: the flag stays open, and no question was left open."""


def with_attempt(definition: Definition) -> Definition:
    about, safety, *others = definition.sections
    asked = (*safety.questions, ask("attempt_when", "partial_date"))
    recent = flag("attempt_recent", "urgent", "attempt_when within 90 days of today", not_sure="NS-2")
    sections = (about, msgspec.structs.replace(safety, questions=asked), *others)
    return msgspec.structs.replace(definition, sections=sections, flags=(*definition.flags, recent))


@pytest.fixture
def tab(clinic: Clinic, questionnaire: Questionnaire) -> Tab:
    version = published(questionnaire, with_attempt(DEFINITION), number=2)
    return Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response)


@pytest.fixture
def seen_to(tab: Tab, clinician: User) -> QuestionnaireResponse:
    """Sent with the year alone; the clinic has looked after it."""
    response = send(tab, attempt_when=YEAR)
    assert waiting() == ["unresolved_safety attempt_recent"]
    see_to_all(clinician)
    return response


def send(tab: Tab, **answers: Any) -> QuestionnaireResponse:
    calm = {"plan_now": "no", "harm_thoughts": "no", "low_mood": "no", "weapon_near": "no"}
    tab.finish(given_name="Rosa", family_name="Díaz", **calm, **answers)
    return actions.submit(response_id=tab.response.pk, now=NOW)


def see_to_all(by: User) -> None:
    for alert in Alert.objects.unacknowledged():
        actions.acknowledge_alert(alert_id=alert.pk, by=by, note="Called.", now=NOW)


def waiting() -> list[str]:
    return sorted(f"{alert.kind} {records.read_reason(alert)}" for alert in Alert.objects.unacknowledged())


def enter(response: QuestionnaireResponse, by: User, days: int = 1, **answers: Answer) -> None:
    actions.enter_answers(response_id=response.pk, answers=answers, how="told", by=by, now=later(days=days))


class TestSeenTo:
    def test_other_answers_call_nobody_again(self, seen_to: QuestionnaireResponse, clinician: User) -> None:
        enter(seen_to, clinician, stroke=answered("no"))
        enter(seen_to, clinician, route=answered("nasal"))
        enter(seen_to, clinician, attempt_when=answered(YEAR, on=datetime.date(2026, 3, 3)))

        assert Alert.objects.count() == 1

    def test_a_page_that_was_still_open_calls_nobody_again(self, seen_to: QuestionnaireResponse) -> None:
        late = {"stroke": answered("yes")}
        actions.keep_late_answers(response_id=seen_to.pk, answers=late, now=later(hours=1))

        assert Alert.objects.count() == 1

    def test_the_disclosure_has_its_time_so_that_the_numbers_agree(
        self, seen_to: QuestionnaireResponse, clinic: Clinic
    ) -> None:
        assert QuestionnaireResponse.objects.get().disclosed_at == NOW
        assert numbers.count([clinic.pk]).agree


class TestAnew:
    @pytest.mark.parametrize(
        ("said", "calls"),
        [
            ({"attempt_when": answered(PartialDate(year=2025, month=12))}, "unresolved_safety attempt_recent"),
            ({"attempt_when": unknown("declined")}, "unresolved_safety attempt_recent"),
            ({"attempt_when": answered(PartialDate(year=2026, month=2))}, "urgent attempt_recent"),
            ({"harm_thoughts": unknown("not_sure")}, "unresolved_safety harm_to_others"),
            ({"harm_thoughts": answered("yes")}, "urgent harm_to_others"),
            (
                {"low_mood": answered("yes"), "attempt_when": answered(PartialDate(year=2020))},
                "safety_panel safety_panel",
            ),
        ],
        ids=lambda each: each if isinstance(each, str) else "",
    )
    def test_what_is_disclosed_anew_calls(
        self, seen_to: QuestionnaireResponse, clinician: User, said: dict[str, Answer], calls: str
    ) -> None:
        enter(seen_to, clinician, stroke=answered("no"))
        enter(seen_to, clinician, **said)

        assert waiting() == [calls]
        assert Alert.objects.unacknowledged().get().due_at == later(days=1)

    def test_so_does_the_same_after_it_was_ruled_out(self, seen_to: QuestionnaireResponse, clinician: User) -> None:
        enter(seen_to, clinician, attempt_when=answered(PartialDate(year=2020)))
        assert waiting() == []

        enter(seen_to, clinician, attempt_when=answered(YEAR))

        assert waiting() == ["unresolved_safety attempt_recent"]

    def test_what_was_left_open_and_seen_to_in_a_draft_calls_once_it_is_sent_with_a_year(
        self, tab: Tab, clinician: User
    ) -> None:
        tab.save(attempt_when=unknown("not_sure"), section="safety")
        see_to_all(clinician)
        tab.save(attempt_when=YEAR, section="safety")
        assert waiting() == []

        send(tab)

        assert waiting() == ["unresolved_safety attempt_recent"]

    def test_it_calls_once_while_nobody_has_seen_to_it(self, tab: Tab, clinician: User) -> None:
        response = send(tab, attempt_when=YEAR)
        enter(response, clinician, stroke=answered("no"))

        assert waiting() == ["unresolved_safety attempt_recent"]
