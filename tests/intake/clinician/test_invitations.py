"""The pages about invitations: they work, refuse bad input and the wrong person, and show a link exactly once."""

from __future__ import annotations

import base64
import datetime
import json
import re
import uuid
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from intake import access, actions, invitees, qr
from intake.clinician import invitation_list
from intake.invitees import Details
from intake.models import AuditRecord, Clinic, Invitation, InvitationMail, User
from tests.intake.clinician.conftest import SignIn
from tests.intake.sample import NOW, later
from tests.intake.test_invitations import begin, send

pytestmark = pytest.mark.django_db

LIST, NEW = "/staff/invitations/", "/staff/invitations/new/"
ROSA = Details(name="Rosa Díaz", email="rosa@mail.example")


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.clinician.invitations.timezone.now", lambda: NOW)


@pytest.fixture
def front(sign_in: SignIn, front_desk: User) -> Client:
    """The front desk's browser."""
    return sign_in(front_desk)


def invite(clinic: Clinic, **more: Any) -> actions.Invited:
    return actions.invite(clinic=clinic, by=None, **{"now": NOW, "language": "en", "details": ROSA, **more})


def html(response: HttpResponse) -> str:
    return response.content.decode()


def text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(response)))


def given(**more: Any) -> dict[str, Any]:
    plain = {"key": str(uuid.uuid4()), "clinic": "north", "language": "en", "questionnaire": "small", "how": "show"}
    return {**plain, **more}


def url(invited: actions.Invited, rest: str = "") -> str:
    return f"/staff/invitations/{invited.invitation.pk}/{rest}"


class TestList:
    def test_it_says_for_whom_and_what_became_of_it(self, front: Client, clinic: Clinic, version: Any) -> None:
        send(begin(invite(clinic), version))
        begin(invite(clinic, details=Details(email="bo@mail.example")), version)
        invite(clinic, details=None)

        page = text(front.get(LIST))

        for words in ("Rosa Díaz", "rosa@mail.example", "bo@mail.example", "No name given", "by the command line"):
            assert words in page
        for state in ("Sent", "In progress", "Not started"):
            assert state in page

    def test_it_never_shows_an_answer(self, front: Client, clinic: Clinic, version: Any) -> None:
        """The family name given in the answers is another than the one the desk wrote down."""
        response = send(begin(invite(clinic, details=Details(name="Rosa")), version))

        page = html(front.get(LIST))

        assert "Díaz" not in page
        assert str(response) in page
        assert f"/staff/responses/{response}/" not in page

    def test_newest_come_first_in_pages_that_nothing_new_moves(self, front: Client, clinic: Clinic) -> None:
        for number in range(27):
            invite(clinic, details=Details(name=f"P{number:02}"), now=later(minutes=number - 60))
        first = front.get(LIST)
        invite(clinic, details=Details(name="Latecomer"))
        after = re.search(r'href="(\?clinic=north&amp;after=[^"]+)"', html(first))[1].replace("&amp;", "&")

        names = [re.findall(r">(P\d\d)<", html(page)) for page in (first, front.get(LIST + after))]

        assert names == [[f"P{n:02}" for n in range(26, 1, -1)], ["P01", "P00"]]

    @pytest.mark.parametrize("place", ["x", "bnVsbA==", "W10=", "é", "WyIyMDI2LTAzLTAyIiwgIngiXQ=="])
    def test_an_unknown_place_is_not_found(self, front: Client, clinic: Clinic, place: str) -> None:
        assert front.get(LIST, {"after": place}).status_code == 404

    @pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
    def test_nor_is_a_place_at_the_ends_of_the_calendar(self, front: Client, clinic: Clinic, at: str) -> None:
        place = base64.urlsafe_b64encode(json.dumps([at, str(uuid.uuid4())]).encode()).decode()

        assert front.get(LIST, {"after": place}).status_code == 404

    def test_reading_it_is_recorded(self, front: Client, clinic: Clinic, front_desk: User) -> None:
        front.get(LIST)

        entry = AuditRecord.objects.get(action="invitations.read")
        assert (entry.actor, entry.objects_named["clinic"]) == (f"user:{front_desk.pk}", str(clinic.pk))

    def test_it_changes_nothing_else(self, front: Client, clinic: Clinic) -> None:
        invited = invite(clinic, send=True)
        before = Invitation.objects.values().get()

        for address in (LIST, NEW, url(invited)):
            front.get(address)
            front.head(address)

        assert Invitation.objects.values().get() == before

    def test_an_empty_one_says_what_to_do(self, front: Client, clinic: Clinic) -> None:
        assert "Nobody was invited yet." in text(front.get(LIST))

    def test_each_clinic_has_its_own(
        self, sign_in: SignIn, front_desk: User, clinic: Clinic, other_clinic: Clinic
    ) -> None:
        actions.create_staff(email=front_desk.email, name="Fred", role="front_desk", clinic=other_clinic, now=NOW)
        invite(clinic)
        browser = sign_in(front_desk)

        assert "Rosa" in text(browser.get(LIST))
        assert "Rosa" not in text(browser.get(LIST, {"clinic": "south"}))
        assert 'aria-current="page">South</a>' in html(browser.get(LIST, {"clinic": "south"}))

    @pytest.mark.parametrize("who", ["clinician", "front_desk", "admin"])
    def test_who_invites_finds_it_in_the_menu(
        self, sign_in: SignIn, who: str, clinic: Clinic, request: pytest.FixtureRequest
    ) -> None:
        assert f'<a href="{LIST}">Invitations</a>' in html(sign_in(request.getfixturevalue(who)).get(LIST))

    def test_an_auditor_finds_neither(self, sign_in: SignIn, auditor: User) -> None:
        browser = sign_in(auditor)

        assert browser.get(LIST).status_code == 404
        assert LIST not in html(browser.get("/staff/"))


