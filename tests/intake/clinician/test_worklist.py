"""The worklist: who cannot wait comes first, and nobody sees more than their role allows."""

from __future__ import annotations

import datetime
import uuid

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import actions, alerts
from intake.access import listing
from intake.clinician import worklist
from intake.models import Alert, AuditRecord, Clinic, QuestionnaireResponse, User
from screening import publishing
from screening.engine.definition import Review
from screening.models import QuestionnaireVersion
from tests.intake.sample import DEFINITION, NOW, Tab, later, unknown

from .conftest import Send, SignIn
from .rows import URL, cost, names, row_of


class TestOrder:
    def test_it_puts_urgent_first_then_unresolved_safety_then_unopened_then_oldest(
        self, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        opened = send(clinic, "Opened", at=later(hours=-5))
        actions.open_response(response=opened, user=clinician, now=NOW)
        send(clinic, "Newer", at=later(hours=-1))
        send(clinic, "Older", at=later(hours=-2))
        send(clinic, "Unsure", plan_now=unknown("declined"))
        send(clinic, "Urgent", plan_now="yes")

        assert names(clinician) == [f"{name} Example" for name in ("Urgent", "Unsure", "Older", "Newer", "Opened")]

    def test_it_shows_a_draft_that_raised_an_alert(
        self, tab: Tab, draft: QuestionnaireResponse, clinician: User
    ) -> None:
        tab.save(plan_now="yes")

        (row,) = worklist.page_of(clinician).rows

        assert (row.who, row.is_sent, row.when) == (str(draft), False, "Started 2 Mar 2026, 10:00")
        assert [mark.title for mark in row.marks] == ["Urgent"]

    def test_it_leaves_out_a_draft_that_nobody_must_see(self, tab: Tab, clinician: User) -> None:
        tab.save(plan_now="no")

        assert names(clinician) == []

    def test_it_does_not_call_a_draft_urgent_because_crisis_contacts_were_shown(
        self, tab: Tab, clinician: User
    ) -> None:
        tab.save(low_mood="yes")

        (row,) = worklist.page_of(clinician).rows

        assert [mark.title for mark in row.marks] == ["Crisis contacts shown"]

    def test_it_pages_by_key_and_loses_nobody(
        self, send: Send, clinic: Clinic, clinician: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worklist, "PAGE_SIZE", 2)
        for name in ("Ana", "Ben", "Cleo", "Dan", "Eve"):
            send(clinic, name, plan_now="yes" if name == "Dan" else "no")

        first = worklist.page_of(clinician)
        second = worklist.page_of(clinician, after=first.next_after)
        third = worklist.page_of(clinician, after=second.next_after)

        seen = [row.who for page in (first, second, third) for row in page.rows]
        assert seen[0] == "Dan Example"
        assert sorted(seen) == [f"{name} Example" for name in ("Ana", "Ben", "Cleo", "Dan", "Eve")]
        assert third.next_after == ""


class TestRow:
    def test_it_gives_the_clinics_time(self, send: Send, clinic: Clinic, clinician: User) -> None:
        send(clinic, at=datetime.datetime(2026, 3, 2, 2, 30, tzinfo=datetime.UTC))

        assert row_of(clinician, "Rosa Example").when == "1 Mar 2026, 21:30"

    def test_it_names_the_top_severity_in_words(self, send: Send, clinic: Clinic, clinician: User) -> None:
        send(clinic, "Stroke", stroke="yes")
        send(clinic, "Calm")

        assert [mark.title for mark in row_of(clinician, "Stroke Example").marks] == ["Contraindication"]
        assert [mark.title for mark in row_of(clinician, "Calm Example").marks] == ["Nothing raised"]

    def test_it_shows_urgent_and_unresolved_safety_together(self, send: Send, clinic: Clinic, clinician: User) -> None:
        send(clinic, plan_now="yes", harm_thoughts=unknown("not_sure"))

        assert [mark.title for mark in row_of(clinician, "Rosa Example").marks] == ["Urgent", "Unresolved safety"]

    def test_it_marks_what_nobody_has_opened(self, send: Send, clinic: Clinic, clinician: User) -> None:
        response = send(clinic)
        assert row_of(clinician, "Rosa Example").is_unopened

        actions.open_response(response=response, user=clinician, now=NOW)

        assert not row_of(clinician, "Rosa Example").is_unopened

    def test_it_follows_an_alert_until_somebody_acknowledges_it(
        self, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        response = send(clinic, plan_now="yes")
        assert row_of(clinician, "Rosa Example").alert == "Alert waiting to be sent"

        response.alerts.update(failed_at=NOW)
        assert row_of(clinician, "Rosa Example").alert == "Alert could not be delivered"

        response.alerts.update(failed_at=None, sent_at=NOW)
        assert row_of(clinician, "Rosa Example").alert == "Alert sent"

        for alert in Alert.objects.all():
            actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called her.", now=NOW)
        assert row_of(clinician, "Rosa Example").alert == "Acknowledged by Clara"


class TestPage:
    def test_it_works(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic, plan_now="yes")

        page = desk.get(URL)

        assert page.status_code == 200
        assert page["Cache-Control"].startswith("no-store")
        text = page.content.decode()
        assert "Rosa Example" in text
        assert f'href="/staff/responses/{response}/"' in text
        assert "Not opened yet" in text
        assert "Urgent" in text

    def test_it_says_that_no_clinician_has_reviewed_the_content(self, desk: Client, send: Send, clinic: Clinic) -> None:
        send(clinic)

        assert "not yet been reviewed by a clinician" in desk.get(URL).content.decode()

    def test_it_says_nothing_of_content_that_was_reviewed(
        self, desk: Client, send: Send, clinic: Clinic, version: QuestionnaireVersion
    ) -> None:
        send(clinic)
        reviewed = msgspec.structs.replace(DEFINITION, review=Review(clinical="Dr Reviewer"))
        document = publishing.canonical_json(reviewed)
        current = QuestionnaireVersion(
            questionnaire=version.questionnaire,
            number=2,
            document=document.decode(),
            sha256=publishing.sha256_of(document),
            published_at=NOW,
            published_by="The cast",
        )
        current.save()
        QuestionnaireResponse.objects.update(version=current)

        assert "reviewed by a clinician" not in desk.get(URL).content.decode()

    def test_it_says_nothing_of_review_when_it_is_empty(self, desk: Client) -> None:
        assert "reviewed by a clinician" not in desk.get(URL).content.decode()

    def test_it_says_when_there_is_nothing(self, desk: Client) -> None:
        assert "Nothing has been sent yet" in desk.get(URL).content.decode()

    def test_it_escapes_what_patients_wrote(self, desk: Client, send: Send, clinic: Clinic) -> None:
        send(clinic, "<script>alert(1)</script>{{7*7}}")

        text = desk.get(URL).content.decode()

        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in text

    @pytest.mark.parametrize("place", ["x", "bnVsbA==", "WzksICJ4IiwgIngiXQ==", "\x00", "é", "W1tbW1tb"])
    def test_it_answers_404_to_a_place_that_does_not_exist(self, desk: Client, place: str) -> None:
        assert desk.get(URL, {"after": place}).status_code in (400, 404)

    @pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
    def test_nor_is_there_a_place_at_the_ends_of_the_calendar(self, desk: Client, at: str) -> None:
        place = listing.Place(1, datetime.datetime.fromisoformat(at), uuid.uuid4())

        assert desk.get(URL, {"after": worklist.written(place)}).status_code == 404

    def test_it_records_each_reading(self, desk: Client, clinician: User, send: Send, clinic: Clinic) -> None:
        send(clinic)

        desk.get(URL)

        latest = AuditRecord.objects.order_by("-seq")[0]
        assert (latest.action, latest.actor) == ("worklist.read", f"user:{clinician.pk}")
        assert latest.objects_named == {"shown": "1"}

    def test_it_refuses_to_be_posted_to(self, desk: Client) -> None:
        assert desk.post(URL).status_code == 405

    def test_it_costs_the_same_whatever_the_size(self, desk: Client, send: Send, clinic: Clinic) -> None:
        send(clinic, plan_now="yes")
        with CaptureQueriesContext(connection) as one:
            desk.get(URL)
        for number in range(6):
            send(clinic, f"Number {number}", plan_now="yes")

        with CaptureQueriesContext(connection) as seven:
            desk.get(URL)

        assert cost(seven) == cost(one) <= 8


class TestWrongPerson:
    def test_it_sends_anybody_else_to_sign_in(self, client: Client) -> None:
        page = client.get(URL)

        assert (page.status_code, page["Location"]) == (302, "/accounts/login/?next=/staff/")

    def test_it_sends_a_password_only_session_to_set_up_a_second_factor(self, client: Client, clinician: User) -> None:
        client.force_login(clinician)

        page = client.get(URL)

        assert page.status_code == 302
        assert page["Location"].startswith("/accounts/2fa/")

    def test_it_shows_nothing_of_another_clinic(
        self, sign_in: SignIn, outsider: User, send: Send, clinic: Clinic
    ) -> None:
        send(clinic, plan_now="yes")

        assert "Rosa" not in sign_in(outsider).get(URL).content.decode()

    def test_the_front_desk_sees_who_has_sent_and_nothing_of_the_answers(
        self, sign_in: SignIn, front_desk: User, send: Send, clinic: Clinic
    ) -> None:
        response = send(clinic, plan_now="yes", harm_thoughts=unknown("declined"))
        alerts.beat(now=timezone.now())

        text = sign_in(front_desk).get(URL).content.decode()

        assert "Rosa Example" in text
        assert "2 Mar 2026, 10:00" in text
        for hidden in ("Urgent", "Unresolved", "Alert", f"/staff/responses/{response}/"):
            assert hidden not in text

    def test_the_front_desk_cannot_tell_a_worrying_response_by_its_place(
        self, front_desk: User, send: Send, clinic: Clinic, tab: Tab
    ) -> None:
        send(clinic, "Calm", at=later(hours=-2))
        send(clinic, "Worrying", plan_now="yes")
        tab.save(plan_now="yes")

        assert names(front_desk) == ["Calm Example", "Worrying Example"]

    def test_an_auditor_has_no_worklist(self, sign_in: SignIn, auditor: User, send: Send, clinic: Clinic) -> None:
        send(clinic)

        page = sign_in(auditor).get(URL)

        assert page.status_code == 403
        assert "Rosa" not in page.content.decode()

    def test_an_administrator_is_taken_to_the_questionnaires(
        self, sign_in: SignIn, admin: User, send: Send, clinic: Clinic
    ) -> None:
        send(clinic)

        page = sign_in(admin).get(URL)

        assert (page.status_code, page["Location"]) == (302, "/admin/")
