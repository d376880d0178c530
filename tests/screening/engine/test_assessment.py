"""From answers to an assessment: what is raised and why, what stays open and what would settle it."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from msgspec.structs import replace

from screening.engine.assessment import assessment_json, calls_for_help, evaluate
from screening.engine.compiler import compile_definition
from screening.engine.definition import (
    Band,
    Flag,
    Inconsistency,
    Note,
    Question,
    Rule,
    Safety,
    Score,
    Variable,
)
from screening.engine.results import Assessment, Settings
from screening.engine.values import Answer, PartialDate

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
    question,
)
from .strokes import STROKE, STROKE_FLAG, listed


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
