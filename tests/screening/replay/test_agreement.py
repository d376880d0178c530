"""Columns and the one-by-one engine say the same of every response, whatever the rules and answers."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from screening import packing
from screening.engine.assessment import evaluate
from screening.engine.compiler import compile_definition
from screening.engine.definition import Definition
from screening.replay import Batch, replay
from screening.replay.plan import Plan
from screening.replay.records import Records
from screening.replay.standing import flags_of, ranks_of, standing
from tests.screening.engine.building import TODAY
from tests.screening.engine.strategies import SETTINGS, answer_sets, definitions

ROWS = st.lists(st.tuples(answer_sets(), SETTINGS), min_size=4, max_size=12)
EXAMPLES = settings().max_examples // 16
"""Making up a questionnaire takes a second; the long profile tries many."""


def compare(then: Definition, now: Definition, rows: list[tuple[Any, Any]]) -> int:
    """Assert that every row comes out alike; how many rows were looked at one by one."""
    layout, compiled = packing.layout_of(then), compile_definition(now)
    vectors = [packing.pack(layout, answers, TODAY) for answers, _ in rows]
    days = [TODAY] * len(rows)
    records = Records(layout, vectors, days, [chosen for _, chosen in rows])
    asked: list[int] = []

    def answers_of(row: int) -> Any:
        asked.append(row)
        return rows[row][0]

    found = standing(Plan(compiled), records, answers_of, days)
    flags = flags_of(compiled)
    for row, (answers, chosen) in enumerate(rows):
        expected = ranks_of(flags, evaluate(compiled, answers, TODAY, chosen))
        assert (found.raised[:, row].tolist(), found.open[:, row].tolist()) == expected, (flags, answers)
    assert len(asked) == found.one_by_one
    return found.one_by_one


@settings(max_examples=EXAMPLES)
@given(definitions(), ROWS)
def test_under_their_own_version(definition: Definition, rows: list[tuple[Any, Any]]):
    compare(definition, definition, rows)


def _with_milder_mood(definition: Definition) -> Definition:
    """The highest option of the mood counts less, and the options stand in another order."""
    page, *pages = definition.sections
    gate, mood, *others = page.questions
    low, middle, high = mood.options
    mood = replace(mood, options=(replace(high, score=2.0), middle, low))
    return replace(definition, sections=(replace(page, questions=(gate, mood, *others)), *pages))


def edited(definition: Definition, how: int) -> Definition:
    """The questionnaire with one thing changed, as an editor would."""
    first, second, third = definition.flags
    match how:
        case 0:
            return replace(definition, flags=(replace(second, link_id=first.link_id), second, third))
        case 1:
            return replace(definition, flags=(first, third))
        case 2:
            limit, *more = definition.parameters
            return replace(definition, parameters=(replace(limit, value=4.0), *more))
        case 3:
            named = replace(definition.variables[0], when="gate is yes")
            return replace(definition, variables=(named, *definition.variables[1:]))
        case _:
            return _with_milder_mood(definition)


@settings(max_examples=EXAMPLES)
@given(definitions(), ROWS, st.integers(0, 4))
def test_only_what_may_change_is_worked_out(then: Definition, rows: list[tuple[Any, Any]], how: int):
    now = edited(then, how)
    layout = packing.layout_of(then)
    vectors = [packing.pack(layout, answers, TODAY) for answers, _ in rows]
    batch = Batch(vectors, [TODAY] * len(rows), [chosen for _, chosen in rows], lambda row: rows[row][0])
    plans = [Plan(compile_definition(one)) for one in (then, now)]

    found = replay(layout, batch, *plans)

    flags = sorted({*flags_of(plans[0].compiled), *flags_of(plans[1].compiled)})
    expected = set()
    for row, (answers, chosen) in enumerate(rows):
        ranks = [ranks_of(flags, evaluate(plan.compiled, answers, TODAY, chosen)) for plan in plans]
        (raised, left), (raised_now, left_now) = ranks
        for place, flag in enumerate(flags):
            if raised[place] != raised_now[place] or bool(left[place]) != bool(left_now[place]):
                expected.add((flag, row))
    assert {(flag, int(row)) for (flag, _), places in found.rows.items() for row in places} == expected
    assert set(found.affected.nonzero()[0].tolist()) == {row for _, row in expected}


@settings(max_examples=EXAMPLES // 2)
@given(definitions(), definitions(), ROWS)
def test_under_another_version(then: Definition, now: Definition, rows: list[tuple[Any, Any]]):
    compare(then, now, rows)
