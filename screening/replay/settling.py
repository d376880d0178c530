"""Which classes of open questions leave a rule unknown, for many responses at once; `engine/settling.py` for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from screening.engine.dependencies import questions_behind
from screening.engine.scores import option_points
from screening.engine.symbols import option_codes
from screening.engine.tree import (
    Compare,
    Count,
    Expr,
    Holds,
    Includes,
    Operand,
    Reference,
    Total,
    Within,
    operands,
    parts,
)
from screening.engine.variables import View
from screening.packing import ANSWERED, NOT_HELD, VAGUE

from .conditions import Conditions
from .operands import PARTS
from .records import Bools
from .situations import Truths


class Open(NamedTuple):
    """Where a rule has open questions at all, and where any of those that are looked for is among them."""

    any: Bools
    wanted: Bools


class Settling(Conditions):
    """Conditions, and what would settle those that are unknown."""

    def open(self, expr: Expr, view: View, wanted: frozenset[str]) -> Open:
        """Where a condition is unknown, and where an answer to one of `wanted` would settle it."""
        unknown = self.truth(expr, view).unknown
        if not unknown.any():
            return Open(self.nowhere, self.nowhere)
        if isinstance(expr, Holds):
            found = self.open(self.known.rules.variables[expr.variable], view, wanted)
        elif parts(expr):
            found = self._any(self.open(item, view, wanted) for item in parts(expr))
        else:
            found = self._leaf_open(expr, view, wanted)
        return Open(found.any & unknown, found.wanted & unknown)

    def _any(self, found: Iterator[Open]) -> Open:
        anything, wanted = self.nowhere, self.nowhere
        for one in found:
            anything, wanted = anything | one.any, wanted | one.wanted
        return Open(anything, wanted)

    def _leaf_open(self, leaf: Expr, view: View, wanted: frozenset[str]) -> Open:
        looked_at = [name for operand in operands(leaf) for name in questions_behind(operand, self.symbols)]
        found = self._any(
            self._question_open(name, view, leaf, part, wanted)
            for operand in operands(leaf)
            for name, part in self._behind_all(operand)
        )
        asked = self._any(Open(self._seen(name).possible, self._seen(name).possible & (name in wanted))
                          for name in looked_at)  # fmt: skip
        return Open(found.any | asked.any, np.where(found.any, found.wanted, asked.wanted))

    def _behind_all(self, operand: Operand) -> Iterator[tuple[str, str]]:
        part = operand.part if isinstance(operand, Reference) else ""
        yield from ((name, part) for name in questions_behind(operand, self.symbols))
        if isinstance(operand, Reference) and operand.name in self.symbols.scores:
            score = self.symbols.scores[operand.name]
            yield from ((name, "") for name in (*([score.gate] if score.gate else []), *score.items))

    def _seen(self, name: str) -> Truths:
        """Whether a question is asked, as rules see it: unknown also where only a stale answer hides it."""
        if not self.known.asking(name):
            return Truths(self.everywhere, self.everywhere)
        certain, possible = self.asked(name)
        return Truths(certain, certain | possible | self.gate(name))

    def _question_open(self, name: str, view: View, leaf: Expr, part: str, wanted: frozenset[str]) -> Open:
        seen, itself = self._seen(name), self.nowhere | (name in wanted)
        is_known = self.marks(name) >= NOT_HELD
        by_gates, stale = self._gates_open(name, seen, wanted), self.nowhere
        if view != "asked":
            stale = self.stale(name)
        dated = self._stale_open(name, stale, wanted)
        is_vague = self._is_vague(name, leaf, part)
        itself_open = seen.certain & (~is_known | (~stale & is_vague))
        is_stale = seen.certain & is_known & stale
        anything = seen.unknown | itself_open | is_stale
        found = (seen.unknown & np.where(by_gates.any, by_gates.wanted, itself)) | (itself_open & itself)
        return Open(anything, found | (is_stale & np.where(dated.any, dated.wanted, itself)))

    def _gates_open(self, name: str, seen: Truths, wanted: frozenset[str]) -> Open:
        if not seen.unknown.any():
            return Open(self.nowhere, self.nowhere)
        chain = self.known.asking(name)
        given = self._any(self.open(gate, "asked", wanted) for gate in chain)
        settled = self._any(self.open(gate, "gate", wanted) for gate in chain)
        only_stale = ~self.asked(name).possible & self.gate(name)
        return Open(np.where(only_stale, settled.any, given.any), np.where(only_stale, settled.wanted, given.wanted))

    def _stale_open(self, name: str, stale: Bools, wanted: frozenset[str]) -> Open:
        rule = self.known.rules.stale.get(name)
        if rule is None or not stale.any():
            return Open(self.nowhere, self.nowhere)
        return self.open(rule, "asked", wanted)

    def _is_vague(self, name: str, leaf: Expr, part: str) -> Bools:
        """Where a known answer still leaves open what this test asks."""
        question, marks = self.symbols.questions[name], self.marks(name)
        is_partial = marks == VAGUE if self.translation.is_there(name) and question.type in DATES else self.nowhere
        match leaf:
            case Within():
                return is_partial
            case Includes():
                return self.everywhere & (question.type == "medicines")
            case Compare() if isinstance(leaf.left, Count | Total) or isinstance(leaf.right, Count | Total):
                return self.everywhere & (question.type in ("medicines", "group"))
            case _ if part:
                is_there = self.translation.is_there(name)
                return np.isnan(self.translation.numbers(name, PARTS[part])) if is_there else self.nowhere
            case _ if question.type == "choice":
                codes, points = option_codes(question), option_points(question)
                is_unscored = np.zeros(256, bool)
                is_unscored[[ANSWERED + place for place, code in enumerate(codes) if code not in points]] = True
                return is_unscored[marks]
            case _:
                return is_partial


DATES = ("date", "partial_date", "ago")
