"""The worklist: who cannot wait comes first, and nobody sees more than their role allows."""

from __future__ import annotations

import datetime

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import actions, alerts, reviewing
from intake.access import listing
from intake.clinician import worklist
from intake.clinician.worklist_filters import chosen
from intake.invitees import Details
from intake.models import Alert, AuditRecord, Clinic, Membership, QuestionnaireResponse, User
from screening import publishing
from screening.engine.definition import Review
from screening.models import QuestionnaireVersion
from tests.intake.sample import DEFINITION, NOW, Tab, later, unknown

from .conftest import Send, SignIn

URL = "/staff/"


def names(user: User, after: str = "") -> list[str]:
    return [row.who for row in worklist.page_of(user, after=after).rows]


def row_of(user: User, who: str) -> worklist.Row:
    return next(row for row in worklist.page_of(user).rows if row.who == who)


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


def cost(queries: CaptureQueriesContext) -> int:
    """Queries, those of session, menu and audit included; not the marks of nested transactions, and not the lock of
    the audit record on PostgreSQL, which SQLite has no need of."""
    free = ("SAVEPOINT", "pg_advisory_xact_lock")
    return sum(not any(word in query["sql"] for word in free) for query in queries.captured_queries)


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


class TestChoices:
    def counts(self, user: User, **given: str) -> dict[str, int]:
        return {one.title: one.count for one in worklist.page_of(user, wanted=chosen(given)).choices}

    def test_each_state_says_how_many(self, send: Send, clinic: Clinic, clinician: User, tab: Tab) -> None:
        tab.save(plan_now="yes")
        opened = send(clinic, "Opened")
        actions.open_response(response=opened, user=clinician, now=NOW)
        send(clinic, "Urgent", plan_now="yes")

        assert self.counts(clinician) == {
            "All": 3,
            "Not acknowledged": 2,
            "Not opened": 2,
            "Not signed": 2,
            "Mine": 0,
            "Nobody’s": 3,
            "Not sent": 1,
        }

    def test_a_count_goes_no_further_than_anybody_reads(
        self, send: Send, clinic: Clinic, desk: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listing, "MOST_COUNTED", 1)
        send(clinic, "Ana")
        assert "All <b>1</b>" in desk.get(URL).content.decode()
        send(clinic, "Ben")
        send(clinic, "Cleo")

        assert "All <b>1+</b>" in desk.get(URL).content.decode()

    def test_the_front_desk_is_told_nothing_of_answers(
        self, send: Send, clinic: Clinic, front_desk: User, tab: Tab
    ) -> None:
        tab.save(plan_now="yes")
        send(clinic, plan_now="yes")

        assert self.counts(front_desk) == {"All": 1, "Not opened": 1}

    @pytest.mark.parametrize(
        ("given", "found"),
        [
            ({"state": "waiting"}, ["Urgent", "Unsure"]),
            ({"state": "unopened"}, ["Urgent", "Unsure", "Calm"]),
            ({"state": "unsent"}, []),
            ({"state": "mine"}, ["Calm"]),
            ({"state": "nobody"}, ["Urgent", "Unsure", "Stroke"]),
            ({"severity": "urgent"}, ["Urgent"]),
            ({"severity": "unresolved"}, ["Unsure"]),
            ({"severity": "contraindication"}, ["Stroke"]),
            ({"severity": "none"}, ["Calm"]),
            ({"kind": "unresolved_safety"}, ["Unsure"]),
            ({"kind": "at_once"}, ["Urgent"]),
            ({"severity": "urgent", "state": "mine"}, []),
            ({"day": "2026-03-04"}, []),
            ({"state": "doomed", "severity": "x", "kind": "y", "day": "soon"}, ["Urgent", "Unsure", "Calm", "Stroke"]),
        ],
    )
    def test_a_filter_leaves_what_it_says(
        self, given: dict[str, str], found: list[str], send: Send, clinic: Clinic, clinician: User
    ) -> None:
        stroke = send(clinic, "Stroke", stroke="yes", at=later(hours=-1))
        actions.open_response(response=stroke, user=clinician, now=NOW)
        send(clinic, "Urgent", plan_now="yes")
        send(clinic, "Unsure", plan_now=unknown("declined"))
        actions.assign(response=send(clinic, "Calm"), by=clinician, now=NOW)

        rows = worklist.page_of(clinician, wanted=chosen(given)).rows

        assert [row.who.removesuffix(" Example") for row in rows] == found

    def test_a_front_desk_learns_nothing_from_a_filter(self, send: Send, clinic: Clinic, front_desk: User) -> None:
        send(clinic, plan_now="yes")

        for given in ({"severity": "urgent"}, {"kind": "at_once"}, {"state": "waiting"}, {"state": "nobody"}):
            assert worklist.page_of(front_desk, wanted=chosen(given)).rows == ()

    def test_the_next_page_keeps_the_filter(
        self, desk: Client, send: Send, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worklist, "PAGE_SIZE", 1)
        send(clinic, "Ana")
        send(clinic, "Ben")

        text = desk.get(URL, {"state": "nobody"}).content.decode()

        assert "?state=nobody&amp;after=" in text

    def test_it_says_when_nothing_matches(self, desk: Client, send: Send, clinic: Clinic) -> None:
        send(clinic)

        assert "Nothing matches" in desk.get(URL, {"state": "mine"}).content.decode()

    def test_filters_cost_no_more(self, desk: Client, send: Send, clinic: Clinic) -> None:
        send(clinic, plan_now="yes")

        with CaptureQueriesContext(connection) as queries:
            desk.get(URL, {"state": "waiting", "severity": "urgent", "kind": "at_once"})

        assert cost(queries) <= 8


