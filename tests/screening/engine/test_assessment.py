"""From answers to an assessment: what is raised and why, what stays open and what would settle it."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from screening.engine.assessment import assessment_json, calls_for_help, evaluate
from screening.engine.compiler import compile_definition
from screening.engine.definition import (
    Band,
    Flag,
    Inconsistency,
    Note,
    Parameter,
    Question,
    Rule,
    Safety,
    Score,
    Section,
    Variable,
)
from screening.engine.results import Assessment, Because, Settings, UnresolvedFlag
from screening.engine.values import Answer, BloodPressure, PartialDate

from .building import (
    DECLINED,
    NOT_SURE,
    SKIPPED,
    TODAY,
    UNKNOWNS,
    answered,
    answers,
    assess,
    choice,
    definition,
    en,
    flag,
    medicines,
    question,
    taken,
)

STROKE = (question("stroke"), question("stroke_date", "partial_date", ask_when="stroke is yes"))
STROKE_FLAG = flag(
    "stroke_tia", contraindication="stroke is yes and stroke_date within 6 months of today", caution="stroke is yes"
)


def because(found: Assessment) -> dict[str, str]:
    return {reason.question: reason.answer for reason in found.flags[0].because}


def listed(found: Assessment) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(left.flag, left.severity, left.questions) for left in found.unresolved]


class TestRaised:
    def test_it_is_raised_at_the_highest_severity_that_is_true(self):
        found = assess(answers(stroke="yes", stroke_date=PartialDate(2026, 3)), *STROKE, flags=(STROKE_FLAG,))

        assert [(raised.flag, raised.severity) for raised in found.flags] == [("stroke_tia", "contraindication")]
        assert found.flags[0].rule == "stroke is yes and stroke_date within 6 months of today"
        assert found.unresolved == ()
        assert found.ruled_out == ()

    def test_a_lower_severity_is_raised_while_the_higher_is_unknown(self):
        found = assess(answers(stroke="yes", stroke_date=NOT_SURE), *STROKE, flags=(STROKE_FLAG,))

        assert [(raised.flag, raised.severity) for raised in found.flags] == [("stroke_tia", "caution")]
        assert listed(found) == [("stroke_tia", "contraindication", ("stroke_date",))]

    def test_a_higher_severity_that_is_false_is_not_listed(self):
        found = assess(answers(stroke="yes", stroke_date=PartialDate(2020)), *STROKE, flags=(STROKE_FLAG,))

        assert [raised.severity for raised in found.flags] == ["caution"]
        assert found.unresolved == ()

    def test_a_lower_severity_that_is_unknown_does_not_matter(self):
        concern = flag(contraindication="stroke is yes", caution="other is yes")

        found = assess(answers(stroke="yes", other=NOT_SURE), question("stroke"), question("other"), flags=(concern,))

        assert found.unresolved == ()

    def test_it_is_ruled_out_when_every_rule_is_false(self):
        assert assess(answers(stroke="no"), *STROKE, flags=(STROKE_FLAG,)).ruled_out == ("stroke_tia",)

    def test_the_order_in_which_rules_are_written_does_not_matter(self):
        turned = replace(STROKE_FLAG, rules=tuple(reversed(STROKE_FLAG.rules)))

        found = assess(answers(stroke="yes", stroke_date=PartialDate(2026)), *STROKE, flags=(turned,))

        assert found.flags[0].severity == "contraindication"

    def test_flags_come_by_severity_and_then_in_the_order_of_the_definition(self):
        flags = (
            flag("a", caution="stroke is yes"),
            flag("b", urgent="stroke is yes"),
            flag("c", caution="stroke is yes"),
        )

        found = assess(answers(stroke="yes"), question("stroke"), flags=flags)

        assert [raised.flag for raised in found.flags] == ["b", "a", "c"]


class TestBecause:
    """The answers that made a rule true, in the patient's words."""

    asked = (question("one_a"), question("two_b"), question("three_c"))

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ("one_a is yes or two_b is yes or three_c is yes", {"one_a", "two_b"}),
            ("one_a is yes and two_b is yes", {"one_a", "two_b"}),
            ("at least 1 of (one_a is yes, two_b is yes, three_c is yes)", {"one_a", "two_b"}),
            ("one_a is yes and three_c is not yes", {"one_a", "three_c"}),
            ("not (one_a is no or three_c is yes)", {"one_a", "three_c"}),
            ("not (one_a is no and three_c is yes)", {"one_a", "three_c"}),
            ("not (one_a is yes and three_c is yes)", {"three_c"}),
            ("not at least 2 of (one_a is yes, three_c is yes)", {"three_c"}),
        ],
    )
    def test_true_branches_of_or_all_parts_of_and_and_the_dual_of_not(self, rule: str, expected: set[str]):
        given = answers(one_a="yes", two_b="yes", three_c="no")

        assert because(assess(given, *self.asked, flags=(flag(caution=rule),))).keys() == expected

    def test_answers_are_in_the_patients_words(self):
        asked = (
            question("reading", "blood_pressure"),
            choice("mood", "low", "high"),
            choice("symptoms", "pain", "cough", "fever", kind="multiple_choice"),
            medicines(),
        )
        rule = (
            "reading.systolic >= 160 and mood is low and symptoms includes any of (pain, fever) "
            "and medicines_taken includes maoi"
        )
        given = answers(
            reading=BloodPressure(162, 96),
            mood="low",
            symptoms=("cough", "fever"),
            medicines_taken=taken("sertraline", ("phenelzine", 15.0)),
        )

        assert because(assess(given, *asked, flags=(flag(caution=rule),))) == {
            "reading": "162/96 mmHg",
            "mood": "Low",
            "symptoms": "Fever",
            "medicines_taken": "Phenelzine, 15 mg a day",
        }

    def test_an_unknown_answer_that_a_rule_looks_for_is_a_reason_too(self):
        rule = "stroke is not sure or route may be iv"
        found = assess(answers(stroke=NOT_SURE, route=DECLINED), question("stroke"), choice("route", "iv"),
                       flags=(flag(caution=rule),))  # fmt: skip

        assert because(found) == {"stroke": "Not sure", "route": "Prefer not to say"}

    def test_a_question_is_named_once_with_everything_found_in_it(self):
        given = answers(medicines_taken=taken("phenelzine", "diazepam"))
        rule = "medicines_taken includes maoi and medicines_taken includes benzodiazepine"

        found = assess(given, medicines(), flags=(flag(caution=rule),))

        assert found.flags[0].because == (Because(question="medicines_taken", answer="Phenelzine; Diazepam"),)

    def test_a_score_is_named_with_its_total_and_band(self):
        items = tuple(choice(f"item{number}", "none", "all", scores=(0, 3)) for number in (1, 2, 3))
        score = Score(link_id="mood", title=en("Mood"), items=("item1", "item2", "item3"),
                      bands=(Band(low=0, title=en("minimal")), Band(low=6, title=en("severe"))))  # fmt: skip
        more: dict[str, Any] = {"scores": (score,), "flags": (flag(caution="mood >= 6"),)}

        complete = assess(answers(item1="all", item2="all", item3="none"), *items, **more)
        at_least = assess(answers(item1="all", item2="all", item3=SKIPPED), *items, **more)

        assert because(complete) == {"mood": "6 (severe)"}
        assert because(at_least) == {"mood": "6 to 9 (2 of 3 answered)"}

    def test_age_and_doses_are_named_by_the_answers_behind_them(self):
        asked = (question("born", "date", role="birth_date"), medicines())
        given = answers(
            born=datetime.date(1950, 5, 5), medicines_taken=taken(("clonazepam", 2.0), ("sertraline", 50.0))
        )

        found = assess(given, *asked, flags=(flag(caution="age >= 65 and total(medicines_taken, diazepam) > 8"),))

        assert because(found) == {"born": "May 5, 1950", "medicines_taken": "Clonazepam, 2 mg a day"}

    def test_what_was_not_asked_is_explained_by_what_hid_it(self):
        asked = (question("drinks"), question("seizure", ask_when="drinks is yes"))

        found = assess(answers(drinks="no", seizure="yes"), *asked, flags=(flag(caution="seizure is not yes"),))

        assert because(found) == {"drinks": "No"}

    def test_a_hidden_answer_is_shown_to_nobody(self):
        asked = (question("drinks"), question("seizure", ask_when="drinks is yes"))

        found = assess(
            answers(drinks=NOT_SURE, seizure="yes"), *asked, flags=(flag(caution="seizure is not answered"),)
        )

        assert because(found) == {"drinks": "Not sure"}

    def test_named_conditions_are_explained_by_their_answers(self):
        named = (Variable(link_id="known", title=en("Known"), when="stroke is yes or other is yes"),)

        found = assess(answers(stroke="yes", other="no"), question("stroke"), question("other"),
                       variables=named, flags=(flag(caution="known"),))  # fmt: skip

        assert because(found) == {"stroke": "Yes"}


