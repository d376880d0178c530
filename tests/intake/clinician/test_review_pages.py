"""The pages of a review: acknowledge, discuss, enter answers, note, sign, add to it; and who never gets there."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from django.http import HttpResponse
from django.test import Client

from intake import actions, reviewing, step_up
from intake.models import Alert, AuditRecord, Clinic, QuestionnaireResponse, ReviewEntry, SignOff, User
from intake.reviewing import token_of
from tests.browsers import show_who_one_is
from tests.intake.sample import NOW, answered, unknown

from .conftest import Send, SignIn

STROKE = "raised stroke_ever contraindication"
HARM = "open harm_to_others urgent"
DECISION = {"disposition": "Proceed with precautions", "rationale": "Blood pressure is checked twice."}
PAGES = ("note/", "answers/3/", "sign/", "sign-as-well/", "addendum/", "points/{token}/")


def words_of_pdf(browser: Client, response: QuestionnaireResponse, query: str = "") -> str:
    document = pypdf.PdfReader(io.BytesIO(browser.get(at(response, "summary.pdf") + query).content))
    return "".join("".join(page.extract_text().split()) for page in document.pages)


def text_of(page: HttpResponse) -> str:
    return page.content.decode()


@pytest.fixture
def stroke(send: Send, clinic: Clinic) -> QuestionnaireResponse:
    """Somebody who had a stroke: one point to acknowledge, no alert."""
    return send(clinic, stroke="yes")


@pytest.fixture
def unsure(send: Send, clinic: Clinic, clinician: User) -> QuestionnaireResponse:
    """Somebody not sure about thoughts of harming others; the alert was acknowledged."""
    response = send(clinic, harm_thoughts=unknown("not_sure"))
    for alert in Alert.objects.all():
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Seen.", now=NOW)
    return response


@pytest.fixture
def fresh(desk: Client, clinician: User) -> Client:
    """The clinician's browser, just after signing in."""
    show_who_one_is(desk, clinician)
    return desk


def at(response: QuestionnaireResponse, end: str = "", key: str = STROKE) -> str:
    return f"/staff/responses/{response}/" + end.format(token=token_of(response, key))


def seen(response: QuestionnaireResponse, by: User, key: str = STROKE) -> None:
    actions.acknowledge_point(response_id=response.pk, point=token_of(response, key), by=by, now=NOW)


def signed(response: QuestionnaireResponse, by: User) -> None:
    seen(response, by)
    content = reviewing.review_of(response).content
    actions.sign_off(response_id=response.pk, content=content, by=by, now=NOW, **DECISION)


def content_on(page: HttpResponse) -> str:
    return re.search(r'name="content" value="(\w+)"', text_of(page)).group(1)


class TestSummary:
    def test_it_says_what_comes_before_signing(self, desk: Client, stroke: QuestionnaireResponse) -> None:
        text = text_of(desk.get(at(stroke)))

        assert text.count("Before you sign: 1 point to acknowledge") == 2
        assert "Not signed yet." in text
        assert "Decide and sign" not in text

    def test_it_counts_alerts_too(self, desk: Client, send: Send, clinic: Clinic) -> None:
        text = text_of(desk.get(at(send(clinic, harm_thoughts="yes"))))

        assert "Before you sign: 1 point to acknowledge and 1 alert to see to" in text

    def test_a_point_is_acknowledged_from_it(
        self, desk: Client, stroke: QuestionnaireResponse, clinician: User
    ) -> None:
        answer = desk.post(at(stroke, "points/{token}/"), {"acknowledge": "yes", "note": "In <2009>."}, follow=True)

        text = text_of(answer)
        assert answer.redirect_chain == [(at(stroke) + "#review-title", 302)]
        assert "Acknowledged by Clara on" in text
        assert "In &lt;2009&gt;." in text
        assert "Decide and sign" in text
        assert "Before you sign" not in text

    def test_it_shows_both_answers_and_both_assessments(self, desk: Client, unsure: QuestionnaireResponse) -> None:
        desk.post(at(unsure, "points/{token}/", HARM), {"harm_thoughts": "no", "-how": "told", "-words": "Asked."})

        text = " ".join(re.sub(r"<[^>]+>", " ", text_of(desk.get(at(unsure)))).split())
        assert "Patient: Not sure" in text
        assert "told by the patient: No" in text
        assert "harm_to_others Could not be ruled out (could be urgent) Ruled out" in text

    def test_signatures_are_on_the_page_and_on_paper(
        self, desk: Client, stroke: QuestionnaireResponse, clinician: User
    ) -> None:
        signed(stroke, clinician)

        text = text_of(desk.get(at(stroke)))
        assert "Signed by Clara on 2 Mar 2026, 10:00: Proceed with precautions." in text
        assert text.count("Signed by Clara on 2 Mar 2026, 10:00") == 2
        assert "Sign as well" not in text
        paper = words_of_pdf(desk, stroke)
        assert paper.count("SignedbyClaraon2Mar2026,10:00") == 2
        assert "Addanaddendum" not in paper

    def test_private_notes_are_printed_by_choice_only(
        self, desk: Client, stroke: QuestionnaireResponse, clinician: User
    ) -> None:
        actions.add_note(response_id=stroke.pk, text="Came with her sister.", by=clinician, now=NOW)

        assert 'class="notes no-print"' in text_of(desk.get(at(stroke)))
        assert "Camewithhersister" not in words_of_pdf(desk, stroke)
        assert "Camewithhersister" in words_of_pdf(desk, stroke, "?notes=1")

    def test_paper_with_endless_words_loses_nothing(
        self, desk: Client, stroke: QuestionnaireResponse, clinician: User
    ) -> None:
        actions.acknowledge_point(
            response_id=stroke.pk, point=token_of(stroke, STROKE), by=clinician, now=NOW, note="word " * 2000 + "end."
        )

        assert "wordend." in words_of_pdf(desk, stroke)


