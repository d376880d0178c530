"""A person over time on the summary: earlier responses, what changed, scores as drawing and table, who they may be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from intake import actions, people
from intake.clinician.over_time import EarlierLine, Likeness, OverTime
from intake.clinician.over_time_changes import Taken, changes_between
from intake.clinician.over_time_chart import point_of, trend_of
from intake.clinician.wording import Reading
from intake.models import Clinic, QuestionnaireResponse, User
from screening import publishing
from screening.engine import journey
from screening.engine.answers import read_answers
from screening.engine.assessment import ScoreResult, Settings, evaluate
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Score
from screening.exchange.yaml import load_cases, load_definition
from tests.intake.clinician.conftest import Send
from tests.intake.clinician.sample import summary_of
from tests.intake.sample import NOW, TODAY, later

CONTENT = Path(__file__).parents[3] / "screening" / "content"
BORN = datetime.date(1985, 6, 15)


def html(response: HttpResponse) -> str:
    return response.content.decode()


def text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(response)))


def compiled_at(name: str) -> tuple[Compiled, dict[str, Any]]:
    path = CONTENT / name
    return compile_definition(load_definition(path)), dict(load_cases(path)[0].answers)


@pytest.fixture(scope="module")
def first() -> tuple[Compiled, dict[str, Any]]:
    return compiled_at("ketamine")


@pytest.fixture(scope="module")
def check_in() -> tuple[Compiled, dict[str, Any]]:
    return compiled_at("check_in")


def taken(source: tuple[Compiled, dict[str, Any]], **more: Any) -> Taken:
    compiled, baseline = source
    given = read_answers(compiled.definition, {**baseline, **more}, on=TODAY)
    answers = dict(journey.with_skipped(compiled, given, TODAY, Settings()))
    reading = Reading(compiled=compiled, answers=answers, settings=Settings(), as_of=TODAY)
    return Taken(reading=reading, assessment=evaluate(compiled, answers, TODAY, Settings()))


class TestChanges:
    def test_the_same_answers_are_no_change(self, check_in: Any) -> None:
        assert changes_between(taken(check_in), taken(check_in)).are_none

    def test_an_answer_and_its_flag(self, check_in: Any) -> None:
        found = changes_between(taken(check_in), taken(check_in, bladder_problem="yes"))

        assert [(one.what, one.before, one.after) for one in found.flags] == [
            ("Bladder or urinary symptoms", "Ruled out", "Caution")
        ]
        assert [(one.before, one.after) for one in found.answers] == [("No", "Yes")]

    def test_a_flag_that_went_and_one_that_rose(self, check_in: Any) -> None:
        before = taken(check_in, bladder_problem="yes", blood_pressure_reading={"systolic": 145, "diastolic": 80})
        now = taken(check_in, blood_pressure_reading={"systolic": 165, "diastolic": 80})

        assert {(one.before, one.after) for one in changes_between(before, now).flags} == {
            ("Caution", "Ruled out"),
            ("Caution", "Contraindication"),
        }

    def test_not_sure_is_not_ruled_out(self, check_in: Any) -> None:
        found = changes_between(taken(check_in), taken(check_in, bladder_problem={"state": "not_sure"}))

        assert [one.after for one in found.flags] == ["Could not be ruled out"]

    def test_medicines_started_and_stopped(self, check_in: Any) -> None:
        before = taken(check_in, medicines=["sertraline", "Vitamin D"])
        now = taken(check_in, medicines=["vitamin d", "diazepam"])
        found = changes_between(before, now)

        assert [name.split()[0].lower() for name in found.started] == ["diazepam"]
        assert [name.split()[0].lower() for name in found.stopped] == ["sertraline"]

    def test_a_list_that_is_not_known_says_nothing_of_medicines(self, check_in: Any) -> None:
        before = taken(check_in, medicines=["sertraline"])
        found = changes_between(before, taken(check_in, medicines={"state": "not_sure"}))

        assert (found.started, found.stopped) == ((), ())

    def test_items_of_an_instrument_are_left_to_its_score_but_for_safety(self, check_in: Any) -> None:
        now = taken(check_in, phq9_1="several_days", asq_1="yes", phq9_9="several_days")
        found = changes_between(taken(check_in), now)

        assert {one.what for one in found.answers} == {
            "ASQ 1: wished to be dead",
            "PHQ-9 9: thoughts of death or self-harm",
        }

    def test_two_questionnaires_are_compared_where_both_ask(self, first: Any, check_in: Any) -> None:
        found = changes_between(taken(first), taken(check_in, bp_still_too_high="yes", bladder_problem="yes"))

        assert "Urinary symptoms, cystitis or bladder damage" in {one.what for one in found.answers}
        assert "Bladder or urinary symptoms" in {one.what for one in found.flags}

    def test_ruled_out_anew_does_not_take_back_what_the_first_one_raised(self, first: Any, check_in: Any) -> None:
        found = changes_between(taken(first, aneurysm="yes"), taken(check_in))

        assert not any("neurysm" in one.what for one in found.flags)
        assert any(line.startswith("Aneurysm") and "contraindication" in line for line in found.carried)

    def test_who_the_person_is_is_no_change(self, check_in: Any) -> None:
        assert not changes_between(taken(check_in), taken(check_in, family_name="Other")).answers


class TestTrend:
    SCORE = Score(link_id="phq9", title={"en": "PHQ-9 total"}, items=())

    def point(self, day: int, total: float | None, low: float = 0, high: float = 0, answered: int = 9) -> Any:
        result = ScoreResult(total=total, possible=(low, high), answered=answered, of=9, band="Mild")
        return point_of(datetime.date(2026, 3, day), "AAAA-BBBB", self.SCORE, result)

    def test_a_higher_total_stands_higher(self) -> None:
        marks = trend_of(self.SCORE, [self.point(1, 5), self.point(15, 20)], most=27).chart.marks

        assert marks[1].top < marks[0].top
        assert marks[0].x < marks[1].x

    def test_an_incomplete_one_is_a_range_and_never_joined(self) -> None:
        points = [self.point(1, 5), self.point(8, None, low=6, high=12, answered=7), self.point(15, 20)]
        trend = trend_of(self.SCORE, points, most=27)

        assert trend.points[1].result == "6 to 12, incomplete"
        assert trend.chart.marks[1].top < trend.chart.marks[1].bottom
        assert trend.chart.joined == ()

    def test_it_is_said_in_a_sentence(self) -> None:
        said = trend_of(self.SCORE, [self.point(1, 5), self.point(15, 20)], most=27).said

        assert said == "PHQ-9 total, 2 results: 5 on 1 Mar 2026; latest 20 on 15 Mar 2026."

    def test_numbers_that_would_cover_each_other_are_left_to_the_table(self) -> None:
        points = [self.point(1, 5), self.point(2, 6), self.point(31, 7)]

        assert [mark.text for mark in trend_of(self.SCORE, points, most=27).chart.marks] == ["5", "", "7"]

    def test_two_on_one_day_stand_beside_each_other(self) -> None:
        marks = trend_of(self.SCORE, [self.point(1, 5), self.point(1, 6)], most=27).chart.marks

        assert marks[0].x != marks[1].x


def beside_scores(**more: Any) -> str:
    (scores,) = (group for group in summary_of().groups if group.key == "scores")
    over_time = OverTime(**{"person": "P", "earlier": (), "trends": (), "alike": (), **more})
    return " ".join(render_to_string("clinician/_group_scores.html", {"group": scores, "over_time": over_time}).split())


class TestBesideTheScores:
    def test_a_first_measurement_says_so(self) -> None:
        assert "First measurement, no trend yet." in beside_scores()

    def test_it_points_to_who_may_be_the_same(self) -> None:
        page = beside_scores(alike=(Likeness(reference="P2", since="2 Mar 2026"),))

        assert "no trend yet. Somebody of the same name and date of birth has answered before" in page

    def test_it_gives_the_latest_results(self) -> None:
        points = [TestTrend().point(1, 15), TestTrend().point(20, 8)]
        trend = trend_of(TestTrend.SCORE, points, most=27)

        assert "Over time: PHQ-9 total 15 (1 Mar 2026), 8 (20 Mar 2026)" in beside_scores(trends=(trend,))

    def test_something_else_before_is_no_trend(self) -> None:
        earlier = EarlierLine(reference="R", questionnaire="Another", day="2 Mar 2026")

        assert "Nothing earlier to compare these scores with" in beside_scores(earlier=(earlier,))


@pytest.mark.django_db
class TestTheSummary:
    @pytest.fixture
    def again(self, send: Send, clinic: Clinic) -> tuple[QuestionnaireResponse, QuestionnaireResponse]:
        return (
            send(clinic, birth_date=BORN),
            send(clinic, birth_date=BORN, at=later(days=14), stroke="yes", low_mood="yes"),
        )

    @pytest.fixture
    def joined(self, again: Any, clinician: User) -> tuple[QuestionnaireResponse, QuestionnaireResponse]:
        before, now = again
        actions.confirm_same_person(
            person_id=now.person_id, other_id=before.person_id, by=clinician, now=later(days=15)
        )
        return before, now

    def test_it_suggests_and_joins_nothing_by_itself(self, desk: Client, again: Any) -> None:
        before, now = again
        page = text(desk.get(f"/staff/responses/{now}/"))

        assert f"May be the same person as {before.person}" in page
        assert "What changed" not in page

    def test_it_lists_what_came_before_and_what_changed(self, desk: Client, joined: Any) -> None:
        before, now = joined
        page = text(desk.get(f"/staff/responses/{now}/"))

        assert "What changed since 2 Mar 2026" in page
        assert f"Earlier responses 2 Mar 2026: A small questionnaire, summary {before}" in page
        assert "stroke?: No → Yes" in page

    def test_an_earlier_response_does_not_know_later_ones(self, desk: Client, joined: Any) -> None:
        before, now = joined

        assert str(now) not in text(desk.get(f"/staff/responses/{before}/"))

    def test_someone_new_has_nothing_before(self, desk: Client, send: Send, clinic: Clinic) -> None:
        page = text(desk.get(f"/staff/responses/{send(clinic)}/"))

        assert "Earlier responses" not in page
        assert "May be the same" not in page

    def test_it_costs_one_query(self, joined: Any, django_assert_num_queries: Callable[..., Any]) -> None:
        from intake.clinician.over_time import over_time_of

        now = QuestionnaireResponse.objects.select_related("clinic", "version", "person").get(pk=joined[1].pk)
        publishing.compiled(now.version)
        with django_assert_num_queries(1):
            found = over_time_of(now)

        assert found is not None
        assert len(found.earlier) == 1

    def test_who_was_told_apart_is_not_suggested(self, desk: Client, again: Any, clinician: User) -> None:
        before, now = again
        actions.tell_people_apart(person_id=before.person_id, other_id=now.person_id, by=clinician, now=NOW)

        assert "May be the same" not in text(desk.get(f"/staff/responses/{now}/"))
        assert not people.suggested_for(now.person).exists()


@pytest.mark.django_db
class TestThePersonPage:
    @pytest.fixture(autouse=True)
    def _clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("intake.clinician.people.timezone.now", lambda: NOW)

    @pytest.fixture
    def rosa(self, send: Send, clinic: Clinic) -> QuestionnaireResponse:
        return send(clinic, birth_date=BORN)

    def url(self, response: QuestionnaireResponse, rest: str = "") -> str:
        return f"/staff/people/{response.person}/{rest}"

    def given(self, **more: Any) -> dict[str, Any]:
        return {
            "kind": "every_days", "days": "14", "questionnaire": "small", "email": "rosa@example.org", "language": "en",
        } | more  # fmt: skip

    def test_it_shows_the_person(self, desk: Client, rosa: QuestionnaireResponse) -> None:
        page = text(desk.get(self.url(rosa)))

        assert "Rosa Example" in page
        assert str(rosa) in page
        assert "Nothing is sent until you set one." in page

    def test_the_same_person_is_said_and_taken_back(
        self, desk: Client, rosa: QuestionnaireResponse, send: Send, clinic: Clinic
    ) -> None:
        second = send(clinic, birth_date=BORN, at=later(days=1))
        done = desk.post(self.url(second, f"same/{rosa.person}/"), {"decision": "same"}, follow=True)

        assert done.redirect_chain[-1][0] == self.url(rosa)
        assert str(second) in text(done)
        assert "The same person as" in text(done)
        [back] = re.findall(r'action="([^"]+take-back[^"]+)"', html(done))
        assert "taken back by Clara" in text(desk.post(back, follow=True))

    def test_a_decision_that_is_none_changes_nothing(
        self, desk: Client, rosa: QuestionnaireResponse, send: Send, clinic: Clinic
    ) -> None:
        second = send(clinic, birth_date=BORN)
        page = text(desk.post(self.url(second, f"same/{rosa.person}/"), {"decision": "x"}, follow=True))

        assert "Choose whether they are the same person." in page

    def test_a_session_is_recorded_and_withdrawn(self, desk: Client, rosa: QuestionnaireResponse) -> None:
        page = desk.post(self.url(rosa, "sessions/"), {"at": "2026-03-01T09:30"}, follow=True)

        assert "1 Mar 2026, 09:30, took place (recorded by Clara)" in text(page)
        [withdraw] = re.findall(r'action="([^"]+withdraw/)"', html(page))
        assert "withdrawn by Clara" in text(desk.post(withdraw, follow=True))

    @pytest.mark.parametrize("at", ["", "tomorrow", "2036-03-01T09:30"])
    def test_a_session_that_cannot_be_is_refused_and_kept(
        self, desk: Client, rosa: QuestionnaireResponse, at: str
    ) -> None:
        page = desk.post(self.url(rosa, "sessions/"), {"at": at})

        assert page.status_code == 422
        assert "There is a problem" in text(page) or "Enter" in text(page)

    def test_a_schedule_is_set_and_ended(self, desk: Client, rosa: QuestionnaireResponse) -> None:
        page = text(desk.post(self.url(rosa, "schedule/"), self.given(), follow=True))
        assert "Asked every 14 days, counted from the latest session; the next link is sent on 16 Mar 2026" in page

        assert "Nothing is sent until you set one." in text(desk.post(self.url(rosa, "schedule/end/"), follow=True))

    @pytest.mark.parametrize("wrong", [{"email": ""}, {"email": "rosa@"}, {"days": "0"}, {"kind": ""}])
    def test_a_schedule_with_a_mistake_comes_back(
        self, desk: Client, rosa: QuestionnaireResponse, wrong: dict[str, str]
    ) -> None:
        page = desk.post(self.url(rosa, "schedule/"), self.given(**wrong))

        assert page.status_code == 422
        assert 'value="rosa@' in html(page) or "email" in wrong

    @pytest.mark.parametrize("rest", ["", "schedule/", "schedule/end/", "sessions/"])
    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_another_clinics_person_is_the_same_as_none(
        self, rosa: QuestionnaireResponse, who: str, rest: str, request: pytest.FixtureRequest, sign_in: Any
    ) -> None:
        browser = sign_in(request.getfixturevalue(who))
        ask = browser.post if rest else browser.get
        found = [ask(url) for url in (self.url(rosa, rest), f"/staff/people/K7QM-3X4P/{rest}")]

        assert [one.status_code for one in found] == [404, 404]
        assert found[0].content == found[1].content

    def test_another_clinics_person_cannot_be_matched(
        self, desk: Client, rosa: QuestionnaireResponse, send: Send, other_clinic: Clinic
    ) -> None:
        elsewhere = send(other_clinic, birth_date=BORN)

        assert desk.post(self.url(rosa, f"same/{elsewhere.person}/"), {"decision": "same"}).status_code == 404
        assert desk.get(self.url(elsewhere)).status_code == 404

    def test_another_persons_session_cannot_be_withdrawn(
        self, desk: Client, rosa: QuestionnaireResponse, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        other = send(clinic, "Ben")
        row = actions.record_session(person_id=other.person_id, at=NOW, by=clinician, now=timezone.now())

        assert desk.post(self.url(rosa, f"sessions/{row.pk}/withdraw/")).status_code == 404

    @pytest.mark.parametrize("rest", ["schedule/", "schedule/end/", "sessions/"])
    def test_reading_an_address_that_writes_is_refused(
        self, desk: Client, rosa: QuestionnaireResponse, rest: str
    ) -> None:
        assert desk.get(self.url(rosa, rest)).status_code == 405
