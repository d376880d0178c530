"""Asking a patient again for missing answers: what a clinician chose is asked, nothing is read back, both stay."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from intake import actions, invitation_mail, records, reviewing
from intake.invitees import Details
from intake.models import AnswerRequest, AuditRecord, Clinic, Correction, QuestionnaireResponse, SafetyPanelShown, User
from screening.engine.values import Answer
from screening.models import Questionnaire, QuestionnaireVersion
from tests.browsers import show_who_one_is, signed_in

from .sample import DEFINITION, NOW, Tab, later, published, unknown, with_role

pytestmark = pytest.mark.django_db

CANARY = "Canaria"


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("patient.asked", "patient.starting", "clinician.asking", "clinician.views", "clinician.invitations"):
        monkeypatch.setattr(f"intake.{module}.timezone.now", lambda: later(days=1))


@pytest.fixture
def sent(tab: Tab) -> QuestionnaireResponse:
    """Sent with two answers missing: not sure about a stroke, and no blood pressure."""
    tab.save(given_name=CANARY, family_name="Díaz", section="about")
    tab.save(plan_now="no", harm_thoughts="no", low_mood="no", weapon_near="no", section="safety")
    tab.finish(stroke=unknown("not_sure"))
    return actions.submit(response_id=tab.response.pk, now=NOW)


def ask(sent: QuestionnaireResponse, by: User, *questions: str, **more: object) -> actions.Invited:
    given = {"details": Details(), "now": later(days=1), **more}
    return actions.ask_again(response_id=sent.pk, questions=questions or ("stroke", "pressure"), by=by, **given)


@pytest.fixture
def asked(sent: QuestionnaireResponse, clinician: User) -> actions.Invited:
    return ask(sent, clinician)


@pytest.fixture
def phone(asked: actions.Invited) -> Client:
    """The patient's browser after the link was opened."""
    client = Client()
    client.post(f"/i/{asked.token}/")
    return client


def fields(phone: Client, **answers: str) -> dict[str, object]:
    page = phone.get("/asked/").content.decode()
    named = re.search(r'name="invited" value="([^"]+)"', page)
    assert named is not None
    return {"invited": named[1], "asked": re.findall(r'name="asked" value="([^"]+)"', page), **answers}