class TestPoint:
    def test_it_asks_the_questions_that_would_settle_it(self, desk: Client, unsure: QuestionnaireResponse) -> None:
        text = text_of(desk.get(at(unsure, "points/{token}/", HARM)))

        assert 'type="radio" id="q-harm_thoughts"' in text
        assert "checked" not in text.partition('id="q-harm_thoughts-block"')[2].partition("</fieldset>")[0]

    def test_a_raised_one_asks_what_was_learned(self, desk: Client, stroke: QuestionnaireResponse) -> None:
        answer = desk.post(at(stroke, "points/{token}/"), {"-words": "No trace left."}, follow=True)

        assert "Discussed by Clara" in text_of(answer)
        assert "No trace left." in text_of(answer)

    def test_nothing_learned_is_said(self, desk: Client, stroke: QuestionnaireResponse) -> None:
        page = desk.post(at(stroke, "points/{token}/"), {"-words": ""})

        assert page.status_code == 422
        assert '<a href="#id_-words">Write what you learned.</a>' in text_of(page)
        assert "<title>Error:" in text_of(page)

    def test_neither_words_nor_answers_is_said(self, desk: Client, unsure: QuestionnaireResponse) -> None:
        page = desk.post(at(unsure, "points/{token}/", HARM), {"-words": "", "-how": "told"})

        assert page.status_code == 422
        assert "Write what you learned, or enter an answer." in text_of(page)

    def test_it_is_closed_once_signed(self, desk: Client, stroke: QuestionnaireResponse, clinician: User) -> None:
        signed(stroke, clinician)

        page = desk.post(at(stroke, "points/{token}/"), {"-words": "More."})

        assert page.status_code == 409
        assert ReviewEntry.objects.filter(kind="discussed").count() == 0

    def test_an_unknown_one_is_missing(self, desk: Client, stroke: QuestionnaireResponse) -> None:
        assert desk.get(at(stroke, "points/abc/")).status_code == 404
        assert desk.post(at(stroke, "points/abc/"), {"acknowledge": "yes"}).status_code == 404

    def test_its_address_tells_nothing(self, stroke: QuestionnaireResponse) -> None:
        assert "stroke" not in at(stroke, "points/{token}/")


