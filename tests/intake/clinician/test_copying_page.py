"""The page that gives a person's copy: who gets it, and that it is asked for anew."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User
from tests.browsers import show_who_one_is

from .conftest import Send, SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.check("C75", required="the right people, recorded")]


@pytest.fixture
def response(send: Send, clinic: Clinic) -> QuestionnaireResponse:
    return send(clinic, "Rosalind")


@pytest.fixture
def reader(desk: Client, clinician: User) -> Client:
    show_who_one_is(desk, clinician)
    return desk


def address(response: QuestionnaireResponse) -> str:
    return reverse("clinician:person_copy", args=[str(response.person)])


def test_the_copy_is_a_download_that_nobody_keeps(reader: Client, response: QuestionnaireResponse) -> None:
    answer = reader.post(address(response), {"notes": "included"})

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == f'attachment; filename="copy-{response.person}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert "Rosalind" in file.read("copy.html").decode()
    assert AuditRecord.objects.filter(action="person.copied").count() == 1


def test_looking_at_the_page_makes_none(reader: Client, response: QuestionnaireResponse) -> None:
    page = reader.get(address(response))

    assert "Make the copy" in page.content.decode()
    assert "Rosalind" not in page.content.decode()
    assert not AuditRecord.objects.filter(action="person.copied").exists()


def test_what_was_chosen_before_signing_in_anew_is_shown_and_not_done(
    desk: Client, clinician: User, response: QuestionnaireResponse
) -> None:
    show_who_one_is(desk, clinician, ago=3_600)
    assert desk.post(address(response), {"notes": "left_out"}).status_code == 302
    show_who_one_is(desk, clinician)

    page = desk.get(address(response))

    assert page["Content-Type"].startswith("text/html")
    assert page.context["form"]["notes"].value() == "left_out"
    assert not AuditRecord.objects.filter(action="person.copied").exists()


@pytest.mark.parametrize("notes", ["", "perhaps"])
def test_it_asks_whether_notes_are_part_of_it(reader: Client, response: QuestionnaireResponse, notes: str) -> None:
    page = reader.post(address(response), {"notes": notes})

    assert page.status_code == 422
    assert "<title>Error: " in page.content.decode()
    assert not AuditRecord.objects.filter(action="person.copied").exists()


@pytest.mark.check("C74", required="asked again")
def test_who_one_is_is_asked_again(desk: Client, clinician: User, response: QuestionnaireResponse) -> None:
    show_who_one_is(desk, clinician, ago=11 * 60)

    answer = desk.post(address(response), {"notes": "included"})

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
def test_for_everybody_else_there_is_no_such_person(
    who: str, response: QuestionnaireResponse, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    reader = sign_in(user)
    show_who_one_is(reader, user)

    theirs = reader.post(address(response), {"notes": "included"})
    missing = reader.post(reverse("clinician:person_copy", args=["AAAA-AAAA"]), {"notes": "included"})

    assert (theirs.status_code, theirs.content) == (404, missing.content)


def test_the_persons_page_leads_to_it(reader: Client, response: QuestionnaireResponse) -> None:
    page = reader.get(reverse("clinician:person", args=[str(response.person)]))

    assert address(response) in page.content.decode()