class TestWouldSettle:
    """What could not be ruled out names the questions that would settle it."""

    @pytest.mark.parametrize("left", UNKNOWNS)
    def test_not_sure_declined_and_skipped_leave_it_open(self, left: Answer):
        found = assess(answers(stroke=left), *STROKE, flags=(STROKE_FLAG,))

        assert listed(found) == [("stroke_tia", "contraindication", ("stroke",))]

    def test_a_hidden_question_is_replaced_by_its_gate_however_deep(self):
        asked = (question("a1"), question("b2", ask_when="a1 is yes"), question("c3", ask_when="b2 is yes"))
        rule = flag(caution="c3 is yes")

        assert listed(assess(answers(a1=NOT_SURE), *asked, flags=(rule,))) == [("concern", "caution", ("a1",))]
        given = answers(a1="yes", b2=NOT_SURE)
        assert listed(assess(given, *asked, flags=(rule,))) == [("concern", "caution", ("b2",))]

    def test_the_gate_may_be_the_sections(self):
        sections = (
            Section(link_id="one_page", title=en("One"), questions=(question("pain"),)),
            Section(link_id="two_page", title=en("Two"), ask_when="pain is yes", questions=(question("back"),)),
        )

        found = assess(answers(pain=DECLINED), sections=sections, flags=(flag(caution="back is yes"),))

        assert listed(found) == [("concern", "caution", ("pain",))]

    def test_only_the_open_parts_are_named(self):
        asked = (question("a1"), question("b2"), question("c3"))

        found = assess(answers(a1="yes", b2=NOT_SURE, c3="no"), *asked,
                       flags=(flag(caution="a1 is yes and (b2 is yes or c3 is yes)"),))  # fmt: skip

        assert listed(found) == [("concern", "caution", ("b2",))]

    def test_one_part_of_a_pair_names_the_pair_and_a_score_its_open_items(self):
        items = tuple(choice(f"item{number}", "none", "all", scores=(0, 3)) for number in (1, 2))
        score = Score(link_id="mood", title=en("Mood"), items=("item1", "item2"))
        asked = (question("reading", "blood_pressure"), *items)
        rule = flag(caution="reading.systolic >= 160 or mood >= 6")

        found = assess(answers(reading=BloodPressure(None, 90), item1="all"), *asked, scores=(score,), flags=(rule,))

        assert listed(found) == [("concern", "caution", ("reading", "item2"))]

    def test_a_date_that_is_too_vague_is_asked_for_again(self):
        found = assess(answers(stroke="yes", stroke_date=PartialDate(2025)), *STROKE, flags=(STROKE_FLAG,))

        assert listed(found) == [("stroke_tia", "contraindication", ("stroke_date",))]

    def test_age_and_body_mass_name_what_is_missing(self):
        asked = (question("born", "date", role="birth_date"), question("tall", "height", role="height"),
                 question("heavy", "weight", role="weight"))  # fmt: skip

        found = assess({}, *asked, flags=(flag(caution="age >= 65 or bmi >= 40"),))

        assert listed(found) == [("concern", "caution", ("born", "tall", "heavy"))]

    def test_an_entry_with_an_open_answer_names_its_group(self):
        asked = question("courses", "group", repeats=True, items=(question("helped"),))
        given = answers(courses=(answers(helped=NOT_SURE),))

        found = assess(given, asked, flags=(flag(caution="count(courses where helped is yes) >= 1"),))

        assert listed(found) == [("concern", "caution", ("courses",))]


