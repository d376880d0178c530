"""An instrument that is switched off: never shown, found by no rule, without a score, and said so by the checks."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from screening.engine import journey
from screening.engine.assessment import Assessment, evaluate
from screening.engine.checks import check
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition, Instrument, canonical_json, from_json
from screening.engine.results import Settings
from screening.engine.values import Answer
from screening.exchange.yaml import dump_definition, load_definition, parse_definition

from .building import TODAY

CONTENT = Path(__file__).parents[3] / "screening" / "content" / "ketamine"


@pytest.fixture(scope="module")
def starter() -> Definition:
    return load_definition(CONTENT)


def without(definition: Definition, *keys: str) -> Definition:
    def switched(one: Instrument) -> Instrument:
        return msgspec.structs.replace(one, switched_off=one.key in keys)

    return msgspec.structs.replace(definition, instruments=tuple(map(switched, definition.instruments)))


@pytest.fixture(scope="module")
def off(starter: Definition) -> Compiled:
    return compile_definition(without(starter, "phq9", "pc_ptsd5"))


def items(compiled: Compiled, key: str) -> tuple[str, ...]:
    return next(one.items for one in compiled.definition.instruments if one.key == key)


def assess(compiled: Compiled, **answers: str) -> Assessment:
    given = {name: Answer(state="answered", value=value, on=TODAY) for name, value in answers.items()}
    filled = journey.with_skipped(compiled, given, TODAY, Settings())
    return evaluate(compiled, filled, TODAY, Settings())


def test_its_items_are_never_shown(off: Compiled) -> None:
    shown = journey.shown(off, {}, TODAY, Settings())
    assert not shown & set(items(off, "phq9"))
    assert set(items(off, "gad7")) <= shown


def test_answers_that_were_kept_are_used_by_no_rule(off: Compiled, starter: Definition) -> None:
    found = assess(off, phq9_9="nearly_every_day")
    on = assess(compile_definition(starter), phq9_9="nearly_every_day")
    assert not {because.question for flag in found.flags for because in flag.because} & set(items(off, "phq9"))
    assert "phq9_9" in {because.question for flag in on.flags for because in flag.because}


def test_its_score_is_absent_also_behind_a_gate_answered_no(off: Compiled, starter: Definition) -> None:
    found = assess(off, pc_ptsd5_event="no").scores
    assert not {"phq9", "pc_ptsd5"} & found.keys()
    assert "gad7" in found
    assert assess(compile_definition(starter), pc_ptsd5_event="no").scores["pc_ptsd5"].total == 0


def test_it_leaves_nothing_open_and_nothing_missing(off: Compiled) -> None:
    found = assess(off)
    asked = {name for flag in found.unresolved for name in flag.questions} | set(found.missing)
    assert not asked & {*items(off, "phq9"), *items(off, "pc_ptsd5")}
    assert set(items(off, "phq9")) <= set(found.not_asked)


def test_a_page_of_nothing_else_is_not_asked(off: Compiled, starter: Definition) -> None:
    alone = [one.link_id for one in starter.sections if {q.instrument for q in one.questions} == {"gad7"}]
    compiled = compile_definition(without(starter, "gad7"))
    asked = {section.link_id for section in journey.sections(compiled, {}, TODAY, Settings())}
    assert not asked & set(alone)


def test_checks_warn_of_each_and_ask_for_no_translation(starter: Definition) -> None:
    found = check(without(starter, "gad7"))
    assert [one.place for one in found if one.id == "Q513"] == ["instrument gad7"]
    assert not [one for one in found if one.severity == "error"]
    assert "instrument gad7" not in {one.place for one in found if one.id == "Q202"}


@pytest.mark.parametrize(("key", "item"), [("asq", "asq_1"), ("phq9", "phq9_9")])
def test_a_flag_that_must_be_established_keeps_its_instrument(starter: Definition, key: str, item: str) -> None:
    found = [one for one in check(without(starter, key)) if one.id == "Q514"]
    assert [(one.severity, one.link_id) for one in found] == [("error", "suicide_risk")]
    assert item in found[0].message


def test_it_is_kept_in_files_and_changes_nothing_while_it_is_on(starter: Definition) -> None:
    changed = without(starter, "gad7")
    assert parse_definition(dump_definition(changed)) == changed
    assert from_json(canonical_json(changed)) == changed
    assert canonical_json(without(starter)) == canonical_json(starter)
    assert b"switched_off" not in canonical_json(starter)


def test_the_wording_stays_locked(starter: Definition) -> None:
    reworded = msgspec.structs.replace(without(starter, "gad7").instruments[0], preface={"en": "Other"})
    assert "Q509" in {one.id for one in check(msgspec.structs.replace(starter, instruments=(reworded,)))}