class TestTwoThingsAtOnce:
    """Where no index holds both, lines are looked at one by one, and the page leads on."""

    ASKED = {"severity": "contraindication", "state": "nobody"}

    @pytest.fixture(autouse=True)
    def _all_but_the_last_are_assigned(
        self, send: Send, clinic: Clinic, clinician: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listing, "LOOKED_THROUGH", 2)
        for hour, name in enumerate(("Ana", "Ben", "Cleo")):
            response = send(clinic, name, stroke="yes", at=later(hours=hour))
            if name != "Cleo":
                actions.assign(response=response, by=clinician, now=NOW)

    def test_it_goes_on_until_everybody_was_looked_at(self, clinician: User) -> None:
        first = worklist.page_of(clinician, wanted=chosen(self.ASKED))
        second = worklist.page_of(clinician, wanted=chosen(self.ASKED), after=first.next_after)

        assert first.rows == ()
        assert ([row.who for row in second.rows], second.next_after) == (["Cleo Example"], "")

    def test_an_empty_page_says_that_there_is_more(self, desk: Client) -> None:
        text = desk.get(URL, self.ASKED).content.decode()

        assert "Nothing so far" in text
        assert "Next page" in text


class TestTwoClinics:
    @pytest.fixture(autouse=True)
    def _two_in_each(self, send: Send, clinic: Clinic, other_clinic: Clinic) -> None:
        for hour, (where, name) in enumerate(((clinic, "Ana"), (other_clinic, "Ben"), (clinic, "Cleo"))):
            send(where, name, at=later(hours=hour))
        send(other_clinic, "Dan", plan_now="yes", at=later(hours=3))

    def pages(self, user: User, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        monkeypatch.setattr(worklist, "PAGE_SIZE", 3)
        first = worklist.page_of(user)
        second = worklist.page_of(user, after=first.next_after)
        assert second.next_after == ""
        return [row.who.removesuffix(" Example") for row in (*first.rows, *second.rows)]

    def test_their_lists_are_one(self, clinician: User, other_clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
        Membership.objects.create(user=clinician, clinic=other_clinic, role="clinician", created_at=NOW)

        assert self.pages(clinician, monkeypatch) == ["Dan", "Ana", "Ben", "Cleo"]

    def test_where_answers_are_not_read_the_place_tells_nothing(
        self, clinician: User, other_clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Membership.objects.create(user=clinician, clinic=other_clinic, role="front_desk", created_at=NOW)

        assert self.pages(clinician, monkeypatch) == ["Ana", "Ben", "Cleo", "Dan"]
        assert {one.title: one.count for one in worklist.page_of(clinician).choices}["Not acknowledged"] == 0


class TestAppointments:
    @pytest.fixture
    def expected(self, clinic: Clinic, version: QuestionnaireVersion, clinician: User) -> str:
        """Somebody invited for the fourth of March, late in the day at the clinic, who sent."""
        at = datetime.datetime(2026, 3, 5, 1, 0, tzinfo=datetime.UTC)
        details = Details(name="Rosa", appointment_at=at)
        invited = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", details=details)
        started = actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=invited.invitation)
        Tab(started.response).finish(family_name="Example")
        return str(actions.submit(response_id=started.response.pk, now=NOW))

    def test_a_row_names_the_appointment(self, expected: str, clinician: User) -> None:
        (row,) = worklist.page_of(clinician).rows

        assert row.appointment == "4 Mar 2026, 20:00"

    @pytest.mark.parametrize(("day", "found"), [("2026-03-04", 1), ("2026-03-05", 0)])
    def test_a_day_finds_it_in_the_clinics_time(self, day: str, found: int, expected: str, clinician: User) -> None:
        assert len(worklist.page_of(clinician, wanted=chosen({"day": day})).rows) == found


class TestAssigning:
    def url(self, response: QuestionnaireResponse | str) -> str:
        return f"/staff/responses/{response}/assign/"

    def test_a_clinician_takes_one_and_leaves_it(
        self, desk: Client, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        response = send(clinic)

        desk.post(self.url(response), {"what": "take"})
        assert row_of(clinician, "Rosa Example").assigned == "Clara"
        assert row_of(clinician, "Rosa Example").is_mine

        desk.post(self.url(response), {"what": "leave"})
        assert row_of(clinician, "Rosa Example").assigned == ""

    def test_each_is_recorded_once(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic)

        for what in ("take", "take", "leave"):
            desk.post(self.url(response), {"what": what})

        found = AuditRecord.objects.filter(action__startswith="response.").exclude(action__contains="sent")
        assert [one.action for one in found.order_by("-seq")[:2]] == ["response.unassigned", "response.assigned"]

    def test_a_colleague_takes_over_but_does_not_push_away(
        self, send: Send, clinic: Clinic, clinician: User, colleague: User
    ) -> None:
        response = send(clinic)
        actions.assign(response=response, by=clinician, now=NOW)

        with pytest.raises(actions.AssignedToAnother):
            actions.unassign(response=response, by=colleague, now=NOW)
        actions.assign(response=response, by=colleague, now=NOW)

        assert row_of(clinician, "Rosa Example").assigned == "Colin"

    def test_nobody_else_may(
        self, sign_in: SignIn, front_desk: User, outsider: User, send: Send, clinic: Clinic
    ) -> None:
        response = send(clinic)

        for person in (front_desk, outsider):
            browser = sign_in(person)
            others, missing = browser.post(self.url(response)), browser.post(self.url("AAAA-AAAA"))
            assert others.status_code == missing.status_code == 404
            assert others.content == missing.content
        response.refresh_from_db()
        assert response.assigned_to is None

    def test_reading_assigns_nothing(self, desk: Client, send: Send, clinic: Clinic) -> None:
        assert desk.get(self.url(send(clinic))).status_code == 405


class TestSigned:
    def test_what_was_signed_comes_last(self, send: Send, clinic: Clinic, clinician: User) -> None:
        signed = send(clinic, "Signed", stroke="no", at=later(hours=-2))
        sign(signed, clinician)
        opened = send(clinic, "Opened", at=later(hours=-1))
        actions.open_response(response=opened, user=clinician, now=NOW)

        assert names(clinician) == ["Opened Example", "Signed Example"]
        assert row_of(clinician, "Signed Example").is_signed

        correct(signed, at=later(hours=1))
        assert names(clinician) == ["Signed Example", "Opened Example"]

    def test_a_correction_that_was_read_is_not_signed_by_that(
        self, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        response = send(clinic, "Signed", stroke="no", at=later(hours=-2))
        sign(response, clinician)
        correct(response, at=later(hours=1))
        actions.open_response(response=response, user=clinician, now=later(hours=2))

        assert not row_of(clinician, "Signed Example").is_signed


def sign(response: QuestionnaireResponse, by: User) -> None:
    review = reviewing.review_of(response)
    for point in review.unseen:
        token = reviewing.token_of(response, point.key)
        actions.acknowledge_point(response_id=response.pk, point=token, by=by, now=NOW)
    actions.sign_off(
        response_id=response.pk, content=review.content, disposition=response.clinic.dispositions[0],
        rationale="Nothing stands against it.", by=by, now=NOW,
    )  # fmt: skip


def correct(response: QuestionnaireResponse, *, at: datetime.datetime) -> None:
    actions.add_correction(response_id=response.pk, words="It was in 2019.", about="", attempt="words:1", now=at)


class TestSearch:
    SEARCH = "/staff/search/"

    def found(self, browser: Client, **given: str) -> list[str]:
        page = browser.post(self.SEARCH, given)
        assert page.status_code == 200
        return [row.who for row in page.context["page"].rows]

    @pytest.mark.parametrize(
        "given",
        [
            {"name": "Rosa Díaz"},
            {"name": "  rosa   DIAZ "},
            {"name": "Díaz, Rosa"},
            {"birth_date": "1985-06-15"},
            {"name": "Rosa Diaz", "birth_date": "1985-06-15"},
        ],
    )
    def test_it_finds_somebody_by_exact_match(
        self, given: dict[str, str], desk: Client, sent: QuestionnaireResponse
    ) -> None:
        assert self.found(desk, **given) == ["Rosa Díaz"]

    def test_it_finds_a_reference_as_people_type_it(self, desk: Client, sent: QuestionnaireResponse) -> None:
        assert self.found(desk, reference=str(sent).lower().replace("-", " ")) == ["Rosa Díaz"]

    @pytest.mark.parametrize(
        "given",
        [
            {"name": "Rosa"},
            {"name": "Rosa Díaz", "birth_date": "1985-06-16"},
            {"reference": "AAAA-AAAA"},
            {"reference": "' OR 1=1"},
        ],
    )
    def test_it_finds_nothing_else(self, given: dict[str, str], desk: Client, sent: QuestionnaireResponse) -> None:
        assert self.found(desk, **given) == []

    @pytest.mark.parametrize("given", [{}, {"name": "  "}, {"birth_date": "yesterday"}])
    def test_it_refuses_what_it_cannot_look_for(self, given: dict[str, str], desk: Client) -> None:
        page = desk.post(self.SEARCH, given)

        assert page.status_code == 422
        assert "There is a problem" in page.content.decode()

    def test_the_front_desk_finds_who_has_sent_without_a_way_to_the_answers(
        self, sign_in: SignIn, front_desk: User, sent: QuestionnaireResponse
    ) -> None:
        text = sign_in(front_desk).post(self.SEARCH, {"name": "Rosa Díaz"}).content.decode()

        assert "Rosa Díaz" in text
        assert f"/staff/responses/{sent}/" not in text

    def test_another_clinic_finds_nobody(self, sign_in: SignIn, outsider: User, sent: QuestionnaireResponse) -> None:
        browser = sign_in(outsider)

        assert self.found(browser, name="Rosa Díaz") == []
        assert self.found(browser, reference=str(sent)) == []

    def test_an_auditor_has_no_search(self, sign_in: SignIn, auditor: User) -> None:
        assert sign_in(auditor).post(self.SEARCH, {"name": "Rosa"}).status_code == 404

    def test_it_is_recorded_without_what_was_typed(self, desk: Client, sent: QuestionnaireResponse) -> None:
        self.found(desk, name="Rosa Díaz", birth_date="1985-06-15")

        latest = AuditRecord.objects.order_by("-seq")[0]
        assert latest.action == "worklist.searched"
        assert latest.objects_named == {"by_what": "name birth_date", "found": "1"}

    def test_an_address_alone_searches_for_nothing(self, desk: Client, sent: QuestionnaireResponse) -> None:
        page = desk.get(self.SEARCH, {"name": "Rosa Díaz"})

        assert (page.status_code, page["Location"]) == (302, "/staff/")
        assert not AuditRecord.objects.filter(action="worklist.searched").exists()
