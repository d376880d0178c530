"""What opening the summary and the list costs when everything that can happen to a response has happened to it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake import actions, reviewing
from intake.invitees import Details
from intake.models import Alert, AnswerRequest, Clinic, Correction, QuestionnaireResponse, User
from tests.intake.sample import answered, later, unknown

from .conftest import Send
from .rows import cost

BORN = {"birth_date": datetime.date(1985, 6, 15), "low_mood": "yes"}


@pytest.fixture
def full(send: Send, clinic: Clinic, clinician: User, colleague: User) -> QuestionnaireResponse:
    """A disclosure, an earlier response, somebody like them, check-ins, corrections, everything clinicians do,
    questions asked again (answered once, and once not yet), two rounds of signatures, each with addenda."""
    earlier, alike = send(clinic, **BORN), send(clinic, **BORN, at=later(hours=1))
    response = send(clinic, at=later(days=14), harm_thoughts=unknown("not_sure"), stroke="yes", plan_now="yes", **BORN)
    actions.record_panel_shown(response_id=response.pk, now=later(days=14))
    actions.confirm_same_person(
        person_id=response.person_id, other_id=earlier.person_id, by=clinician, now=later(days=15)
    )
    assert alike.person_id != response.person_id
    _check_in(response, clinician)
    response = _fresh(response)
    _correct(response)
    _see_to_everything(response, clinician)
    _ask_again(response, clinician, is_answered=True, at=later(days=16))
    _see_to_everything(response, colleague)
    _sign(response, clinician, colleague)
    actions.add_correction(
        response_id=response.pk, words="And my knee.", about="", attempt="words:2", now=later(days=18)
    )
    _sign(response, clinician, colleague)
    _ask_again(response, clinician, is_answered=False, at=later(days=19))
    return _fresh(response)


def _fresh(response: QuestionnaireResponse) -> QuestionnaireResponse:
    return QuestionnaireResponse.objects.select_related("clinic", "version", "person").get(pk=response.pk)


def _check_in(response: QuestionnaireResponse, by: User) -> None:
    person, questionnaire = response.person, response.version.questionnaire
    actions.record_session(person_id=person.pk, at=later(days=14), by=by, now=later(days=14))
    actions.set_schedule(
        person_id=person.pk,
        questionnaire=questionnaire,
        kind="every_days",
        days=14,
        email="rosa@example.org",
        language="en",
        by=by,
        now=later(days=14),
    )


def _correct(response: QuestionnaireResponse) -> None:
    actions.add_correction(
        response_id=response.pk, words="In 2019.", about="stroke", attempt="words:1", now=later(days=15)
    )
    actions.keep_late_answers(response_id=response.pk, answers={"weapon_near": answered("no")}, now=later(days=15))


def _see_to_everything(response: QuestionnaireResponse, by: User) -> None:
    """Each alert acknowledged, each point acknowledged and discussed, answers entered, a private note."""
    for alert in Alert.objects.filter(acknowledged_at=None):
        actions.acknowledge_alert(alert_id=alert.pk, by=by, note="Called.", now=later(days=15))
    given: dict[str, Any] = {"response_id": response.pk, "by": by, "now": later(days=15)}
    for key in reviewing.review_of(response).points:
        token = reviewing.token_of(response, key)
        actions.acknowledge_point(point=token, note="Seen.", **given)
        actions.discuss_point(point=token, learned="Asked.", answers={"harm_thoughts": answered("no")}, **given)
    actions.enter_answers(answers={"route": answered("nasal")}, how="told", **given)
    actions.add_note(text="Came with her sister.", **given)


def _ask_again(response: QuestionnaireResponse, by: User, *, is_answered: bool, at: datetime.datetime) -> None:
    actions.ask_again(
        response_id=response.pk, questions=["pressure", "phone"], by=by, now=at, details=Details(), send=False
    )
    if is_answered:
        asked = AnswerRequest.objects.get(answered_at=None)
        said = {"pressure": unknown("not_sure"), "phone": unknown("declined")}
        actions.answer_request(request_id=asked.pk, answers=said, is_finished=True, now=at)


def _sign(response: QuestionnaireResponse, by: User, second: User) -> None:
    """Signed by one, signed as well by another, and added to by both."""
    given: dict[str, Any] = {"response_id": response.pk, "now": later(days=17)}
    for alert in Alert.objects.filter(acknowledged_at=None):
        actions.acknowledge_alert(alert_id=alert.pk, by=by, note="Called.", now=later(days=17))
    content = reviewing.review_of(_fresh(response)).content
    disposition = response.clinic.dispositions[0]
    actions.sign_off(content=content, disposition=disposition, rationale="Stroke was in 2019.", by=by, **given)
    actions.cosign(content=content, by=second, **given)
    for each in (by, second):
        actions.add_addendum(text="Her sister drives.", by=each, **given)


def test_a_summary_costs_at_most_twelve_whatever_it_carries(desk: Client, full: QuestionnaireResponse) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = desk.get(f"/staff/responses/{full}/").content.decode()

    for words in ("Asked again", "In 2019.", "Came with her sister.", "Her sister drives.", "What changed since"):
        assert words in page
    assert "May be the same person" in page
    assert cost(queries) <= 12, [query["sql"][:200] for query in queries.captured_queries]


def test_the_worklist_costs_at_most_eight_whatever_it_carries(desk: Client, full: QuestionnaireResponse) -> None:
    assert Correction.objects.count() > 2
    with CaptureQueriesContext(connection) as queries:
        page = desk.get("/staff/").content.decode()

    assert "Asked again, no answer yet" in page
    assert cost(queries) <= 8
