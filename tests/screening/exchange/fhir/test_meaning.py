"""What a condition means is the same on both sides: unanswered questions above all."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.engine import definition as d
from screening.engine import journey
from screening.engine.compiler import compile_definition
from screening.engine.results import Settings
from screening.engine.values import Answer, Value
from screening.exchange.fhir.conditions import enabling
from screening.exchange.fhir.form import form_of
from screening.exchange.fhir.reading import import_questionnaire
from tests.screening.exchange.fhir.everything import everything
from tests.screening.samples import DAY

SAMPLES = Path(__file__).parent / "samples"
OPERATORS = compile_definition(
    import_questionnaire((SAMPLES / "enable_when_operators.json").read_text(encoding="utf-8")).definition
)
TARGETS = {question.link_id for question in OPERATORS.definition.sections[1].questions}
ALWAYS = {"q1", "s0", "t0"}
"""Conditions that are reported as not kept: always asked."""


def shown(**values: Value) -> set[str]:
    """What is asked when the named sources have these values and the others were left empty."""
    answers = {name: Answer(state="answered", value=value, on=DAY) for name, value in values.items()}
    filled = journey.with_skipped(OPERATORS, answers, DAY, Settings())
    return set(journey.shown(OPERATORS, filled, DAY, Settings())) & TARGETS - ALWAYS


class TestReading:
    """FHIR's meaning of each operator, as our engine evaluates what was imported."""

    def test_of_unanswered_sources_only_not_equal_and_not_exists_are_true(self):
        assert shown() == {"bn", "i1", "c1", "m1", "e1"}

    @pytest.mark.parametrize(
        ("source", "value", "true"),
        [
            ("bool", "yes", {"n_be"}),
            ("bool", "no", {"bn"}),
            ("int", 3, {"i0", "i4", "i5"}),
            ("int", 4, {"i1", "i2", "i4"}),
            ("int", 2, {"i1", "i3", "i5"}),
            ("dec", 0.5, {"d0"}),
            ("dec", 0.0, {"d1"}),
            ("cho", "b", {"c0"}),
            ("cho", "a", {"c1"}),
            ("mul", ("a", "b"), {"m0"}),
            ("mul", ("a",), {"m1"}),
            ("str", "x", {"e0"}),
            ("qua", 6.0, {"q0"}),
        ],
    )
    def test_an_answer_decides_its_own_conditions(self, source: str, value: Value, true: set[str]):
        own = {"bool": {"n_be", "bn"}, "int": {f"i{n}" for n in range(6)}, "dec": {"d0", "d1"}, "cho": {"c0", "c1"},
               "mul": {"m0", "m1"}, "str": {"e0", "e1"}, "qua": {"q0"}}  # fmt: skip

        assert shown(**{source: value}) & own[source] == true


BOOLEAN = "%resource.item.where(linkId = 'page').item.where(linkId = 'yes').answer.value = true"


def written(rule: str) -> dict[str, object]:
    """What a rule becomes on a question after those of `everything`."""
    question = d.Question(link_id="asked", type="text", text={"en": "?"}, ask_when=rule)
    whole = everything()
    last = d.Section(link_id="last", title={"en": "Last"}, questions=(question,))
    form = form_of(d.Definition(**{**{name: getattr(whole, name) for name in whole.__struct_fields__},
                                   "sections": (*whole.sections, last)}))  # fmt: skip
    return enabling(form, "asked")


def expression_of(rule: str) -> str:
    [extension] = written(rule)["extension"]  # type: ignore[misc]
    return str(extension["valueExpression"]["expression"])


class TestWriting:
    @pytest.mark.parametrize(
        ("rule", "conditions", "behavior"),
        [
            ("yes is yes", [("yes", "=", True)], None),
            ("yes is not yes", [("yes", "exists", True), ("yes", "!=", True)], "all"),
            ("yes may be yes", [("yes", "exists", False), ("yes", "=", True)], "any"),
            ("yes is answered", [("yes", "exists", True)], None),
            ("yes is yes and number >= 3", [("yes", "=", True), ("number", ">=", 3)], "all"),
            (
                "yes is yes or (number > 3 or number < 2)",
                [("yes", "=", True), ("number", ">", 3), ("number", "<", 2)],
                "any",
            ),
            ("pressure.systolic >= 140", [("pressure.systolic", ">=", 140)], None),
            ("shared", [("yes", "=", True), ("left", "=", True)], "any"),
            ("amount < limit", [("amount", "<", 2)], None),
        ],
    )
    def test_enable_when_is_used_where_it_says_the_same(self, rule, conditions, behavior):
        found = written(rule)

        listed = [(one["question"], one["operator"], next(v for k, v in one.items() if k.startswith("answer")))
                  for one in found["enableWhen"]]  # fmt: skip
        assert listed == conditions
        assert found.get("enableBehavior") == behavior

    def test_a_question_that_is_asked_only_sometimes_is_tested_for_that(self):
        """`left` is asked when `yes` is yes; unanswered, FHIR's “not exists” would be true of a hidden one as well."""
        assert "enableWhen" not in written("left may be yes")
        assert f"({BOOLEAN})" in expression_of("left may be yes")

    @pytest.mark.parametrize(
        "rule", ["yes is yes and (single is low or number > 3)", "not (yes is yes or number > 3)", "yes is not sure"]
    )
    def test_what_does_not_fit_is_an_expression_that_ends_in_a_boolean(self, rule):
        assert expression_of(rule).startswith("iif(")
        assert expression_of(rule).endswith(", true, false)")

    def test_a_score_that_is_not_complete_compares_by_what_it_may_be(self):
        found = expression_of("points >= 3")

        assert "or iif(" in found
        assert "{}, false)" in found

    def test_what_cannot_be_said_is_left_to_our_extension(self):
        assert written("profile is eu") == {}