class TestEnteringAnswers:
    def test_they_are_kept_beside_the_patients(self, desk: Client, stroke: QuestionnaireResponse) -> None:
        entered = {"pressure.systolic": "182", "pressure.diastolic": "104", "-how": "measured", "-words": "Twice."}
        answer = desk.post(at(stroke, "answers/3/"), entered, follow=True)

        text = text_of(answer)
        assert "Clara on" in text
        assert "measured here" in text
        assert "182" in text
        assert "Twice." in text

    def test_what_cannot_be_read_comes_back(self, desk: Client, stroke: QuestionnaireResponse) -> None:
        entered = {"pressure.systolic": "high", "pressure.diastolic": "104", "-how": "measured", "-words": "Twice."}
        page = desk.post(at(stroke, "answers/3/"), entered)

        assert page.status_code == 422
        assert 'value="high"' in text_of(page)
        assert "Twice.</textarea>" in text_of(page)
        assert 'href="#q-pressure-systolic"' in text_of(page)
        assert not ReviewEntry.objects.exists()

    def test_nothing_entered_is_said(self, desk: Client, stroke: QuestionnaireResponse) -> None:
        page = desk.post(at(stroke, "answers/3/"), {"-how": "told"})

        assert page.status_code == 422
        assert "Enter at least one answer." in text_of(page)

    def test_it_begins_where_something_is_open(self, desk: Client, stroke: QuestionnaireResponse) -> None:
        assert desk.get(at(stroke, "answers/"))["Location"] == at(stroke, "answers/1/")

    @pytest.mark.parametrize("number", [4, 99])
    def test_there_are_no_other_parts(self, desk: Client, stroke: QuestionnaireResponse, number: int) -> None:
        assert desk.get(at(stroke, f"answers/{number}/")).status_code == 404


class TestSigning:
    @pytest.fixture
    def ready(self, stroke: QuestionnaireResponse, clinician: User) -> QuestionnaireResponse:
        seen(stroke, clinician)
        return stroke

    def post(self, browser: Client, response: QuestionnaireResponse, **more: str) -> HttpResponse:
        content = reviewing.review_of(response).content
        return browser.post(at(response, "sign/"), {"content": content, **DECISION, **more})

    def test_no_decision_is_chosen_for_anybody(self, fresh: Client, ready: QuestionnaireResponse) -> None:
        text = text_of(fresh.get(at(ready, "sign/")))

        assert text.count('type="radio"') == 5
        assert "checked" not in text

    def test_it_signs_what_the_page_showed(self, fresh: Client, ready: QuestionnaireResponse, clinician: User) -> None:
        content = content_on(fresh.get(at(ready, "sign/")))
        answer = fresh.post(at(ready, "sign/"), {"content": content, **DECISION}, follow=True)

        assert "Signed by Clara on" in text_of(answer)
        assert SignOff.objects.get().signed_by == clinician

    def test_the_signer_is_whoever_is_signed_in(
        self, fresh: Client, ready: QuestionnaireResponse, clinician: User, colleague: User
    ) -> None:
        other = str(colleague.pk)
        self.post(fresh, ready, signed_by=other, by=other, signer=other, user=other)

        assert SignOff.objects.get().signed_by == clinician
        assert ReviewEntry.objects.get(kind="signed").done_by == clinician

    def test_it_asks_for_a_decision_and_why(self, fresh: Client, ready: QuestionnaireResponse) -> None:
        page = fresh.post(at(ready, "sign/"), {"content": "x"})

        assert page.status_code == 422
        for words in ("Choose your decision.", "Write why you decide so."):
            assert text_of(page).count(words) == 2
        assert not SignOff.objects.exists()

    def test_a_second_click_leads_on(self, fresh: Client, ready: QuestionnaireResponse) -> None:
        for _ in range(2):
            answer = self.post(fresh, ready)

        assert answer.status_code == 302
        assert SignOff.objects.count() == 1

    def test_a_colleague_who_was_first_is_named(
        self, fresh: Client, ready: QuestionnaireResponse, colleague: User
    ) -> None:
        content = reviewing.review_of(ready).content
        actions.sign_off(response_id=ready.pk, content=content, by=colleague, now=NOW, **DECISION)

        page = self.post(fresh, ready, rationale="My own words.")

        assert page.status_code == 409
        assert "Signed by Colin" in text_of(page)
        assert "My own words." in text_of(page)

    def test_new_information_is_shown_first(self, fresh: Client, ready: QuestionnaireResponse, colleague: User) -> None:
        read = content_on(fresh.get(at(ready, "sign/")))
        answers = {"stroke": answered("no")}
        actions.enter_answers(response_id=ready.pk, answers=answers, how="record", by=colleague, now=NOW)

        page = fresh.post(at(ready, "sign/"), {"content": read, **DECISION})

        assert page.status_code == 409
        assert "New information arrived" in text_of(page)
        assert "Colin on 2 Mar 2026, 10:00, from a record" in text_of(page)
        assert f"{DECISION['rationale']}</textarea>" in text_of(page)
        assert fresh.post(at(ready, "sign/"), {"content": content_on(page), **DECISION}).status_code == 302

    @pytest.mark.parametrize("end", ["sign/", "sign-as-well/"])
    def test_a_correction_is_shown_to_who_signs_and_stays_unread(
        self, end: str, fresh: Client, ready: QuestionnaireResponse
    ) -> None:
        actions.add_correction(response_id=ready.pk, words="It was in 2019.", about="", attempt="words:1", now=NOW)

        assert "It was in 2019." in text_of(fresh.get(at(ready, end)))
        ready.refresh_from_db()
        assert ready.unread_corrections == 1

    def test_it_is_refused_while_something_waits(self, fresh: Client, stroke: QuestionnaireResponse) -> None:
        assert "Before you sign: 1 point to acknowledge" in text_of(fresh.get(at(stroke, "sign/")))
        assert self.post(fresh, stroke).status_code == 409
        assert not SignOff.objects.exists()

    def test_a_second_signature_and_an_addendum(
        self, fresh: Client, stroke: QuestionnaireResponse, colleague: User
    ) -> None:
        signed(stroke, colleague)
        content = content_on(fresh.get(at(stroke, "sign-as-well/")))

        fresh.post(at(stroke, "sign-as-well/"), {"content": content, "text": "I agree."})
        text = text_of(fresh.post(at(stroke, "addendum/"), {"text": "Also asthma."}, follow=True))

        assert "Signed as well by Clara" in text
        assert "Addendum signed by Clara" in text
        assert "Also asthma." in text


