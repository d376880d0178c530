"""Erasing from the staff's pages: two steps, shown before it is done, refused while it must be kept."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from intake import actions
from intake.models import AuditRecord, Clinic, Erasure, Person, QuestionnaireResponse, User
from tests.browsers import show_who_one_is
from tests.intake.sample import NOW

from .conftest import Send, SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.check("C45", required="shown before, confirmed, recorded")]

PAGE = "/staff/erase/"


@pytest.fixture
def response(send: Send, clinic: Clinic) -> QuestionnaireResponse:
    return send(clinic, "Rosalind")


def confirm_page(record: QuestionnaireResponse | Person, reason: str = "asked") -> str:
    kind = "person" if isinstance(record, Person) else "response"
    return reverse("clinician:erase_record", args=[kind, str(record)]) + f"?reason={reason}"


def choose(office: Client, **changed: str):
    return office.post(PAGE, {"kind": "response", "reason": "asked", **changed})


def test_the_first_step_leads_to_what_would_go_and_erases_nothing(office: Client, response) -> None:
    first = choose(office, kind="person", reference=response.person.reference.lower())
    second = office.get(first["Location"])

    page = second.content.decode()
    assert first["Location"] == confirm_page(response.person)
    assert "Questionnaires, sent or not" in page
    assert str(response) in page
    assert "Rosalind" not in page
    assert "What stays" in page
    assert QuestionnaireResponse.objects.filter(pk=response.pk).exists()


def test_the_reference_once_more_erases_it(office: Client, response, admin: User) -> None:
    typed = f" {response.person} ".lower()

    done = office.post(confirm_page(response.person, "ordered"), {"confirm": typed}, follow=True)

    assert "Erased for good" in done.content.decode()
    assert not QuestionnaireResponse.objects.exists()
    assert not Person.objects.exists()
    stone = Erasure.objects.get(kind="person")
    assert (stone.reason, stone.staff) == ("ordered", admin)
    assert AuditRecord.objects.filter(action="person.erased", actor=f"user:{admin.pk}").count() == 1


def test_another_reference_erases_nothing(office: Client, response) -> None:
    page = office.post(confirm_page(response), {"confirm": str(response.person)})

    assert page.status_code == 422
    assert "Nothing was erased" in page.content.decode()
    assert str(response.person) in page.content.decode()  # what was typed is still there
    assert QuestionnaireResponse.objects.exists()


@pytest.mark.parametrize("missing", ["kind", "reference", "reason"])
def test_each_field_is_asked_for(office: Client, response, missing: str) -> None:
    page = choose(office, **{"reference": str(response), missing: ""})

    assert page.status_code == 422
    assert "<title>Error: " in page.content.decode()


def test_the_reason_of_the_calendar_is_not_given_by_hand(office: Client, response) -> None:
    assert choose(office, reference=str(response), reason="retention").status_code == 422
    assert office.post(confirm_page(response, "retention"), {"confirm": str(response)})["Location"] == PAGE
    assert QuestionnaireResponse.objects.exists()


def test_a_legal_hold_is_said_and_holds(office: Client, response) -> None:
    actions.place_hold(record=response.person, matter="File 12", now=NOW)

    page = office.get(confirm_page(response.person)).content.decode()
    pushed = office.post(confirm_page(response.person), {"confirm": str(response.person)})

    assert "on legal hold" in page
    assert "Erase for good" not in page
    assert pushed.status_code == 422
    assert QuestionnaireResponse.objects.exists()


def test_an_open_alert_is_said_and_holds(office: Client, send: Send, clinic: Clinic) -> None:
    urgent = send(clinic, "Rosalind", plan_now="yes")

    assert "Acknowledge it first" in office.get(confirm_page(urgent)).content.decode()
    assert office.post(confirm_page(urgent), {"confirm": str(urgent)}).status_code == 422


def test_what_was_erased_says_when(office: Client, response) -> None:
    reference = str(response)
    office.post(confirm_page(response), {"confirm": reference})

    page = choose(office, reference=reference)

    assert page.status_code == 422
    assert "It was erased on" in page.content.decode()
    assert office.post(confirm_page(response), {"confirm": reference}).status_code == 404


def test_another_clinics_record_is_like_none(office: Client, send: Send, other_clinic: Clinic) -> None:
    theirs = send(other_clinic, "Sam")

    missing, found = choose(office, reference="AAAA-AAAA"), choose(office, reference=str(theirs))

    assert missing.status_code == found.status_code == 422
    assert "There is no such record" in found.content.decode()
    assert office.post(confirm_page(theirs), {"confirm": str(theirs)}).status_code == 404
    actions.erase(record=theirs, reason="asked", by=None, now=NOW)
    assert "It was erased on" not in choose(office, reference=str(theirs)).content.decode()


@pytest.mark.parametrize("who", ["clinician", "front_desk", "auditor", "outsider"])
def test_nobody_else_finds_the_pages(who: str, response, sign_in: SignIn, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    office = sign_in(user)
    show_who_one_is(office, user)

    assert office.get(PAGE).status_code == 404
    assert office.post(confirm_page(response), {"confirm": str(response)}).status_code == 404
    assert QuestionnaireResponse.objects.exists()


@pytest.mark.check("C74", required="asked again")
def test_who_one_is_is_asked_again(sign_in: SignIn, admin: User, response) -> None:
    office = sign_in(admin)
    show_who_one_is(office, admin, ago=11 * 60)

    for answer in (office.get(PAGE), office.post(confirm_page(response), {"confirm": str(response)})):
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert QuestionnaireResponse.objects.exists()
