"""What is asked, what rules see of it, and what a definition may not say."""

from __future__ import annotations

from typing import Any

import pytest

from screening.engine.compiler import DefinitionError, compile_definition, rule_problems
from screening.engine.definition import Definition, Note, Parameter, Question, Score, Section, Variable
from screening.engine.results import Settings
from screening.engine.values import Answer, BloodPressure, PartialDate

from .building import (
    NOT_SURE,
    SKIPPED,
    TODAY,
    UNKNOWNS,
    answered,
    answers,
    assess,
    choice,
    compiled,
    days_ago,
    definition,
    en,
    flag,
    medicines,
    question,
    taken,
    truth,
)


def visible(given: dict[str, Answer], *questions: Question, **more: Any) -> dict[str, bool | None]:
    return compiled(*questions, **more).visibility(given, TODAY, Settings())


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


class TestStale:
    """`stale_when`: an answer too old, or of unknown age, counts as not sure."""

    asked = (
        question("reading", "blood_pressure", stale_when="not taken_on within 12 months of today"),
        question("taken_on", "partial_date", ask_when="reading is answered"),
    )
    high = "reading.systolic >= 160"

    def given(self, taken_on: Answer | None) -> dict[str, Answer]:
        found = answers(reading=BloodPressure(170, 95))
        return found | ({"taken_on": taken_on} if taken_on else {})

    @pytest.mark.parametrize(
        ("taken_on", "expected"),
        [
            (answered(PartialDate(2026, 3)), True),
            (answered(PartialDate(2024)), None),
            (answered(PartialDate(2025)), None),
            (NOT_SURE, None),
            (SKIPPED, None),
            (None, None),
        ],
    )
    def test_it_counts_only_while_it_is_certainly_fresh(self, taken_on: Answer | None, expected: bool | None):
        assert truth(self.high, self.given(taken_on), *self.asked) is expected

    def test_to_rules_it_is_not_sure_and_to_the_patients_way_it_is_answered(self):
        given = self.given(answered(PartialDate(2020)))

        assert truth("reading is not sure", given, *self.asked) is True
        assert truth("reading is answered", given, *self.asked) is False
        assert visible(given, *self.asked)["taken_on"] is True

    def test_what_a_stale_answer_hid_is_unknown_rather_than_not_applicable(self):
        asked = (*self.asked, question("symptoms", ask_when="reading.systolic >= 160"))
        low = answers(reading=BloodPressure(120, 80))

        fresh = low | answers(taken_on=PartialDate(2026, 3))
        old = low | answers(taken_on=PartialDate(2020))

        assert visible(old, *asked)["symptoms"] is False
        assert truth("symptoms is yes", fresh, *asked) is False
        assert truth("symptoms is yes", old, *asked) is None

    def test_a_missing_answer_is_not_stale(self):
        assert truth("reading is not sure", {}, *self.asked) is False
        assert truth(self.high, answers(reading=SKIPPED, taken_on=PartialDate(2026)), *self.asked) is None

    def test_what_would_settle_it_is_the_date_if_that_is_open_and_else_the_reading(self):
        def settled_by(taken_on: Answer) -> tuple[str, ...]:
            found = assess(self.given(taken_on), *self.asked, flags=(flag(caution=self.high),))
            return found.unresolved[0].questions

        assert settled_by(NOT_SURE) == ("taken_on",)
        assert settled_by(answered(PartialDate(2020))) == ("reading",)


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


# Mistakes in definitions ----------------------------------------------------------------------------------------------

BASE = (
    question("stroke"),
    choice("route", "iv", "nasal"),
    choice("symptoms", "pain", "none", kind="multiple_choice"),
    question("reading", "blood_pressure"),
    question("event", "date"),
    question("drinks", "integer"),
    medicines(),
    question("heading", "group", items=(question("inner"),)),
    question("courses", "group", repeats=True, items=(question("helped"), question("again", ask_when="helped is yes"))),
)
MORE: dict[str, Any] = {
    "parameters": (Parameter(key="limit", title="Limit", value=1),),
    "variables": (Variable(link_id="named", title=en("Named"), when="stroke is yes"),),
}

WRONG_RULES = [
    ("strok is yes", 0, "no question “strok”"),
    ("stroke is maybe", 0, "no answer “maybe”"),
    ("stroke >= 1 and route >= 1", 16, "“route” is not a number"),
    ("symptoms is pain", 0, "not answered with one code"),
    ("route includes iv", 0, "not a list to choose from"),
    ("symptoms includes fever", 0, "no answer “fever”"),
    ("medicines_taken includes opium", 0, "no answer “opium”"),
    ("event >= 3", 0, "“event” is not a number"),
    ("reading >= 160", 0, "“reading” is not a number"),
    ("reading.pulse >= 60", 0, "no part “pulse”"),
    ("stroke.systolic >= 60", 0, "no part “systolic”"),
    ("reading.systolic is yes", 0, "is a number"),
    ("limit.systolic >= 3", 0, "has no parts"),
    ("stroke within 3 days of today", 0, "“stroke” is not a date"),
    ("event within 3 days of stroke", 0, "“stroke” is not a date"),
    ("event within soon days of today", 13, "no parameter “soon”"),
    ("stroke", 0, "“stroke” is a question"),
    ("limit", 0, "“limit” is a number"),
    ("nothing", 0, "no variable “nothing”"),
    ("heading is answered", 0, "is a heading"),
    ("count(heading) > 1", 0, "is not a list of entries"),
    ("count(nothing) > 1", 0, "no question “nothing”"),
    ("count(courses where strok is yes) > 1", 20, "no question “strok”"),
    ("helped is yes", 0, "once for each entry of “courses”"),
    ("total(stroke, diazepam) > 1", 0, "not a medicine list"),
    ("total(medicines_taken, opium) > 1", 0, "equivalent in “opium”"),
    ("age >= 65", 0, "needs a question with the role birth_date"),
    ("bmi >= 40", 0, "needs a question with the role height"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "position", "message"), WRONG_RULES)
