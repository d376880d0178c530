"""A tablet from hand to hand: staff sign out, the patient answers, and nothing is left for the next person."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from intake import actions, tablet
from intake.invitees import Details
from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User
from tests.browsers import signed_in

from .sample import NOW, Tab

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("intake.patient.visit", "intake.patient.beginning", "intake.clinician.tablet"):
        monkeypatch.setattr(f"{module}.timezone.now", lambda: NOW)


@pytest.fixture
def device(front_desk: User) -> Client:
    """The tablet, with the front desk signed in on it."""
    return signed_in(front_desk)


def hand_over(device: Client, **given: str):
    return device.post("/staff/tablet/", {"clinic": "north", "language": "en", **given})


@pytest.fixture
def patients(device: Client) -> Client:
    """The tablet in the patient's hands, after Start."""
    hand_over(device)
    device.post("/tablet/start/", {"asks_who": "yes", "answering": "self"})
    return device


def response() -> QuestionnaireResponse:
    return QuestionnaireResponse.objects.get()


def finish() -> None:
    calm = {"family_name": "Example", "plan_now": "no", "harm_thoughts": "no", "low_mood": "no", "stroke": "no"}
    Tab(response()).finish(given_name="Rosa", weapon_near="no", **calm)


def remembered(browser: Client) -> set[str]:
    """What the browser is told that the fields of a page are, so that it fills them in another time."""
    page = browser.get("/q/about/").content.decode()
    fields = re.findall(r"<(?:input type=\"(?:text|tel|email)\"|textarea)[^>]*>", page)
    return {"".join(re.findall(r'autocomplete="([^"]*)"', field)) for field in fields}


class TestHandingOver:
    def test_staff_choose_language_and_clinic(self, device: Client, clinic: Clinic) -> None:
        page = device.get("/staff/tablet/").content.decode()

        assert "Sign me out and hand over" in page
        assert '<option value="es">' in page

    def test_staff_are_signed_out_before_the_patient_holds_it(self, device: Client) -> None:
        answer = hand_over(device)

        assert answer["Location"] == "/tablet/start/"
        assert "_auth_user_id" not in device.session
        assert "/accounts/login/" in device.get("/staff/")["Location"]
        assert Session.objects.count() == 1, "the staff session is gone, not hidden"

    def test_the_start_page_is_in_the_chosen_language(self, device: Client) -> None:
        hand_over(device, language="es")

        assert 'lang="es"' in device.get("/tablet/start/").content.decode()

    def test_a_language_withdrawn_since_then_gives_the_clinics_own(self, device: Client, clinic: Clinic) -> None:
        hand_over(device, language="es")
        clinic.languages = ["en"]
        clinic.save(update_fields=["languages"])

        device.post("/tablet/start/", {"asks_who": "yes", "answering": "self"})

        assert response().language == "en"

    def test_it_may_be_for_somebody_invited(self, device: Client, clinic: Clinic, front_desk: User) -> None:
        invited = actions.invite(clinic=clinic, by=front_desk, now=NOW, language="en")
        hand_over(device, invitation=str(invited.invitation.pk))
        device.post("/tablet/start/", {"asks_who": "yes", "answering": "self"})

        assert response().invitation == invited.invitation

    def test_not_with_a_link_that_was_taken_back_meanwhile(
        self, device: Client, clinic: Clinic, front_desk: User
    ) -> None:
        invited = actions.invite(clinic=clinic, by=front_desk, now=NOW, language="en")
        hand_over(device, invitation=str(invited.invitation.pk))

        actions.reissue_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)

        assert device.post("/tablet/start/", {"asks_who": "yes", "answering": "self"})["Location"] == "/tablet/"
        assert not QuestionnaireResponse.objects.exists()

    @pytest.mark.parametrize("given", [{"clinic": "south"}, {"clinic": "nowhere"}, {"invitation": "nonsense"}])
    def test_what_is_not_theirs_is_not_there(self, device: Client, other_clinic: Clinic, given: dict[str, str]) -> None:
        assert hand_over(device, **given).status_code == 404
        assert "_auth_user_id" in device.session

    def test_another_clinics_invitation_is_not_there(self, device: Client, other_clinic: Clinic) -> None:
        invited = actions.invite(clinic=other_clinic, by=None, now=NOW, language="en")

        assert hand_over(device, invitation=str(invited.invitation.pk)).status_code == 404

    def test_a_refusal_says_why_and_keeps_staff_signed_in(self, device: Client) -> None:
        answer = hand_over(device, language="fr")

        assert answer.status_code == 422
        assert "does not offer" in answer.content.decode()
        assert "_auth_user_id" in device.session

    def test_who_may_not_invite_has_no_tablet(self, auditor: User, clinic: Clinic) -> None:
        client = signed_in(auditor)

        assert client.get("/staff/tablet/").status_code == 404
        assert hand_over(client).status_code == 404

    def test_a_look_at_who_is_invited_is_recorded(
        self, device: Client, clinic: Clinic, other_clinic: Clinic, front_desk: User
    ) -> None:
        actions.create_staff(email=front_desk.email, name="F", role="front_desk", clinic=other_clinic, now=NOW)
        device.get("/staff/tablet/")
        assert not AuditRecord.objects.filter(action="invitations.read").exists(), "nobody was named"

        actions.invite(clinic=clinic, by=front_desk, now=NOW, language="en", details=Details(name="Rosa Díaz"))
        assert "Rosa Díaz" in device.get("/staff/tablet/").content.decode()
        hand_over(device, language="fr")  # refused: the list is shown again

        entries = AuditRecord.objects.filter(action="invitations.read")
        assert {entry.actor for entry in entries} == {f"user:{front_desk.pk}"}
        assert [entry.objects_named for entry in entries] == [{"clinic": str(clinic.pk), "shown": "1"}] * 2

    def test_a_look_changes_nothing(self, device: Client) -> None:
        device.get("/staff/tablet/")

        assert "_auth_user_id" in device.session


