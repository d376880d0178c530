"""Changed rules, and whether a case notices."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from msgspec.structs import replace

from screening import mutants, publishing
from screening.engine.definition import Parameter, Rule
from screening.engine.language import parse, to_text
from screening.exchange.cases import Case, Expectation
from tests.screening.engine.building import TODAY, definition, flag, question
from tests.screening.samples import case, small

DRINKS = question("drinks", "integer", minimum=0, maximum=9)


def drinking(when: str = "drinks >= 3"):
    return definition(
        DRINKS, flags=(flag("much", caution=when),), parameters=(Parameter(key="limit", title="L", value=3),)
    )


def drinks(number: int, *, raised: bool) -> Case:
    expect = Expectation(flags={"much": "caution"} if raised else {})
    return case(id=f"drinks_{number}", as_of=TODAY, answers={"drinks": number}, expect=expect)


STEPS = {
    "drinks >= limit": ["drinks > limit", "drinks < limit", "drinks >= 2", "drinks >= 4"],
    "a is yes or b is yes": ["a is yes and b is yes", "b is yes", "a is yes"],
    "not (a is yes)": ["a is yes"],
    "at least 2 of (a is yes, b is yes, c is yes)": [
        "at least 1 of (a is yes, b is yes, c is yes)",
        "at least 3 of (a is yes, b is yes, c is yes)",
    ],
    "d within 6 weeks of today": ["d within 5 weeks of today", "d within 7 weeks of today"],
}


@pytest.mark.parametrize("when", STEPS)
def test_each_change_is_one_step(when: str):
    assert [to_text(one) for one in mutants.stepped(parse(when), {"limit": 3.0})] == STEPS[when]


def test_cases_on_both_sides_of_a_threshold_notice_every_change():
    found = mutants.survey(drinking(), [drinks(2, raised=False), drinks(3, raised=True)], seconds=60)

    assert (found.tried, found.survivors, found.percent) == (4, (), 100.0)


def test_a_case_far_from_the_threshold_does_not():
    found = mutants.survey(drinking(), [drinks(9, raised=True)], seconds=60)

    assert [mutant.now for mutant in found.survivors] == ["drinks > 3", "drinks >= 2", "drinks >= 4"]
    assert str(found.survivors[0]) == "flag much, caution: drinks > 3"


def test_a_case_that_fails_anyway_notices_nothing():
    found = mutants.survey(drinking(), [drinks(9, raised=False)], seconds=60)

    assert len(found.survivors) == found.tried


def test_what_the_time_does_not_allow_is_counted():
    found = mutants.survey(drinking(), [drinks(3, raised=True)], seconds=-1)

    assert (found.tried, found.left, found.percent) == (0, 4, 100.0)


class TestTheCommand:
    def test_it_lists_what_no_case_notices(self, draft, capsys):
        flagged = small().flags[0]
        rules = (Rule(severity="contraindication", when="stroke_recent is yes and mood_total >= 2"),)
        publishing.rows_from_definition(small(flags=(replace(flagged, rules=rules),)), into=draft)
        call_command("run_cases", draft.key, "--mutants", "--json")

        printed = json.loads(capsys.readouterr().out)["mutants"]
        survivors = {one["now"] for one in printed["survivors"]}
        assert (printed["tried"], printed["left"]) == (7, 0)
        assert "stroke_recent is yes and mood_total >= 1" in survivors
        assert "stroke_recent is yes and mood_total < 2" not in survivors

    def test_it_says_so_in_words(self, draft, capsys):
        call_command("run_cases", draft.key, "--mutants")

        assert "% of" in capsys.readouterr().out