class TestClasses:
    """What an unknown does depends on the class of the question that would settle it (specification 1.2)."""

    def one(
        self, not_sure: str, own: str | None = None, rules: dict[str, str] | None = None, **given: Any
    ) -> Assessment:
        asked = (replace(question("danger"), not_sure=own), question("other"))
        concern = flag(more={"not_sure": not_sure}, **(rules or {"urgent": "danger is yes", "caution": "other is yes"}))
        return assess(answers(**({"danger": NOT_SURE, "other": "no"} | given)), *asked, flags=(concern,))

    def test_ns_1_is_listed_at_contraindication_at_most(self):
        found = self.one("NS-1")

        assert listed(found) == [("concern", "contraindication", ("danger",))]
        assert found.safety_panel is False

    @pytest.mark.parametrize(
        ("not_sure", "rules", "expected"),
        [
            ("NS-1", {"urgent": "danger is yes", "contraindication": "other is yes"}, "urgent"),
            ("NS-1", {"urgent": "danger is yes", "contraindication": "danger is yes and other is no"}, "urgent"),
            ("NS-1", {"urgent": "other is yes", "contraindication": "danger is yes"}, "contraindication"),
            ("NS-2", {"urgent": "danger is yes", "contraindication": "other is yes"}, "urgent"),
            ("NS-1", {"caution": "danger is yes"}, "caution"),
        ],
    )
    def test_it_says_which_rule_is_open_where_it_is_listed_lower(self, not_sure: str, rules: Any, expected: str):
        (left,) = self.one(not_sure, rules=rules).unresolved

        assert left.severity_of_rule == expected
        assert (left.rule_severity is None) is (left.severity == expected)

    def test_an_assessment_of_before_the_rules_severity_was_kept_is_read(self):
        kept = b'{"flag": "a", "severity": "caution", "questions": [], "not_sure": "NS-1", "reason": ""}'

        assert msgspec.json.decode(kept, type=UnresolvedFlag).severity_of_rule == "caution"

    def test_ns_5_is_listed_at_the_severity_still_open(self):
        assert listed(self.one("NS-5")) == [("concern", "urgent", ("danger",))]

    def test_ns_2_is_listed_at_its_own_severity_with_the_panel(self):
        found = self.one("NS-2")

        assert listed(found) == [("concern", "urgent", ("danger",))]
        assert found.unresolved[0].not_sure == "NS-2"
        assert found.safety_panel is True

    def test_ns_3_only_leaves_a_note(self):
        found = self.one("NS-3")

        assert found.unresolved == ()
        assert [(line.note, line.flag, line.questions) for line in found.notes] == [
            ("not_sure", "concern", ("danger",))
        ]
        assert found.ruled_out == ()

    def test_ns_3_leaves_its_note_also_beside_a_medicine_list_that_is_open(self):
        """Diabetes not sure and the medicine list not sure: the list alone would make the flag vanish."""
        drugs, asked = medicines(), question("diabetes")
        concern = flag(
            "diabetes_care", more={"not_sure": "NS-3"},
            caution="medicines_taken includes benzodiazepine", information="diabetes is yes",
        )  # fmt: skip
        drugs = replace(drugs, not_sure="NS-4")

        found = assess(answers(diabetes=NOT_SURE, medicines_taken=NOT_SURE), drugs, asked, flags=(concern,))

        assert [left.flag for left in found.unresolved] == ["medication_list"]
        assert [(line.flag, line.questions) for line in found.notes] == [("diabetes_care", ("diabetes",))]

    def test_ns_3_leaves_its_note_also_beside_a_listed_rule(self):
        concern = flag("mixed", more={"not_sure": "NS-3"}, contraindication="danger is yes", caution="other is yes")

        found = assess(
            answers(danger=NOT_SURE, other=NOT_SURE), question("danger", not_sure="NS-1"), question("other"),
            flags=(concern,),
        )  # fmt: skip

        assert listed(found) == [("mixed", "contraindication", ("danger",))]
        assert [line.questions for line in found.notes] == [("other",)]

    def test_the_questions_own_class_comes_before_its_flags(self):
        assert self.one("NS-1", own="NS-2").unresolved[0].not_sure == "NS-2"
        assert self.one("NS-2", own="NS-3").unresolved == ()
        assert self.one("NS-2", own="NS-3").safety_panel is False

    def test_the_strongest_class_in_a_rule_counts(self):
        rules = {"urgent": "danger is yes or other is yes"}

        found = self.one("NS-3", own="NS-2", rules=rules, other=NOT_SURE)

        assert listed(found) == [("concern", "urgent", ("danger", "other"))]
        assert found.unresolved[0].not_sure == "NS-2"
        assert found.notes == ()

    def test_ns_2_comes_first_and_then_the_higher_severity(self):
        flags = (
            flag("later", caution="stroke is yes"),
            flag("sooner", contraindication="stroke is yes"),
            flag("first", more={"not_sure": "NS-2"}, caution="danger is yes"),
        )

        found = assess(answers(stroke=NOT_SURE, danger=NOT_SURE), question("stroke"), question("danger"), flags=flags)

        assert [left.flag for left in found.unresolved] == ["first", "sooner", "later"]

    def test_ns_4_lists_the_medication_list_once_for_all_its_flags(self):
        flags = tuple(
            flag(f"med_{name}", more={"not_sure": "NS-4"}, **{severity: f"medicines_taken includes {name}"})
            for name, severity in (
                ("maoi", "caution"),
                ("benzodiazepine", "contraindication"),
                ("sertraline", "information"),
            )
        )

        found = assess(answers(medicines_taken=taken("little blue pill", "sertraline")), medicines(), flags=flags)

        assert listed(found) == [("medication_list", "contraindication", ("medicines_taken",))]
        assert [raised.flag for raised in found.flags] == ["med_sertraline"]

    @pytest.mark.parametrize(
        ("dose", "expected"), [(None, [("medication_list", "caution", ("medicines_taken",))]), (1, []), (99, [])]
    )
    def test_ns_4_is_listed_for_a_dose_that_a_note_of_a_raised_flag_needs(self, dose: float | None, expected: Any):
        high = Note(
            link_id="high_dose", text=en("High dose"), when="total(medicines_taken, diazepam) > 8", flag="concern"
        )
        entry = "diazepam" if dose is None else ("diazepam", dose)

        found = assess(answers(medicines_taken=taken(entry)), medicines(), notes=(high,),
                       flags=(flag(more={"not_sure": "NS-4"},
                                   caution="medicines_taken includes benzodiazepine"),))  # fmt: skip

        assert listed(found) == expected

    def test_ns_4_is_not_listed_when_the_list_is_certain(self):
        found = assess(answers(medicines_taken=taken()), medicines(),
                       flags=(flag(more={"not_sure": "NS-4"}, caution="medicines_taken includes maoi"),))  # fmt: skip

        assert found.unresolved == ()
        assert found.ruled_out == ("concern",)


