"""All answers on the summary: each state of each question, as the patient or the clinic reads it."""

from __future__ import annotations

from typing import Any

import pytest

from intake.clinician.summary import summarize
from intake.records import PastChange
from screening.engine.answers import Answer
from screening.engine.assessment import Assessment

from .sample import NOW, reading_of, record, summary_of
from .summary_parts import line, shown


class TestAnswers:
    @pytest.mark.parametrize(
        ("given", "state", "text"),
        [
            ("yes", "answered", "Yes"),
            ({"state": "not_sure"}, "not_sure", "Not sure"),
            ({"state": "declined"}, "declined", "Prefer not to say"),
            ({"state": "skipped"}, "skipped", "Skipped"),
            ({"state": "skipped", "typed": {"": "maybe?"}}, "unreadable", "Could not be read: “maybe?”"),
            (None, "not_reached", "Not reached yet"),
        ],
    )
    def test_it_tells_each_state_from_every_other(self, given: Any, state: str, text: str) -> None:
        found = line(summary_of({"smoker": given}), "Smokes")

        assert (found.state, found.answer) == (state, text)

    def test_it_says_why_a_question_was_not_asked(self) -> None:
        found = line(summary_of(), "Plan")

        assert found.kind == "not_asked"
        assert found.questions == ("Plan", "Means")
        assert found.why.startswith("only if ")
        assert "Thoughts of suicide" in found.why

    def test_it_says_when_it_could_not_be_known_whether_to_ask(self) -> None:
        assert "could not be known" in line(summary_of({"stroke": {"state": "declined"}}), "When the stroke was").why

    def test_it_says_why_a_whole_section_was_not_asked(self) -> None:
        (found,) = summary_of().sections[-1].lines

        assert found.questions == ("Polyps", "Nosebleeds")
        assert "Route" in found.why

    def test_it_shows_a_section_that_was_asked(self) -> None:
        assert line(summary_of({"route": "nasal", "polyps": "yes"}), "Polyps").answer == "Yes"

    def test_it_does_not_show_what_was_answered_to_a_hidden_question(self) -> None:
        summary = summary_of({"route": "infusion", "polyps": "yes"})

        assert line(summary, "Polyps").kind == "not_asked"

    def test_it_keeps_every_character_of_a_long_text(self) -> None:
        text = "start " + "word " * 3990 + "the end"

        found = line(summary_of({"reason": text}), "Reason")

        assert (found.kind, found.answer) == ("long", text)

    def test_it_shows_each_entry_of_a_repeating_group(self) -> None:
        stays = [
            {"event_what": "Broken leg", "event_year": 2010},
            {"event_what": "Birth", "event_year": {"state": "not_sure"}},
        ]

        found = line(summary_of({"events": stays}), "Hospital stays")

        assert [[(item.question, item.answer) for item in entry] for entry in found.entries] == [
            [("What for", "Broken leg"), ("Year", "2010")],
            [("What for", "Birth"), ("Year", "Not sure")],
        ]

    def test_it_lists_allergies_on_the_face_sheet(self) -> None:
        summary = summary_of({"reaction": "yes", "reaction_what": "Latex, a rash"})

        assert [(line.label, line.value) for line in summary.background.allergies] == [
            ("Allergy", "Yes"),
            ("Allergy, which", "Latex, a rash"),
        ]

    def test_an_open_question_about_allergies_does_not_read_as_none(self) -> None:
        assert [line.value for line in summary_of({"reaction": None}).background.allergies] == ["Not reached yet"]
        assert [line.value for line in summary_of({"reaction": {"state": "not_sure"}}).background.allergies] == [
            "Not sure"
        ]

    def test_it_leaves_out_an_allergy_that_was_taken_back(self) -> None:
        summary = summary_of({"reaction": "no", "reaction_what": "Latex"})

        assert [line.value for line in summary.background.allergies] == ["No"]

    def test_it_lists_medicines_on_the_face_sheet(self) -> None:
        summary = summary_of({"pills": [{"code": "diazepam", "dose_mg": 5}, "a blue one"]})

        assert "diazepam" in summary.background.medicines[0].value
        assert "a blue one" in summary.background.medicines[0].value

    def test_it_gives_the_same_page_for_the_same_answers(self) -> None:
        assert summary_of({"thoughts": "yes"}) == summary_of({"thoughts": "yes"})


class TestShow:
    def test_it_lists_everything_unless_asked_for_less(self) -> None:
        assert line(summary_of(), "Plan").kind == "not_asked"
        assert summary_of().show_title == "Everything"

    def test_all_that_was_asked_leaves_out_what_was_not(self) -> None:
        kinds = {one.kind for section in shown("asked").sections for one in section.lines}

        assert "not_asked" not in kinds
        assert line(shown("asked"), "Smokes").answer == "No"

    @pytest.mark.parametrize(
        ("given", "is_listed"),
        [
            ({"smoker": "yes"}, True),
            ({"smoker": "no"}, False),
            ({"smoker": {"state": "not_sure"}}, True),
            ({"smoker": {"state": "declined"}}, True),
            ({"smoker": {"state": "skipped"}}, True),
            ({"smoker": {"state": "skipped", "typed": {"": "maybe?"}}}, True),
            ({"smoker": None}, True),
        ],
    )
    def test_only_a_plain_no_is_left_out(self, given: dict[str, Any], is_listed: bool) -> None:
        names = [one.question for section in shown("positive", given).sections for one in section.lines]

        assert ("Smokes" in names) is is_listed

    def test_the_lowest_of_a_scale_is_a_plain_no(self) -> None:
        names = [one.question for section in shown("positive", {"mood_2": "some"}).sections for one in section.lines]

        assert "Mood 1" not in names
        assert "Mood 2" in names

    def test_a_no_that_was_a_yes_at_first_is_listed(self) -> None:
        step = PastChange(1, "patient", NOW, {"smoker": Answer(state="answered", value="yes")})
        reading = reading_of()
        summary = summarize(record=record(), reading=reading, assessment=Assessment(), steps=(step,), show="positive")

        assert line(summary, "Smokes").before == ("Yes",)

    def test_the_points_are_the_same_whatever_is_listed(self) -> None:
        given = {"smoker": "yes", "pregnant": {"state": "not_sure"}}

        assert shown("positive", given).groups == shown("all", given).groups
