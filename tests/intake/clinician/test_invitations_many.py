"""Inviting from a list: shown first, made only when told to, and nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from intake import actions, invitation_lists
from intake.invitees import Details
from intake.models import Clinic, Invitation, InvitationMail, User
from tests.intake.clinician.conftest import SignIn
from tests.intake.clinician.test_invitations import html, text
from tests.intake.sample import NOW

pytestmark = pytest.mark.django_db

URL, LIST = "/staff/invitations/many/", "/staff/invitations/"
PEOPLE = "name,email,language\nRosa <b>,rosa@x.example,es\nNobody,,en\nBo,bo@x.example,"


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.clinician.invitations_many.timezone.now", lambda: NOW)


@pytest.fixture
def front(sign_in: SignIn, front_desk: User, clinic: Clinic) -> Client:
    return sign_in(front_desk)


def hidden(page: HttpResponse) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html(page).split("<main")[1]))


def check(front: Client, written: str = PEOPLE, **more: Any) -> HttpResponse:
    return front.post(URL, {**hidden(front.get(URL)), "text": written, "remind": "on", "check": "1", **more})


def confirm(front: Client, page: HttpResponse, **more: Any) -> HttpResponse:
    return front.post(URL, {**hidden(page), "text": PEOPLE, "remind": "on", "invite": "1", **more})


class TestCheck:
    def test_it_shows_every_row_and_makes_nothing(self, front: Client) -> None:
        page = check(front)

        assert page.status_code == 200
        assert "Nothing is made yet. 2 people are invited by e-mail, with reminders. 1 row cannot be used" in text(page)
        for words in ("Rosa &lt;b&gt;", "Invited by e-mail, in Spanish", "in English", "Enter the e-mail address"):
            assert words in html(page)
        assert "Invite 2 people" in html(page)
        assert not Invitation.objects.exists()

    def test_it_reads_a_file(self, front: Client) -> None:
        file = SimpleUploadedFile("people.csv", b"\xef\xbb\xbfemail\r\nrosa@x.example\r\n", content_type="text/csv")

        page = check(front, "", file=file)

        assert "Invite 1 person" in html(page)
        assert "rosa@x.example\r\n</textarea>" in html(page)

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"email\nD\xedaz@x.example", "not UTF-8"),
            (b"", "Choose a file, or write the list below."),
            (b"\x89PNG\r\n\x1a\n\0", "not UTF-8"),
            (b"email\0", "not a CSV file"),
            (b"email\n" + b"x" * 200_001, "larger than 200 kB"),
        ],
    )
    def test_it_says_why_a_file_cannot_be_read(self, front: Client, data: bytes, why: str) -> None:
        page = check(front, "", file=SimpleUploadedFile("people.csv", data))

        assert page.status_code == 422
        assert "<title>Error: Invite many people" in html(page)
        assert why in text(page)
        assert 'href="#id_file"' in html(page)

    @pytest.mark.parametrize("written", ["phone\n1", 'email\n"a', "email\n" + "a@x.example\n" * 201, "<script>"])
    def test_what_was_typed_comes_back_with_what_is_wrong(self, front: Client, written: str) -> None:
        page = check(front, written)

        assert page.status_code == 422
        assert 'href="#id_text"' in html(page)
        assert written.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") in html(page)
        assert 'name="invite"' not in html(page)

    def test_a_list_without_a_good_row_cannot_be_invited(self, front: Client) -> None:
        page = check(front, "email\nrosa@")

        assert "1 row cannot be used" in text(page)
        assert 'name="invite"' not in html(page)


class TestConfirm:
    def test_it_invites_and_says_how_many(self, front: Client) -> None:
        page = confirm(front, check(front))

        assert page["Location"] == f"{LIST}?clinic=north"
        assert "Invitations made: 2." in text(front.get(LIST))
        assert Invitation.objects.count() == 2
        assert InvitationMail.objects.filter(kind="invitation").count() == 2

    def test_a_second_click_invites_nobody_twice(self, front: Client) -> None:
        shown = check(front)

        pages = [confirm(front, shown) for _ in range(2)]

        assert [page.status_code for page in pages] == [302, 302]
        assert Invitation.objects.count() == 2

    @pytest.mark.parametrize(
        "changed",
        [
            {"text": PEOPLE + "\nZoe,zoe@x.example,en"},
            {"checked": ""},
            {"file": SimpleUploadedFile("people.csv", PEOPLE.encode())},
        ],
    )
    def test_what_was_not_shown_is_shown_first(self, front: Client, changed: dict[str, Any]) -> None:
        page = confirm(front, check(front), **changed)

        assert page.status_code == 200
        assert "Nothing is made yet." in text(page)
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize("expected", ["3", "-1", "x", "", "9" * 5000])
    def test_what_changed_meanwhile_is_shown_again(self, front: Client, expected: str) -> None:
        page = confirm(front, check(front), expected=expected)

        assert page.status_code == 409
        assert "Look at it again." in text(page)
        assert not Invitation.objects.exists()

    def test_somebody_invited_meanwhile_is_seen(self, front: Client, clinic: Clinic) -> None:
        shown = check(front)
        actions.invite(clinic=clinic, by=None, now=NOW, language="en", details=Details(email="bo@x.example"))

        page = confirm(front, shown)

        assert page.status_code == 409
        assert "This address has a link that still works." in text(page)
        assert Invitation.objects.count() == 1

    def test_line_ends_that_a_browser_changes_do_not_matter(self, front: Client) -> None:
        page = confirm(front, check(front), text=PEOPLE.replace("\n", "\r\n"))

        assert page.status_code == 302

    def test_too_many_for_a_day_are_refused_in_words(self, front: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("intake.actions.invitations_many.MOST_OF_CLINIC", 1)

        page = confirm(front, check(front))

        assert page.status_code == 409
        assert "Wait a day." in text(page)
        assert "rosa@x.example" in html(page)


class TestExample:
    def test_it_can_be_checked_as_it_is(self, front: Client, clinic: Clinic) -> None:
        page = front.get(URL + "example.csv")

        assert page["Content-Type"] == "text/csv; charset=utf-8"
        assert 'filename="invitations.csv"' in page["Content-Disposition"]
        assert len(invitation_lists.read(html(page), clinic=clinic, now=NOW)) == 2


class TestWrongPerson:
    @pytest.mark.parametrize("address", [URL, URL + "example.csv"])
    def test_it_is_not_there_for_who_may_not_invite(self, sign_in: SignIn, auditor: User, address: str) -> None:
        assert sign_in(auditor).get(address).status_code == 404

    def test_another_clinic_is_the_same_as_none(self, front: Client, other_clinic: Clinic) -> None:
        pages = [check(front, clinic=slug) for slug in ("south", "nowhere")]

        assert [page.status_code for page in pages] == [404, 404]
        assert html(pages[0]) == html(pages[1])

    def test_a_stranger_is_sent_to_sign_in(self, clinic: Clinic) -> None:
        assert Client().post(URL, {"text": PEOPLE})["Location"].startswith("/accounts/login/")
