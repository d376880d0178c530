"""How to reach the clinic: on every page that says to call it, and never made up."""

from __future__ import annotations

import pytest
from django.test import Client

from intake import actions
from intake.models import Invitation
from tests.intake.patient.conftest import NOW, read
from tests.intake.patient.test_sending import press_send

PHONE, LINK, EMAIL = "(202) 555-0142", "tel:2025550142", "mailto:desk@harbor.example"


@pytest.fixture
def reachable(clinic):
    clinic.phone, clinic.email = PHONE, "desk@harbor.example"
    clinic.save()
    return clinic


def open_check(patient):
    patient.fill("about", given_name="Ana")
    patient.walk()
    return patient.client.get("/q/check/")


def open_sent(patient):
    open_check(patient)
    press_send(patient)
    return patient.client.get("/q/sent/")


def closed(clinic):
    clinic.questionnaire = None
    clinic.save()
    return Client().get("/start/harbor/")


def welcome_after_the_link_was_taken_back(clinic):
    invited = actions.invite(clinic=clinic, by=None, now=NOW, language="en")
    browser = Client()
    browser.post(f"/i/{invited.token}/")
    Invitation.objects.filter(pk=invited.invitation.pk).update(revoked_at=NOW)
    return browser.get("/welcome/")


PAGES = {
    "start": lambda clinic, patient: Client().get("/start/harbor/"),
    "code": lambda clinic, patient: Client().post("/start/harbor/"),
    "help": lambda clinic, patient: patient.client.get("/q/help/"),
    "stop": lambda clinic, patient: patient.client.get("/q/stop/"),
    "closed here": lambda clinic, patient: patient.client.post("/q/stop/"),
    "check": lambda clinic, patient: open_check(patient),
    "copy": lambda clinic, patient: (open_sent(patient), patient.client.get("/q/copy/"))[1],
    "sent": lambda clinic, patient: open_sent(patient),
    "no questionnaire": lambda clinic, patient: closed(clinic),
    "dead link": lambda clinic, patient: welcome_after_the_link_was_taken_back(clinic),
    "session over": lambda clinic, patient: Client().post("/q/about/", {"visit": str(patient.response.pk)}),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_page_says_how_to_reach_the_clinic(reachable, patient, page):
    found = read(page(reachable, patient))

    assert {LINK, EMAIL} <= set(found.links)
    assert f"Call {PHONE}" in found.text


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_clinic_without_a_number_has_none_made_up(clinic, patient, page):
    found = read(page(clinic, patient))

    assert not any(link.startswith("mailto:") for link in found.links)
    assert {link for link in found.links if link.startswith("tel:")} <= CRISIS_LINES
    assert "clinic-ways" not in found.html


CRISIS_LINES = {"tel:911", "tel:988"}


def test_a_number_alone_is_shown_without_an_address(clinic, patient):
    clinic.phone = PHONE
    clinic.save()

    found = read(patient.client.get("/q/stop/"))

    assert LINK in found.links
    assert not any(link.startswith("mailto:") for link in found.links)


def test_a_link_that_was_never_good_names_no_clinic(reachable):
    found = read(Client().post("/i/random/"))

    assert found.response.status_code == 404
    assert LINK not in found.links
    assert "Harbor" not in found.text


def test_the_staffs_own_address_is_never_shown(reachable, patient):
    pages = [PAGES[name](reachable, patient).content.decode() for name in ("start", "help", "check", "stop")]

    assert not any("nurse@harbor.example" in page for page in pages)


def test_the_crisis_lines_of_the_clinic_stay_when_the_session_is_over(clinic, patient):
    clinic.crisis_contacts = [
        {"key": "emergency", "title": {"en": "Emergency"}, "call": "112", "is_emergency": True},
        {"key": "line", "title": {"en": "Line"}, "call": "116123"},
    ]
    clinic.save()

    found = read(Client().post("/q/about/", {"visit": str(patient.response.pk)}))

    assert {"tel:112", "tel:116123"} <= set(found.links)
