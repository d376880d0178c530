"""A rule that cannot be worked out raises what it may not pass over in silence."""

from __future__ import annotations

import math
from typing import Any

import pytest

from screening.engine.definition import (
    Flag,
    Inconsistency,
    Note,
    Parameter,
    Score,
    Variable,
)
from screening.engine.results import Settings

from .building import (
    NOT_SURE,
    TODAY,
    answers,
    assess,
    choice,
    en,
    flag,
    question,
)


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
