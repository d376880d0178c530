"""Named conditions that name an earlier one twice double at every step when they are written out."""

from __future__ import annotations

import datetime

import pytest

from screening.engine import checks
from screening.engine.answers import Answer
from screening.engine.assessment import evaluate
from screening.engine.compiler import DefinitionError, compile_definition
from screening.engine.definition import Definition, Flag, Rule, Variable
from screening.exchange.fhir.questionnaire import export_questionnaire
from tests.screening.samples import both, small

DAY = datetime.date(2026, 3, 2)


def doubling(steps: int) -> Definition:
    """The last condition, which a flag looks at, has 2 to the power of `steps` tests."""
    whens = ["stroke is yes", *(f"step_{number} and step_{number}" for number in range(steps))]
    variables = [Variable(link_id=f"step_{n}", title=both("Step"), when=when) for n, when in enumerate(whens)]
    rules = (Rule(severity="caution", when=f"step_{steps}"),)
    texts = {name: both("Words") for name in ("title", "why", "discussion")}
    return small(variables=tuple(variables), flags=(Flag(link_id="last", rules=rules, **texts),))


@pytest.mark.parametrize("steps", [11, 60, 150])
def test_what_would_be_written_out_too_often_is_a_problem_at_its_place_and_at_once(steps: int) -> None:
    """Where it became too long, and again where it did from there; not at each of the steps between."""
    found = checks.errors(doubling(steps))

    assert [one.id for one in found] == ["Q303"] * (steps // 11)
    first = next(one for one in found if one.place == "variable step_11")
    assert "this has 2048 tests; 2000 at most" in first.message
    with pytest.raises(DefinitionError):
        compile_definition(doubling(steps))


def test_just_below_it_is_worked_out_and_exported() -> None:
    definition = doubling(8)
    assert checks.errors(definition) == []

    said = evaluate(compile_definition(definition), {"stroke": Answer(state="answered", value="yes", on=DAY)}, DAY)

    assert [flag.flag for flag in said.flags] == ["last"]
    assert len(str(export_questionnaire(definition))) < 500_000
