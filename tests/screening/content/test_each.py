"""What holds for every questionnaire that comes with the product: sound, with its cases, sources and open reviews."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening import cases
from screening.engine import checks
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition
from screening.exchange.yaml import Case, load_cases, load_definition

CONTENT = Path(__file__).parents[3] / "screening" / "content"
CASES = {folder.parent.name: load_cases(folder.parent) for folder in sorted(CONTENT.glob("*/questionnaire.yaml"))}
EACH_CASE = [pytest.param(name, case, id=f"{name}-{case.id}") for name, some in CASES.items() for case in some]


@pytest.fixture(scope="module", params=CASES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def definition(name: str) -> Definition:
    return load_definition(CONTENT / name)


@pytest.fixture(scope="module")
def compiled(definition: Definition) -> Compiled:
    return compile_definition(definition)


def test_both_are_found() -> None:
    assert list(CASES) == ["check_in", "ketamine"]


def test_it_has_no_errors(definition: Definition) -> None:
    assert [str(problem) for problem in checks.errors(definition)] == []


@pytest.mark.parametrize(("name", "case"), EACH_CASE, scope="module")
def test_it_says_what_the_case_expects(compiled: Compiled, case: Case) -> None:
    [result] = cases.run(compiled, [case])
    assert result.differences == (), case.why


def test_every_case_leaves_nothing_required_missing(name: str, compiled: Compiled) -> None:
    for result in cases.run(compiled, CASES[name]):
        assert result.assessment is not None, result.differences
        assert result.assessment.missing == (), result.case.id


def test_every_flag_and_rule_says_where_it_comes_from(definition: Definition) -> None:
    for flag in definition.flags:
        assert flag.sources, flag.link_id
        assert all(rule.sources for rule in flag.rules), flag.link_id


def test_it_says_that_no_clinician_has_reviewed_it(definition: Definition) -> None:
    assert definition.review.clinical == ""
    assert definition.review.translations == {}
