"""Acknowledging an alert: by a named clinician, with a note, once; afterwards the worklist is calm."""

from __future__ import annotations

import io
import re
from uuid import uuid4

import pypdf
import pytest
from django.http import HttpResponse
from django.test import Client

from intake import actions, records
from intake.clinician import worklist
from intake.models import Alert, AuditRecord, Clinic, QuestionnaireResponse, User
from tests.intake.sample import NOW, Tab, later

from .conftest import Send, SignIn

NOTE = "Called her at 10:20. She is with her sister."


@pytest.fixture
def response(send: Send, clinic: Clinic) -> QuestionnaireResponse:
    return send(clinic, harm_thoughts="yes")


@pytest.fixture
def alert(response: QuestionnaireResponse) -> Alert:
    return Alert.objects.get(response=response)


def url(alert: Alert) -> str:
    return f"/staff/alerts/{alert.pk}/acknowledge/"


def summary(browser: Client, response: QuestionnaireResponse) -> str:
    return browser.get(f"/staff/responses/{response}/").content.decode()


def text_of(page: HttpResponse) -> str:
    return page.content.decode()


class TestForm:
    def test_each_open_alert_has_one(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic, plan_now="yes")

        page = summary(desk, response)

        assert len(re.findall(r'<textarea[^>]* id="alert-', page)) == Alert.objects.count() == 2
        for alert in Alert.objects.all():
            assert f'action="{url(alert)}"' in page
        assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))

    def test_it_works(self, desk: Client, alert: Alert, response: QuestionnaireResponse, clinician: User) -> None:
        answer = desk.post(url(alert), {"note": f"  {NOTE} "}, follow=True)

        alert.refresh_from_db()
        assert answer.redirect_chain == [(f"/staff/responses/{response}/#safety-title", 302)]
        assert "Acknowledged. Your note is kept with the alert." in text_of(answer)
        assert "acknowledged by Clara on" in text_of(answer)
        assert f"{NOTE}</p>" in text_of(answer)
        assert f'id="alert-{alert.pk}-note"' not in text_of(answer)
        assert (alert.acknowledged_by, records.read_note(alert)) == (clinician, NOTE)
        assert AuditRecord.objects.filter(action="alert.acknowledged").count() == 1

    @pytest.mark.check("C76", required="a named person and a note, once")
    @pytest.mark.parametrize("note", ["", " \n\t ", None])
    def test_it_asks_for_a_note(self, desk: Client, alert: Alert, note: str | None) -> None:
        page = desk.post(url(alert), {} if note is None else {"note": note})

        alert.refresh_from_db()
        assert page.status_code == 422
        assert alert.acknowledged_at is None
        assert f'<a href="#alert-{alert.pk}-note">Write what you did about this alert.</a>' in text_of(page)
        assert "<title>Error: Summary" in text_of(page)
        assert 'aria-invalid="true"' in text_of(page)

    def test_what_was_typed_comes_back(self, desk: Client, alert: Alert) -> None:
        page = desk.post(url(alert), {"note": "x" * 1999 + "<b>end"})

        assert page.status_code == 422
        assert "x" * 1999 + "&lt;b&gt;end</textarea>" in text_of(page)

    def test_a_second_click_changes_nothing(self, desk: Client, alert: Alert) -> None:
        for _ in range(2):
            answer = desk.post(url(alert), {"note": NOTE})

        assert answer.status_code == 302
        assert AuditRecord.objects.filter(action="alert.acknowledged").count() == 1

    def test_it_says_who_was_first_and_gives_the_note_back(self, desk: Client, alert: Alert, colleague: User) -> None:
        actions.acknowledge_alert(alert_id=alert.pk, by=colleague, note="Done.", now=later(minutes=3))

        page = desk.post(url(alert), {"note": NOTE})

        alert.refresh_from_db()
        assert page.status_code == 409
        assert "acknowledged by Colin on 2 Mar 2026, 10:03: Done." in text_of(page)
        assert NOTE in text_of(page)
        assert (alert.acknowledged_by, records.read_note(alert)) == (colleague, "Done.")

    @pytest.mark.check("C20", required="a GET acknowledges nothing")
    def test_it_is_not_opened_by_a_link(self, desk: Client, alert: Alert) -> None:
        assert desk.get(url(alert)).status_code == 405

    def test_it_refuses_a_page_of_another_site(self, clinician: User, sign_in: SignIn, alert: Alert) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = sign_in(clinician).cookies

        assert strict.post(url(alert), {"note": NOTE}).status_code == 403


