"""What refers to what, and renaming: of every name of both starter questionnaires, and of the awkward cases."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from screening.engine import checks
from screening.engine import definition as d
from screening.engine.definition import Definition
from screening.engine.language import parse
from screening.engine.renaming import Renaming, renamed, renamed_rule
from screening.engine.symbols import read_symbols
from screening.engine.uses import Thing, Use, inside, uses, uses_of
from screening.exchange.yaml import load_definition
from tests.screening.samples import both, rich, small

CONTENT = Path(__file__).parents[3] / "screening" / "content"
NEW = "a_name_that_nothing_has"


@cache
def starter(name: str = "ketamine") -> Definition:
    return load_definition(CONTENT / name)


def used(thing: Thing, definition: Definition) -> list[str]:
    return [str(use) for use in uses(definition) if use.of == thing]


def with_questions(*questions: d.Question, **others: object) -> Definition:
    section = d.Section(link_id="page", title=both("Page"), questions=questions)
    return Definition(key="k", title=both("K"), sections=(section,), **others)


def question(link_id: str, **changes) -> d.Question:
    return d.Question(**{"link_id": link_id, "type": "yes_no", "text": both(link_id)} | changes)


def test_every_place_that_names_a_question_is_a_use():
    assert used(Thing("question", "stroke"), rich()) == [
        "question stroke_recent, ask_when",
        "variable had_stroke",
        "flag stroke_flag, caution rule",
        "inconsistency c1",
        "safety, alert_at_once_when",
    ]
    assert used(Thing("question", "mood"), rich()) == [
        "inconsistency c1", "safety, panel_when", "instrument one, items", "score mood_total, items",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (Thing("option", "yes", "stroke_recent"), ["flag stroke_flag, contraindication rule"]),
        (Thing("variable", "had_stroke"), ["note note"]),
        (Thing("parameter", "limit"), ["inconsistency c1", "safety, panel_when"]),
        (Thing("flag", "stroke_flag"), ["note note, flag"]),
        (Thing("class", "ssri", "medicines"), ["medicine sertraline, classes"]),
        (Thing("source", "LABEL"), ["flag stroke_flag, sources", "parameter limit, sources", "class ssri, sources"]),
        (Thing("section", "brain"), []),
    ],
)
def test_every_kind_of_thing_has_its_uses(thing: Thing, words: list[str]):
    assert used(thing, rich()) == words


def test_a_question_that_age_needs_is_used_through_it():
    born = question("born", type="date", role="birth_date")
    other = question("other", ask_when="age >= 65")

    assert used(Thing("question", "born"), with_questions(born, other)) == ["question other, ask_when (through age)"]


def test_a_code_is_a_class_or_a_medicine_where_the_question_is_a_list_of_medicines():
    taken = d.Question(link_id="taken", type="medicines", text=both("?"), vocabulary="medicines")
    note = d.Note(link_id="n", text=both("N"), when="taken includes any of (ssri, sertraline)")
    page = d.Section(link_id="page", title=both("Page"), questions=(taken,))
    whole = msgspec.structs.replace(rich(), sections=(*rich().sections, page), notes=(note,))

    assert "note n" in used(Thing("class", "ssri", "medicines"), whole)
    assert "note n" in used(Thing("medicine", "sertraline", "medicines"), whole)
    assert used(Thing("option", "ssri", "taken"), whole) == []


def test_what_is_removed_together_does_not_count_as_used():
    section, everything = inside(rich(), Thing("section", "brain")), uses(rich())

    assert Thing("question", "stroke_recent") in section
    assert "question stroke_recent, ask_when" not in {use.words for use in uses_of(section, everything)}
    assert "variable had_stroke" in {use.words for use in uses_of(section, everything)}


def test_a_groups_items_and_a_vocabularys_classes_are_part_of_it():
    group = question("trials", type="group", items=(question("helped"),), repeats=True)
    whole = msgspec.structs.replace(rich(), sections=with_questions(group).sections)

    assert Thing("question", "helped") in inside(whole, Thing("question", "trials"))
    assert Thing("class", "ssri", "medicines") in inside(whole, Thing("vocabulary", "medicines"))


def test_a_rule_that_cannot_be_read_mentions_nothing_and_is_not_renamed():
    broken = msgspec.structs.replace(
        small(), inconsistencies=(d.Inconsistency(link_id="c", text={}, when="stroke is"),)
    )

    assert "inconsistency c" not in used(Thing("question", "stroke"), broken)
    with pytest.raises(Exception, match="too early"):
        renamed(broken, Thing("question", "stroke"), "tia")


def rename(rule: str, thing: Thing, definition: Definition | None = None, new: str = "new") -> str:
    return renamed_rule(rule, Renaming(thing=thing, new=new, symbols=read_symbols(definition or rich())))


@pytest.mark.parametrize(
    ("rule", "after"),
    [
        ("any of (stroke is yes,\n        stroke is not sure)", "any of (new is yes,\n        new is not sure)"),
        ("( stroke may be  one of (yes, no) )", "( new may be  one of (yes, no) )"),
        ("stroke_recent is yes", "stroke_recent is yes"),
        ("not stroke is yes and mood is low", "not new is yes and mood is low"),
        ("count(trials where stroke is yes) >= 1", "count(trials where new is yes) >= 1"),
        ("seen within 6 weeks of stroke", "seen within 6 weeks of new"),
        ("other is stroke and stroke is yes", "other is stroke and new is yes"),
        ("stroke.systolic ≥ 3", "new.systolic ≥ 3"),
    ],
)
def test_only_the_question_is_renamed_and_the_layout_stays(rule: str, after: str):
    assert rename(rule, Thing("question", "stroke")) == after


def test_only_the_code_of_that_question_is_renamed():
    rule = "mood is low or other is low or mood is one of (good, low)"

    assert rename(rule, Thing("option", "low", "mood")) == "mood is new or other is low or mood is one of (good, new)"


def test_units_and_the_words_of_the_language_are_never_touched():
    assert rename("weeks within 6 weeks of today", Thing("question", "weeks")) == "new within 6 weeks of today"


def test_a_question_and_a_code_of_one_name_are_told_apart():
    assert rename("mood is mood", Thing("question", "mood"), new="feel") == "feel is mood"


def test_a_name_in_the_lines_of_a_flag_that_get_worse_is_renamed():
    flag = msgspec.structs.replace(small().flags[0], monotone=("mood_total higher",))
    after = renamed(small(flags=(flag,)), Thing("score", "mood_total"), "feeling")

    assert after.flags[0].monotone == ("feeling higher",)
    assert after.scores[0].link_id == "feeling"


def things(definition: Definition) -> Iterator[Thing]:
    """Everything that can be renamed."""
    yield from {use.of for use in uses(definition) if use.of.kind not in ("profile", "medicine", "vocabulary")}
    yield from (Thing("section", section.link_id) for section in definition.sections)
    yield from (Thing("flag", flag.link_id) for flag in definition.flags)
    yield from (Thing("inconsistency", one.link_id) for one in definition.inconsistencies)


def places(found: list[Use]) -> set[tuple[str, str]]:
    return {(str(use.owner), use.words) for use in found}


@pytest.mark.parametrize("name", ["ketamine", "check_in"])
def test_renaming_changes_exactly_the_uses_and_back_again_nothing(name: str):
    """Tried with every forty-first name: the old one is gone, and the way back gives the same definition."""
    whole = starter(name)
    for thing in sorted(things(whole), key=str)[::41]:
        after = renamed(whole, thing, NEW)
        moved = msgspec.structs.replace(thing, name=NEW)
        before, since = [use for use in uses(whole) if use.of == thing], uses(after)
        assert [use for use in since if use.of == thing] == []
        assert len(places([use for use in since if use.of == moved])) == len(places(before)), thing
        if thing.kind != "option" or thing.name not in ("yes", "no"):
            assert renamed(after, moved, thing.name) == whole, thing


def test_a_renamed_questionnaire_has_no_new_problems_and_the_same_wording():
    whole = starter()
    for thing in (Thing("question", "phq9_9"), Thing("score", "phq9"), Thing("instrument", "phq9")):
        after = renamed(whole, thing, NEW)
        assert [one.id for one in checks.check(after)] == [one.id for one in checks.check(whole)]


def test_the_new_name_reads_back_in_every_rule():
    for rule in ("stroke is yes", "mood_total >= 3 and stroke is not sure"):
        assert parse(rename(rule, Thing("question", "stroke"), new="tia"))
