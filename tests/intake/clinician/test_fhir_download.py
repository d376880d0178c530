"""The FHIR download of one response: works, is recorded, follows Part 2 mode, and is for readers only."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from intake import step_up
from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User
from screening.exchange.fhir.structure import problems_in
from tests.browsers import show_who_one_is, signed_in

from .conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in() -> SignIn:
    """Everybody here has just shown who they are, as an export asks for."""

    def sign_in(user: User) -> Client:
        browser = signed_in(user)
        show_who_one_is(browser, user)
        return browser

    return sign_in


def address(response: QuestionnaireResponse) -> str:
    return f"/staff/responses/{response}/response.fhir.json"


def test_it_is_a_bundle_and_its_reading_is_recorded(desk: Client, sent: QuestionnaireResponse) -> None:
    page = desk.get(address(sent))

    assert page["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert page["Content-Disposition"] == f'attachment; filename="response-{sent}.fhir.json"'
    found = json.loads(page.content)
    assert problems_in(found) == []
    assert found["entry"][0]["resource"]["id"] == str(sent)
    assert AuditRecord.objects.order_by("-seq")[0].objects_named["read_as"] == "fhir"


@pytest.mark.check("C74", required="exporting asks once ten minutes have passed")
@pytest.mark.parametrize("more", ["", "?substance_use"])
def test_it_asks_who_one_is_once_ten_minutes_have_passed(
    sign_in: SignIn, clinician: User, sent: QuestionnaireResponse, more: str
) -> None:
    browser = sign_in(clinician)
    show_who_one_is(browser, clinician, ago=step_up.FRESH + 30)

    asked = browser.get(f"{address(sent)}{more}")

    assert asked["Location"] == f"/accounts/reauthenticate/?{urlencode({'next': f'{address(sent)}{more}'})}"
    assert not AuditRecord.objects.filter(action="response.read").exists()
    show_who_one_is(browser, clinician)
    assert browser.get(f"{address(sent)}{more}")["Content-Type"].startswith("application/fhir+json")


def test_the_summary_offers_it(desk: Client, sent: QuestionnaireResponse) -> None:
    assert address(sent) in desk.get(f"/staff/responses/{sent}/").content.decode()


def test_in_part_2_mode_substance_use_is_left_out_unless_it_is_asked_for(
    desk: Client, clinic: Clinic, sent: QuestionnaireResponse
) -> None:
    clinic.part2_mode = Clinic.Part2Mode.NOTICE
    clinic.save()

    assert f"{address(sent)}?substance_use" in desk.get(f"/staff/responses/{sent}/").content.decode()
    assert "REDACTED" in desk.get(address(sent)).content.decode()
    assert "42CFRPart2" in desk.get(f"{address(sent)}?substance_use").content.decode()
    assert AuditRecord.objects.order_by("-seq")[0].objects_named["read_as"] == "fhir_with_substance_use"


def test_a_file_for_another_program_leaves_corrections_unread(desk: Client, sent: QuestionnaireResponse) -> None:
    QuestionnaireResponse.objects.filter(pk=sent.pk).update(unread_corrections=1)

    desk.get(address(sent))

    sent.refresh_from_db()
    assert sent.unread_corrections == 1


def test_a_draft_and_what_others_may_not_read_are_not_found(
    desk: Client, sign_in: SignIn, outsider: User, front_desk: User, draft: QuestionnaireResponse
) -> None:
    assert desk.get(address(draft)).status_code == 404
    assert {sign_in(person).get(address(draft)).status_code for person in (outsider, front_desk)} == {404}


def test_a_sent_one_is_not_found_by_others(
    sign_in: SignIn, outsider: User, front_desk: User, sent: QuestionnaireResponse
) -> None:
    assert {sign_in(person).get(address(sent)).status_code for person in (outsider, front_desk)} == {404}
