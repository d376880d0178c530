"""What staff typed before their session ended waits for the same person, encrypted, and for nobody else."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from intake import unsent
from intake.models import Alert, Clinic, QuestionnaireResponse, ReviewEntry, User
from tests.browsers import signed_in

from .conftest import Send

NOTE = "Called at 10:20, is with her sister."


@pytest.fixture
def response(send: Send, clinic: Clinic) -> QuestionnaireResponse:
    return send(clinic, harm_thoughts="yes")


@pytest.fixture
def alert(response: QuestionnaireResponse) -> str:
    return f"/staff/alerts/{Alert.objects.get().pk}/acknowledge/"


@pytest.fixture
def late(desk: Client) -> Client:
    """The clinician's browser after a quarter of an hour without a page."""
    session = desk.session
    session["staff_seen"] -= 15 * 60 + 5
    session.save()
    return desk


def text_of(page: HttpResponse) -> str:
    return page.content.decode()


class TestAlert:
    def test_the_note_waits_and_is_sent_by_a_person(self, late: Client, alert: str, clinician: User) -> None:
        asked = late.post(alert, {"note": NOTE})
        assert asked["Location"] == "/accounts/login/?next=/staff/unsent/"

        signed_in(clinician, late)
        page = late.get("/staff/unsent/")

        assert f"{NOTE}</textarea>" in text_of(page)
        assert f'action="{alert}"' in text_of(page)
        assert Alert.objects.get().acknowledged_at is None
        late.post(alert, {"note": NOTE})
        assert Alert.objects.get().acknowledged_by == clinician

    def test_nobody_else_sees_it(self, late: Client, alert: str, clinician: User, colleague: User) -> None:
        late.post(alert, {"note": NOTE})

        signed_in(colleague, late)
        assert late.get("/staff/unsent/")["Location"] == "/staff/"

        signed_in(clinician, late)
        assert late.get("/staff/unsent/")["Location"] == "/staff/"

    def test_it_is_stored_encrypted(self, late: Client, alert: str) -> None:
        late.post(alert, {"note": NOTE})

        assert unsent._SESSION in late.session
        assert NOTE not in str(dict(late.session))
        assert all(NOTE not in str(session.get_decoded()) for session in Session.objects.all())

    def test_it_can_be_thrown_away(self, late: Client, alert: str, clinician: User) -> None:
        late.post(alert, {"note": NOTE})
        signed_in(clinician, late)

        late.post("/staff/unsent/")

        assert unsent._SESSION not in late.session

    def test_it_does_not_wait_for_ever(
        self, late: Client, alert: str, clinician: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        late.post(alert, {"note": NOTE})
        signed_in(clinician, late)
        monkeypatch.setattr(unsent, "LASTS", -1)

        assert late.get("/staff/unsent/")["Location"] == "/staff/"

    def test_signing_out_forgets_it(self, late: Client, alert: str, clinician: User) -> None:
        late.post(alert, {"note": NOTE})
        signed_in(clinician, late)

        late.post("/accounts/logout/")

        assert unsent._SESSION not in late.session

    def test_a_page_of_a_session_that_is_gone_names_its_writer(
        self, desk: Client, response: QuestionnaireResponse, alert: str, clinician: User
    ) -> None:
        page = text_of(desk.get(f"/staff/responses/{response}/"))
        writer = re.search(r'name="written_by" value="([^"]+)"', page).group(1)
        desk.session.flush()
        gone = Client()

        gone.post(alert, {"note": NOTE, "written_by": writer})
        signed_in(clinician, gone)

        assert NOTE in text_of(gone.get("/staff/unsent/"))

    @pytest.mark.parametrize("writer", ["", "somebody", "x:y:z"])
    def test_without_a_writer_nothing_is_kept(self, client: Client, alert: str, writer: str) -> None:
        assert client.post(alert, {"note": NOTE, "written_by": writer}).status_code == 302
        assert unsent._SESSION not in client.session

    def test_a_page_of_another_site_leaves_nothing(self, late: Client, alert: str) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = late.cookies

        assert strict.post(alert, {"note": NOTE}).status_code == 403
        assert unsent._SESSION not in strict.session


class TestReview:
    @pytest.mark.parametrize(
        ("end", "field"), [("note/", "text"), ("answers/1/", "-words"), ("answers/1/", "given_name")]
    )
    def test_the_form_comes_back_filled_in(
        self, late: Client, response: QuestionnaireResponse, clinician: User, end: str, field: str
    ) -> None:
        asked = late.post(f"/staff/responses/{response}/{end}", {field: NOTE})
        signed_in(clinician, late)

        page = late.get(asked["Location"].partition("next=")[2])

        assert NOTE in text_of(page)
        assert not ReviewEntry.objects.exists()

    def test_it_comes_back_once(self, late: Client, response: QuestionnaireResponse, clinician: User) -> None:
        late.post(f"/staff/responses/{response}/note/", {"text": NOTE})
        signed_in(clinician, late)

        shown = [NOTE in text_of(late.get(f"/staff/responses/{response}/note/")) for _ in range(2)]

        assert shown == [True, False]


def test_endless_words_are_not_kept(late: Client, alert: str) -> None:
    late.post(alert, {"note": "x" * unsent.LIMIT})

    assert unsent._SESSION not in late.session


def test_other_pages_keep_nothing(late: Client) -> None:
    late.post("/accounts/password/change/", {"oldpassword": "secret"})

    assert unsent._SESSION not in late.session
