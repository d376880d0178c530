"""What a definition may not say: it is refused, with the place and what to write."""

from __future__ import annotations

from typing import Any

import pytest

from screening.engine.compiler import DefinitionError, compile_definition, rule_problems
from screening.engine.definition import Note, Parameter, Question, Score, Section, Variable

from .building import (
    choice,
    definition,
    en,
    flag,
    medicines,
    question,
)

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