class TestSafety:
    asked = (question("thoughts"), question("plan", ask_when="thoughts is yes"), question("stroke"))
    concern = flag("suicide_risk", more={"not_sure": "NS-2"}, urgent="plan is yes", caution="thoughts is yes")
    safety = Safety(panel_when="thoughts is yes", alert_at_once_when="plan is yes")

    def found(self, **given: Any) -> Assessment:
        return assess(answers(**given), *self.asked, flags=(self.concern,), safety=self.safety)

    def test_the_panel_is_shown_by_its_rule_and_by_any_urgent_flag(self):
        assert self.found(thoughts="no").safety_panel is False
        assert self.found(thoughts="yes", plan="no").safety_panel is True
        no_rule = assess(answers(thoughts="yes", plan="yes"), *self.asked, flags=(self.concern,))
        assert no_rule.safety_panel is True

    @pytest.mark.parametrize("plan", ["yes", "no", None])
    @pytest.mark.parametrize("thoughts", ["yes", "no", None])
    def test_asked_alone_whether_help_comes_first_is_the_same(self, thoughts: str | None, plan: str | None):
        compiled = compile_definition(definition(*self.asked, flags=(self.concern,)))
        given = answers(**{name: value for name, value in (("thoughts", thoughts), ("plan", plan)) if value})

        assert calls_for_help(compiled, given, TODAY) is evaluate(compiled, given, TODAY).safety_panel

    @pytest.mark.parametrize("left", UNKNOWNS)
    def test_a_safety_question_left_open_shows_the_panel(self, left: Answer):
        assert self.found(thoughts=left).safety_panel is True

    def test_a_safety_question_not_reached_or_hidden_does_not(self):
        assert self.found().safety_panel is False
        assert self.found(thoughts="no", plan=NOT_SURE).safety_panel is False

    def test_a_question_of_another_class_does_not(self):
        assert self.found(thoughts="no", stroke=NOT_SURE).safety_panel is False

    def test_questions_behind_variables_and_scores_of_a_safety_flag_count(self):
        named = (Variable(link_id="acute", title=en("Acute"), when="thoughts is yes"),)
        concern = flag(more={"not_sure": "NS-2"}, caution="acute or mood >= 3")
        score = Score(link_id="mood", title=en("Mood"), items=("item",))
        item = choice("item", "none", "all", scores=(0, 3))
        more: dict[str, Any] = {"variables": named, "scores": (score,), "flags": (concern,)}

        assert assess(answers(thoughts=DECLINED, item="none"), *self.asked, item, **more).safety_panel is True
        assert assess(answers(thoughts="no", item=SKIPPED), *self.asked, item, **more).safety_panel is True

    def test_the_alert_is_given_only_when_its_rule_is_true(self):
        assert self.found(thoughts="yes", plan="yes").alert_at_once is True
        assert self.found(thoughts="yes", plan="no").alert_at_once is False
        assert self.found(thoughts="yes", plan=NOT_SURE).alert_at_once is False

    def test_when_safety_rules_cannot_be_worked_out_help_is_given(self):
        asked = (question("thoughts", "integer"),)
        safety = Safety(panel_when="thoughts > 1", alert_at_once_when="thoughts > 1")

        found = assess(answers(thoughts="many"), *asked, safety=safety)

        assert (found.safety_panel, found.alert_at_once) == (True, True)