class TestStepUp:
    @pytest.fixture
    def stale(self, desk: Client, clinician: User) -> Client:
        """Somebody who signed in eleven minutes ago."""
        show_who_one_is(desk, clinician, ago=step_up.FRESH + 60)
        return desk

    @pytest.mark.parametrize("end", ["sign/", "sign-as-well/", "addendum/"])
    def test_signing_asks_who_one_is(self, stale: Client, stroke: QuestionnaireResponse, end: str) -> None:
        for answer in (stale.get(at(stroke, end)), stale.post(at(stroke, end), {})):
            assert answer["Location"].startswith("/accounts/reauthenticate/?next=%2Fstaff%2Fresponses%2F")
        assert not SignOff.objects.exists()

    @pytest.mark.parametrize("end", ["", "note/", "answers/3/", "points/{token}/"])
    def test_nothing_else_does(self, stale: Client, stroke: QuestionnaireResponse, end: str) -> None:
        assert stale.get(at(stroke, end)).status_code == 200

    def test_a_session_without_any_record_of_it_is_not_fresh(self, desk: Client, stroke: QuestionnaireResponse) -> None:
        assert desk.get(at(stroke, "sign/")).status_code == 302

    def test_what_was_typed_is_there_afterwards(
        self, stale: Client, stroke: QuestionnaireResponse, clinician: User
    ) -> None:
        seen(stroke, clinician)
        content = reviewing.review_of(stroke).content
        asked = stale.post(at(stroke, "sign/"), {"content": content, **DECISION})

        back = stale.post(asked["Location"], {"password": "a-long-enough-secret"})
        page = stale.get(back["Location"])

        assert back["Location"] == at(stroke, "sign/")
        assert f"{DECISION['rationale']}</textarea>" in text_of(page)
        assert re.search(r'value="Proceed with precautions"[^>]*checked', text_of(page))
        assert not SignOff.objects.exists()
        assert DECISION["rationale"] not in str(dict(stale.session))


class TestWrongPerson:
    @pytest.mark.parametrize("end", PAGES)
    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nothing_exists_for_anybody_else(
        self, who: str, end: str, sign_in: SignIn, request: pytest.FixtureRequest, stroke: QuestionnaireResponse
    ) -> None:
        person = request.getfixturevalue(who)
        browser = sign_in(person)
        show_who_one_is(browser, person)

        theirs, missing = at(stroke, end), at(stroke, end).replace(str(stroke), "K7QM-3X4P")
        for ask in (browser.get, browser.post):
            assert ask(theirs).status_code == 404
            assert ask(theirs).content == ask(missing).content
        assert not AuditRecord.objects.filter(action="response.read").exists()
        assert not ReviewEntry.objects.exists()

    @pytest.mark.parametrize("end", PAGES)
    def test_a_stranger_signs_in_first(self, end: str, client: Client, stroke: QuestionnaireResponse) -> None:
        assert client.post(at(stroke, end))["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize("end", PAGES)
    def test_a_draft_has_no_review(self, end: str, fresh: Client, draft: QuestionnaireResponse) -> None:
        assert fresh.get(at(draft, end)).status_code == 404