class TestStates:
    def state(self, invitation: Invitation, user: User, now: datetime.datetime = NOW) -> str:
        return invitation_list.state_of(access.get_invitation_or_404(user, invitation.pk), now=now).title

    def test_every_way_an_invitation_can_go(self, clinic: Clinic, version: Any, front_desk: User) -> None:
        waiting, begun, sent, revoked, deleted = (invite(clinic) for _ in range(5))
        draft = begin(begun, version)
        send(begin(sent, version))
        actions.delete_draft(response_id=begin(deleted, version).response.pk, now=NOW)
        actions.revoke_invitation(invitation_id=revoked.invitation.pk, by=front_desk, now=NOW)

        found = [self.state(one.invitation, front_desk) for one in (waiting, begun, sent, revoked, deleted)]
        much_later = [self.state(one.invitation, front_desk, later(days=14)) for one in (waiting, begun, sent)]

        assert found == ["Not started", "In progress", "Sent", "Revoked", "Deleted by the patient"]
        assert much_later == ["Expired", "Expired", "Sent"]
        assert draft.response.status == "draft"


class TestNew:
    def test_it_shows_the_link_once(self, front: Client, clinic: Clinic) -> None:
        page = front.post(NEW, given(name="Rosa", email="rosa@mail.example", appointment="2026-03-09T14:30"))

        invitation = Invitation.objects.get()
        token = re.search(r'value="http://127\.0\.0\.1:8000/i/([\w-]{43})/"', html(page))[1]
        details = invitees.details_of(invitation)
        assert page.status_code == 200
        assert access.live_invitation(token, now=NOW) == invitation
        assert (details.name, details.email) == ("Rosa", "rosa@mail.example")
        assert details.appointment_at == datetime.datetime(2026, 3, 9, 18, 30, tzinfo=datetime.UTC)
        for again in (LIST, f"{LIST}{invitation.pk}/"):
            assert token not in html(front.get(again))
        assert token not in str([session.get_decoded() for session in Session.objects.all()])
        assert not any(token in str(value) for value in front.cookies.values())

    def test_the_slip_has_all_that_a_patient_needs(self, front: Client, clinic: Clinic) -> None:
        Clinic.objects.update(phone="(202) 555-0142")

        page = front.post(NEW, given())
        slip = text(page)[text(page).index("Some questions before your visit") :]

        link = re.search(r"http://127\.0\.0\.1:8000/i/[\w-]{43}/", slip)[0]
        assert qr.code_of(link).path in html(page)
        for words in ("until March 16, 2026", "(202) 555-0142", "not for emergencies", "call 911"):
            assert words in slip

    def test_the_slip_is_in_the_language_of_the_link(self, front: Client, clinic: Clinic) -> None:
        page = html(front.post(NEW, given(language="es")))

        assert '<section class="slip" lang="es"' in page
        assert "Algunas preguntas antes de su visita" in page
        assert "16 de marzo de 2026" in page
        assert '<html lang="en"' in page

    def test_it_sends_the_link_by_mail(self, front: Client, clinic: Clinic) -> None:
        page = front.post(NEW, given(email="rosa@mail.example", how="mail", remind="on"), follow=True)

        assert page.redirect_chain == [(f"{LIST}{Invitation.objects.get().pk}/", 302)]
        assert "It is sent by e-mail in a moment." in text(page)
        assert "/i/" not in html(page)
        assert InvitationMail.objects.count() == 3

    @pytest.mark.parametrize(
        ("wrong", "target", "message"),
        [
            ({"email": "rosa@"}, "id_email", "Enter an e-mail address"),
            ({"how": "mail"}, "id_email", "Enter the e-mail address to send the link to."),
            ({"appointment": "tomorrow"}, "id_appointment", "Enter a day and a time"),
            ({"appointment": "2020-01-01T10:00"}, "id_appointment", "Enter an appointment in the next 120 days."),
            ({"name": "x" * 201}, "id_name", "at most 200 characters"),
            ({"how": ""}, "id_how", "Choose how the link reaches the person."),
            ({"language": "fr"}, "id_language", "Select a valid choice"),
            ({"questionnaire": "other"}, None, "Open it again."),
            ({"key": "1"}, None, "Open it again."),
        ],
    )
    def test_it_says_what_is_wrong_and_keeps_what_was_typed(
        self, front: Client, clinic: Clinic, wrong: dict[str, str], target: str | None, message: str
    ) -> None:
        page = front.post(NEW, given(**{"name": "Kept <b>", **wrong}))

        assert page.status_code == 422
        assert "<title>Error: Invite one person" in html(page)
        assert message in text(page)
        if target:
            assert f'href="#{target}' in html(page)
        if "name" not in wrong:
            assert 'value="Kept &lt;b&gt;"' in html(page)
        assert not Invitation.objects.exists()

    def test_a_second_click_invites_nobody_twice(self, front: Client, clinic: Clinic) -> None:
        form = given(email="rosa@mail.example", how="mail")

        answers = [front.post(NEW, form, follow=True) for _ in range(2)]

        assert Invitation.objects.count() == 1
        assert "was made already" in text(answers[1])

    def test_too_many_mails_are_refused_in_words(
        self, front: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("intake.actions.mailing.MOST_OF_CLINIC", 0)

        page = front.post(NEW, given(email="rosa@mail.example", how="mail"))

        assert page.status_code == 422
        assert "Wait a day, or show the link instead." in text(page)

    def test_nobody_is_invited_before_anything_is_published(self, front: Client, clinic: Clinic, version: Any) -> None:
        type(version).objects.update(retired_at=NOW, retired_by="x")

        assert "Nothing is published yet" in text(front.get(NEW))

    def test_another_clinic_is_the_same_as_none(self, front: Client, clinic: Clinic, other_clinic: Clinic) -> None:
        pages = [front.post(NEW, given(clinic=slug)) for slug in ("south", "nowhere")]

        assert [page.status_code for page in pages] == [404, 404]
        assert html(pages[0]) == html(pages[1])
        assert not Invitation.objects.exists()


class TestOne:
    def test_it_says_what_became_of_its_mails(self, front: Client, clinic: Clinic) -> None:
        invited = invite(clinic, send=True, now=timezone.now())
        call_command("worker", "--once")

        page = text(front.get(url(invited)))

        assert "Invitation: sent on" in page
        assert "Reminder: planned for" in page
        assert len(mail.outbox) == 1

    def test_a_mail_in_trouble_is_seen_in_the_list(self, front: Client, clinic: Clinic) -> None:
        invite(clinic, send=True)
        InvitationMail.objects.filter(kind="invitation").update(failed_at=NOW, failure="SMTPRecipientsRefused")

        assert "could not be sent yet; it is tried again" in text(front.get(LIST))

        InvitationMail.objects.filter(kind="invitation").update(cancelled_at=NOW)

        assert "Check the address; with another one, make a new invitation" in text(front.get(LIST))

    def test_reading_it_is_recorded(self, front: Client, clinic: Clinic) -> None:
        front.get(url(invite(clinic)))

        assert AuditRecord.objects.filter(action="invitation.read").count() == 1

    def test_it_leads_a_clinician_to_what_was_sent(self, desk: Client, front: Client, clinic: Clinic, version: Any):
        invited = invite(clinic)
        response = send(begin(invited, version))

        assert f'href="/staff/responses/{response}/"' in html(desk.get(url(invited)))
        assert f'href="/staff/responses/{response}/"' not in html(front.get(url(invited)))
        assert "<form" not in html(front.get(url(invited))).split("<main")[1]

    @pytest.mark.parametrize("rest", ["", "new-link/", "revoke/"])
    def test_another_clinics_is_the_same_as_none(
        self, sign_in: SignIn, outsider: User, clinic: Clinic, rest: str
    ) -> None:
        browser, invited = sign_in(outsider), invite(clinic)
        missing = f"/staff/invitations/{uuid.uuid4()}/{rest}"

        pages = [
            browser.post(address, {"how": "show"}) if rest else browser.get(address)
            for address in (url(invited, rest), missing)
        ]

        assert [page.status_code for page in pages] == [404, 404]
        assert html(pages[0]) == html(pages[1])
        assert access.live_invitation(invited.token, now=NOW)

    @pytest.mark.parametrize("address", [LIST, NEW, "/staff/invitations/{}/"])
    def test_a_stranger_is_sent_to_sign_in(self, clinic: Clinic, address: str) -> None:
        page = Client().get(address.format(invite(clinic).invitation.pk))

        assert page.status_code == 302
        assert page["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize("rest", ["new-link/", "revoke/"])
    def test_looking_makes_no_link_and_revokes_none(self, front: Client, clinic: Clinic, rest: str) -> None:
        invited = invite(clinic)

        assert front.get(url(invited, rest)).status_code == 405
        assert access.live_invitation(invited.token, now=NOW)


class TestNewLink:
    def test_the_old_one_is_dead_and_the_new_one_is_shown(self, front: Client, clinic: Clinic) -> None:
        invited = invite(clinic)

        page = front.post(url(invited, "new-link/"), {"how": "show"})

        token = re.search(r"/i/([\w-]{43})/", html(page))[1]
        assert access.live_invitation(invited.token, now=NOW) is None
        assert access.live_invitation(token, now=NOW)
        assert Client().post(f"/i/{invited.token}/").status_code == 404

    def test_a_lost_code_is_replaced_and_shown_apart(self, front: Client, clinic: Clinic, version: Any) -> None:
        invited = invite(clinic)
        started = begin(invited, version)

        page = front.post(url(invited, "new-link/"), {"how": "mail", "new_code": "on"})

        code = re.search(r"\d{4} \d{4} \d{4}", text(page))[0]
        assert "/i/" not in html(page)
        assert actions.resume(token=str(started.response), code=code, now=NOW)
        assert InvitationMail.objects.unsent().filter(kind="invitation").count() == 1

    def test_after_a_revocation_the_page_announces_a_new_code_and_shows_it(
        self, front: Client, clinic: Clinic, version: Any
    ) -> None:
        invited = invite(clinic)
        begin(invited, version)
        front.post(url(invited, "revoke/"))
        assert "a new code, which is shown to you once" in text(front.get(url(invited)))

        page = front.post(url(invited, "new-link/"), {"how": "show"})

        assert re.search(r"The new code .*\d{4} \d{4} \d{4}", text(page))

    def test_an_invitation_without_an_address_is_only_shown(self, front: Client, clinic: Clinic) -> None:
        invited = invite(clinic, details=None)

        assert "Send it by e-mail" not in text(front.get(url(invited)))
        page = front.post(url(invited, "new-link/"), {"how": "mail"})

        assert page.status_code == 422
        assert access.live_invitation(invited.token, now=NOW)

    def test_what_was_sent_gets_none(self, front: Client, clinic: Clinic, version: Any) -> None:
        invited = invite(clinic)
        send(begin(invited, version))

        page = front.post(url(invited, "new-link/"), {"how": "show"})

        assert page.status_code == 422
        assert "sent or deleted already" in text(page)


class TestRevoke:
    def test_the_link_is_dead_and_the_page_says_so(self, front: Client, clinic: Clinic) -> None:
        invited = invite(clinic)

        pages = [front.post(url(invited, "revoke/"), follow=True) for _ in range(2)]

        assert all("Revoked. The link does not work any more." in text(page) for page in pages)
        assert "Revoke the link" not in text(pages[0])
        assert access.live_invitation(invited.token, now=NOW) is None
        assert AuditRecord.objects.filter(action="invitation.revoked").count() == 1

    def test_it_ends_the_patients_open_session(self, front: Client, clinic: Clinic) -> None:
        invited, patient = invite(clinic, now=timezone.now()), Client()
        patient.post(f"/i/{invited.token}/")
        patient.post("/welcome/")
        assert patient.get("/q/about/").status_code == 200

        front.post(url(invited, "revoke/"))

        assert patient.get("/q/about/")["Location"] == "/resume/"

    def test_what_was_sent_stays(self, front: Client, clinic: Clinic, version: Any) -> None:
        invited = invite(clinic)
        send(begin(invited, version))

        assert "sent or deleted already" in text(front.post(url(invited, "revoke/"), follow=True))


class TestCode:
    def test_the_path_draws_every_dark_module(self) -> None:
        import qrcode
        from qrcode.constants import ERROR_CORRECT_M

        link = f"https://forms.example.org/i/{'a' * 43}/"
        drawn, plain = qr.code_of(link), qrcode.QRCode(border=4, error_correction=ERROR_CORRECT_M)
        plain.add_data(link)
        plain.make()

        dark = {
            (int(x) + step, int(y))
            for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn.path)
            for step in range(int(width))
        }

        rows = plain.get_matrix()
        assert dark == {(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark}
        assert drawn.size == len(rows)
