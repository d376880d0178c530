"""Cases say in words what came out otherwise, and what none of them exercises."""

from __future__ import annotations

import pytest

from screening import cases
from screening.engine import definition as d
from screening.engine.compiler import compile_definition
from screening.engine.definition import Definition, Flag
from screening.exchange.cases import Expectation
from tests.screening.samples import both, case, small


def differences(**changes) -> list[str]:
    """The differences of one changed case under the small questionnaire."""
    (result,) = cases.run(compile_definition(small()), [case(**changes)])
    return list(result.differences)


def expecting(**expected) -> list[str]:
    """The differences of the case when something else is expected of it."""
    return differences(expect=Expectation(**{"flags": {"stroke_flag": "contraindication"}} | expected))


def test_a_case_as_expected_has_no_differences():
    assert differences() == []


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"flags": {}}, "stroke_flag was raised at contraindication; it is not expected"),
        ({"flags": {"stroke_flag": "caution"}}, "stroke_flag was raised at contraindication; caution is expected"),
        (
            {"flags": {"stroke_flag": "contraindication", "age": "caution"}},
            "age was not raised; caution is expected",
        ),
        ({"unresolved": ("stroke_flag",)}, "stroke_flag is not open; it is expected to be"),
        ({"inconsistencies": ("c1",)}, "c1 is not inconsistent; it is expected to be"),
        ({"notes": ("n1",)}, "n1 is not noted; it is expected to be"),
        ({"scores": {"mood_total": 2}}, "mood_total is 3; 2 is expected"),
        ({"scores": {"other": 2}}, "other was not worked out; 2 is expected"),
        ({"safety_panel": True}, "the safety panel is off; on is expected"),
        ({"alert_at_once": True}, "the alert at once is off; on is expected"),
        ({"must_not": ("stroke_flag contraindication",)}, "stroke_flag contraindication must not be raised"),
        ({"must_not": ("stroke_flag",)}, "stroke_flag must not be raised"),
        ({"must_not": ("any flag",)}, "any flag must not be raised"),
    ],
)
def test_it_says_what_came_out_otherwise(expected, said):
    assert expecting(**expected) == [said]


def test_it_says_everything_that_came_out_otherwise():
    assert len(expecting(flags={}, unresolved=("stroke_flag",), safety_panel=True)) == 3


@pytest.mark.parametrize("expected", [{"must_not": ("stroke_flag urgent",)}, {"alert_at_once": None}, {"notes": None}])
def test_it_is_silent_about_what_is_as_it_should_be_or_not_asked_for(expected):
    assert expecting(**expected) == []


def test_optional_flags_may_appear():
    assert expecting(flags={}, optional=("stroke_flag",)) == []


def test_a_case_that_is_not_exact_allows_more():
    assert differences(exactly=False, expect=Expectation()) == []


def test_what_is_shown_and_absent_counts_as_skipped():
    said = differences(answers={"stroke": "yes"}, expect=Expectation(flags={"stroke_flag": "caution"}))

    assert said == ["stroke_flag is open; it is not expected to be"]


def test_an_incomplete_score_says_its_range():
    said = differences(answers={"stroke": "no"}, expect=Expectation(scores={"mood_total": 3}))

    assert said == ["mood_total is incomplete, 0 to 3; 3 is expected"]


def test_answers_that_cannot_be_read_are_a_difference_and_not_a_crash():
    (said,) = differences(answers={"stroke": "perhaps", "nobody": 1})

    assert "stroke" in said
    assert "nobody" in said


def test_parameters_and_profile_of_the_case_are_used():
    flag = d.Flag(
        link_id="f", title=both("F"), why=both("w"), discussion=both("d"),
        rules=(d.Rule(severity="caution", when="profile is eu and mood >= limit"),),
    )  # fmt: skip
    definition = small(flags=(flag,), parameters=(d.Parameter(key="limit", title="Limit", value=100),))
    expect = Expectation(flags={"f": "caution"})
    (result,) = cases.run(
        compile_definition(definition), [case(profile="eu", parameters={"limit": 2.0}, expect=expect)]
    )

    assert result.differences == ()


def test_coverage_lists_what_is_and_is_not_exercised_in_the_order_of_asking():
    definition = small()
    shares = cases.coverage(definition, cases.run(compile_definition(definition), [case()]))

    assert shares["questions"] == cases.Share(("stroke", "stroke_recent", "mood"), ())
    assert shares["options"].missing == ("stroke no", "stroke_recent no", "mood good")
    assert shares["rules"] == cases.Share(("stroke_flag contraindication",), ("stroke_flag caution",))
    assert shares["open"] == cases.Share((), ("stroke_flag",))


def test_coverage_counts_what_only_one_case_leaves_open():
    definition = small()
    unsure = case(id="unsure", answers={"stroke": {"state": "not_sure"}})
    shares = cases.coverage(definition, cases.run(compile_definition(definition), [case(), unsure]))

    assert shares["open"].covered == ("stroke_flag",)


def test_flags_that_an_unknown_never_lists_are_not_missing_from_the_coverage():
    quiet = Flag(link_id="quiet", title={}, why={}, discussion={}, not_sure="NS-3", rules=())
    drug = Flag(link_id="drug", title={}, why={}, discussion={}, not_sure="NS-4", rules=())
    definition = Definition(key="k", title={}, sections=(), flags=(quiet, drug))

    assert cases.coverage(definition, [])["open"] == cases.Share((), ("medication_list",))


def test_coverage_ignores_cases_that_cannot_run():
    definition = small()
    shares = cases.coverage(definition, cases.run(compile_definition(definition), [case(answers={"x": 1})]))

    assert shares["questions"].covered == ()


def test_coverage_looks_into_lists_and_groups():
    item = d.Question(link_id="drug", type="choice", text=both("D"), options=(d.Option(code="a", text=both("A")),))
    group = d.Question(link_id="uses", type="group", text=both("U"), items=(item,), repeats=True, unknowns=())
    many = d.Question(
        link_id="many", type="multiple_choice", text=both("M"),
        options=(d.Option(code="x", text=both("X")), d.Option(code="y", text=both("Y"))),
    )  # fmt: skip
    definition = small(
        sections=(d.Section(link_id="s", title=both("S"), questions=(group, many)),), flags=(), scores=()
    )
    given = case(answers={"uses": [{"drug": "a"}], "many": ["y"]})
    shares = cases.coverage(definition, cases.run(compile_definition(definition), [given]))

    assert shares["questions"].missing == ()
    assert shares["options"] == cases.Share(("drug a", "many y"), ("many x",))