class TestWrongPerson:
    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_an_alert_does_not_exist_for_anybody_else(
        self, who: str, sign_in: SignIn, request: pytest.FixtureRequest, alert: Alert
    ) -> None:
        browser = sign_in(request.getfixturevalue(who))

        theirs = browser.post(url(alert), {"note": NOTE})
        missing = browser.post(f"/staff/alerts/{uuid4()}/acknowledge/", {"note": NOTE})

        alert.refresh_from_db()
        assert theirs.status_code == missing.status_code == 404
        assert theirs.content == missing.content
        assert alert.acknowledged_at is None

    def test_it_sends_a_stranger_to_sign_in(self, client: Client, alert: Alert) -> None:
        assert client.post(url(alert), {"note": NOTE})["Location"].startswith("/accounts/login/")


class TestDraft:
    @pytest.fixture
    def waiting(self, tab: Tab) -> Alert:
        tab.save(harm_thoughts="yes")
        return Alert.objects.get()

    def test_a_draft_that_raised_an_alert_is_read_and_acknowledged(
        self, desk: Client, waiting: Alert, draft: QuestionnaireResponse
    ) -> None:
        page = summary(desk, draft)

        assert "Not sent yet. The patient is still answering" in page
        assert AuditRecord.objects.order_by("-seq")[0].action == "response.read"
        assert "acknowledged by Clara" in text_of(desk.post(url(waiting), {"note": NOTE}, follow=True))

    def test_a_draft_that_called_nobody_stays_the_patients_own(
        self, desk: Client, tab: Tab, draft: QuestionnaireResponse
    ) -> None:
        tab.save(given_name="Rosa", harm_thoughts="no")

        for end in ("", "summary.pdf"):
            assert desk.get(f"/staff/responses/{draft}/{end}").status_code == 404
        assert not AuditRecord.objects.filter(action="response.read").exists()


class TestWorklist:
    def test_it_calms(self, desk: Client, alert: Alert) -> None:
        assert "is-waiting" in text_of(desk.get("/staff/"))

        desk.post(url(alert), {"note": NOTE})

        text = text_of(desk.get("/staff/"))
        assert "Not acknowledged <b>0</b>" in text
        assert "is-waiting" not in text
        assert "Acknowledged by Clara" in text

    def test_who_still_waits_comes_before_what_was_seen_to(self, send: Send, clinic: Clinic, clinician: User) -> None:
        send(clinic, "Seen", harm_thoughts="yes", at=later(hours=-2))
        actions.acknowledge_alert(alert_id=Alert.objects.get().pk, by=clinician, note=NOTE, now=NOW)
        send(clinic, "Waiting", harm_thoughts="yes")
        send(clinic, "Calm")

        rows = worklist.page_of(clinician).rows

        assert [(row.who, row.is_waiting) for row in rows] == [
            ("Waiting Example", True),
            ("Seen Example", False),
            ("Calm Example", False),
        ]


class TestPaper:
    def test_it_says_who_acknowledged_and_holds_no_form(
        self, desk: Client, alert: Alert, response: QuestionnaireResponse
    ) -> None:
        Alert.objects.update(sent_at=NOW)
        before = words_of_pdf(desk, response)
        desk.post(url(alert), {"note": NOTE})
        after = words_of_pdf(desk, response)

        assert "notacknowledgedyet" in before
        assert "Whatyoudid" not in before
        assert "acknowledgedbyClara" in after
        assert "".join(NOTE.split()) in after


def words_of_pdf(browser: Client, response: QuestionnaireResponse) -> str:
    document = pypdf.PdfReader(io.BytesIO(browser.get(f"/staff/responses/{response}/summary.pdf").content))
    return "".join("".join(page.extract_text().split()) for page in document.pages)