class TestAsking:
    def test_it_offers_what_is_missing_and_nothing_else(self, sent: QuestionnaireResponse) -> None:
        missing = reviewing.review_of(sent).missing

        assert {"stroke", "pressure", "route"} <= set(missing)
        assert not {"plan_now", "given_name", "stroke_when"} & set(missing)

    @pytest.mark.check("C27", required="a link that was taken back closes what it opened")
    def test_a_new_link_closes_the_pages_that_the_old_one_opened(
        self, sent: QuestionnaireResponse, asked: actions.Invited, phone: Client, clinician: User
    ) -> None:
        """Also a page that is sent without its session: it names the link it was opened with."""
        page = fields(phone, stroke="no")

        actions.reissue_invitation(invitation_id=asked.invitation.pk, by=clinician, now=later(days=1))

        assert [phone.post("/asked/", page).status_code, Client().post("/asked/", page).status_code] == [404, 404]
        assert not sent.corrections.exists()

    def test_it_keeps_the_questions_encrypted_and_records_who_asked(
        self, sent: QuestionnaireResponse, asked: actions.Invited, clinician: User
    ) -> None:
        request = AnswerRequest.objects.select_related("response").get()

        assert records.read_request(request) == ("stroke", "pressure")
        assert b"stroke" not in bytes(request.questions_ct)
        recorded = AuditRecord.objects.get(action="response.asked_again")
        assert recorded.actor == f"user:{clinician.pk}"
        assert "stroke" not in str(recorded.objects_named)

    @pytest.mark.parametrize(
        ("questions", "refusal"),
        [((), actions.NothingAsked), (("plan_now",), actions.NotMissing), (("nonsense",), actions.NotMissing)],
    )
    def test_it_refuses_what_is_not_missing(
        self, sent: QuestionnaireResponse, clinician: User, questions: tuple[str, ...], refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            actions.ask_again(response_id=sent.pk, questions=questions, by=clinician, now=NOW, details=Details())

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_asks(self, sent: QuestionnaireResponse, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            ask(sent, request.getfixturevalue(who))

    def test_one_link_at_a_time(self, sent: QuestionnaireResponse, asked: actions.Invited, clinician: User) -> None:
        with pytest.raises(actions.AlreadyAsked):
            ask(sent, clinician)

        actions.revoke_invitation(invitation_id=asked.invitation.pk, by=clinician, now=later(days=1))
        ask(sent, clinician)

    def test_the_mail_carries_a_link_and_no_question(self, sent: QuestionnaireResponse, clinician: User) -> None:
        ask(sent, clinician, details=Details(email="rosa@home.example"), send=True)

        invitation_mail.deliver_due(clock=lambda: later(days=1, hours=1))

        (message,) = mail.outbox
        assert "/i/" in message.body
        assert "stroke" not in message.subject + message.body
        assert "You can stop and come back" not in message.body


class TestTheLink:
    def test_it_opens_only_these_questions_and_reads_nothing_back(self, phone: Client) -> None:
        page = phone.get("/asked/").content.decode()

        assert "stroke?" in page
        assert "pressure?" in page
        assert not {"route?", "plan_now?", CANARY, "Díaz"} & set(re.findall(r"[\wñí]+\??", page))
        assert "checked" not in page

    def test_it_begins_no_questionnaire(self, phone: Client, asked: actions.Invited) -> None:
        assert phone.post("/welcome/", {"asks_who": "yes", "answering": "self"}).status_code == 404
        assert phone.get("/q/body/")["Location"] == "/resume/"
        assert QuestionnaireResponse.objects.count() == 1

    @pytest.mark.parametrize("how", ["revoked", "expired", "never"])
    def test_a_dead_link_is_like_every_other(self, asked: actions.Invited, clinician: User, how: str) -> None:
        client = Client()
        if how != "never":
            client.post(f"/i/{asked.token}/")
        asked.invitation.revoked_at = NOW if how == "revoked" else None
        asked.invitation.expires_at = later(hours=1) if how == "expired" else asked.invitation.expires_at
        asked.invitation.created_at = NOW
        asked.invitation.save()

        page = client.get("/asked/")

        assert page.status_code == 404
        assert "This link cannot be used" in page.content.decode()

    def test_what_is_answered_is_added_and_what_was_sent_stays(
        self, phone: Client, sent: QuestionnaireResponse, clinician: User
    ) -> None:
        answer = phone.post("/asked/", fields(phone, stroke="yes"))

        assert answer["Location"] == "/asked/"
        assert "added to what you sent" in phone.get("/asked/").content.decode()
        review = reviewing.review_of(QuestionnaireResponse.objects.get())
        assert review.patient_answers["stroke"].state == "not_sure"
        assert review.answers["stroke"].value == "yes"
        assert "stroke_ever" in {flag.flag for flag in review.with_later.flags}
        assert "stroke_ever" not in {flag.flag for flag in review.own.flags}
        assert Correction.objects.get().source == Correction.Source.ASKED

    def test_not_sure_takes_the_place_of_nothing_that_staff_learned_meanwhile(
        self, phone: Client, sent: QuestionnaireResponse, clinician: User
    ) -> None:
        told = {"stroke": Answer(state="answered", value="yes", on=NOW.date())}
        actions.enter_answers(response_id=sent.pk, answers=told, how="told", by=clinician, now=later(days=1))

        phone.post("/asked/", fields(phone, stroke="not_sure"))

        review = reviewing.review_of(QuestionnaireResponse.objects.get())
        assert review.asked_answers["stroke"][0].state == "not_sure"
        assert review.answers["stroke"].value == "yes"
        assert "stroke_ever" in {flag.flag for flag in review.with_later.flags}

    def test_it_is_over_once_answered(self, phone: Client, asked: actions.Invited) -> None:
        phone.post("/asked/", fields(phone, stroke="no"))

        assert Client().post(f"/i/{asked.token}/").status_code == 404

    def test_a_second_click_adds_nothing_and_other_words_are_added(self, phone: Client) -> None:
        first = fields(phone, stroke="no")
        phone.post("/asked/", first)
        phone.post("/asked/", first)
        assert Correction.objects.count() == 1

        phone.post("/asked/", {**first, "stroke": "yes"})

        assert Correction.objects.count() == 2

    def test_an_empty_page_asks_for_an_answer(self, phone: Client) -> None:
        page = phone.post("/asked/", fields(phone))

        assert page.status_code == 422
        assert "Answer at least one question" in page.content.decode()
        assert not Correction.objects.exists()

    def test_what_cannot_be_read_comes_back_and_the_rest_is_kept(self, phone: Client) -> None:
        typed = fields(phone, stroke="yes", **{"pressure.systolic": "banana", "pressure.diastolic": "80"})

        page = phone.post("/asked/", typed)

        assert page.status_code == 422
        assert 'value="banana"' in page.content.decode()
        assert AnswerRequest.objects.get().answered_at is None
        assert Correction.objects.count() == 1

    def test_a_question_that_was_not_asked_is_not_taken(self, phone: Client) -> None:
        phone.post("/asked/", {**fields(phone, stroke="no"), "route": "nasal", "asked": ["stroke", "route"]})

        review = reviewing.review_of(QuestionnaireResponse.objects.get())
        assert not review.answers["route"].is_known

    def test_a_page_is_taken_after_its_session_ended(self, phone: Client) -> None:
        typed = fields(phone, stroke="yes")

        Client().post("/asked/", typed)

        assert Correction.objects.count() == 1


class TestTwoPeopleInOneBrowser:
    """Another person's link is opened in a second window while the page of the first is still open."""

    @pytest.fixture
    def other(self, clinic: Clinic, version: QuestionnaireVersion, clinician: User) -> actions.Invited:
        tab = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response)
        tab.save(given_name="Ben", family_name="Diaz", section="about")
        tab.save(plan_now="no", harm_thoughts="no", low_mood="no", weapon_near="no", section="safety")
        tab.finish(stroke=unknown("not_sure"))
        return ask(actions.submit(response_id=tab.response.pk, now=NOW), clinician)

    @pytest.mark.parametrize("opens", ["link", "nothing", "draft"])
    def test_a_page_answers_for_the_person_it_was_drawn_for(
        self, phone: Client, sent: QuestionnaireResponse, other: actions.Invited, opens: str
    ) -> None:
        first = fields(phone, stroke="yes")
        if opens == "link":
            phone.post(f"/i/{other.token}/")
        elif opens == "draft":
            phone.post(f"/start/{sent.clinic.slug}/")
            assert phone.get("/q/body/").status_code == 200

        assert phone.post("/asked/", first)["Location"] == "/asked/"

        assert "added to what you sent" in phone.get("/asked/").content.decode()
        assert Correction.objects.get().response_id == sent.pk
        assert phone.get("/q/body/")["Location"] == "/resume/"

    def test_both_pages_may_be_sent_one_after_the_other(
        self, phone: Client, sent: QuestionnaireResponse, other: actions.Invited
    ) -> None:
        first = fields(phone, stroke="yes")
        phone.post(f"/i/{other.token}/")
        second = fields(phone, stroke="no")

        for page in (first, second):
            phone.post("/asked/", page)

        given = {each.response_id: records.read_correction(each).answers["stroke"] for each in Correction.objects.all()}
        asked_of = other.invitation.answer_request.response_id
        assert {pk: answer["value"] for pk, answer in given.items()} == {sent.pk: "yes", asked_of: "no"}

    def test_a_page_of_the_day_before_needs_its_own_link(
        self, phone: Client, other: actions.Invited, asked: actions.Invited, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = fields(phone, stroke="yes")
        phone.post(f"/i/{other.token}/")
        monkeypatch.setattr("intake.patient.asked.DAY", -1)

        assert phone.post("/asked/", first).status_code == 404
        assert not Correction.objects.exists()
        phone.post(f"/i/{asked.token}/")
        phone.post("/asked/", first)
        assert Correction.objects.get().response_id == asked.invitation.answer_request.response_id

    def test_help_that_one_was_shown_is_not_passed_for_the_other(
        self, phone: Client, sent: QuestionnaireResponse, other: actions.Invited
    ) -> None:
        phone.post(f"/i/{other.token}/")
        session = phone.session
        session["help_first"] = "crisis"
        session.save()

        phone.post("/asked/", {"visit": str(sent.pk)})

        assert "Help is available right now" in phone.get("/asked/").content.decode()


class AskedAboutSafety:
    """Somebody declined a question about safety, and is asked it again."""

    @pytest.fixture
    def sent(self, tab: Tab) -> QuestionnaireResponse:
        tab.save(given_name=CANARY, family_name="Díaz", section="about")
        tab.finish(plan_now=unknown("declined"), harm_thoughts="no", low_mood="no", weapon_near="no")
        return actions.submit(response_id=tab.response.pk, now=NOW)

    @pytest.fixture
    def asked(self, sent: QuestionnaireResponse, clinician: User) -> actions.Invited:
        return ask(sent, clinician, "plan_now", "pressure")


class TestADisclosure(AskedAboutSafety):
    def test_it_shows_help_first_and_calls_staff(self, phone: Client, sent: QuestionnaireResponse) -> None:
        before = sent.alerts.count()

        phone.post("/asked/", fields(phone, plan_now="yes"))
        page = phone.get("/asked/").content.decode()

        assert "Help is available right now" in page
        assert sent.alerts.count() > before
        assert SafetyPanelShown.objects.filter(response=sent).exists()
        phone.post("/asked/")
        assert "Your answers were sent" in phone.get("/asked/").content.decode()

    def test_a_mistake_beside_it_holds_nothing_back(self, phone: Client, sent: QuestionnaireResponse) -> None:
        before = sent.alerts.count()

        page = phone.post("/asked/", fields(phone, plan_now="yes", **{"pressure.systolic": "banana"}))

        assert page.status_code == 422
        assert "Everything else on this page is saved." in page.content.decode()
        assert "Help is available right now" in page.content.decode()
        assert sent.alerts.count() > before

    def test_nothing_is_called_saved_where_nothing_more_is_kept(
        self, phone: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("intake.actions.asking.MOST", 0)

        page = phone.post("/asked/", fields(phone, plan_now="no", **{"pressure.systolic": "banana"})).content.decode()

        assert "Please call the clinic" in page
        assert "Everything else on this page is saved." not in page
        assert page.count('class="error-summary"') == 1

    def test_it_is_never_one_too_many(
        self, phone: Client, sent: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("intake.actions.asking.MOST", 0)
        before, page = sent.alerts.count(), fields(phone)

        phone.post("/asked/", {**page, "plan_now": "yes"})
        assert "Help is available right now" in phone.get("/asked/").content.decode()
        assert sent.alerts.count() > before
        assert Correction.objects.count() == 1
        phone.post("/asked/")

        refused = phone.post("/asked/", {**page, "plan_now": "no"})
        assert "Please call the clinic" in refused.content.decode()

    def test_where_nothing_more_is_kept_help_still_comes_first(
        self, phone: Client, sent: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = fields(phone)
        for answer in ("yes", "no"):
            phone.post("/asked/", {**page, "plan_now": answer})
            phone.post("/asked/")
        monkeypatch.setattr("intake.actions.asking.MOST", 2)

        phone.post("/asked/", {**page, "plan_now": "yes"})

        assert "Help is available right now" in phone.get("/asked/").content.decode()
        assert Correction.objects.count() == 2


class TestAnEmergency(AskedAboutSafety):
    """The same where the question is about symptoms of an emergency: their help, not that for everyone."""

    @pytest.fixture
    def version(self, questionnaire: Questionnaire) -> QuestionnaireVersion:
        return published(questionnaire, with_role(DEFINITION, "plan_now", "emergency"))

    def test_it_names_the_emergency_number_first(self, phone: Client) -> None:
        mistaken = phone.post("/asked/", fields(phone, plan_now="yes", **{"pressure.systolic": "banana"}))
        page = phone.get("/asked/").content.decode()

        for shown in (mistaken.content.decode(), page):
            panel = shown[shown.index('class="help-panel"') :]
            assert panel.index("You may need emergency care now") < panel.index("tel:911") < panel.index("tel:988")


class TestStaff:
    @pytest.fixture
    def desk(self, clinician: User) -> Client:
        browser = signed_in(clinician)
        show_who_one_is(browser, clinician)
        return browser

    def form(self, desk: Client, sent: QuestionnaireResponse, **given: object) -> dict[str, object]:
        page = desk.get(f"/staff/responses/{sent}/ask/").content.decode()
        key = re.search(r'name="key" value="([^"]+)"', page)
        assert key is not None
        return {"key": key[1], "how": "show", **given}

    def test_they_choose_among_what_is_missing(self, desk: Client, sent: QuestionnaireResponse) -> None:
        page = desk.get(f"/staff/responses/{sent}/ask/").content.decode()

        assert "These would settle what could not be ruled out" in page
        assert 'value="stroke"' in page
        assert 'value="plan_now"' not in page

    def test_the_link_is_shown_once(self, desk: Client, sent: QuestionnaireResponse) -> None:
        page = desk.post(f"/staff/responses/{sent}/ask/", self.form(desk, sent, questions=["stroke"]))

        assert "It is shown only now" in page.content.decode()
        assert records.read_request(AnswerRequest.objects.select_related("response").get()) == ("stroke",)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({}, "Choose at least one question."),
            ({"questions": ["plan_now"]}, "has an answer by now"),
            ({"questions": ["stroke"], "how": "mail"}, "Enter the e-mail address"),
        ],
    )
    def test_a_mistake_is_explained_and_nothing_typed_is_lost(
        self, desk: Client, sent: QuestionnaireResponse, given: dict[str, object], message: str
    ) -> None:
        page = desk.post(f"/staff/responses/{sent}/ask/", self.form(desk, sent, **given))

        assert page.status_code == 422
        assert message in page.content.decode()
        is_ticked = bool(re.search(r'value="stroke"[^>]* checked', page.content.decode()))
        assert is_ticked == (given.get("questions") == ["stroke"])
        assert not AnswerRequest.objects.exists()

    def test_a_second_link_points_to_the_first(
        self, desk: Client, sent: QuestionnaireResponse, asked: actions.Invited
    ) -> None:
        page = desk.post(f"/staff/responses/{sent}/ask/", self.form(desk, sent, questions=["stroke"]))

        assert page.status_code == 409
        assert f"/staff/invitations/{asked.invitation.pk}/" in page.content.decode()

    def test_summary_and_worklist_say_that_the_patient_was_asked(
        self, desk: Client, sent: QuestionnaireResponse, asked: actions.Invited
    ) -> None:
        assert "Asked again, no answer yet" in desk.get("/staff/").content.decode()
        summary = desk.get(f"/staff/responses/{sent}/").content.decode()
        assert "Asked again" in summary
        assert "No answer yet; the link works until" in summary

    def test_new_answers_show_as_new_and_reopen_what_was_signed(
        self, desk: Client, sent: QuestionnaireResponse, asked: actions.Invited, phone: Client, clinician: User
    ) -> None:
        review = reviewing.review_of(sent)
        for point in review.unseen:
            actions.acknowledge_point(
                response_id=sent.pk, token=reviewing.token_of(sent, point.key), by=clinician, note="", now=NOW
            )
        actions.sign_off(
            response_id=sent.pk,
            content=reviewing.review_of(sent).content,
            disposition=sent.clinic.dispositions[0],
            rationale="Calm.",
            by=clinician,
            now=NOW,
        )

        phone.post("/asked/", fields(phone, stroke="yes"))

        worklist = desk.get("/staff/").content.decode()
        assert "Correction received" in worklist
        assert "Asked again, no answer yet" not in worklist
        summary = desk.get(f"/staff/responses/{sent}/").content.decode()
        assert "Then new information arrived: it is not signed." in summary
        assert "In answer to questions that the clinic asked again" in summary
        assert "With the later answers" in summary
        assert "Points that came with later answers" in summary
        text = desk.get(f"/staff/responses/{sent}/text/").content.decode()
        assert "Asked again, stroke?: Yes; the patient: Not sure" in text

    def test_the_list_of_invitations_says_what_the_link_is_for(
        self, desk: Client, sent: QuestionnaireResponse, asked: actions.Invited, phone: Client, clinic: Clinic
    ) -> None:
        assert "Missing answers asked for" in desk.get("/staff/invitations/").content.decode()

        phone.post("/asked/", fields(phone, stroke="no"))

        assert "Missing answers came" in desk.get("/staff/invitations/").content.decode()
        again = desk.post(f"/staff/invitations/{asked.invitation.pk}/new-link/", {"how": "show"})
        assert again.status_code in (404, 422)

    def test_no_tablet_is_handed_over_with_it(self, desk: Client, asked: actions.Invited, clinic: Clinic) -> None:
        page = desk.get("/staff/tablet/").content.decode()

        assert str(asked.invitation.pk) not in page
