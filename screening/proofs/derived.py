"""What rules compare besides plain answers: scores, age, body mass index, counts and totals.

What cannot be encoded exactly is any number it could be (never fewer): what is impossible then is impossible indeed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import z3

from screening.engine.dates import OLDEST_YEARS
from screening.engine.definition import Question, Score
from screening.engine.measures import BMI
from screening.engine.scores import bounds, option_points
from screening.engine.symbols import option_codes
from screening.engine.tree import Count, Expr, Measure, Operand, Reference, Total

from .kleene import YES, Bool, Number, Span, all_of, any_of, constant, no
from .lists import Entries, Medicines
from .scope import View
from .variables import Chosen, Dated, last_day_of

if TYPE_CHECKING:
    from .encoding import Rules

HANDY_HEIGHT = 170


class Derived:
    """Derived numbers of one scope, each encoded once for each view."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.world = rules.world
        self.symbols = rules.symbols
        self._spans: dict[tuple[object, View], Span] = {}
        self._ages: dict[str, Number] = {}
        self._counts: dict[tuple[object, ...], tuple[Number, Number]] = {}

    def span(self, operand: Operand, view: View) -> Span:
        """The interval of a derived number. Those about the whole questionnaire belong to the outermost scope."""
        if self.rules.around is not None and not self._is_inside(operand):
            return self.rules.around.derived.span(operand, view)
        if (operand, view) not in self._spans:
            self._spans[operand, view] = self._encode(operand, view)
        return self._spans[operand, view]

    def _is_inside(self, operand: Operand) -> bool:
        return isinstance(operand, Total) and self.rules.scope.holds(operand.question)

    def _encode(self, operand: Operand, view: View) -> Span:
        match operand:
            case Measure():
                return self._age(view) if operand.name == "age" else self._bmi(view)
            case Total():
                return self._total(operand, view)
            case Count():
                return self._count(operand, view)
            case Reference():
                return self._score(self.symbols.scores[operand.name], view)
            case _:
                raise ValueError(operand)

    def _fresh(self, what: str, sort: str = "Int") -> Number:
        return self.world.fresh(what, sort)

    # Age and body mass index ------------------------------------------------------------------------------------

    def _age(self, view: View) -> Span:
        """Whole years: of somebody born on the last day that it could be, to the first."""
        question = self.symbols.by_role("birth_date")
        answer = self.rules.scope.answer(question.link_id) if question else None
        if question is None or not isinstance(answer, Dated):
            raise TypeError("birth_date")
        for end, day in (("youngest", answer.last), ("oldest", answer.first)):
            if end not in self._ages:
                self._ages[end] = self._years(end, day)
        return self.rules.value(question.link_id, Span(self._ages["youngest"], self._ages["oldest"]), view)

    def _years(self, end: str, born: Number) -> Number:
        years = self._fresh(f"{end} age")
        for age in range(1, OLDEST_YEARS + 1):
            self.world.always.append((years >= age) == (born <= last_day_of(age, self.world.as_of)))
        self.world.always += [years >= 0, years <= OLDEST_YEARS]
        return years

    def _bmi(self, view: View) -> Span:
        height, weight = (self.symbols.by_role(role) for role in ("height", "weight"))
        if height is None or weight is None:
            raise TypeError("bmi")
        scope, index = self.rules.scope, self.world.shared("bmi", "Real")
        self.world.always.append(index >= 0)
        cm, kg = (self.rules.number(Reference(one.link_id), "asked") for one in (height, weight))
        self.world.handy += [
            cm.low == HANDY_HEIGHT,
            index * HANDY_HEIGHT**2 == kg.low * 10_000,
            index >= BMI[0],
            index <= BMI[1],
        ]
        seen = [scope.seen(one.link_id, view) for one in (height, weight)]
        unknown = no(all_of(one.known for one in seen))
        return Span(index, index, unknown, unknown, any_of(one.hidden for one in seen))

    # Lists ------------------------------------------------------------------------------------------------------

    def _total(self, operand: Total, view: View) -> Span:
        answer = self.rules.scope.answer(operand.question)
        if not isinstance(answer, Medicines):
            raise TypeError(operand.question)
        total = answer.totals[operand.reference]
        span = self.rules.value(operand.question, total, view)
        return span

    def _count(self, operand: Count, view: View) -> Span:
        answer = self.rules.scope.answer(operand.group)
        if not isinstance(answer, Entries):
            raise TypeError(operand.group)
        if operand.where is None:
            return self.rules.value(operand.group, Span(answer.size, answer.size), view)
        return self.rules.value(operand.group, Span(*self._ends(operand, operand.where, answer, view)), view)

    def _ends(self, operand: Count, where: Expr, answer: Entries, view: View) -> tuple[Number, Number]:
        """The fewest and the most entries that meet a condition: once for all views that see an entry alike."""
        truths = [inside.condition(where, view) for inside in self.world.entries(self.rules, operand.group)]
        alike = (operand, *(end.sexpr() for end in truths[0]))
        if alike not in self._counts:
            low, high = self._counts[alike] = self._fresh("fewest"), self._fresh("most")
            undecided = any_of([answer.vague, *self._open_around(where, view)])
            self.world.always += [low >= 0, low <= high, high <= answer.size, z3.Implies(low < high, undecided)]
            for end, holds in ((low, [one.certain for one in truths]), (high, [any_of(one) for one in truths])):
                met = [all_of([present, one]) for present, one in zip(answer.present, holds, strict=True)]
                self.world.handy.append(end == z3.Sum([z3.If(one, 1, 0) for one in met]))
        return self._counts[alike]

    def _open_around(self, where: Expr, view: View) -> Iterator[Bool]:
        """What leaves a condition on entries undecided though each entry says all: outer answers that are not known."""
        scope = self.rules.scope
        for name in sorted(self._behind_entry(where)):
            if scope.holds(name):
                yield scope.seen(name, view).unknown
                yield scope.answer(name).vague
            elif name in self.world.rules.stale:
                yield YES
            if _is_partly_scored(self.symbols.questions[name]):
                yield YES

    def _behind_entry(self, where: Expr) -> set[str]:
        """The questions that a condition on entries uses, and those that decide whether its items are asked."""
        found: set[str] = set()
        todo = [where]
        while todo:
            fresh = self.rules.scope.known.questions(todo.pop()) - found
            inside = [name for name in fresh if not self.rules.scope.holds(name)]
            todo += [self.world.rules.ask[name] for name in inside if name in self.world.rules.ask]
            found |= fresh
        return found

    # Scores -----------------------------------------------------------------------------------------------------

    def _score(self, score: Score, view: View) -> Span:
        inside = self._mean(score, view) if score.method == "mean" else self._sum(score, view)
        return self._gated(score.gate, inside, view) if score.gate else inside

    def _sum(self, score: Score, view: View) -> Span:
        items = [self._item(name, view) for name in score.items]
        low, high = (z3.Sum(list(ends)) for ends in zip(*((item.low, item.high) for item in items), strict=True))
        return self._asked(score, low, high, view)

    def _item(self, name: str, view: View) -> Span:
        """What one item adds: its points, nothing where it is hidden, else any of its points."""
        seen, (least, most) = self.rules.scope.seen(name, view), bounds(self.symbols.questions[name])
        points = self.rules.number(Reference(name), view)
        known = all_of([seen.known, no(points.floorless)])
        ends = []
        for value, bound, apart in ((points.low, least, min(0.0, least)), (points.high, most, max(0.0, most))):
            unknown = z3.If(seen.asked, constant(bound), constant(apart))
            ends.append(z3.If(known, value, z3.If(seen.hidden, z3.IntVal(0), unknown)))
        return Span(ends[0], ends[1], hidden=seen.hidden)

    def _asked(self, score: Score, low: Number, high: Number, view: View) -> Span:
        """An instrument that is not asked is compared with nothing; one that may be asked could be anything."""
        seen = [self.rules.scope.seen(name, view) for name in score.items]
        hidden = all_of(one.hidden for one in seen)
        perhaps = all_of([no(hidden), *(no(one.asked) for one in seen)])
        return Span(low, high, perhaps, perhaps, hidden)

    def _mean(self, score: Score, view: View) -> Span:
        """Exact where it is known which items apply; otherwise anything between the items' bounds."""
        items = [self._item(name, view) for name in score.items]
        seen = [self.rules.scope.seen(name, view) for name in score.items]
        applying = z3.Sum([z3.If(one.hidden, 0, 1) for one in seen])
        settled = all_of(any_of([one.asked, one.hidden]) for one in seen)
        ranges = [bounds(self.symbols.questions[name]) for name in score.items]
        least, most = min(0.0, *(low for low, _ in ranges)), max(0.0, *(high for _, high in ranges))
        ends: list[Number] = []
        for what, parts in (("lowest", [one.low for one in items]), ("highest", [one.high for one in items])):
            mean, total = self._fresh(f"{what} {score.link_id}", "Real"), z3.Sum(parts)
            self.world.always += [mean >= constant(least), mean <= constant(most)]
            for number in range(1, len(items) + 1):
                self.world.always.append(z3.Implies(z3.And(settled, applying == number), mean * number == total))
            ends.append(mean)
        self.world.always.append(ends[0] <= ends[1])
        return self._asked(score, ends[0], ends[1], view)

    def _gated(self, gate: str, inside: Span, view: View) -> Span:
        """Behind a gate: "no" is a complete 0; while it is not known, 0 is possible as well."""
        seen, answer = self.rules.scope.seen(gate, view), self.rules.scope.answer(gate)
        if not isinstance(answer, Chosen):
            raise TypeError(gate)
        is_yes, is_no = (all_of([seen.known, answer.code_in([code])]) for code in ("yes", "no"))
        zero = z3.IntVal(0)
        low = z3.If(is_yes, inside.low, z3.If(is_no, zero, z3.If(inside.low < zero, inside.low, zero)))
        high = z3.If(is_yes, inside.high, z3.If(is_no, zero, z3.If(inside.high > zero, inside.high, zero)))
        perhaps = any_of([all_of([is_yes, inside.floorless]), all_of([no(seen.asked), no(seen.hidden)])])
        return Span(low, high, perhaps, perhaps, any_of([seen.hidden, all_of([is_yes, inside.hidden])]))


def _is_partly_scored(question: Question) -> bool:
    """Whether an answer can leave its points open: some of its options have points, and others none."""
    return 0 < len(option_points(question)) < len(option_codes(question))
