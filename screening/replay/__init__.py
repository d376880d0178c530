"""Many answer sets under two definitions: which flags appear, disappear, change severity, or are left open or settled.

Nothing here knows a person: responses are rows, and answers come as packed records (`screening/packing.py`). Rules are
worked out for thousands of rows at a time; a row that needs what its record does not hold is given to the engine by
itself. Both ways agree on every response.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from screening.engine.definition import MEDICATION_LIST
from screening.engine.results import Settings
from screening.packing import Layout

from . import alike
from .plan import Plan
from .records import Bools, Records
from .standing import AnswersOf, Standing, standing

__all__ = ["CHANGES", "Batch", "Change", "Plan", "Replayed", "Standing", "replay", "standing"]

Change = Literal["appears", "disappears", "higher", "lower", "opens", "settles"]
CHANGES: tuple[Change, ...] = ("appears", "disappears", "higher", "lower", "opens", "settles")
"""A flag is raised where it was not, or not any more; at a higher or a lower severity; could not be ruled out where it
was not left open, or is not left open any more."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Some responses to one version: packed records (None: there is none), and the day and settings of each."""

    vectors: Sequence[bytes | None]
    as_of: Sequence[datetime.date]
    settings: Sequence[Settings]
    answers_of: AnswersOf


@dataclass(frozen=True, eq=False)
class Replayed:
    """What changes: the rows by flag and change, without those that nothing happens to; and how many rows were looked
    at one by one under either definition."""

    rows: dict[tuple[str, Change], np.ndarray[tuple[int], np.dtype[np.intp]]]
    affected: Bools
    one_by_one: int


def replay(layout: Layout, batch: Batch, before: Plan, after: Plan) -> Replayed:
    """What `after` says of answers to `before`, whose records have this layout, that `before` does not."""
    records = Records(layout, batch.vectors, batch.as_of, batch.settings)
    wanted = after.once(before, alike.changed)
    then, now = (standing(one, records, batch.answers_of, batch.as_of, wanted) for one in (before, after))
    affected = np.zeros(records.size, bool)
    rows = {}
    list_may_change = wanted & (before.medicine_flags | after.medicine_flags)
    for flag in sorted(wanted | ({MEDICATION_LIST} if list_may_change else set())):
        for change, where in _changes(then, now, flag):
            if where.any():
                rows[flag, change] = np.flatnonzero(where)
                affected |= where
    return Replayed(rows, affected, max(then.one_by_one, now.one_by_one))


def _changes(then: Standing, now: Standing, flag: str) -> list[tuple[Change, Bools]]:
    (raised, left_open), (raised_now, open_now) = then.of(flag), now.of(flag)
    both = (raised > 0) & (raised_now > 0)
    return [
        ("appears", (raised == 0) & (raised_now > 0)),
        ("disappears", (raised > 0) & (raised_now == 0)),
        ("higher", both & (raised_now > raised)),
        ("lower", both & (raised_now < raised)),
        ("opens", (left_open == 0) & (open_now > 0)),
        ("settles", (left_open > 0) & (open_now == 0)),
    ]
