"""Deleting one's draft: asked first, done by a button, closed on the device; help stays in sight."""

from __future__ import annotations

import pytest
from django.test import Client

from intake import actions
from intake.models import QuestionnaireResponse
from tests.intake.patient.conftest import read


def press_delete(patient):
    return patient.client.post("/q/delete/", {"visit": str(patient.response.pk)})


def status(patient):
    return QuestionnaireResponse.objects.get(pk=patient.response.pk).status


def test_stopping_offers_it(patient):
    assert "/q/delete/" in read(patient.client.get("/q/stop/")).links


def test_looking_deletes_nothing(patient):
    page = read(patient.client.get("/q/delete/"))

    assert "gone for good" in page.text
    assert "One thing stays" not in page.text
    assert status(patient) == "draft"


def test_it_deletes_and_closes(patient):
    patient.fill("about", given_name="Marisol")

    answer = press_delete(patient)

    assert answer["Location"] == "/deleted/"
    assert "cache" in answer["Clear-Site-Data"]
    assert status(patient) == "deleted"
    page = read(patient.client.get("/deleted/"))
    assert "Your answers are deleted" in page.text
    assert "tel:988" in page.links
    assert "Marisol" not in page.text


def test_afterwards_no_page_opens(patient):
    press_delete(patient)

    for path in ("/q/about/", "/q/check/", "/q/stop/", "/q/delete/"):
        assert patient.client.get(path)["Location"] == "/resume/"


def test_another_device_that_had_it_open_holds_nothing(patient, begin):
    elsewhere = Client()
    elsewhere.post("/resume/", {"reference": patient.response.reference, "code": patient.code})
    assert elsewhere.get("/q/about/").status_code == 200

    press_delete(patient)

    assert elsewhere.get("/q/about/")["Location"] == "/resume/"
    assert (
        elsewhere.post("/resume/", {"reference": patient.response.reference, "code": patient.code}).status_code == 422
    )


def test_a_page_of_another_visit_deletes_nothing(patient, begin):
    stranger = begin()

    answer = stranger.client.post("/q/delete/", {"visit": str(patient.response.pk)})

    assert answer.status_code == 403
    assert {status(patient), status(stranger)} == {"draft"}


def test_a_link_deletes_nothing(patient):
    patient.client.head("/q/delete/")

    assert status(patient) == "draft"


def test_after_sending_there_is_nothing_to_delete(patient):
    patient.fill("about", given_name="Marisol")
    patient.walk()
    patient.client.post("/q/send/", {"visit": str(patient.response.pk)})

    assert patient.client.get("/q/delete/")["Location"] == "/q/sent/"
    assert press_delete(patient)["Location"] == "/q/sent/"
    assert status(patient) == "sent"


def test_after_a_disclosure_it_says_what_stays_and_shows_help(patient):
    patient.fill("safety", dark="yes")
    patient.client.get("/q/help/")
    patient.client.post("/q/help/")

    page = read(patient.client.get("/q/delete/"))
    press_delete(patient)
    after = read(patient.client.get("/deleted/"))

    assert "One thing stays with the clinic" in page.text
    assert {"tel:988", "tel:911"} <= set(page.links)
    assert "Staff may still call you" in after.text


@pytest.mark.parametrize(
    ("language", "keeps", "closed", "not_said"),
    [
        (
            "en",
            "The law makes the clinic keep them for now",
            "Your answers are closed",
            ["gone for good", "are deleted."],
        ),
        ("es", "La ley obliga a la clínica a conservarlas", "Sus respuestas están cerradas", ["para siempre"]),
    ],
)
def test_on_legal_hold_it_says_what_is_true(patient, language, keeps, closed, not_said):
    patient.client.cookies["language"] = language
    patient.fill("about", given_name="Marisol")
    actions.place_hold(record=patient.response, matter="File 12", now=patient.response.saved_at)

    page = read(patient.client.get("/q/delete/"))
    press_delete(patient)
    after = read(patient.client.get("/deleted/"))

    assert keeps in page.text
    assert keeps in after.text
    assert closed in after.text
    assert not [words for words in not_said if words in page.text + after.text]
    assert "File 12" not in page.text + after.text
    assert patient.client.get("/q/about/")["Location"] == "/resume/"


@pytest.mark.parametrize("path", ["/q/delete/", "/deleted/"])
def test_it_speaks_spanish(patient, path):
    patient.client.cookies["language"] = "es"
    if path == "/deleted/":
        press_delete(patient)

    assert 'lang="es"' in patient.client.get(path).content.decode()


def test_nobody_else_sees_the_page_after_it(db):
    assert Client().get("/deleted/")["Location"] == "/"


def test_a_page_deleted_in_another_window_at_that_moment(patient, monkeypatch):
    """The view has read the draft; before it saves, the other window deletes it."""
    save = actions.save_answers

    def after_deleting(**given):
        actions.delete_draft(response_id=patient.response.pk, now=given["now"])
        return save(**given)

    page = patient.open("about")
    monkeypatch.setattr(actions, "save_answers", after_deleting)

    assert patient.fill("about", page, given_name="Marisol")["Location"] == "/resume/"
