"""One answer as solver variables: how it was left, what it can be, and how a solution is written down as an answer.

`always` constrains what is possible at all. `handy` is kept only while a witness is looked for: it narrows what cannot
be encoded exactly (partial dates, body mass index, doses, entries of a group) to a few values that can be written down.
What is impossible is proved without it.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from typing import Any

import z3

from screening.engine.dates import EARLIEST_YEAR, OLDEST_YEARS
from screening.engine.definition import Question
from screening.engine.intervals import date_interval
from screening.engine.measures import DIASTOLIC, HEIGHT_CM, LARGEST, SYSTOLIC, WEIGHT_KG
from screening.engine.scores import option_points
from screening.engine.symbols import option_codes
from screening.engine.values import PartialDate

from .kleene import NO, YES, Bool, Number, Span, all_of, any_of, constant, no
from .solution import Solution

Raw = Any
"""A JSON value."""

TEXTS = {"phone": "555 010 0199", "email": "ada@example.org"}


class Answered:
    """How a question was left, and its value. Subclasses have one kind of value each.

    `vague`: the answer is there, but says itself that not all is known (a month without its day).
    """

    def __init__(self, name: str, question: Question, as_of: datetime.date) -> None:
        self.name = name
        self.question = question
        self.as_of = as_of
        self.vague: Bool = NO
        self.always: list[Bool] = []
        self.handy: list[Bool] = []
        self.states = {state: self.flag(state) for state in self._offered()}
        self.always.append(any_of(self.states.values()))
        self.always += _at_most_one(list(self.states.values()))
        self.declare()

    def _offered(self) -> list[str]:
        """A required question cannot be left empty: what was sent has an answer to it, or an explicit unknown."""
        offered = ["answered", *self.question.unknowns]
        return offered if self.question.required else [*offered, "skipped"]

    def flag(self, part: str) -> Bool:
        """A Boolean variable of this answer."""
        return z3.Bool(f"{self.name}.{part}")

    def whole(self, part: str) -> Number:
        """A whole-number variable of this answer."""
        return z3.Int(f"{self.name}.{part}")

    def state(self, name: str) -> Bool:
        return self.states.get(name, NO)

    def when_answered(self, *constraints: Bool) -> None:
        """Hold these wherever there is an answer."""
        self.always += [z3.Implies(self.state("answered"), one) for one in constraints if not z3.is_true(one)]

    def declare(self) -> None:
        """Make the variables of the value."""

    def raw(self, solution: Solution) -> Raw:
        """The answer in a solution, as JSON."""
        left = next((state for state, left in self.states.items() if solution.is_true(left)), "skipped")
        return self.value(solution) if left == "answered" else {"state": left}

    def value(self, solution: Solution) -> Raw:
        return TEXTS.get(self.question.type, "text")


class Chosen(Answered):
    """One code of several, and its points."""

    def declare(self) -> None:
        self.codes = {code: self.flag(f"is {code}") for code in option_codes(self.question)}
        self.when_answered(any_of(self.codes.values()), *_at_most_one(list(self.codes.values())))
        self.points = option_points(self.question)

    def code_in(self, codes: Iterable[str]) -> Bool:
        return any_of(self.codes[code] for code in codes if code in self.codes)

    @property
    def number(self) -> Span:
        """Its points; an option without points may stand for any number."""
        scored = [(self.codes[code], constant(points)) for code, points in self.points.items() if code in self.codes]
        value = z3.Sum([z3.If(is_chosen, points, z3.IntVal(0)) for is_chosen, points in scored] or [z3.IntVal(0)])
        unscored = NO if len(scored) == len(self.codes) else no(any_of(is_chosen for is_chosen, _ in scored))
        return Span(value, value, unscored, unscored)

    def value(self, solution: Solution) -> Raw:
        return next((code for code, chosen in self.codes.items() if solution.is_true(chosen)), next(iter(self.codes)))


class Ticked(Chosen):
    """An acknowledgement can only be given."""

    def declare(self) -> None:
        self.codes = {"yes": YES, "no": NO}
        self.points = {}

    def value(self, solution: Solution) -> Raw:
        return True


class Several(Answered):
    """Any of the options, or one that stands alone. None at all is no answer."""

    def declare(self) -> None:
        self.chosen = {option.code: self.flag(f"has {option.code}") for option in self.question.options}
        alone = [option.code for option in self.question.options if option.exclusive]
        others = {code: any_of(one for name, one in self.chosen.items() if name != code) for code in alone}
        self.when_answered(
            any_of(self.chosen.values()),
            *(no(all_of([self.chosen[code], other])) for code, other in others.items()),
        )

    is_open: Bool = NO

    def has(self, code: str) -> Bool:
        return self.chosen.get(code, NO)

    def value(self, solution: Solution) -> Raw:
        return [code for code, chosen in self.chosen.items() if solution.is_true(chosen)]


class Numeric(Answered):
    """A number within its bounds, with the decimals its question allows."""

    def declare(self) -> None:
        self.scaled = self.whole("number")
        self.places = self.question.decimals if self.question.type == "decimal" else 0
        exact = z3.ToReal(self.scaled) / 10**self.places if self.places else self.scaled
        low = -LARGEST if self.question.minimum is None else self.question.minimum
        high = LARGEST if self.question.maximum is None else self.question.maximum
        self.when_answered(exact >= constant(float(low)), exact <= constant(float(high)))
        self.number = Span(exact, exact)

    def value(self, solution: Solution) -> Raw:
        found = solution.number(self.scaled)
        return int(found) if not self.places else round(float(found) / 10**self.places, self.places)


class Size(Answered):
    """A height in centimetres or a weight in kilograms: any real number in the plausible range."""

    def declare(self) -> None:
        self.size = z3.Real(f"{self.name}.size")
        low, high = HEIGHT_CM if self.question.type == "height" else WEIGHT_KG
        self.when_answered(self.size >= low, self.size <= high)
        self.number = Span(self.size, self.size)

    def value(self, solution: Solution) -> Raw:
        return {"cm" if self.question.type == "height" else "kg": float(solution.number(self.size))}


class Pressure(Answered):
    """Two whole numbers, the first the larger; one of them may be missing."""

    def declare(self) -> None:
        self.parts = {part: self.whole(part) for part in ("systolic", "diastolic")}
        self.given = {part: self.flag(f"has {part}") for part in self.parts}
        for part, (low, high) in (("systolic", SYSTOLIC), ("diastolic", DIASTOLIC)):
            self.when_answered(self.parts[part] >= low, self.parts[part] <= high)
        is_ordered = self.parts["systolic"] > self.parts["diastolic"]
        self.when_answered(any_of(self.given.values()), z3.Implies(all_of(self.given.values()), is_ordered))
        self.vague = no(all_of(self.given.values()))

    def part(self, name: str) -> Span:
        missing = no(self.given[name])
        return Span(self.parts[name], self.parts[name], missing, missing)

    def value(self, solution: Solution) -> Raw:
        given = {part for part, is_given in self.given.items() if solution.is_true(is_given)}
        return {part: int(solution.number(self.parts[part])) for part in given}


class Dated(Answered):
    """A day, or (where it is asked so) the days that a month or year of its own can mean."""

    def declare(self) -> None:
        self.first, self.last = self.whole("first"), self.whole("last")
        is_birth = self.question.role == "birth_date"
        year = max(EARLIEST_YEAR, self.as_of.year - OLDEST_YEARS) if is_birth else EARLIEST_YEAR
        begin, today = datetime.date(year, 1, 1).toordinal(), self.as_of.toordinal()
        self.when_answered(self.first >= begin, self.first <= self.last, self.last <= today)
        self.days = Span(self.first, self.last)
        if self.question.type == "date":
            self.when_answered(self.first == self.last)
            return
        self.vague = self.flag("vague")
        self.when_answered(z3.Implies(no(self.vague), self.first == self.last), self.last - self.first <= 365)
        exact = [z3.And(self.first == first, self.last == last) for _, (first, last) in self._partial()]
        self.handy.append(z3.Implies(self.vague, any_of(exact)))

    def _partial(self) -> list[tuple[PartialDate, tuple[int, int]]]:
        """A few months and years, with the days that they can mean."""
        today = self.as_of
        before = today.replace(day=1) - datetime.timedelta(days=1)
        known = [PartialDate(year=today.year), PartialDate(year=today.year, month=today.month)]
        known += [PartialDate(year=before.year, month=before.month), PartialDate(year=today.year - 1)]
        known += [PartialDate(year=today.year - ago) for ago in (18, 40, 65)]
        return [(when, date_interval(when, today)) for when in known]

    def value(self, solution: Solution) -> Raw:
        first, last = int(solution.number(self.first)), int(solution.number(self.last))
        if first == last or not solution.is_true(self.vague):
            return datetime.date.fromordinal(last).isoformat()
        found = next((when for when, days in self._partial() if days == (first, last)), None)
        return _iso(found or PartialDate(year=datetime.date.fromordinal(last).year))


def _iso(when: PartialDate) -> str:
    return f"{when.year:04d}" if when.month is None else f"{when.year:04d}-{when.month:02d}"


def _at_most_one(items: list[Bool]) -> list[Bool]:
    return [z3.Or(no(one), no(other)) for place, one in enumerate(items) for other in items[:place]]


def last_day_of(age: int, as_of: datetime.date) -> int:
    """The last day of birth of somebody who is at least so old; 29 February counts from 1 March."""
    year = as_of.year - age
    if as_of.month == 2 and as_of.day == 29 and not calendar.isleap(year):
        return datetime.date(year, 2, 28).toordinal()
    return datetime.date(year, as_of.month, as_of.day).toordinal()