class TestRuleError:
    """A rule that fails is unknown at its flag's top severity, and stops nothing else."""

    asked = (question("drinks", "integer"), question("stroke"))

    def test_it_is_listed_with_its_reason_and_never_ruled_out(self):
        flags = (flag("broken", urgent="drinks > 3", information="drinks > 0"), flag("fine", caution="stroke is yes"))

        found = assess(answers(drinks="three", stroke="yes"), *self.asked, flags=flags)

        assert [(left.flag, left.severity, left.reason) for left in found.unresolved] == [
            ("broken", "urgent", "rule error")
        ]
        assert [raised.flag for raised in found.flags] == ["fine"]
        assert found.ruled_out == ()

    @pytest.mark.parametrize(
        ("broken", "panel"),
        [
            (flag("broken", urgent="drinks > 3"), True),
            (flag("broken", more={"not_sure": "NS-2"}, caution="drinks > 3"), True),
            (flag("broken", caution="drinks > 3"), False),
        ],
    )
    def test_help_is_shown_where_the_rule_might_have_asked_for_it(self, broken: Flag, panel: bool):
        found = assess(answers(drinks="three"), *self.asked, flags=(broken,))

        assert found.safety_panel is panel

    passed_over = "(clot is yes or drinks > 3) and stroke is yes"
    """With the clot unknown and no stroke, whether it is possible ends before the part that fails."""

    no_margin: Any = {
        "parameters": (Parameter(key="margin", title="Margin", value=3),),
        "settings": Settings(parameters={"margin": math.inf}),
    }
    """A number of days that no test can be worked out with, though every answer can be read."""

    def test_a_failing_part_is_not_passed_over_where_the_rest_is_ruled_out(self):
        asked = (*self.asked, question("clot"))

        found = assess(
            answers(clot=NOT_SURE, drinks="three", stroke="no"), *asked, flags=(flag(caution=self.passed_over),)
        )

        assert [left.reason for left in found.unresolved] == ["rule error"]
        assert found.ruled_out == ()

    def test_a_question_whose_asking_fails_so_is_not_taken_for_hidden(self):
        asked = (*self.asked, question("clot"), question("more", ask_when=self.passed_over))

        found = assess(
            answers(clot=NOT_SURE, drinks="three", stroke="no"), *asked,
            flags=(flag("alone", urgent="drinks > 3"), flag(caution="more is yes")),
        )  # fmt: skip

        assert "concern" in [left.flag for left in found.unresolved]
        assert found.ruled_out == ()

    def test_a_failing_named_condition_is_not_passed_over_where_the_rest_is_ruled_out(self):
        soon = Variable(link_id="soon", title=en("Soon"), when="visit within margin days of today")
        asked = (question("visit", "date"), question("stroke"), question("clot"))

        found = assess(
            answers(visit=TODAY, clot=NOT_SURE, stroke="no"), *asked, **self.no_margin, variables=(soon,),
            flags=(flag(caution="(clot is yes or soon) and stroke is yes"),),
        )  # fmt: skip

        assert [left.reason for left in found.unresolved] == ["rule error"]
        assert found.ruled_out == ()

    def test_a_failing_test_of_staleness_is_not_passed_over_where_the_rest_is_ruled_out(self):
        near = "visit within margin days of today"
        asked = (question("visit", "date"), question("stroke"), question("clot", stale_when=near))

        found = assess(
            answers(visit=TODAY, clot="no", stroke="no"), *asked, **self.no_margin,
            flags=(flag(caution=f"(clot is yes or {near}) and stroke is yes"),),
        )  # fmt: skip

        assert [left.reason for left in found.unresolved] == ["rule error"]
        assert found.ruled_out == ()

    def test_a_rule_of_the_flag_that_still_works_is_raised_beside_it(self):
        concern = flag("broken", contraindication="drinks > 3", caution="stroke is yes")

        found = assess(answers(drinks="three", stroke="yes"), *self.asked, flags=(concern,))

        assert [(raised.flag, raised.severity) for raised in found.flags] == [("broken", "caution")]
        assert [(left.severity, left.reason) for left in found.unresolved] == [("contraindication", "rule error")]

    @pytest.mark.parametrize(
        ("kind", "value", "rule"),
        [
            ("yes_no", "maybe", "it is yes"),
            ("choice", "removed", "it is iv"),
            ("choice", "removed", "it >= 1"),
            ("multiple_choice", "iv", "it includes iv"),
            ("multiple_choice", ("removed",), "it includes iv"),
            ("medicines", "diazepam", "it includes maoi"),
            ("medicines", "diazepam", "total(it, diazepam) > 1"),
            ("date", "yesterday", "it within 3 days of today"),
            ("blood_pressure", "120/80", "it.systolic > 1"),
            ("blood_pressure", "120/80", "it.systolic is answered"),
            ("height", "tall", "it > 1"),
        ],
    )
    def test_a_value_that_does_not_fit_its_question_is_never_a_no(self, kind: str, value: Any, rule: str):
        more = {"vocabulary": "medicines"} if kind == "medicines" else {}
        asked = question("it", kind, **more)
        if "choice" in kind:
            asked = choice("it", "iv", scores=(1,), kind=kind)

        found = assess(answers(it=value), asked, flags=(flag(caution=rule),))

        assert [(left.severity, left.reason) for left in found.unresolved] == [("caution", "rule error")]

    def test_a_score_with_such_a_value_is_wholly_open(self):
        item = choice("item", "none", "all", scores=(0, 3))
        score = Score(link_id="mood", title=en("Mood"), items=("item",))

        found = assess(answers(item="removed"), item, scores=(score,), flags=(flag(caution="mood >= 3"),))

        assert found.unresolved[0].reason == "rule error"
        assert (found.scores["mood"].total, found.scores["mood"].possible) == (None, (0.0, 3.0))

    def test_a_note_that_fails_is_not_dropped_in_silence(self):
        notes = (Note(link_id="heavy", text=en("Heavy drinking"), when="drinks > 3"),)
        checks = (Inconsistency(link_id="c4", text=en("C4"), when="drinks > 3"),)

        found = assess(answers(drinks="three"), *self.asked, notes=notes, inconsistencies=checks)

        assert found.inconsistencies == ()
        assert [(line.note, line.text) for line in found.notes] == [
            ("rule_error", "The rule of heavy could not be worked out."),
            ("rule_error", "The rule of c4 could not be worked out."),
        ]