def test_it_refuses_a_rule_that_makes_no_sense(rule: str, position: int, message: str):
    with pytest.raises(DefinitionError) as caught:
        compile_definition(definition(*BASE, flags=(flag(caution=rule),), **MORE))

    (problem,) = caught.value.problems
    assert message in problem.message
    assert (problem.kind, problem.link_id, problem.position, problem.text) == ("flag", "concern", position, rule)


def test_it_refuses_an_unknown_profile_once_profiles_are_listed():
    from screening.engine.definition import Profile

    wrong = definition(flags=(flag(caution="profile is uk"),), profiles=(Profile(key="us", title=en("US")),))

    assert "no profile “uk”" in rule_problems(wrong)[0].message


def test_it_reports_every_problem_at_once_with_its_place():
    wrong = definition(
        question("first", ask_when="second is yes"),
        question("second", stale_when="first is"),
        flags=(flag(urgent="third is yes", caution="first is maybe"),),
        notes=(Note(link_id="remark", text=en("Remark"), when=""),),
    )

    places = [problem.place for problem in rule_problems(wrong)]

    assert places == [
        "question second, stale_when",
        "note remark",
        "flag concern, urgent rule",
        "flag concern, caution rule",
    ]
    with pytest.raises(DefinitionError, match="first is maybe\n"):
        compile_definition(wrong)


@pytest.mark.parametrize(
    ("questions", "more", "message"),
    [
        ((question("first", ask_when="second is yes"), question("second")), {}, "is asked before “second”"),
        ((question("first", ask_when="first is yes"),), {}, "is asked before “first”"),
        ((question("first", ask_when="mood > 1"), choice("second", "a", scores=(1,))),
         {"scores": (Score(link_id="mood", title=en("Mood"), items=("second",)),)}, "is asked before “second”"),
        ((question("first", ask_when="age > 1"), question("second", "date", role="birth_date")), {},
         "is asked before “second”"),
        ((question("many", "group", repeats=True, items=(question("first", ask_when="count(many) > 1"),)),), {},
         "cannot depend on how many entries"),
        ((question("first"),), {"variables": (Variable(link_id="x", title=en("X"), when="y"),
                                            Variable(link_id="y", title=en("Y"), when="x"))}, "not defined before it"),
        ((question("first"), question("first")), {}, "used for two things"),
        ((question("first"),), {"flags": (flag(caution="first is yes"), flag(caution="first is no"))},
         "used for two things"),
        ((question("first\nimport os"),), {}, "is not a link_id"),
        ((question("out", "group", items=(question("in", "group", items=()),)),), {}, "a group inside a group"),
        ((question("first"),), {"scores": (Score(link_id="mood", title=en("Mood"), items=()),)}, "has no items"),
        ((question("first"),), {"scores": (Score(link_id="mood", title=en("Mood"), items=("second",)),)},
         "no question “second”"),
        ((question("first", "integer"),), {"scores": (Score(link_id="mood", title=en("Mood"), items=("first",)),)},
         "cannot be added up"),
        ((question("first", "text"),), {"scores": (Score(link_id="mood", title=en("Mood"), items=("first",)),)},
         "cannot be added up"),
        ((question("first"),), {"scores": (Score(link_id="mood", title=en("Mood"), items=("first",), gate="second"),)},
         "not a yes/no question"),
    ],
)  # fmt: skip
def test_it_refuses_what_cannot_be_worked_out(questions: tuple[Question, ...], more: dict[str, Any], message: str):
    problems = rule_problems(definition(*questions, **more))

    assert any(message in problem.message for problem in problems)


def test_a_section_cannot_depend_on_its_own_questions():
    sections = (Section(link_id="page", title=en("Page"), ask_when="first is yes", questions=(question("first"),)),)

    assert "is asked before “first”" in rule_problems(definition(sections=sections))[0].message


def test_a_problem_reads_as_a_place_a_caret_and_a_hint():
    (problem,) = rule_problems(definition(question("stroke"), flags=(flag(caution="stroke is maybe"),)))

    assert str(problem) == (
        "flag concern, caution rule: stroke is maybe\n^ “stroke” has no answer “maybe”.\nIt has: yes, no."
    )


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
