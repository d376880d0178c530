"""Check answers, send, confirmation and the patient's own copy."""

from __future__ import annotations

import pytest
from django.test import Client

from intake import actions
from intake.models import QuestionnaireResponse
from intake.references import grouped
from tests.intake.patient.conftest import read

VERDICTS = (
    "eligible",
    "ineligible",
    "score",
    "risk level",
    "contraindication",
    "flag",
    "caution",
    "urgent",
    "diagnosis",
)


def send(patient):
    patient.walk()
    return press_send(patient)


def press_send(patient):
    return patient.client.post("/q/send/", {"visit": str(patient.response.pk)})


@pytest.mark.check("C56", required="every question that is asked and only those")
def test_check_answers_lists_what_is_asked_and_only_that(patient):
    patient.fill("about", given_name="Marisol")
    patient.fill("habits", smokes="no")

    page = read(patient.client.get("/q/check/"))

    assert "First name" in page.text
    assert "Marisol" in page.text
    assert "How many a day?" not in page.text
    assert "Since when?" not in page.text


def test_each_change_link_says_what_it_changes_and_returns(patient):
    patient.fill("about", given_name="Marisol")

    page = read(patient.client.get("/q/check/"))

    assert 'Change<span class="visually-hidden">: <span>First name</span></span>' in page.html
    assert "/q/about/?return=check#q-given_name-block" in page.links


def test_what_could_not_be_read_is_shown_as_typed(patient):
    patient.fill("about", phone="12")

    assert "“12”" in read(patient.client.get("/q/check/")).text


def test_it_says_what_is_missing_and_which_pages_were_not_seen(patient):
    page = read(patient.client.get("/q/check/"))

    assert "Still needed before you can send" in page.text
    assert "There are pages you have not seen yet" in page.text


@pytest.mark.check("C56", required="nothing sent while a required answer is missing")
def test_it_refuses_to_send_without_a_required_answer(patient):
    patient.walk()

    response = press_send(patient)

    assert response.status_code == 422
    page = read(response)
    assert page.title.startswith("Error:")
    assert "/q/about/?return=check#q-given_name-block" in page.links
    assert QuestionnaireResponse.objects.get().status == "draft"


def test_it_refuses_to_send_while_a_page_was_never_seen(patient):
    patient.fill("about", given_name="Marisol")

    response = press_send(patient)

    assert response.status_code == 422
    page = read(response)
    assert "There are pages you have not seen yet" in page.text
    assert {"/q/habits/", "/q/numbers/", "/q/safety/"} <= set(page.links)
    assert QuestionnaireResponse.objects.get().status == "draft"


def test_a_page_brought_up_in_another_tab_at_that_moment_holds_it_back(patient, monkeypatch):
    """The view has read the answers; before they are sent, another tab turns a page up that nobody has seen."""
    patient.fill("about", given_name="Marisol")
    patient.walk()
    submit = actions.submit

    def after_another_tab(**given):
        patient.fill("habits", smokes="yes", autosave="1")
        return submit(**given)

    monkeypatch.setattr(actions, "submit", after_another_tab)
    response = press_send(patient)

    assert response.status_code == 422
    assert {"/q/habits/", "/q/smokers/"} <= set(read(response).links)
    assert QuestionnaireResponse.objects.get().status == "draft"


def test_it_sends_and_confirms(patient):
    patient.fill("about", given_name="Marisol")

    response = send(patient)
    page = read(patient.client.get(response["Location"]))

    assert response["Location"] == "/q/sent/"
    assert QuestionnaireResponse.objects.get().status == "sent"
    assert grouped(patient.response.reference) in page.text
    assert "Our nurses read answers on weekdays" in page.text
    assert "tel:988" in page.links


def test_sending_twice_gives_the_same_confirmation(patient):
    patient.fill("about", given_name="Marisol")

    assert send(patient)["Location"] == press_send(patient)["Location"] == "/q/sent/"


def test_there_is_no_confirmation_before_sending(patient):
    assert patient.client.get("/q/sent/")["Location"] == "/q/about/"
    assert patient.client.get("/q/copy/")["Location"] == "/q/sent/"


def test_somebody_elses_button_sends_nothing(patient, begin):
    patient.fill("about", given_name="Marisol")
    stranger = begin()

    response = stranger.client.post("/q/send/", {"visit": str(patient.response.pk)})

    assert response.status_code == 403
    assert not QuestionnaireResponse.objects.filter(status="sent").exists()


def test_a_link_does_not_send(patient):
    patient.fill("about", given_name="Marisol")

    assert patient.client.get("/q/send/").status_code == 405


def test_the_copy_has_the_answers_and_no_verdict(patient):
    patient.fill("about", given_name="Marisol")
    patient.fill("safety", dark="yes", mood_1="often")
    for _ in range(2):
        patient.client.get("/q/help/")
        patient.client.post("/q/help/")
        patient.fill("safety", plan="yes")
    send(patient)

    page = read(patient.client.get("/q/copy/"))

    assert "Marisol" in page.text
    assert "Nearly every day" in page.text
    assert not [word for word in VERDICTS if word in page.text.lower()]


@pytest.mark.usefixtures("still_clock")
def test_sending_too_often_keeps_the_button(patient):
    patient.fill("about", given_name="Marisol")

    answers = [press_send(patient).status_code for _ in range(7)]

    assert answers[-1] == 429


def test_the_copy_is_there_only_where_it_was_sent(patient):
    patient.fill("about", given_name="Marisol")
    elsewhere = Client()
    elsewhere.post("/resume/", {"reference": patient.response.reference, "code": patient.code})
    send(patient)

    assert elsewhere.get("/q/copy/")["Location"] == "/q/sent/"
    assert "Marisol" not in elsewhere.get("/q/sent/").content.decode()
    assert Client().get("/q/copy/")["Location"] == "/resume/"


@pytest.mark.parametrize(
    "path", ["/q/about/", "/q/check/", "/q/copy/", "/q/sent/", "/q/correct/", "/q/help/", "/q/stop/"]
)
def test_after_sending_the_code_reads_nothing_back(patient, path):
    patient.fill("about", given_name="Marisol")
    patient.fill("habits", smokes="yes")
    send(patient)
    elsewhere = Client()

    opened = elsewhere.post("/resume/", {"reference": patient.response.reference, "code": patient.code})

    assert opened["Location"] == "/resume/"
    page = elsewhere.get(path, follow=True).content.decode()
    assert "Marisol" not in page
    assert "How many a day?" not in page, "that it was asked says what was answered"
    assert "I am safe" not in page


@pytest.mark.check("C23", required="no word of a verdict")
@pytest.mark.parametrize("path", ["/q/about/", "/q/habits/", "/q/check/", "/q/help/", "/q/stop/"])
def test_no_page_gives_a_verdict(patient, path):
    patient.fill("safety", dark="yes", mood_1="often")
    patient.client.post("/q/help/")
    patient.client.get("/q/help/")

    text = read(patient.client.get(path)).text.lower()

    assert not [word for word in VERDICTS if word in text]