class TestAnswering:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_nobody_begins_where_the_contacts_are_no_longer_confirmed(self, device: Client, method: str) -> None:
        hand_over(device)
        Clinic.objects.update(crisis_confirmed_at=None, crisis_confirmed_by=None)

        answer = getattr(device, method)("/tablet/start/", {"asks_who": "yes", "answering": "self"})

        assert answer["Location"] == "/tablet/"
        assert not QuestionnaireResponse.objects.exists()

    def test_it_begins_without_showing_a_code(self, device: Client) -> None:
        hand_over(device)

        answer = device.post("/tablet/start/", {"asks_who": "yes", "answering": "self"})

        assert answer["Location"] == "/q/about/"
        assert response().is_on_tablet

    def test_a_page_offers_to_hand_back_and_not_to_leave_for_another_site(self, patients: Client) -> None:
        page = patients.get("/q/about/").content.decode()

        assert "Stop and hand back" in page
        assert "data-quick-exit" not in page
        assert re.search(r'<noscript><meta http-equiv="refresh" content="600;url=/tablet/">', page)

    @pytest.mark.check("C37", required="the next person's browser suggests nothing")
    def test_the_browser_is_asked_to_remember_nothing_that_is_typed(
        self, device: Client, started: actions.Started
    ) -> None:
        home = Client()
        home.post("/resume/", {"reference": str(started.response), "code": started.resume_code})
        assert {"given-name", "family-name", "bday-day", "tel"} <= remembered(home), (
            "kept for the next page of its kind"
        )

        hand_over(device)
        device.post("/tablet/start/", {"asks_who": "yes", "answering": "self"})

        assert remembered(device) == {"off"}
        assert "given-name" in remembered(home)

    def test_it_closes_after_ten_minutes_without_use(self, patients: Client) -> None:
        assert patients.session.get_expiry_age() == 600
        assert "after 10 minutes without use" in patients.get("/q/about/").content.decode()

    def test_a_code_is_shown_to_who_asks(self, patients: Client) -> None:
        assert "code-box" not in patients.get("/q/stop/").content.decode()

        page = patients.post("/q/code/").content.decode()

        code = re.findall(r'code-box"[^>]*>(\d{4} \d{4} \d{4})<', page)[0]
        assert patients.get("/q/about/").status_code == 200, "the tablet goes on"
        assert actions.resume(token=str(response()), code=code, now=NOW)

    def test_on_another_device_nobody_makes_a_code(self, started: actions.Started) -> None:
        home = Client()
        home.post("/resume/", {"reference": str(started.response), "code": started.resume_code})

        assert home.post("/q/code/")["Location"] == "/q/stop/"
        assert home.get("/q/code/").status_code == 405


