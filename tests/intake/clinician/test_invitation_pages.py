"""The start page's poster, a new code for a lost one, and how e-mails are sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from intake import actions, qr
from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User
from tests.intake.clinician.conftest import SignIn
from tests.intake.clinician.test_invitations import html, text
from tests.intake.sample import NOW, later

pytestmark = pytest.mark.django_db

START, CODE, MAIL = (f"/staff/invitations/{page}/" for page in ("start-page", "lost-code", "e-mail"))


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.clinician.invitation_pages.timezone.now", lambda: NOW)


@pytest.fixture
def front(sign_in: SignIn, front_desk: User, clinic: Clinic) -> Client:
    return sign_in(front_desk)


@pytest.fixture
def manager(sign_in: SignIn, admin: User) -> Client:
    return sign_in(admin)


@pytest.mark.parametrize("address", [START, CODE, MAIL])
def test_who_may_not_invite_finds_none(sign_in: SignIn, auditor: User, address: str) -> None:
    assert sign_in(auditor).get(address).status_code == 404
    assert Client().get(address)["Location"].startswith("/accounts/login/")


class TestStartPage:
    def test_it_shows_the_address_with_its_code(self, front: Client) -> None:
        page = front.get(START)

        assert 'value="http://127.0.0.1:8000/start/north/"' in html(page)
        assert qr.code_of("http://127.0.0.1:8000/start/north/").path in html(page)
        assert "cannot start here yet" not in text(page)

    def test_the_poster_is_in_each_language_of_the_clinic(self, front: Client) -> None:
        page = html(front.get(START, {"language": "es"}))

        assert '<section class="slip slip--poster" lang="es"' in page
        assert "Algunas preguntas antes de su visita" in page
        assert front.get(START, {"language": "fr"}).status_code == 404

    def test_the_poster_promises_no_date_and_no_privacy_of_a_shared_address(self, front: Client) -> None:
        assert "It is for you only" not in text(front.get(START))

    def test_it_says_when_nobody_can_start(self, front: Client) -> None:
        Clinic.objects.update(crisis_confirmed_at=None, crisis_confirmed_by=None)

        assert "Patients cannot start here yet." in text(front.get(START))

    def test_another_clinic_is_the_same_as_none(self, front: Client, other_clinic: Clinic) -> None:
        pages = [front.get(START, {"clinic": slug}) for slug in ("south", "nowhere")]

        assert [page.status_code for page in pages] == [404, 404]
        assert html(pages[0]) == html(pages[1])


class TestLostCode:
    def test_it_shows_a_code_that_opens_the_draft(self, front: Client, started: actions.Started) -> None:
        page = front.post(CODE, {"reference": f" {str(started.response).lower()} "})

        code = re.search(r"\d{4} \d{4} \d{4}", text(page))[0]
        assert actions.resume(token=str(started.response), code=code, now=NOW) == started.response
        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(started.response), code=started.resume_code, now=later(minutes=5))
        assert AuditRecord.objects.filter(action="response.code_issued").count() == 1

    def test_it_is_kept_nowhere(self, front: Client, started: actions.Started) -> None:
        page = front.post(CODE, {"reference": str(started.response)})

        code = re.search(r"\d{4} \d{4} \d{4}", text(page))[0]
        assert code not in text(front.get(CODE)) + str(dict(front.session))

    def test_looking_gives_none(self, front: Client, started: actions.Started) -> None:
        front.get(CODE, {"reference": str(started.response)})

        assert not AuditRecord.objects.filter(action="response.code_issued").exists()

    @pytest.mark.parametrize("reference", ["", "x", "K7QM-3X4P", "' OR 1=1"])
    def test_it_says_when_there_is_no_such_draft(self, front: Client, reference: str) -> None:
        page = front.post(CODE, {"reference": reference})

        assert page.status_code == 422
        assert "<title>Error: A lost code" in html(page)
        assert 'href="#id_reference"' in html(page)

    def test_what_was_sent_deleted_or_is_elsewhere_answers_alike(
        self, sign_in: SignIn, front: Client, outsider: User, started: actions.Started, tab: Any
    ) -> None:
        def answer(client: Client, reference: str) -> str:
            page = client.post(CODE, {"reference": reference})
            assert page.status_code == 422
            return text(page).replace(reference, "")

        reference = str(started.response)
        there_is_none = answer(front, "AAAA-AAAA")
        assert answer(sign_in(outsider), reference) == answer(sign_in(outsider), "AAAA-AAAA")

        actions.delete_draft(response_id=started.response.pk, now=NOW)
        assert answer(front, reference) == there_is_none

    def test_what_was_sent_gets_none(self, front: Client, sent: QuestionnaireResponse) -> None:
        assert front.post(CODE, {"reference": str(sent)}).status_code == 422


class TestMail:
    def test_an_administrator_sets_how_often(self, manager: Client, clinic: Clinic) -> None:
        given = {"clinic": "north", "reminder_limit": "1", "mail_names_clinic": "on"}

        page = manager.post(MAIL, given, follow=True)

        clinic.refresh_from_db()
        assert (clinic.reminder_limit, clinic.mail_names_clinic) == (1, True)
        assert "Saved." in text(page)
        assert '<option value="1" selected>' in html(page)
        assert AuditRecord.objects.filter(action="clinic.invitation_mail_set").count() == 1

    @pytest.mark.parametrize("limit", ["5", "-1", "x", ""])
    def test_it_refuses_what_is_not_offered(self, manager: Client, clinic: Clinic, limit: str) -> None:
        page = manager.post(MAIL, {"clinic": "north", "reminder_limit": limit})

        clinic.refresh_from_db()
        assert page.status_code == 422
        assert clinic.reminder_limit == 2

    @pytest.mark.parametrize("who", ["front_desk", "clinician", "outsider"])
    def test_nobody_else_finds_it(
        self, sign_in: SignIn, who: str, clinic: Clinic, request: pytest.FixtureRequest
    ) -> None:
        browser = sign_in(request.getfixturevalue(who))

        assert browser.get(MAIL).status_code == 404
        assert browser.post(MAIL, {"clinic": "north", "reminder_limit": "4"}).status_code == 404
        assert MAIL not in html(browser.get("/staff/invitations/"))

    def test_the_action_refuses_who_does_not_manage(self, clinic: Clinic, front_desk: User) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.set_invitation_mail(clinic=clinic, by=front_desk, now=NOW, reminder_limit=0, mail_names_clinic=True)
