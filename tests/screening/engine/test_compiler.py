"""What is asked, and what rules see of it."""

from __future__ import annotations

from typing import Any

import pytest

from screening.engine.compiler import compile_definition
from screening.engine.definition import Definition, Parameter, Question, Score, Section, Variable
from screening.engine.results import Settings
from screening.engine.values import Answer, BloodPressure

from .building import (
    NOT_SURE,
    TODAY,
    UNKNOWNS,
    answered,
    answers,
    assess,
    choice,
    days_ago,
    definition,
    en,
    flag,
    medicines,
    question,
    taken,
    truth,
    visible,
)


class TestAsked:
    asked = (question("stroke"), question("weak", ask_when="stroke is yes"), question("arm", ask_when="weak is yes"))

    def test_a_question_is_asked_when_its_condition_is_true(self):
        assert visible(answers(stroke="yes", weak="no"), *self.asked) == {
            "page": True, "stroke": True, "weak": True, "arm": False,
        }  # fmt: skip

    def test_whether_it_is_asked_is_unknown_while_its_gate_is(self):
        assert visible(answers(stroke=NOT_SURE), *self.asked)["weak"] is None
        assert visible({}, *self.asked)["arm"] is None

    def test_a_gate_that_is_itself_hidden_hides_what_hangs_on_it(self):
        given = answers(stroke="no", weak="yes", arm="yes")

        assert visible(given, *self.asked) == {"page": True, "stroke": True, "weak": False, "arm": False}
        assert truth("arm is yes", given, *self.asked) is False

    def test_a_section_and_a_group_must_be_asked_too(self):
        group = question(
            "pain", "group", ask_when="hurts is yes", items=(question("back"), question("neck", ask_when="back is no"))
        )
        sections = (
            Section(link_id="one", title=en("One"), questions=(question("unwell"), question("hurts"))),
            Section(link_id="two", title=en("Two"), ask_when="unwell is yes", questions=(group,)),
        )
        both = visible(answers(unwell="yes", hurts="yes", back="no"), sections=sections)
        assert [both[name] for name in ("two", "pain", "back", "neck")] == [True, True, True, True]
        no_section = visible(answers(unwell="no", hurts="yes"), sections=sections)
        assert [no_section[name] for name in ("two", "pain", "back", "neck")] == [False, False, False, False]
        no_group = visible(answers(unwell="yes", hurts=NOT_SURE), sections=sections)
        assert [no_group[name] for name in ("two", "pain", "back", "neck")] == [True, None, None, None]

    def test_a_safety_question_with_may_be_is_hidden_by_a_clear_no_only(self):
        asked = (question("could_be"), question("pregnant", ask_when="could_be may be yes"))

        assert visible(answers(could_be="no"), *asked)["pregnant"] is False
        assert visible({}, *asked)["pregnant"] is None
        for left in UNKNOWNS:
            assert visible(answers(could_be=left), *asked)["pregnant"] is True

    def test_it_may_depend_on_age_a_score_or_a_variable(self):
        asked = (
            question("born", "date", role="birth_date"),
            choice("item", "low", "high", scores=(0, 3)),
            question("older", ask_when="age >= 65"),
            question("sad", ask_when="mood >= 2"),
            question("both", ask_when="named"),
        )
        more: dict[str, Any] = {
            "scores": (Score(link_id="mood", title=en("Mood"), items=("item",)),),
            "variables": (Variable(link_id="named", title=en("Named"), when="age >= 65 and mood >= 2"),),
        }

        found = visible(answers(born=days_ago(70 * 366), item="low"), *asked, **more)

        assert [found[name] for name in ("older", "sad", "both")] == [True, False, False]

    def test_a_reading_that_raises_an_error_leaves_it_unknown_whether_its_follow_up_is_asked(self):
        asked = (question("many", "integer"), question("why", ask_when="many > 3"))

        assert visible(answers(many="abc"), *asked)["why"] is None


class TestMedicines:
    asked = (medicines(),)

    @pytest.mark.parametrize(
        ("rule", "listed", "expected"),
        [
            ("medicines_taken includes maoi", taken("phenelzine"), True),
            ("medicines_taken includes phenelzine", taken("phenelzine"), True),
            ("medicines_taken includes maoi", taken("sertraline"), False),
            ("medicines_taken includes maoi", taken(), False),
            ("medicines_taken includes maoi", taken("little blue pill"), None),
            ("medicines_taken includes maoi", taken("little blue pill", "phenelzine"), True),
            ("medicines_taken includes maoi", NOT_SURE, None),
            ("medicines_taken includes any of (maoi, benzodiazepine)", taken("diazepam"), True),
            ("medicines_taken includes all of (maoi, benzodiazepine)", taken("diazepam"), False),
            ("medicines_taken includes all of (maoi, benzodiazepine)", taken("diazepam", "blue pill"), None),
            ("medicines_taken includes at least 2 of (clonazepam, diazepam, sertraline)", taken("diazepam"), False),
            (
                "medicines_taken includes at least 2 of (clonazepam, diazepam, sertraline)",
                taken("diazepam", "sertraline"),
                True,
            ),
            ("not medicines_taken includes maoi", taken("little blue pill"), None),
        ],
    )
    def test_classes_and_codes_are_found_and_free_text_stays_open(
        self, rule: str, listed: Answer, expected: bool | None
    ):
        assert truth(rule, answers(medicines_taken=listed), *self.asked) is expected