class TestTheEnd:
    def end(self, patients: Client, how: str):
        if how == "sent":
            finish()
            return patients.post("/q/send/", {"visit": str(response().pk)})
        path = {"stopped": "/q/stop/", "deleted": "/q/delete/"}[how]
        return patients.post(path, {"visit": str(response().pk)})

    def test_what_a_legal_hold_keeps_is_not_called_deleted(self, patients: Client) -> None:
        Tab(response()).save(given_name="Rosa")
        actions.place_hold(record=response(), matter="File 12", now=NOW)
        self.end(patients, "deleted")

        page = patients.get("/tablet/").content.decode()

        assert "Your answers are closed, and not used." in page
        assert "deleted" not in page

    @pytest.mark.parametrize("how", ["sent", "stopped", "deleted"])
    def test_the_device_is_wiped_and_locked(self, patients: Client, how: str) -> None:
        answer = self.end(patients, how)

        assert answer["Location"] == "/tablet/"
        assert "cache" in answer["Clear-Site-Data"]
        assert response().status == {"sent": "sent", "stopped": "draft", "deleted": "deleted"}[how]
        page = patients.get("/tablet/").content.decode()
        assert "Please hand the tablet back" in page
        assert "tel:988" in page
        assert str(response()) not in page
        assert set(patients.session.keys()) == {tablet.LOCKED, tablet.LANGUAGE, tablet.OUTCOME, "_session_expiry"}

    @pytest.mark.parametrize("path", ["/q/about/", "/q/check/", "/q/sent/", "/q/copy/", "/q/stop/", "/tablet/start/"])
    def test_going_back_leads_to_the_locked_page(self, patients: Client, path: str) -> None:
        self.end(patients, "sent")

        assert patients.get(path)["Location"] == "/tablet/"

    def test_staff_sign_in_again_for_the_next_person(self, patients: Client) -> None:
        self.end(patients, "stopped")

        assert "/accounts/login/" in patients.get("/staff/tablet/")["Location"]

    def test_an_expired_session_leads_there_too(self, patients: Client) -> None:
        Session.objects.all().delete()

        assert patients.get("/q/about/")["Location"] == "/tablet/"
        assert "This tablet is locked" in patients.get("/tablet/").content.decode()

    def test_a_page_posted_after_that_keeps_what_was_typed(self, patients: Client) -> None:
        Session.objects.all().delete()

        answer = patients.post("/q/about/", {"visit": str(response().pk), "given_name": "Rosa"})

        assert answer.status_code == 403
        assert 'value="Rosa"' in answer.content.decode()

    def test_help_comes_before_the_lock(self, patients: Client) -> None:
        Tab(response()).save(plan_now="yes", section="safety")

        assert patients.get("/q/about/")["Location"] == "/q/help/"
        assert patients.post("/q/send/", {"visit": str(response().pk)})["Location"] == "/q/help/"

    def test_no_copy_is_read_on_it_before_the_lock(self, patients: Client) -> None:
        finish()
        actions.submit(response_id=response().pk, now=NOW)
        session = patients.session
        session["sent_here"] = True
        session.save()

        assert patients.get("/q/copy/")["Location"] == "/q/sent/"


class TestGoingOn:
    @pytest.fixture
    def stopped(self, patients: Client) -> QuestionnaireResponse:
        Tab(response()).save(given_name="Rosa", section="about")
        patients.post("/q/stop/")
        return response()

    def test_staff_hand_the_draft_over_again(self, stopped: QuestionnaireResponse, front_desk: User) -> None:
        device = signed_in(front_desk)
        assert str(stopped) in device.get("/staff/tablet/").content.decode()

        answer = device.post(f"/staff/tablet/{stopped}/continue/")

        assert answer["Location"] == "/tablet/start/"
        assert "_auth_user_id" not in device.session
        assert "Rosa" not in device.get("/tablet/start/").content.decode()
        assert device.get("/q/about/").status_code == 302, "nothing opens before the person presses the button"
        device.post("/tablet/start/")
        assert 'value="Rosa"' in device.get("/q/about/").content.decode()

    def test_the_list_names_nobody(self, stopped: QuestionnaireResponse, front_desk: User) -> None:
        assert "Rosa" not in signed_in(front_desk).get("/staff/tablet/").content.decode()

    @pytest.mark.parametrize("who", ["outsider", "auditor"])
    def test_others_cannot(self, stopped: QuestionnaireResponse, who: str, request: pytest.FixtureRequest) -> None:
        client = signed_in(request.getfixturevalue(who))

        assert client.post(f"/staff/tablet/{stopped}/continue/").status_code == 404

    def test_a_draft_from_home_is_not_opened_this_way(self, draft: QuestionnaireResponse, front_desk: User) -> None:
        assert signed_in(front_desk).post(f"/staff/tablet/{draft}/continue/").status_code == 404


def test_the_summary_says_so(sign_in_clinician: Client, patients: Client) -> None:
    finish()
    patients.post("/q/send/", {"visit": str(response().pk)})

    page = sign_in_clinician.get(f"/staff/responses/{response()}/").content.decode()

    assert "A tablet at the clinic, at least in part" in page
    assert "By the patient" in page


@pytest.fixture
def sign_in_clinician(clinician: User) -> Client:
    return signed_in(clinician)


def test_the_locked_page_is_there_for_anybody(db) -> None:
    assert "Please hand the tablet back" in Client().get("/tablet/").content.decode()
    assert Client().get("/tablet/start/")["Location"] == "/tablet/"
    assert Session.objects.count() == 0
