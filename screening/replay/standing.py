"""How every flag stands in many responses: raised at which severity, and left open at which."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from screening.engine.assessment import evaluate
from screening.engine.compiler import Compiled
from screening.engine.definition import MEDICATION_LIST, RANKS, Flag, NotSure, Severity
from screening.engine.results import Assessment, Settings
from screening.engine.tree import Expr
from screening.engine.unresolved import LISTED, STRENGTH
from screening.engine.values import Answers

from .plan import Plan
from .records import Bools, Marks, Records
from .settling import Settling

AnswersOf = Callable[[int], Answers]
"""The answers of one row, for what the columns do not hold."""


@dataclass(frozen=True, eq=False)
class Standing:
    """Ranks by flag (rows) and response (columns): of the rule that is true, and of what could not be ruled out."""

    flags: tuple[str, ...]
    raised: Marks
    open: Marks
    one_by_one: int

    def of(self, flag: str) -> tuple[Marks, Marks]:
        """One flag's ranks in every response. A flag that the definition does not have is never raised."""
        if flag not in self.flags:
            nothing: Marks = np.zeros(self.raised.shape[1], np.uint8)
            return nothing, nothing
        place = self.flags.index(flag)
        return self.raised[place], self.open[place]


def flags_of(compiled: Compiled) -> tuple[str, ...]:
    """The flags that can stand open or be raised: the definition's, and the list of medicines itself."""
    return tuple(dict.fromkeys([*(flag.link_id for flag in compiled.definition.flags), MEDICATION_LIST]))


def standing(
    plan: Plan,
    records: Records,
    answers_of: AnswersOf,
    days: Sequence[datetime.date],
    only: frozenset[str] | None = None,
) -> Standing:
    """Every flag in every response: by columns, and one by one where the columns do not hold what the rules need.
    With `only`, those flags, and what they leave open in the list of medicines; any other is never raised.

    `days` are the days on which the responses are judged; `answers_of` is called only for rows looked at by themselves.
    """
    with np.errstate(all="ignore"):
        found = _Flags(plan, records)
        raised, left_open = found.stand(plan.flags.keys() if only is None else only)
    alone = np.flatnonzero(found.columns.unheld | ~records.is_held)
    flags = flags_of(plan.compiled)
    for row in alone.tolist():
        one = evaluate(plan.compiled, answers_of(row), days[row], records.settings[row])
        raised[:, row], left_open[:, row] = ranks_of(flags, one)
    return Standing(flags, raised, left_open, len(alone))


def ranks_of(flags: Sequence[str], assessment: Assessment) -> tuple[list[int], list[int]]:
    """The ranks of one assessment, in the order of `flags`."""
    raised = {flag.flag: RANKS[flag.severity] for flag in assessment.flags}
    left_open: dict[str, int] = {}
    for flag in assessment.unresolved:
        left_open[flag.flag] = max(RANKS[flag.severity], left_open.get(flag.flag, 0))
    return [raised.get(flag, 0) for flag in flags], [left_open.get(flag, 0) for flag in flags]


class _Flags:
    """Works out the flags of one definition."""

    def __init__(self, plan: Plan, records: Records) -> None:
        self.plan = plan
        self.compiled = plan.compiled
        self.columns = Settling(plan, records)
        self.flags = flags_of(plan.compiled)
        self.raised: Marks = np.zeros((len(self.flags), records.size), np.uint8)
        self.open: Marks = np.zeros((len(self.flags), records.size), np.uint8)

    def stand(self, wanted: AbstractSet[str]) -> tuple[Marks, Marks]:
        """The ranks of the flags that are wanted."""
        for name, flag in self.plan.flags.items():
            if name not in wanted:
                continue
            self._flag(flag, self.flags.index(name))
            for note in self.plan.notes_of(name):
                tree = self.compiled.rules.notes.get(note.link_id)
                if tree is not None:
                    self._dose(flag, tree)
        return self.raised, self.open

    def _flag(self, flag: Flag, place: int) -> None:
        """Highest severity first: the first rule that is true ends it, having left open the unknown ones above."""
        undecided = self.columns.everywhere
        for severity, tree in self.compiled.rules.flags[flag.link_id]:
            certain, possible = self.columns.truth(tree, "rules")
            self.raised[place][undecided & certain] = RANKS[severity]
            undecided = undecided & ~certain
            self._leave_open(flag, place, severity, tree, undecided & possible)

    def _leave_open(self, flag: Flag, place: int, severity: Severity, tree: Expr, unknown: Bools) -> None:
        for kind, rows in self._by_class(flag, tree, unknown):
            target = place if kind in LISTED else self.flags.index(MEDICATION_LIST) if kind == "NS-4" else None
            if target is not None:
                self._raise_open(target, rows, RANKS[listed_severity(severity, kind)])

    def _raise_open(self, place: int, rows: Bools, rank: int) -> None:
        np.maximum(self.open[place], np.uint8(rank) * rows, out=self.open[place])

    def _by_class(self, flag: Flag, tree: Expr, unknown: Bools) -> list[tuple[NotSure, Bools]]:
        """The strongest class of the open questions, and in which rows it is so."""
        if not unknown.any():
            return []
        classes = self.plan.classes(flag, tree)
        if set(classes) <= {flag.not_sure}:
            return [(flag.not_sure, unknown)]
        found: list[tuple[NotSure, Bools]] = []
        left = unknown
        for kind in (kind for kind in STRENGTH if kind in classes):
            here = left & self.columns.open(tree, "rules", classes[kind]).wanted
            found.append((kind, here))
            left = left & ~here
        return [*found, (flag.not_sure, left)]

    def _dose(self, flag: Flag, tree: Expr) -> None:
        """A note of a raised flag ("high dose") that only a gap in the medicine list leaves undecided."""
        raised = self.raised[self.flags.index(flag.link_id)]
        unknown = self.columns.truth(tree, "rules").unknown & (raised > 0)
        for kind, rows in self._by_class(flag, tree, unknown):
            for severity, rank in RANKS.items() if kind == "NS-4" else ():
                at = RANKS[listed_severity(severity, kind)]
                self._raise_open(self.flags.index(MEDICATION_LIST), rows & (raised == rank), at)


def listed_severity(severity: Severity, kind: NotSure) -> Severity:
    """The severity at which an unknown rule is listed, by the class of what is open."""
    return "contraindication" if kind in ("NS-1", "NS-4") and severity == "urgent" else severity


__all__ = ["RANKS", "AnswersOf", "Settings", "Standing", "flags_of", "ranks_of", "standing"]
