"""The meaning of rules, written a second time in the plainest way: no code generation, no caching, no short cuts.

It shares only the definition, the answers, the trees and Kleene's tables with what it checks.
"""

from __future__ import annotations

import calendar
import datetime
import itertools
import math
import operator
from collections.abc import Mapping

from screening.engine.definition import Definition, Question
from screening.engine.language import parse
from screening.engine.logic import Truth, and_, at_least, not_, or_
from screening.engine.results import Settings
from screening.engine.tree import (
    And,
    AtLeast,
    Compare,
    Count,
    Expr,
    Holds,
    Includes,
    Is,
    MayBe,
    Measure,
    Not,
    Number,
    Operand,
    Or,
    ProfileIs,
    Reference,
    StateTest,
    Total,
    Within,
)
from screening.engine.values import Ago, Answer, MedicineEntry, PartialDate

OPERATORS = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}
DAYS = {"days": 1, "weeks": 7, "months": 30.5, "years": 365.25}
Range = tuple[float, float]
ANYTHING: Range = (-math.inf, math.inf)
HIDDEN = "hidden"  # certainly not asked
PERHAPS = "perhaps"  # not known whether it is asked
NOT_REACHED = "not_reached"


class Oracle:
    """Rules of one definition over one set of answers. `around` is the oracle outside an entry of a group."""

    def __init__(self, definition: Definition, answers: Mapping[str, Answer], as_of: datetime.date, settings: Settings,
                 around: Oracle | None = None, group: Question | None = None) -> None:  # fmt: skip
        self.definition, self.answers, self.as_of, self.settings = definition, answers, as_of, settings
        self.around, self.group = around, group
        self.all: dict[str, tuple[str, str, Question]] = {}
        for section in definition.sections:
            for question in section.questions:
                self.all[question.link_id] = (section.link_id, "", question)
                for item in question.items:
                    self.all[item.link_id] = (section.link_id, question.link_id, item)

    # Asked ------------------------------------------------------------------------------------------------------

    def conditions(self, name: str) -> list[Expr]:
        section, group, question = self.all[name]
        texts = [found.ask_when for found in self.definition.sections if found.link_id == section]
        if group and not (self.group and self.group.link_id == group):
            texts.append(self.all[group][2].ask_when)
        return [parse(text) for text in [*texts, question.ask_when] if text]

    def is_off(self, name: str) -> bool:
        return any(found.switched_off and name in found.items for found in self.definition.instruments)

    def asked(self, name: str, view: str = "asked") -> Truth:
        if self.is_off(name):
            return False
        return and_(*(self.truth(condition, view) for condition in self.conditions(name)))

    def section_asked(self, name: str) -> Truth:
        text = next(section.ask_when for section in self.definition.sections if section.link_id == name)
        return self.truth(parse(text), "asked") if text else True

    def state(self, name: str, view: str) -> str:
        """The question's state in a view: hidden, perhaps, not_reached, or that of its answer."""
        asked, stale = self.asked(name), self.all[name][2].stale_when
        if asked is True:
            answer = self.answers.get(name)
            if answer is None:
                return NOT_REACHED
            if (
                answer.state == "answered"
                and stale
                and view != "asked"
                and self.truth(parse(stale), "asked") is not False
            ):
                return "not_sure"
            return answer.state
        if asked is None or (view != "asked" and self.asked(name, "gate") is not False):
            return PERHAPS
        return HIDDEN

    def home(self, name: str) -> Oracle:
        if self.around is None or any(item.link_id == name for item in self.group.items):
            return self
        return self.around

    # Conditions -------------------------------------------------------------------------------------------------

    def truth(self, expr: Expr, view: str = "rules") -> Truth:
        match expr:
            case And():
                return and_(*(self.truth(item, view) for item in expr.items))
            case Or():
                return or_(*(self.truth(item, view) for item in expr.items))
            case Not():
                return not_(self.truth(expr.item, view))
            case AtLeast():
                return at_least(expr.number, [self.truth(item, view) for item in expr.items])
            case Compare():
                return compare(self.number(expr.left, view), expr.operator, self.number(expr.right, view))
            case ProfileIs():
                return self.settings.profile in expr.profiles
            case Holds():
                named = {variable.link_id: variable.when for variable in self.definition.variables}
                return (self.around or self).truth(parse(named[expr.variable]), view)
            case StateTest():
                return self.home(expr.question.name).state_test(expr, "asked" if view == "gate" else view)
            case Within():
                return self.within(expr, view)
            case _:
                return self.home(expr.question.name).about_answer(expr, view)

    def about_answer(self, expr: Is | MayBe | Includes, view: str) -> Truth:
        state = self.state(expr.question.name, view)
        if state == HIDDEN:
            return False
        if state == "answered":
            return self.known(expr)
        if isinstance(expr, MayBe):
            return None if state in (NOT_REACHED, PERHAPS) else True
        return None

    def known(self, expr: Is | MayBe | Includes) -> Truth:
        value = self.answers[expr.question.name].value
        if not isinstance(expr, Includes):
            return value in expr.codes
        if self.all[expr.question.name][2].type == "multiple_choice":
            return sum(code in value for code in expr.codes) >= expr.number
        known = {
            medicine.code: medicine for vocabulary in self.definition.vocabularies for medicine in vocabulary.medicines
        }
        keys = {key for entry in value if entry.code in known for key in (entry.code, *known[entry.code].classes)}
        if sum(code in keys for code in expr.codes) >= expr.number:
            return True
        return None if any(entry.code not in known for entry in value) else False

    def state_test(self, expr: StateTest, view: str) -> Truth:
        state = self.state(expr.question.name, view)
        if state == "answered" and expr.question.part:
            value = self.answers[expr.question.name].value
            state = "skipped" if getattr(value, expr.question.part) is None else "answered"
        return state == expr.state

    def within(self, expr: Within, view: str) -> Truth:
        limit = expr.number.value if isinstance(expr.number, Number) else self.parameter(expr.number.name)
        limit = math.ceil(limit * DAYS[expr.unit])
        one = self.home(expr.question.name).days(expr.question.name, view)
        day = self.as_of.toordinal()
        other = (day, day) if expr.anchor == "today" else self.home(expr.anchor).days(expr.anchor, view)
        if one is None or other is None:
            return False
        if math.isinf(one[0]) or math.isinf(other[0]):
            return None
        found = {abs(a - b) <= limit for a in range(one[0], one[1] + 1) for b in sorted({*other, *clamp(a, other)})}
        return found.pop() if len(found) == 1 else None

    # Numbers ----------------------------------------------------------------------------------------------------

    def parameter(self, key: str) -> float:
        default = next(parameter.value for parameter in self.definition.parameters if parameter.key == key)
        return self.settings.parameters.get(key, default)

    def number(self, operand: Operand, view: str) -> Range | None:
        """The range an operand lies in; None when it was not asked."""
        match operand:
            case Number():
                return operand.value, operand.value
            case Measure():
                return (self.around or self).measure(operand.name, view)
            case Total():
                return self.home(operand.question).total(operand, view)
            case Count():
                return (self.around or self).count(operand, view)
            case Reference() if operand.name in {parameter.key for parameter in self.definition.parameters}:
                return (self.parameter(operand.name),) * 2
            case Reference() if operand.name in {score.link_id for score in self.definition.scores}:
                return (self.around or self).score(operand.name, view)
            case Reference():
                return self.home(operand.name).plain(operand, view)

    def plain(self, operand: Reference, view: str) -> Range | None:
        state, question = self.state(operand.name, view), self.all[operand.name][2]
        if state != "answered":
            return None if state == HIDDEN else ANYTHING
        value = self.answers[operand.name].value
        if operand.part:
            value = getattr(value, operand.part)
        elif question.type in ("choice", "yes_no"):
            value = points(question).get(value)
        elif question.type == "height":
            value = value.in_cm
        elif question.type == "weight":
            value = value.in_kg
        return ANYTHING if value is None else (round(value, 6), round(value, 6))

    def days(self, name: str, view: str) -> tuple[int, int] | Range | None:
        state = self.state(name, view)
        if state != "answered":
            return None if state == HIDDEN else ANYTHING
        answer = self.answers[name]
        return span(answer.value, answer.on or self.as_of)

    def role(self, role: str) -> str:
        return next(name for name, (_, _, question) in self.all.items() if question.role == role)

    def measure(self, name: str, view: str) -> Range | None:
        if name == "age":
            born = self.days(self.role("birth_date"), view)
            if born is None or math.isinf(born[0]):
                return born
            return birthdays(born[1], self.as_of), birthdays(born[0], self.as_of)
        height, weight = (self.plain(Reference(self.role(role)), view) for role in ("height", "weight"))
        if height is None or weight is None:
            return None
        if math.isinf(height[0]) or math.isinf(weight[0]):
            return ANYTHING
        return (round(weight[0] / (height[0] / 100) ** 2, 6),) * 2

    def total(self, operand: Total, view: str) -> Range | None:
        state = self.state(operand.question, view)
        if state != "answered":
            return None if state == HIDDEN else ANYTHING
        low, high = 0.0, 0.0
        factors = {medicine.code: medicine.equivalents.get(operand.reference, 0.0)
                   for vocabulary in self.definition.vocabularies for medicine in vocabulary.medicines}  # fmt: skip
        for entry in self.answers[operand.question].value:
            assert isinstance(entry, MedicineEntry)
            factor = factors.get(entry.code)
            if factor and entry.dose_mg is not None:
                low, high = low + factor * entry.dose_mg, high + factor * entry.dose_mg
            elif factor is None or factor:
                high = math.inf
        return round(low, 6), round(high, 6)

    def count(self, operand: Count, view: str) -> Range | None:
        state, question = self.state(operand.group, view), self.all[operand.group][2]
        if state != "answered":
            return None if state == HIDDEN else ANYTHING
        entries = self.answers[operand.group].value
        inside = [Oracle(self.definition, entry, self.as_of, self.settings, self, question) for entry in entries]
        met = [oracle.truth(operand.where, view) if operand.where else True for oracle in inside]
        return sum(one is True for one in met), sum(one is not False for one in met)

    def score(self, name: str, view: str) -> Range | None:
        """By trying the lowest and highest of every item, asked or not, in every combination."""
        score = next(score for score in self.definition.scores if score.link_id == name)
        if all(self.is_off(item) for item in score.items):
            return None
        gate = self.state(score.gate, view) if score.gate else ""
        gate_value = self.answers[score.gate].value if gate == "answered" else None
        if gate == HIDDEN:
            return None
        if gate_value == "no":
            return 0.0, 0.0
        choices = [self.item(item, view) for item in score.items]
        totals = {combined(score.method, found) for found in itertools.product(*choices)}
        if gate and gate_value is None:
            return ANYTHING if gate == PERHAPS else span_of(totals | {0.0})
        if all(found == [None] for found in choices):
            return None
        return ANYTHING if None in totals else span_of(totals)

    def item(self, name: str, view: str) -> list[float | None]:
        """What an item can add; None where it is not asked."""
        state, question = self.state(name, view), self.all[name][2]
        if state == HIDDEN:
            return [None]
        if question.type in ("integer", "decimal"):
            ends = [question.minimum, question.maximum]
        else:
            ends = [min(points(question).values()), max(points(question).values())]
        if state == "answered":
            value = self.answers[name].value
            known = points(question).get(value) if question.type in ("choice", "yes_no") else value
            return ends if known is None else [known]
        return [*ends, None] if state == PERHAPS else ends


