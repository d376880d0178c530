"""One planted defect of a known kind in a sound questionnaire: each is found, by its id and at its place."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from screening.engine.definition import (
    Definition,
    Flag,
    Inconsistency,
    Note,
    Parameter,
    Profile,
    Safety,
    Score,
    Section,
)
from screening.proofs import Report, prove
from tests.screening.engine.building import MEDICINES, choice, en, flag, medicines, question

MUST = {"must_be_established": True}
FIRST = (
    question("gate"),
    choice("mood", "low", "middle", "high", scores=(0.0, 1.0, 3.0)),
    choice("symptoms", "pain", "cough", kind="multiple_choice"),
    question("drinks", "integer", minimum=0, maximum=5),
    question("weeks", "decimal", minimum=0, maximum=10),
)
SECOND = (
    question("reading", "blood_pressure"),
    question("read_on", "partial_date"),
    question("born", "partial_date", role="birth_date"),
    question("event", "date"),
    medicines("taken"),
    question("tall", "height", role="height"),
    question("heavy", "weight", role="weight"),
)
THIRD = (
    question("follow", ask_when="gate may be yes"),
    question("inner", ask_when="mood is high"),
    question("courses", "group", repeats=True, items=(
        question("helped"), question("doses", "integer", minimum=0, maximum=5, ask_when="helped is yes"))),
)  # fmt: skip
FLAGS = (
    flag("pressure", {"monotone": ("reading.systolic higher", "reading.diastolic higher"), **MUST},
         urgent="reading.systolic > 180", caution="reading.systolic >= 160 or reading.diastolic >= 100"),
    flag("told", MUST, contraindication="gate is yes and follow is yes", caution="gate is yes"),
    flag("low", {"monotone": ("summed higher",)}, caution="summed >= 3"),
)  # fmt: skip


def sound(flags: tuple[Flag, ...] = (), third: tuple[Any, ...] = (), **more: Any) -> Definition:
    """The questionnaire without a defect, and more of what is given."""
    sections = (
        Section(link_id="one", title=en("One"), questions=FIRST),
        Section(link_id="two", title=en("Two"), questions=SECOND),
        Section(link_id="three", title=en("Three"), questions=(*THIRD, *third)),
    )
    fields: dict[str, Any] = {
        "key": "sound", "title": en("Sound"), "sections": sections, "flags": (*FLAGS, *flags),
        "scores": (Score(link_id="summed", title=en("Total"), items=("mood", "drinks")),),
        "vocabularies": (MEDICINES,), "parameters": (Parameter(key="limit", title="Limit", value=140),),
        "profiles": (Profile(key="us", title=en("US")), Profile(key="eu", title=en("EU"))),
    }  # fmt: skip
    return Definition(**fields | more)


def ids(report: Report) -> list[tuple[str, str]]:
    return [(one.problem.id, one.problem.link_id) for one in report.findings]


NEVER = {
    "a contradiction": "gate is yes and gate is no",
    "a number out of bounds": "drinks > 5",
    "a decimal out of bounds": "weeks >= 10.5",
    "two thresholds crossed": "drinks >= 4 and drinks < 3",
    "a score too high": "summed > 8",
    "a pressure out of range": "reading.systolic > 300",
    "the lower part above the upper": "reading.systolic < 100 and reading.diastolic > 110",
    "nobody is so old": "age > 130",
    "a date to come": "not (event within 60000 days of today) and event is answered",
    "states at once": "gate is answered and gate is skipped",
    "hidden and answered": "inner is yes and mood is low",
    "two codes of one choice": "mood is low and mood is high",
    "both profiles": "profile is us and profile is eu",
    "a medicine without its class": "taken includes clonazepam and not (taken includes benzodiazepine)",
    "a dose without a medicine": "total(taken, diazepam) > 0 and taken is skipped",
    "more entries than can be": "count(courses) > 20",
    "fewer than none": "count(courses where helped is yes) < 0",
    "a parameter out of reach": "drinks >= limit",
    "two of three that exclude each other": "at least 2 of (mood is low, mood is middle, mood is high)",
}
ALWAYS = {
    "any number": "drinks >= 0 or drinks is not answered",
    "either state": "gate is answered or gate is not answered",
    "either profile": "profile is us or profile is eu",
    "every answer": "gate may be one of (yes, no)",
}


@pytest.fixture(scope="module")
def untouched() -> Report:
    return prove(sound())


def test_the_sound_one_is_proved(untouched: Report):
    assert (ids(untouched), untouched.not_proved) == ([], 0)


@pytest.mark.parametrize("when", NEVER.values(), ids=NEVER)
def test_it_finds_a_rule_that_is_never_true(when: str):
    assert ids(prove(sound(flags=(flag("planted", caution=when),)))) == [("P511", "planted")]


def test_what_can_never_be_is_shown_in_words():
    when = "gate is yes and gate is no"
    asked = question("planted", ask_when=when)
    flags = (flag("planted_flag", urgent=when, contraindication="gate is yes", caution="gate is yes and drinks >= 2"),)

    shown = {one.problem.id: one.problem.pointed for one in prove(sound(third=(asked,), flags=flags)).findings}

    never = "“About gate?” is “Yes”, and “About gate?” is “No”"
    assert shown["P502"] == f"planted is asked when: {never}"
    assert shown["P511"] == f"urgent when: {never}"
    assert "About gate? → Yes" in shown["P513"]
    assert "contraindication when: “About gate?” is “Yes”\ncaution when: “About gate?” is “Yes”, and" in shown["P513"]


@pytest.mark.parametrize("when", NEVER.values(), ids=NEVER)
def test_it_finds_a_question_that_is_never_asked(when: str):
    planted = question("planted", ask_when=when)

    assert ids(prove(sound(third=(planted,)))) == [("P502", "planted")]


@pytest.mark.parametrize("when", ALWAYS.values(), ids=ALWAYS)
def test_it_finds_a_condition_that_is_always_true(when: str):
    assert ids(prove(sound(third=(question("planted", ask_when=when),)))) == [("P505", "planted")]


def test_it_finds_a_section_that_is_never_asked():
    never = Section(
        link_id="planted", title=en("Never"), ask_when="gate is yes and gate is no", questions=(question("q"),)
    )
    definition = sound()

    found = prove(replace(definition, sections=(*definition.sections, never)))

    assert ids(found) == [("P501", "planted")]


def test_it_finds_a_question_that_its_section_keeps_from_being_asked():
    asked = question("planted", ask_when="gate is no")
    part = Section(link_id="four", title=en("Four"), ask_when="gate is yes", questions=(question("other"), asked))
    definition = sound()

    found = prove(replace(definition, sections=(*definition.sections, part)))

    assert ids(found) == [("P502", "planted")]
    assert "its condition together with that of four" in found.problems[0].message


@pytest.mark.parametrize(("item", "id"), [
    (question("planted", ask_when="helped is yes and helped is no"), "P502"),
    (question("planted", "integer", minimum=0.2, maximum=0.8), "P503"),
])  # fmt: skip
def test_it_finds_an_item_of_a_group_that_is_never_answered(item: Any, id: str):  # noqa: A002
    group = question("more", "group", repeats=True, items=(question("helpful"), question("other"), item))
    group = replace(
        group, items=tuple(replace(one, ask_when=one.ask_when.replace("helped", "helpful")) for one in group.items)
    )

    assert ids(prove(sound(third=(group,)))) == [(id, "planted")]


@pytest.mark.parametrize("bounds", [(0.2, 0.8), (3.1, 3.9)])
def test_it_finds_a_number_that_cannot_be_given(bounds: tuple[float, float]):
    planted = question("planted", "integer", minimum=bounds[0], maximum=bounds[1])

    assert ids(prove(sound(third=(planted,)))) == [("P503", "planted")]


SHADOWED = {
    "part of the higher": ("drinks >= 3", "drinks >= 4"),
    "one of its alternatives": ("gate is yes or mood is high", "mood is high"),
    "narrower by a condition": ("drinks >= 3", "drinks >= 3 and gate is yes"),
    "through a class": ("taken includes benzodiazepine", "taken includes clonazepam"),
    "through a score": ("drinks >= 5", "summed >= 8"),
    "through age": ("age >= 65", "age >= 80"),
}
SAME = {
    "the same words": ("gate is yes", "gate is yes"),
    "in another order": ("gate is yes and mood is low", "mood is low and gate is yes"),
    "by the next number": ("drinks >= 3", "drinks > 2"),
    "by what is left": ("mood is one of (low, middle)", "mood is not high"),
}


@pytest.mark.parametrize("rules", SHADOWED.values(), ids=SHADOWED)
def test_it_finds_a_rule_that_never_decides(rules: tuple[str, str]):
    found = prove(sound(flags=(flag("planted", urgent=rules[0], caution=rules[1]),)))

    assert ids(found) == [("P513", "planted")]
    assert found.findings[0].witness


@pytest.mark.parametrize("rules", SAME.values(), ids=SAME)
def test_it_finds_a_rule_that_says_the_same(rules: tuple[str, str]):
    found = prove(sound(flags=(flag("planted", urgent=rules[0], caution=rules[1]),)))

    assert ids(found) == [("P514", "planted")]


def test_a_rule_hidden_by_two_together_is_found():
    planted = flag(
        "planted", urgent="mood is high", contraindication="mood is middle", caution="mood is one of (middle, high)"
    )

    assert ids(prove(sound(flags=(planted,)))) == [("P513", "planted")]


@pytest.mark.parametrize("when", ["gate is yes and gate is no", "drinks > 5"])
@pytest.mark.parametrize("kind", ["note", "inconsistency", "panel_when", "alert_at_once_when"])
def test_it_finds_a_remark_that_is_never_made(kind: str, when: str):
    more: dict[str, Any] = {
        "note": {"notes": (Note(link_id="note", text=en("Note"), when=when),)},
        "inconsistency": {"inconsistencies": (Inconsistency(link_id="inconsistency", text=en("C"), when=when),)},
        "panel_when": {"safety": Safety(panel_when=when)},
        "alert_at_once_when": {"safety": Safety(alert_at_once_when=when)},
    }[kind]

    assert ids(prove(sound(**more))) == [("P512", kind)]


def test_a_note_that_its_flag_never_allows_is_found():
    note = Note(link_id="note", text=en("Note"), when="gate is no", flag="told")

    assert ids(prove(sound(notes=(note,)))) == [("P512", "note")]


# Silent skips ---------------------------------------------------------------------------------------------------------

SKIPPED = {
    "a gate about something else": ("gate is yes", "planted is yes"),
    "a gate by a number": ("drinks >= 3", "planted is yes"),
    "a gate by a date": ("event within 30 days of today", "planted is yes"),
    "a gate by a list": ("symptoms includes pain", "planted is yes"),
    "a gate by a medicine": ("taken includes maoi", "planted is yes"),
    "a gate by a score": ("summed >= 3", "planted is yes"),
    "a gate by age": ("age >= 65", "planted is yes"),
    "two questions": ("mood is high", "planted is yes or drinks >= 2"),
}


@pytest.mark.parametrize("planted", SKIPPED.values(), ids=SKIPPED)
def test_it_finds_a_flag_left_undecided_in_silence(planted: tuple[str, str]):
    gate, rule = planted
    asked = question("planted", ask_when=gate)

    found = prove(sound(third=(asked,), flags=(flag("skipped", MUST, caution=rule),)))

    assert ids(found) == [("P521", "skipped")]
    assert found.findings[0].witness


def test_an_option_without_points_leaves_a_number_undecided():
    asked = choice("planted", "none", "some", scores=(0.0, None))

    found = prove(sound(third=(asked,), flags=(flag("skipped", MUST, caution="planted >= 1 and gate is yes"),)))

    assert ("P521", "skipped") in ids(found)


def counted(items: tuple[Any, ...], where: str, more: str = "", **group: Any) -> Report:
    """The proof of a flag on entries; the rare number keeps a sample from showing by chance what is to be proved."""
    third = (
        question("rare", "integer", minimum=0, maximum=9999),
        question("allergy"),
        question("places", "group", repeats=True, items=(question("where_it", "text"), *items), **group),
    )
    rule = f"rare = 4711 {more} and count(places where {where}) >= 1"
    return prove(sound(third=third, flags=(flag("skipped", MUST, caution=rule),)))


UNCLEAR_ENTRIES = {
    "an item gated by an outer answer": ((question("swelling", ask_when="allergy is yes"),), "swelling is yes"),
    "an item gated at one remove": (
        (question("rash", ask_when="allergy is yes"), question("swelling", ask_when="rash is yes")),
        "swelling is yes",
    ),
    "an option without points": (
        (choice("swelling", "none", "some", "much", scores=(0.0, None, 2.0)),),
        "swelling >= 1",
    ),
}


@pytest.mark.parametrize("planted", UNCLEAR_ENTRIES.values(), ids=UNCLEAR_ENTRIES)
def test_it_finds_a_count_left_undecided_in_silence(planted: tuple[tuple[Any, ...], str]):
    assert ids(counted(*planted)) == [("P521", "skipped")]


CLEAR_ENTRIES = {
    "an item that is always asked": ((question("swelling"),), "swelling is yes"),
    "an outer answer in the condition": ((question("swelling"),), "swelling is yes and allergy is yes"),
    "an item gated in its entry": (
        (question("rash"), question("swelling", ask_when="rash may be yes")),
        "swelling is yes",
    ),
    "an item gated by a question of the flag": (
        (question("swelling", ask_when="allergy is yes"),),
        "swelling is yes",
        "and allergy is not no",
    ),
}


@pytest.mark.parametrize("planted", CLEAR_ENTRIES.values(), ids=CLEAR_ENTRIES)
def test_a_count_that_only_an_open_answer_leaves_undecided_is_proved(planted: tuple[Any, ...]):
    found = counted(*planted)

    assert (ids(found), found.not_proved) == ([], 0)


def test_a_count_in_a_group_that_only_a_clear_answer_hides_is_proved():
    found = counted((question("swelling"),), "swelling is yes", ask_when="allergy may be yes")

    assert (ids(found), found.not_proved) == ([], 0)


HIDING = {
    "an answered gate": "gate is answered and gate is yes",
    "a gate not left open": "not (gate is not sure) and gate may be yes",
    "a gate not skipped": "gate is not skipped and gate may be yes",
    "a gate not declined": "gate is not declined and gate may be yes",
}


@pytest.mark.parametrize("gate", HIDING.values(), ids=HIDING)
def test_it_finds_a_flag_ruled_out_because_nobody_asked(gate: str):
    asked = question("planted", ask_when=gate)

    found = prove(sound(third=(asked,), flags=(flag("skipped", MUST, caution="planted is yes"),)))

    assert ids(found) == [("P522", "skipped")]
    assert any(line.link_id == "gate" for line in found.findings[0].witness)


@pytest.mark.parametrize("gate", ["gate may be yes", "gate may be no", "mood may be one of (low, high)"])
def test_a_gate_that_only_a_clear_answer_closes_is_sound(gate: str):
    asked = question("planted", ask_when=gate)

    assert ids(prove(sound(third=(asked,), flags=(flag("kept", MUST, caution="planted is yes"),)))) == []


# Worse is never milder ------------------------------------------------------------------------------------------------

MILDER = {
    "a threshold the wrong way round": ("drinks higher", {"caution": "drinks < 3"}),
    "a window": ("drinks higher", {"urgent": "drinks = 3", "caution": "drinks >= 2"}),
    "a gap between tiers": (
        "reading.systolic higher",
        {"caution": "reading.systolic > 140 and reading.systolic < 160"},
    ),
    "a score with a ceiling": ("summed higher", {"caution": "summed >= 3 and summed <= 6"}),
    "age with a ceiling": ("age higher", {"caution": "age >= 65 and age < 80"}),
    "lower is worse": ("weeks lower", {"caution": "weeks > 6"}),
    "a choice by its points": ("mood higher", {"caution": "mood is middle"}),
}


@pytest.mark.parametrize("planted", MILDER.values(), ids=MILDER)
def test_it_finds_a_flag_that_gets_milder(planted: tuple[str, dict[str, str]]):
    line, rules = planted

    found = prove(sound(flags=(flag("milder", {"monotone": (line,)}, **rules),)))

    assert ids(found) == [("P531", "milder")]
    assert found.findings[0].witness
    assert found.findings[0].worse


@pytest.mark.parametrize(("line", "when"), [("drinks higher", "drinks >= 3"), ("weeks lower", "weeks < 6"),
                                            ("age higher", "age >= 65"), ("mood higher", "mood is not low"),
                                            ("reading.diastolic higher", "reading.diastolic >= 90")])  # fmt: skip
def test_a_threshold_the_right_way_round_is_proved(line: str, when: str):
    assert ids(prove(sound(flags=(flag("right", {"monotone": (line,)}, caution=when),)))) == []
