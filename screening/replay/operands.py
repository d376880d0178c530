"""The numbers and days that rules compare, for many responses at once, as intervals. See `engine/intervals.py`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from screening.engine.definition import Score
from screening.engine.dependencies import MEASURES
from screening.engine.intervals import ROUNDING
from screening.engine.scores import bounds, option_points
from screening.engine.symbols import option_codes
from screening.engine.tree import Count, Measure, Number, Operand, Reference, Total
from screening.engine.variables import View
from screening.packing import ANSWERED

from .records import Bools, Columns, Floats, Records, calendar, rounded
from .situations import HIDDEN, KNOWN, Situations, Truths
from .translation import Medicines

Range = tuple[Floats, Floats]
PARTS = {"systolic": 0, "diastolic": 1}


class Operands(Situations):
    """What comparisons look at."""

    columns: Records

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        self._ranges: dict[tuple[object, ...], Range] = {}
        self._parameters: dict[str, Floats] = {}

    def once(self, key: tuple[object, ...], work: Callable[[], Range]) -> Range:
        """Work something out at its first need."""
        if key not in self._ranges:
            self._ranges[key] = work()
        return self._ranges[key]

    def interval(self, operand: Operand, view: View) -> Range:
        """The lowest and highest that a number can be."""
        match operand:
            case Number():
                return (np.float64(operand.value),) * 2  # type: ignore[return-value]
            case Reference() if operand.name in self.symbols.parameters:
                return (self.parameter(operand.name),) * 2
            case Reference() if operand.name in self.symbols.questions:
                return self.numbers(operand.name, operand.part, view)
            case Total() if self.owns(operand.question):
                return self.once(("total", operand.question, operand.reference, view),
                                 lambda: self._total(operand, view))  # fmt: skip
            case _ if isinstance(self.outer, Operands):
                low, high = self.outer.interval(operand, view)
                return low[self.rows], high[self.rows]
            case Measure():
                return self.once((operand.name, view), lambda: self._measure(operand, view))
            case Count():
                return self.once(("count", operand, view), lambda: self._count(operand, view))
            case Reference():
                return self.once((operand.name, view), lambda: self._score(self.symbols.scores[operand.name], view))
            case _:
                raise ValueError(operand)

    def parameter(self, key: str) -> Floats:
        """A clinic's number, in each row."""
        if isinstance(self.outer, Operands):
            return self.outer.parameter(key)[self.rows]
        if key not in self._parameters:
            _, places = self.columns.distinct_settings
            self._parameters[key] = np.array(self.chosen_values(key), np.float64)[places]
        return self._parameters[key]

    def chosen_values(self, key: str) -> list[float]:
        """A clinic's number under each of the different settings."""
        found, _ = self.columns.distinct_settings
        default = self.symbols.parameters[key].value
        return [one.parameters.get(key, default) for one in found]

    def _placed(self, name: str, low: Floats, high: Floats, view: View) -> Range:
        """An interval where it is known: unbounded where it is unknown, not-a-number where it is not asked."""
        self.read(name)
        state = self.state(name, view)
        is_known, left = state == KNOWN, np.where(state == HIDDEN, np.nan, np.inf)
        return np.where(is_known, low, -left), np.where(is_known, high, left)

    def numbers(self, name: str, part: str, view: View) -> Range:
        """A question's number, one part of its pair, or the points of its option."""
        if isinstance(self.outer, Operands) and not self.owns(name):
            low, high = self.outer.numbers(name, part, view)
            return low[self.rows], high[self.rows]
        return self.once((name, part, self.is_settled(name, view)), lambda: self._numbers(name, part, view))

    def _numbers(self, name: str, part: str, view: View) -> Range:
        question = self.symbols.questions[name]
        if not self.translation.is_there(name):
            return self._placed(name, np.full(self.size, -np.inf), np.full(self.size, np.inf), view)
        if question.type in ("choice", "yes_no"):
            lows, highs = np.full(256, -np.inf), np.full(256, np.inf)
            for position, code in enumerate(option_codes(question)[: 256 - ANSWERED]):
                points = option_points(question).get(code)
                if points is not None:
                    lows[ANSWERED + position] = highs[ANSWERED + position] = points
            marks = self.marks(name)
            return self._placed(name, lows[marks], highs[marks], view)
        found = self.translation.numbers(name, PARTS.get(part, 0))
        is_missing = np.isnan(found)
        return self._placed(name, np.where(is_missing, -np.inf, found), np.where(is_missing, np.inf, found), view)

    def days(self, name: str, view: View) -> Range:
        """The first and last day of a date."""
        if isinstance(self.outer, Operands) and not self.owns(name):
            first, last = self.outer.days(name, view)
            return first[self.rows], last[self.rows]
        return self.once((name, "days", self.is_settled(name, view)), lambda: self._days(name, view))

    def _days(self, name: str, view: View) -> Range:
        nothing = np.zeros(self.size)
        first, last = self.translation.days(name) if self.translation.is_there(name) else (nothing, nothing)
        return self._placed(name, first, last, view)

    def _measure(self, operand: Measure, view: View) -> Range:
        names = [found.link_id for role in MEASURES[operand.name] if (found := self.symbols.by_role(role))]
        return self._age(names[0], view) if operand.name == "age" else self._bmi(names[0], names[1], view)

    def _age(self, born: str, view: View) -> Range:
        first, last = self.days(born, view)
        return self._years(last, first), self._years(first, last)

    def _years(self, born: Floats, otherwise: Floats) -> Floats:
        """Whole years since a day; where there is no day, the other end of what is not known."""
        is_day = np.isfinite(born)
        year, day = calendar(np.where(is_day, born, 1.0))
        this_year, this_day = calendar(self.columns.today)
        return np.where(is_day, this_year - year - (this_day < day), otherwise)

    def _bmi(self, height: str, weight: str, view: View) -> Range:
        (shortest, tallest), (lightest, heaviest) = self.numbers(height, "", view), self.numbers(weight, "", view)
        ends = (shortest, tallest, lightest, heaviest)
        is_absent = np.any([np.isnan(end) for end in ends], axis=0)
        is_open = np.any([np.isinf(end) for end in ends], axis=0)
        self.unheld |= ~is_open & ((shortest == 0) | (tallest == 0))
        low = rounded(lightest * 10_000 / (tallest * tallest), ROUNDING)
        high = rounded(heaviest * 10_000 / (shortest * shortest), ROUNDING)
        left = np.where(is_absent, np.nan, np.inf)
        return np.where(is_absent | is_open, -left, low), np.where(is_absent | is_open, left, high)

    # Lists ------------------------------------------------------------------------------------------------------

    def medicines(self, name: str) -> Medicines:
        """The entries of a medicine list."""
        self.read(name)
        if not self.translation.is_there(name):
            return Medicines({}, np.zeros(0, np.int64), b"")
        return Medicines(self.translation.layout.medicines[name], *self.columns.entries(name))

    def _total(self, operand: Total, view: View) -> Range:
        question = self.symbols.questions[operand.question]
        entries = self.medicines(operand.question)
        factors = entries.factors(self.symbols.factors(question, operand.reference))
        is_known = entries.which(dict.fromkeys(self.plan.medicine_keys(operand.question), True))
        counts = ~np.isnan(factors) & ~np.isnan(entries.doses)
        low = np.zeros(self.size)
        np.add.at(low, entries.rows[counts], (entries.doses * factors)[counts])
        is_open = np.zeros(self.size, bool)
        is_open[entries.rows[~counts & (~np.isnan(factors) | ~is_known)]] = True
        low = rounded(low, ROUNDING)
        return self._placed(operand.question, low, np.where(is_open, np.inf, low), view)

    def _count(self, operand: Count, view: View) -> Range:
        name = operand.group
        if not self.translation.is_there(name):
            return self._placed(name, np.zeros(self.size), np.zeros(self.size), view)
        layout = self.translation.layout
        if operand.where is None:
            sizes = self.columns.sizes[layout.sizes[name]].astype(np.float64)
            return self._placed(name, sizes, sizes, view)
        rows, data = self.columns.entries(name)
        inside = type(self)(self.plan, Columns(layout.lists[name], data), self, rows, name)  # type: ignore[arg-type]
        found = inside.truth(operand.where, view)
        self.unheld[rows[inside.unheld]] = True
        low, high = (np.bincount(rows[met], minlength=self.size).astype(np.float64) for met in found)
        return self._placed(name, low, high, view)

    # Scores -----------------------------------------------------------------------------------------------------

    def _score(self, score: Score, view: View) -> Range:
        """As `engine/scores.py`: complete, a range, unbounded or not asked."""
        lows = [self.numbers(item, "", view)[0] for item in score.items]
        total = lows[0]
        for low in lows[1:]:
            total = total + low
        total = total / len(lows) if score.method == "mean" else total
        low, high, asked = self._range(score, lows, view)
        is_complete = np.isfinite(total)
        if score.gate:
            low, high, asked, is_yes = self._gated(score, low, high, asked, view)
            is_complete &= is_yes
        left = np.where(asked.possible, np.inf, np.nan)
        low, high = np.where(asked.certain, low, -left), np.where(asked.certain, high, left)
        return np.where(is_complete, total, low), np.where(is_complete, total, high)

    def _range(self, score: Score, lows: list[Floats], view: View) -> tuple[Floats, Floats, Truths]:
        low, high, number = np.zeros(self.size), np.zeros(self.size), np.zeros(self.size)
        certain, possible = self.nowhere, self.nowhere
        for name, known in zip(score.items, lows, strict=True):
            least, most = bounds(self.symbols.questions[name])
            is_known, asked = np.isfinite(known), self.item_asked(name, view)
            is_certain, is_unknown = is_known | asked.certain, ~is_known & asked.unknown
            at_least, at_most = np.where(is_known, known, least), np.where(is_known, known, most)
            low = low + np.where(is_certain, at_least, np.where(is_unknown, min(0.0, least), 0.0))
            high = high + np.where(is_certain, at_most, np.where(is_unknown, max(0.0, most), 0.0))
            number = number + is_certain
            certain, possible = certain | is_certain, possible | is_certain | is_unknown
            self._set_apart(score, np.where(is_known, known, 0.0), least, most, is_unknown, ~np.isfinite(known))
        if score.method == "mean":
            low, high = (np.where(number > 0, end / np.maximum(number, 1), 0.0) for end in (low, high))
        return low, high, Truths(certain, possible)

    def _set_apart(
        self, score: Score, known: Floats, least: float, most: float, is_unknown: Bools, is_open: Bools
    ) -> None:
        """Ranges of broken numbers depend on the order of adding, and means on which items apply: one by one."""
        is_whole = all(end == np.floor(end) for end in (least, most))
        self.unheld |= known != np.floor(known)
        if not is_whole:
            self.unheld |= is_open
        if score.method == "mean":
            self.unheld |= is_unknown

    def item_asked(self, name: str, view: View) -> Truths:
        """Whether the item of a score is asked."""
        if not self.known.asking(name):
            return Truths(self.everywhere, self.everywhere)
        state = self.state(name, view)
        return Truths((state != HIDDEN) & (state != 7), state != HIDDEN)

    def _gated(
        self, score: Score, low: Floats, high: Floats, inside: Truths, view: View
    ) -> tuple[Floats, Floats, Truths, Bools]:
        gate = self.item_asked(score.gate, view)
        is_yes, is_no = self.answered(score.gate, ("yes",), view), self.answered(score.gate, ("no",), view)
        is_open = ~is_yes & ~is_no
        low = np.where(is_no, 0.0, np.where(is_open, np.minimum(0.0, low), low))
        high = np.where(is_no, 0.0, np.where(is_open, np.maximum(0.0, high), high))
        certain = np.where(is_yes, inside.certain, is_no | gate.certain) & gate.possible
        possible = np.where(is_yes, inside.possible, True) & gate.possible
        return low, high, Truths(certain, possible), is_yes

    def answered(self, name: str, codes: tuple[str, ...], view: View) -> Bools:
        """Whether the answer is one of these codes."""
        if isinstance(self.outer, Operands) and not self.owns(name):
            return self.outer.answered(name, codes, view)[self.rows]
        self.read(name)
        known = option_codes(self.symbols.questions[name])
        is_wanted = np.zeros(256, bool)
        is_wanted[[ANSWERED + known.index(code) for code in codes if code in known]] = True
        found: Bools = (self.state(name, view) == KNOWN) & is_wanted[self.marks(name)]
        return found