class TestEntries:
    """A repeating group: each entry is judged by itself, and what is unknown in one leaves the count open."""

    asked = (
        question("stroke"),
        question("courses", "group", repeats=True, items=(
            question("helped"),
            question("harm", ask_when="helped is no"),
            question("dose", "integer"),
        )),
    )  # fmt: skip

    def given(self, *entries: dict[str, Answer], **more: Any) -> dict[str, Answer]:
        return answers(courses=answered(tuple(entries)), **more)

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ("count(courses) = 3", True),
            ("count(courses where helped is yes) >= 1", True),
            ("count(courses where helped is yes) >= 2", None),
            ("count(courses where helped is yes) >= 3", False),
            ("count(courses where helped is yes) = 1", None),
            ("count(courses where harm is yes) = 1", None),
            ("count(courses where harm is yes and helped is no) >= 2", None),
            ("count(courses where helped is not sure) = 1", True),
            ("count(courses where dose > limit and stroke is yes) = 2", True),
        ],
    )
    def test_entries_are_counted(self, rule: str, expected: bool | None):
        given = self.given(
            answers(helped="yes", harm="yes", dose=9),
            answers(helped="no", harm="yes", dose=9),
            answers(helped=NOT_SURE, dose=1),
            stroke="yes",
        )
        more: dict[str, Any] = {"parameters": (Parameter(key="limit", title="Limit", value=5),)}

        assert truth(rule, given, *self.asked, **more) is expected

    def test_an_unknown_list_is_unknown_and_one_that_is_not_asked_is_false(self):
        hidden = (
            self.asked[0],
            question("courses", "group", repeats=True, ask_when="stroke is yes", items=(question("helped"),)),
        )

        assert truth("count(courses) >= 0", answers(courses=NOT_SURE), *self.asked) is None
        assert truth("count(courses) >= 0", answers(stroke="no"), *hidden) is False

    def test_the_group_itself_has_a_state(self):
        assert truth("courses is answered", self.given(answers(helped="yes")), *self.asked) is True


def test_a_clinics_own_number_replaces_the_parameters():
    asked = question("reading", "blood_pressure")
    more: dict[str, Any] = {"parameters": (Parameter(key="limit", title="Limit", value=160),)}
    given = answers(reading=BloodPressure(150, 90))

    assert truth("reading.systolic >= limit", given, asked, **more) is False
    assert (
        truth("reading.systolic >= limit", given, asked, settings=Settings(parameters={"limit": 150}), **more) is True
    )


def test_the_profile_is_the_clinics():
    assert truth("profile is eu", {}, settings=Settings(profile="eu")) is True
    assert truth("profile is eu", {}) is False


def test_an_acknowledgement_is_answered_with_true():
    asked = question("agreed", "acknowledgement")

    assert truth("agreed is yes", answers(agreed=True), asked) is True
    assert truth("agreed is answered", answers(agreed=True), asked) is True


def test_generated_source_holds_no_text_of_the_definition():
    nasty = Question(link_id="stroke", type="yes_no", text={"en": "'); import os"}, hint={"en": "__import__('os')"})
    found = compile_definition(definition(nasty, flags=(flag(caution="stroke is yes"),)))

    assert "import" not in found.source


def test_an_empty_questionnaire_compiles():
    assert compile_definition(Definition(key="empty", title={}, sections=())).visibility({}, TODAY, Settings()) == {}


def test_the_deepest_rule_that_can_be_read_can_be_compiled():
    rule = "stroke is yes"
    for _ in range(12):
        rule = f"not (stroke is yes and {rule})"

    assert truth(rule, answers(stroke="no"), question("stroke")) is True


class TestNamedConditions:
    def test_one_made_of_another_does_not_take_its_place(self):
        """The outer one is needed first, so the inner one is worked out while the outer one is."""
        variables = (
            Variable(link_id="one_thing", title=en("One"), when="stroke is yes"),
            Variable(link_id="both_things", title=en("Both"), when="one_thing and tumor is yes"),
        )
        concern = flag("concern", contraindication="both_things", caution="one_thing")

        found = assess(
            answers(stroke="yes", tumor="no"),
            question("stroke"),
            question("tumor"),
            flags=(concern,),
            variables=variables,
        )

        assert [(raised.flag, raised.severity) for raised in found.flags] == [("concern", "caution")]
        assert found.ruled_out == ()
