"""What is asked and how each question was left, for many responses at once. See `engine/functions.py` for one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from screening.engine.tree import Expr
from screening.engine.variables import View
from screening.packing import NOT_HELD

from .plan import Plan
from .records import Bools, Columns, Ints, Marks
from .translation import Translation

NOT_REACHED, NOT_SURE, DECLINED, SKIPPED, KNOWN = 0, 1, 2, 3, 5
PERHAPS, HIDDEN = 7, 8
STATES = {"not_sure": NOT_SURE, "declined": DECLINED, "skipped": SKIPPED, "answered": KNOWN}


class Truths(NamedTuple):
    """A condition: the rows where it is certain, and those where it is possible."""

    certain: Bools
    possible: Bools

    @property
    def unknown(self) -> Bools:
        return self.possible & ~self.certain


class Situations:
    """One definition over many responses. `group` is the repeating group whose entries are looked at, `outer` the
    responses they belong to, `rows` which of those each entry is in.

    `unheld` marks the rows where something was needed that the columns do not hold.
    """

    def __init__(
        self,
        plan: Plan,
        columns: Columns,
        outer: Situations | None = None,
        rows: Ints | None = None,
        group: str = "",
    ) -> None:
        self.plan = plan
        self.compiled = plan.compiled
        self.symbols = plan.compiled.symbols
        self.known = plan.compiled.dependencies
        self.columns = columns
        self.outer = outer
        self.rows = rows
        self.group = group
        self.size = columns.size
        self.unheld: Bools = np.zeros(self.size, bool)
        self.everywhere: Bools = np.ones(self.size, bool)
        self.nowhere: Bools = np.zeros(self.size, bool)
        self.translation = Translation(columns, self.symbols.questions)
        self._marks: dict[str, Marks] = {}
        self._asked: dict[str, Truths] = {}
        self._states: dict[tuple[str, bool], Marks] = {}
        self._stale: dict[str, Bools] = {}
        self._gates: dict[str, Bools] = {}

    def truth(self, expr: Expr, view: View) -> Truths:
        """The truth of a condition in each row."""
        raise NotImplementedError

    def owns(self, name: str) -> bool:
        """Whether a question is answered at this level, rather than around it."""
        return self.symbols.entries_of.get(name, "") == self.group

    def marks(self, name: str) -> Marks:
        """The marks of a question of this level."""
        if name not in self._marks:
            self._marks[name] = self.translation.marks(name)
        return self._marks[name]

    def asked(self, name: str) -> Truths:
        """Whether a question or section is asked, as the answers were given."""
        if name not in self._asked:
            own = self.known.rules.ask.get(name)
            around = [] if self.outer is not None else [
                self.asked(parent)
                for parent in (self.symbols.section_of.get(name, ""), self.symbols.group_of.get(name, ""))
                if parent
            ]  # fmt: skip
            found = [*around, *([self.truth(own, "asked")] if own is not None else [])]
            self._asked[name] = self.all_of(found)
        return self._asked[name]

    def all_of(self, found: list[Truths]) -> Truths:
        """Kleene's "and"."""
        if not found:
            return Truths(self.everywhere, self.everywhere)
        certain, possible = found[0]
        for one in found[1:]:
            certain, possible = certain & one.certain, possible & one.possible
        return Truths(certain, possible)

    def is_settled(self, name: str, view: View) -> bool:
        """Whether rules see a question otherwise than it was answered."""
        return view != "asked" and name in self.known.unsettled

    def state(self, name: str, view: View) -> Marks:
        """How a question was left: one of the constants above, in each row."""
        if self.outer is not None and not self.owns(name):
            return self.outer.state(name, view)[self.rows]
        key = (name, self.is_settled(name, view))
        if key not in self._states:
            self._states[key] = self._settled_state(name) if key[1] else self._state(name)
        return self._states[key]

    def _state(self, name: str) -> Marks:
        certain, possible = self.asked(name)
        left = np.where(self.marks(name) >= NOT_HELD, np.uint8(KNOWN), self.marks(name))
        if certain is self.everywhere:
            return left
        return np.where(certain, left, np.where(possible, np.uint8(PERHAPS), np.uint8(HIDDEN)))

    def _settled_state(self, name: str) -> Marks:
        given = self.state(name, "asked")
        found = np.where(self.stale(name) & (given == KNOWN), np.uint8(NOT_SURE), given)
        return np.where(self.gate(name) & (given == HIDDEN), np.uint8(PERHAPS), found)

    def stale(self, name: str) -> Bools:
        """Whether an answer may be too old to count."""
        if name not in self._stale:
            rule = self.known.rules.stale.get(name)
            self._stale[name] = self.nowhere if rule is None else self.truth(rule, "asked").possible
        return self._stale[name]

    def gate(self, name: str) -> Bools:
        """Whether a question might be asked, were it not for a stale answer."""
        if name not in self._gates:
            chain = self.known.asking(name)
            hangs = any(self.known.questions(expr, states=False) & self.known.unsettled for expr in chain)
            truths = [self.truth(expr, "gate") for expr in chain] if hangs else []
            self._gates[name] = self.all_of(truths).possible if hangs else self.nowhere
        return self._gates[name]

    def read(self, name: str) -> None:
        """Say that the value of a question is needed: rows whose value is not held are set apart."""
        self.unheld |= self.asked(name).certain & (self.marks(name) == NOT_HELD)