class TestRemarks:
    asked = (question("stroke"), question("other"))

    def test_a_note_is_written_when_it_is_true(self):
        notes = (Note(link_id="remark", text=en("Remark"), when="stroke is yes"),)

        assert [line.note for line in assess(answers(stroke="yes"), *self.asked, notes=notes).notes] == ["remark"]
        assert assess(answers(stroke=NOT_SURE), *self.asked, notes=notes).notes == ()

    def test_a_note_on_a_flag_is_written_while_the_flag_is_raised_or_open(self):
        notes = (Note(link_id="remark", text=en("Remark"), when="stroke is yes", flag="concern"),)
        more: dict[str, Any] = {"notes": notes, "flags": (flag(caution="other is yes"),)}

        written = [assess(answers(stroke="yes", other=other), *self.asked, **more).notes
                   for other in ("yes", NOT_SURE, "no")]  # fmt: skip

        assert [len(lines) for lines in written] == [1, 1, 0]

    def test_an_inconsistency_is_reported_only_when_certain(self):
        checks = (Inconsistency(link_id="c1", text=en("C1"), when="stroke is no and other is yes"),)

        assert assess(answers(stroke="no", other="yes"), *self.asked, inconsistencies=checks).inconsistencies == ("c1",)
        assert assess(answers(stroke=NOT_SURE, other="yes"), *self.asked, inconsistencies=checks).inconsistencies == ()


