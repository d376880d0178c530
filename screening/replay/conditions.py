"""The rule language over many responses at once: Kleene's logic on columns. `engine/codegen.py` is for one response."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from screening.engine.intervals import days_in
from screening.engine.tree import (
    TODAY,
    And,
    AtLeast,
    Compare,
    Expr,
    Holds,
    Includes,
    Is,
    MayBe,
    Not,
    Number,
    Or,
    ProfileIs,
    StateTest,
    Within,
)
from screening.engine.variables import View

from .operands import PARTS, Operands
from .records import Bools, Floats, Marks
from .situations import DECLINED, HIDDEN, KNOWN, NOT_SURE, SKIPPED, STATES, Truths

Compared = Callable[[Floats, Floats, Floats, Floats], Bools]

# Intervals compared: a..b on the left, c..d on the right. Not-a-number (not asked) makes every one of these false.
COMPARED: dict[str, tuple[Compared, Compared]] = {
    ">=": (lambda a, b, c, d: a >= d, lambda a, b, c, d: b >= c),
    "<=": (lambda a, b, c, d: b <= c, lambda a, b, c, d: a <= d),
    ">": (lambda a, b, c, d: a > d, lambda a, b, c, d: b > c),
    "<": (lambda a, b, c, d: b < c, lambda a, b, c, d: a < d),
    "=": (lambda a, b, c, d: (a == d) & (b == c), lambda a, b, c, d: (a <= d) & (c <= b)),
    "!=": (lambda a, b, c, d: (b < c) | (a > d), lambda a, b, c, d: (a < d) | (b > c)),
}


class Conditions(Operands):
    """Conditions as the rows where they are certain and where they are possible."""

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)
        self._truths: dict[tuple[object, ...], Truths] = {}

    def truth(self, expr: Expr, view: View) -> Truths:
        """The truth of a condition in each row, worked out once."""
        view = self.plan.view_of(expr, view)
        key = (expr, view) if not isinstance(expr, And | Or | Not | AtLeast) else (id(expr), view)
        if key not in self._truths:
            self._truths[key] = self._truth(expr, view)
        return self._truths[key]

    def _truth(self, expr: Expr, view: View) -> Truths:
        match expr:
            case And():
                return self.all_of([self.truth(item, view) for item in expr.items])
            case Or():
                return self._any_of([self.truth(item, view) for item in expr.items])
            case Not():
                inside = self.truth(expr.item, view)
                return Truths(~inside.possible, ~inside.certain)
            case AtLeast():
                inner = [self.truth(item, view) for item in expr.items]
                certain = np.sum([one.certain for one in inner], axis=0) >= expr.number
                return Truths(certain, np.sum([one.possible for one in inner], axis=0) >= expr.number)
            case _:
                return self._leaf(expr, view)

    def _any_of(self, found: list[Truths]) -> Truths:
        certain, possible = found[0]
        for one in found[1:]:
            certain, possible = certain | one.certain, possible | one.possible
        return Truths(certain, possible)

    def _leaf(self, leaf: Expr, view: View) -> Truths:
        match leaf:
            case Compare():
                ends = (*self.interval(leaf.left, view), *self.interval(leaf.right, view))
                is_certain, is_possible = COMPARED[leaf.operator]
                return self._everywhere(is_certain(*ends), is_possible(*ends))
            case Is():
                certain = self.answered(leaf.question.name, leaf.codes, view)
                return Truths(certain, certain | self._is_unknown(leaf.question.name, view))
            case MayBe():
                return self._may_be(leaf, view)
            case Includes():
                return self._includes(leaf, view)
            case StateTest():
                found = self._state_of(leaf, "asked" if view == "gate" else view) == STATES[leaf.state]
                return Truths(found, found)
            case Within():
                return self._within(leaf, view)
            case ProfileIs():
                found = self._profile_in(leaf.profiles)
                return Truths(found, found)
            case Holds():
                return self._holds(leaf, view)
            case _:
                raise ValueError(leaf)

    def _everywhere(self, certain: Bools, possible: Bools) -> Truths:
        """In every row, also where two numbers were compared that are the same in all."""
        return Truths(certain & self.everywhere, possible & self.everywhere)

    def _is_unknown(self, name: str, view: View) -> Bools:
        state = self.state(name, view)
        found: Bools = (state != KNOWN) & (state != HIDDEN)
        return found

    def _may_be(self, leaf: MayBe, view: View) -> Truths:
        name = leaf.question.name
        is_one, state = self.answered(name, leaf.codes, view), self.state(name, view)
        is_aside = (state == NOT_SURE) | (state == DECLINED) | (state == SKIPPED)
        return Truths(is_one | is_aside, is_one | self._is_unknown(name, view))

    def _includes(self, leaf: Includes, view: View) -> Truths:
        name = leaf.question.name
        if isinstance(self.outer, Conditions) and not self.owns(name):
            certain, possible = self.outer.truth(leaf, view)
            return Truths(certain[self.rows], possible[self.rows])
        self.read(name)
        found, is_open = self._included(name, leaf.codes)
        is_known = self.state(name, view) == KNOWN
        certain = is_known & (found >= leaf.number)
        return Truths(certain, certain | (is_known & is_open) | self._is_unknown(name, view))

    def _included(self, name: str, codes: tuple[str, ...]) -> tuple[Floats, Bools]:
        """How many of the codes each row has, and whether it may have any other."""
        question, found = self.symbols.questions[name], np.zeros(self.size)
        is_open = np.zeros(self.size, bool)
        if question.type != "medicines":
            for code in codes if self.translation.is_there(name) else ():
                found += self.translation.has_option(name, code)
            return found, is_open
        entries, keys = self.medicines(name), self.plan.medicine_keys(name)
        for code in codes:
            has = np.zeros(self.size, bool)
            has[entries.rows[entries.which({medicine: code in known for medicine, known in keys.items()})]] = True
            found += has
        is_open[entries.rows[~entries.which(dict.fromkeys(keys, True))]] = True
        return found, is_open

    def _state_of(self, leaf: StateTest, view: View) -> Marks:
        name, part = leaf.question.name, leaf.question.part
        state = self.state(name, view)
        if not part:
            return state
        if isinstance(self.outer, Conditions) and not self.owns(name):
            return self.outer._state_of(leaf, view)[self.rows]
        self.read(name)
        if not self.translation.is_there(name):
            return state
        is_missing = np.isnan(self.translation.numbers(name, PARTS[part]))
        return np.where((state == KNOWN) & is_missing, np.uint8(SKIPPED), state)

    def _within(self, leaf: Within, view: View) -> Truths:
        a, b = self.days(leaf.question.name, view)
        c, d = (self._today(),) * 2 if leaf.anchor == TODAY else self.days(leaf.anchor, view)
        limit = self._limit(leaf)
        return Truths((d - a <= limit) & (b - c <= limit), (c - b <= limit) & (a - d <= limit))

    def _today(self) -> Floats:
        return self.outer._today()[self.rows] if isinstance(self.outer, Conditions) else self.columns.today

    def _limit(self, leaf: Within) -> Floats:
        if isinstance(leaf.number, Number):
            return np.float64(days_in(leaf.number.value, leaf.unit))  # type: ignore[return-value]
        if isinstance(self.outer, Conditions):
            return self.outer._limit(leaf)[self.rows]
        limits = [days_in(number, leaf.unit) for number in self.chosen_values(leaf.number.name)]
        return np.array(limits, np.float64)[self.columns.distinct_settings[1]]

    def _profile_in(self, profiles: tuple[str, ...]) -> Bools:
        if isinstance(self.outer, Conditions):
            return self.outer._profile_in(profiles)[self.rows]
        found, places = self.columns.distinct_settings
        return np.array([one.profile in profiles for one in found], bool)[places]

    def _holds(self, leaf: Holds, view: View) -> Truths:
        if isinstance(self.outer, Conditions):
            certain, possible = self.outer.truth(leaf, view)
            return Truths(certain[self.rows], possible[self.rows])
        certain, possible = self.truth(self.known.rules.variables[leaf.variable], view)
        return Truths(certain, certain | possible)
