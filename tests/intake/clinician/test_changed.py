"""Answers changed before sending: what was answered first, and what it had raised."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from intake import actions
from intake.clinician.changed import earlier_answers, taken_back
from intake.clinician.summary import Summary, summarize
from intake.models import Clinic
from intake.records import PastChange
from screening.engine.answers import read_answers
from screening.engine.assessment import evaluate
from screening.models import QuestionnaireVersion
from tests.intake.sample import NOW, Tab, unknown

from .sample import NOW as SAVED
from .sample import TODAY, definition, reading_of, record


def steps(*saves: dict[str, Any]) -> tuple[PastChange, ...]:
    """Saves of the patient, in order; None takes an answer back."""
    found = []
    for number, save in enumerate(saves, start=1):
        given = read_answers(definition(), {key: value for key, value in save.items() if value is not None}, on=TODAY)
        found.append(PastChange(number, "patient", SAVED, {key: given.get(key) for key in save}))
    return tuple(found)


def earlier(*saves: dict[str, Any], **final: Any) -> dict[str, tuple[str, ...]]:
    return earlier_answers(steps(*saves), reading_of(final))


def summary_after(*saves: dict[str, Any], **final: Any) -> Summary:
    reading = reading_of(final)
    assessment = evaluate(reading.compiled, reading.answers, TODAY, reading.settings)
    return summarize(record=record(), reading=reading, assessment=assessment, steps=steps(*saves))


class TestEarlierAnswers:
    def test_it_gives_what_was_answered_first(self) -> None:
        assert earlier({"smoker": "yes"}, {"smoker": "no"}, smoker="no") == {"smoker": ("Yes",)}

    def test_it_keeps_every_turn_in_order(self) -> None:
        saves = ({"smoker": "yes"}, {"smoker": {"state": "not_sure"}}, {"smoker": "no"})

        assert earlier(*saves, smoker="no") == {"smoker": ("Yes", "Not sure")}

    def test_it_is_silent_about_an_answer_that_came_back(self) -> None:
        assert earlier({"smoker": "no"}, {"smoker": "no"}, smoker="no") == {}

    def test_it_is_silent_about_a_question_left_empty_at_first(self) -> None:
        assert earlier({"smoker": {"state": "skipped"}}, {"smoker": "no"}, smoker="no") == {}

    def test_it_shows_an_answer_that_was_taken_back(self) -> None:
        assert earlier({"smoker": "yes"}, {"smoker": None}, smoker=None) == {"smoker": ("Yes",)}

    def test_text_that_was_still_being_typed_is_no_earlier_answer(self) -> None:
        saves = ({"reason": "I feel"}, {"reason": "I feel low"}, {"reason": "I feel low and tired"})

        assert earlier(*saves, reason="I feel low and tired") == {}

    def test_text_that_was_rewritten_is(self) -> None:
        saves = ({"reason": "I want"}, {"reason": "I want to vanish"}, {"reason": "I want"}, {"reason": "I want help"})

        assert earlier(*saves, reason="I want help") == {"reason": ("I want to vanish",)}

    def test_it_counts_what_it_does_not_print(self) -> None:
        saves = [{"reason": f"{number} times"} for number in range(6)]

        assert earlier(*saves, reason="Low mood") == {
            "reason": ("0 times", "1 times", "2 times", "and 3 more, kept in the record")
        }

    def test_it_ignores_a_question_that_the_version_does_not_have(self) -> None:
        stranger = PastChange(1, "patient", SAVED, {"nobody": None})

        assert earlier_answers((stranger,), reading_of()) == {}


class TestTakenBack:
    def test_it_names_what_the_earlier_answer_had_raised(self) -> None:
        (one,) = summary_after({"thoughts": "yes"}, {"thoughts": "no"}).changed

        assert (one.question, one.before, one.now) == ("Thoughts of suicide", ("Yes",), "No")
        assert one.raised == ("Suicidal thoughts (caution)",)

    def test_it_names_a_point_that_became_less_severe(self) -> None:
        saves = ({"thoughts": "yes", "plan": "yes"}, {"plan": "no"})

        (one,) = summary_after(*saves, thoughts="yes", plan="no").changed

        assert (one.question, one.raised) == ("Plan", ("Suicidal thoughts (urgent)",))

    def test_it_says_when_the_question_is_not_asked_any_more(self) -> None:
        saves = ({"thoughts": "yes", "plan": "yes"}, {"thoughts": "no", "plan": "no"})

        found = {one.question: one.now for one in summary_after(*saves, plan="no").changed}

        assert found == {"Plan": "not asked"}

    def test_what_was_asked_only_for_an_answer_that_was_changed_is_still_told(self) -> None:
        saves = ({"thoughts": "yes", "plan": "yes"}, {"thoughts": "no"})

        told = {fact.question: fact.answer for fact in summary_after(*saves, plan="yes").safety_answers.told}

        assert told == {
            "Thoughts of suicide": "No (first answered: Yes)",
            "Plan": "not asked (first answered: Yes)",
        }

    def test_it_is_silent_when_the_point_is_raised_all_the_same(self) -> None:
        saves = ({"reading": {"systolic": 170, "diastolic": 90}}, {"reading": {"systolic": 165, "diastolic": 90}})

        assert summary_after(*saves, reading={"systolic": 165, "diastolic": 90}).changed == ()

    def test_it_is_silent_about_a_change_that_raised_nothing(self) -> None:
        assert summary_after({"route": "nasal"}, {"route": "infusion"}).changed == ()

    def test_it_finds_nothing_where_nothing_was_changed(self) -> None:
        assert taken_back(steps({"thoughts": "yes"}), reading_of({"thoughts": "yes"}), _assessed("yes")) == ()


def _assessed(thoughts: str) -> Any:
    reading = reading_of({"thoughts": thoughts})
    return evaluate(reading.compiled, reading.answers, TODAY, reading.settings)


class TestPage:
    @pytest.fixture
    def changed(self, tab: Tab) -> str:
        """The reference of somebody who took a disclosure back and then sent."""
        tab.save(family_name="Example", plan_now="yes", section="safety")
        tab.save(plan_now="no", harm_thoughts="no", low_mood="no")
        tab.finish()
        return str(actions.submit(response_id=tab.response.pk, now=NOW))

    def test_it_shows_the_change_on_the_face_sheet_and_beside_the_answer(self, desk: Client, changed: str) -> None:
        text = desk.get(f"/staff/responses/{changed}/").content.decode()

        assert "Changed before sending" in text
        assert "At first: suicide_plan (urgent)." in text
        assert "First answered:" in text

    def test_a_clinic_that_does_not_show_changes_shows_none(
        self, desk: Client, clinic: Clinic, version: QuestionnaireVersion
    ) -> None:
        clinic.shows_changed_answers = False
        clinic.save(update_fields=["shows_changed_answers"])
        tab = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response)
        tab.save(family_name="Example", plan_now="yes")
        tab.save(plan_now="no", harm_thoughts=unknown("declined"))
        tab.finish()
        sent = actions.submit(response_id=tab.response.pk, now=NOW)

        text = desk.get(f"/staff/responses/{sent}/").content.decode()

        assert "Changed before sending" not in text
        assert "First answered" not in text

    @pytest.mark.parametrize("shows", [True, False])
    def test_the_start_page_says_what_the_clinic_does(self, client: Client, clinic: Clinic, shows: bool) -> None:
        clinic.shows_changed_answers = shows
        clinic.save(update_fields=["shows_changed_answers"])

        text = client.get(f"/start/{clinic.slug}/").content.decode()

        assert ("staff may see that it was changed" in text) is shows


def test_what_a_withdrawn_safety_answer_kept_from_being_asked_is_named() -> None:
    withdrawn = summary_after({"thoughts": "yes"}, {"thoughts": "no"}, thoughts="no")

    assert withdrawn.unknown.doubtful == ("Plan", "Means")
    assert summary_after({"thoughts": "no"}, thoughts="no").unknown.doubtful == ()