class TestAskedAndMissing:
    asked = (
        question("stroke"),
        question("weak", ask_when="stroke is yes"),
        question("pain", "group", items=(question("back"),)),
        question("courses", "group", repeats=True, items=(question("helped"),)),
    )

    def test_hidden_questions_are_not_asked_and_shown_ones_without_an_answer_are_missing(self):
        found = assess(answers(stroke="no"), *self.asked)

        assert found.not_asked == ("weak",)
        assert found.missing == ("back", "courses")

    def test_a_question_behind_an_unknown_gate_is_not_asked(self):
        assert assess(answers(stroke=NOT_SURE), *self.asked).not_asked == ("weak",)


class TestJson:
    def test_it_is_the_object_that_the_screen_command_prints(self):
        items = (choice("item1", "none", "all", scores=(0, 3)), choice("item2", "none", "all", scores=(0, 3)))
        score = Score(link_id="mood", title=en("Mood"), items=("item1", "item2"),
                      bands=(Band(low=0, title=en("minimal")), Band(low=3, title=en("mild")),
                             Band(low=6, title=en("bad"))))  # fmt: skip
        found = assess(
            answers(stroke="yes", stroke_date=NOT_SURE, item1="all"), *STROKE, *items,
            scores=(score,), flags=(STROKE_FLAG, flag("sad", caution="mood < 3")),
        )  # fmt: skip

        assert json.loads(json.dumps(assessment_json(found, "tested 3"))) == {
            "flags": [
                {"flag": "stroke_tia", "severity": "caution", "rule": "stroke is yes",
                 "because": [{"question": "stroke", "answer": "Yes"}]},
            ],
            "unresolved": [{"flag": "stroke_tia", "severity": "contraindication", "questions": ["stroke_date"]}],
            "ruled_out": ["sad"],
            "inconsistencies": [],
            "notes": [],
            "scores": {"mood": {"total": None, "band": "at least mild", "answered": 1, "of": 2, "range": [3, 6]}},
            "safety_panel": False,
            "not_asked": [],
            "missing": ["item2"],
            "version": "tested 3",
        }  # fmt: skip

    def test_a_rule_error_says_so(self):
        found = assess(answers(drinks="x"), question("drinks", "integer"), flags=(flag(caution="drinks > 1"),))

        assert assessment_json(found, "1")["unresolved"] == [
            {"flag": "concern", "severity": "caution", "questions": ["drinks"], "reason": "rule error"}
        ]


