"""Which rows of the worklist are shown: chosen by state, clinic, appointment or two of them at once."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake import actions
from intake.access import listing
from intake.clinician import worklist
from intake.clinician.worklist_filters import chosen
from intake.invitees import Details
from intake.models import Clinic, Membership, User
from screening.models import QuestionnaireVersion
from tests.intake.sample import NOW, Tab, later, unknown

from .conftest import Send
from .rows import URL, cost


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
