"""Columns and the one-by-one engine say the same of every response, whatever the rules and answers."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from screening import packing
from screening.engine.assessment import evaluate
from screening.engine.compiler import compile_definition
from screening.engine.definition import Definition
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

    found = standing(compiled, records, answers_of, days)
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


@settings(max_examples=EXAMPLES // 2)
@given(definitions(), definitions(), ROWS)
def test_under_another_version(then: Definition, now: Definition, rows: list[tuple[Any, Any]]):
    compare(then, now, rows)