def test_evaluating_changes_nothing_and_twice_gives_the_same():
    compiled = compile_definition(definition(*STROKE, flags=(STROKE_FLAG,)))
    given = answers(stroke="yes", stroke_date=NOT_SURE)
    before = dict(given)

    first = evaluate(compiled, given, TODAY, Settings())

    assert evaluate(compiled, given, TODAY, Settings()) == first
    assert given == before


def test_a_flag_without_rules_is_ruled_out():
    empty = Flag(link_id="empty", title=en("Empty"), why=en("why"), discussion=en("talk"), rules=())

    assert assess({}, question("stroke"), flags=(empty,)).ruled_out == ("empty",)


def test_two_rules_of_one_severity_are_both_evaluated():
    rules = (Rule(severity="caution", when="stroke is no"), Rule(severity="caution", when="stroke is yes"))
    double = Flag(link_id="double", title=en("D"), why=en("why"), discussion=en("talk"), rules=rules)

    assert assess(answers(stroke="yes"), question("stroke"), flags=(double,)).flags[0].rule == "stroke is yes"


def test_the_day_of_evaluation_matters_and_nothing_else_reads_a_clock():
    compiled = compile_definition(definition(*STROKE, flags=(STROKE_FLAG,)))
    given = answers(stroke="yes", stroke_date=answered(PartialDate(2026, 3, 31)))

    now = evaluate(compiled, given, TODAY)
    later = evaluate(compiled, given, TODAY + datetime.timedelta(days=184))

    assert [now.flags[0].severity, later.flags[0].severity] == ["contraindication", "caution"]


def test_a_question_struct_of_the_definition_is_never_changed():
    asked: Question = question("stroke")

    compile_definition(definition(asked, flags=(flag(caution="stroke is yes"),)))

    assert asked == question("stroke")