def combined(method: str, found: tuple[float | None, ...]) -> float | None:
    asked = [value for value in found if value is not None]
    if not asked:
        return None
    return sum(asked) / len(asked) if method == "mean" else float(sum(asked))


def span_of(totals: set[float | None]) -> Range:
    known = [total for total in totals if total is not None]
    return min(known), max(known)


def clamp(day: int, other: tuple[int, int]) -> set[int]:
    """The day of the other interval nearest to this one."""
    return {min(max(day, other[0]), other[1])}


def points(question: Question) -> dict[str, float]:
    found = {option.code: option.score for option in question.options if option.score is not None}
    return found or ({"yes": 1.0, "no": 0.0} if question.type == "yes_no" else {})


def span(value: object, on: datetime.date) -> tuple[int, int]:
    if isinstance(value, datetime.date):
        return value.toordinal(), value.toordinal()
    if isinstance(value, Ago):
        return (on.toordinal() - math.ceil(value.number * DAYS[value.unit]),) * 2
    assert isinstance(value, PartialDate)
    months = [value.month] if value.month else list(range(1, 13))
    days = [datetime.date(value.year, month, day) for month in months
            for day in range(1, calendar.monthrange(value.year, month)[1] + 1) if value.day in (None, day)]  # fmt: skip
    possible = [day for day in days if day <= on] or days[:1]
    return possible[0].toordinal(), possible[-1].toordinal()


def birthdays(born: int, today: datetime.date) -> int:
    """Whole years, counting birthdays one by one; 29 February comes on 1 March where there is none."""
    birth, years = datetime.date.fromordinal(born), 0
    step = 1 if birth <= today else -1
    if step < 0:
        return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    while anniversary(birth, years + 1) <= today:
        years += 1
    return years


def anniversary(birth: datetime.date, years: int) -> datetime.date:
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return datetime.date(birth.year + years, 3, 1)


def compare(left: Range | None, sign: str, right: Range | None) -> Truth:
    """Over every pair of ends, and a value in common when there is one."""
    if left is None or right is None:
        return False
    found = {OPERATORS[sign](a, b) for a in left for b in right}
    common = max(left[0], right[0]), min(left[1], right[1])
    if common[0] <= common[1] and math.isfinite(common[0] if math.isfinite(common[0]) else common[1]):
        value = common[0] if math.isfinite(common[0]) else common[1]
        found.add(OPERATORS[sign](value, value))
    elif common == ANYTHING:
        found.add(OPERATORS[sign](0.0, 0.0))
    if left == right == ANYTHING:
        return None
    return found.pop() if len(found) == 1 else None
