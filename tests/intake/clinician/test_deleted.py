"""What staff see of a draft that was deleted: nothing, unless it had called for somebody."""

from __future__ import annotations

import io

import pypdf
import pytest
from django.test import Client

from intake import actions
from intake.models import Alert, QuestionnaireResponse, User
from tests.intake.sample import NOW, Tab, later

from .conftest import SignIn


@pytest.fixture
def called(tab: Tab) -> QuestionnaireResponse:
    tab.save(given_name="Rosa", family_name="Díaz", phone="(202) 555-0142", section="about")
    tab.save(plan_now="yes", low_mood="yes", section="safety")
    return actions.delete_draft(response_id=tab.response.pk, now=later(hours=1))


def url(response: QuestionnaireResponse) -> str:
    return f"/staff/responses/{response}/"


def test_a_draft_that_called_for_nobody_is_gone(desk: Client, tab: Tab) -> None:
    tab.save(given_name="Rosa", section="about")
    response = actions.delete_draft(response_id=tab.response.pk, now=NOW)

    assert desk.get(url(response)).status_code == 404
    assert str(response) not in desk.get("/staff/").content.decode()


def test_one_that_called_stays_on_the_worklist_until_somebody_acts(desk: Client, called: QuestionnaireResponse) -> None:
    page = desk.get("/staff/").content.decode()

    assert str(called) in page
    assert "Deleted by the patient" in page
    assert "Not acknowledged" in page
    assert "Not sent yet" not in page


def test_its_page_says_whom_to_look_after_and_nothing_else(desk: Client, called: QuestionnaireResponse) -> None:
    page = desk.get(url(called)).content.decode()

    assert "Rosa Díaz" in page
    assert "(202) 555-0142" in page
    assert "The patient deleted it on 2 Mar 2026, 11:00" in page
    assert "Safety so far" in page
    assert "low_mood" not in page
    assert "All answers" not in page


def test_on_legal_hold_it_says_that_it_is_kept_and_shows_no_more(desk: Client, tab: Tab) -> None:
    tab.save(given_name="Rosa", family_name="Díaz", section="about")
    tab.save(plan_now="yes", low_mood="yes", section="safety")
    actions.place_hold(record=tab.response, matter="File 12", now=NOW)
    response = actions.delete_draft(response_id=tab.response.pk, now=later(hours=1))

    page = desk.get(url(response)).content.decode()

    assert "A legal hold keeps them" in page
    assert "cannot be brought back" not in page
    assert "low_mood" not in page
    assert "All answers" not in page


def test_the_alert_is_acknowledged_there(desk: Client, called: QuestionnaireResponse) -> None:
    for alert in Alert.objects.filter(response=called):
        desk.post(f"/staff/alerts/{alert.pk}/acknowledge/", {"note": "Called. She is safe."})

    page = desk.get(url(called)).content.decode()
    assert "Called. She is safe." in page
    assert "<textarea" not in page


def test_somebody_who_said_nothing_about_themselves(desk: Client, tab: Tab) -> None:
    tab.save(plan_now="yes", section="safety")
    response = actions.delete_draft(response_id=tab.response.pk, now=NOW)

    page = desk.get(url(response)).content.decode()

    assert "Name not given" in page
    assert "They had not said yet who they are" in page


def test_it_prints_as_pdf(desk: Client, called: QuestionnaireResponse) -> None:
    answer = desk.get(f"{url(called)}summary.pdf")

    text = " ".join(part.extract_text() for part in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    assert "Deleted by the patient" in text
    assert "(202) 555-0142" in text


@pytest.mark.parametrize("who", ["outsider", "front_desk", "admin"])
def test_nobody_else_reads_it(
    sign_in: SignIn, called: QuestionnaireResponse, who: str, request: pytest.FixtureRequest
) -> None:
    person: User = request.getfixturevalue(who)

    assert sign_in(person).get(url(called)).status_code == 404
