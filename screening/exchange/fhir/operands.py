"""Numbers and dates compared in FHIRPath: a number that is only known to lie between two ends compares as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from screening.engine import scores
from screening.engine.definition import Question, Score
from screening.engine.intervals import days_in
from screening.engine.tree import TODAY, Compare, Count, Is, Measure, Number, Operand, Reference, Within

from . import options
from .structs import plain_number

if TYPE_CHECKING:
    from .fhirpath import Conditions


class NotExpressible(Exception):  # noqa: N818 (named for the event)
    """FHIRPath cannot say this; the message says why."""


class Range(NamedTuple):
    """The FHIRPath of the lowest and highest that a number can be, and of the questions it needs to be asked."""

    low: str
    high: str
    asked: tuple[str, ...] = ()


_COMPARED = {
    ">=": ("{a} >= {d}", "{b} >= {c}"),
    "<=": ("{b} <= {c}", "{a} <= {d}"),
    ">": ("{a} > {d}", "{b} > {c}"),
    "<": ("{b} < {c}", "{a} < {d}"),
    "=": ("{a} = {d} and {b} = {c}", "{a} <= {d} and {c} <= {b}"),
    "!=": ("{b} < {c} or {a} > {d}", "{a} < {d} or {b} > {c}"),
}
_TURNED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "=": "=", "!=": "!="}


def compared(conditions: Conditions, leaf: Compare) -> str:
    """A comparison of two numbers."""
    if isinstance(leaf.right, Measure) and leaf.right.name == "age":
        leaf = Compare(leaf.right, _TURNED[leaf.operator], leaf.left)  # type: ignore[arg-type]
    if isinstance(leaf.left, Measure) and leaf.left.name == "age":
        return _age(conditions, leaf)
    left, right = number(conditions, leaf.left), number(conditions, leaf.right)
    certain, possible = _COMPARED[leaf.operator]
    ends = {"a": left.low, "b": left.high, "c": right.low, "d": right.high}
    test = certain.format(**ends)
    if (left.low, right.low) != (left.high, right.high):
        test = f"({test}) or iif({possible.format(**ends)}, {{}}, false)"
    for name in dict.fromkeys((*left.asked, *right.asked)):
        test = conditions.guarded(name, test)
    return test


def number(conditions: Conditions, operand: Operand) -> Range:
    """The ends of a number."""
    form = conditions.form
    match operand:
        case Number():
            return _exactly(str(plain_number(operand.value)))
        case Reference() if operand.name in form.symbols.parameters:
            return _exactly(str(plain_number(form.limit(operand.name))))
        case Reference() if operand.name in form.symbols.scores:
            return _score(conditions, form.symbols.scores[operand.name])
        case Reference():
            question = form.question(operand.name)
            return _exactly(_value(conditions, question, operand.part), operand.name)
        case Measure():
            return _body_mass_index(conditions)
        case Count() if operand.where is None:
            question = form.question(operand.group)
            path = conditions.paths.of(question)
            return _exactly(f"iif({path}.item.answer.exists(), {path}.count(), {{}})", operand.group)
        case Count():
            raise NotExpressible("it counts entries of a repeating group that meet a condition")
        case _:
            raise NotExpressible("it adds up doses of medicines")


def _exactly(value: str, *asked: str) -> Range:
    return Range(value, value, asked)


def _value(conditions: Conditions, question: Question, part: str) -> str:
    if part:
        return f"{conditions.paths.part(question, part)}.answer.value"
    value = f"{conditions.paths.of(question)}.answer.value"
    match question.type:
        case "choice" | "yes_no":
            return points(question, value)
        case "height" | "weight":
            return _measured(question, value)
        case _:
            return value


def points(question: Question, value: str) -> str:
    """The points of an answer; empty while there is none."""
    found = "{}"
    for code, number_of in reversed(scores.option_points(question).items()):
        found = f"iif({_is_code(question, code, value)}, {plain_number(number_of)}, {found})"
    return f"iif({value}.exists(), {found}, {{}})"


def _is_code(question: Question, code: str, value: str) -> str:
    if options.is_boolean(question):
        return value if code == "yes" else f"{value}.not()"
    return f"{value}.code = '{options.coding(question, code)['code']}'"


_FACTORS = {"height": (("cm", "1"), ("[in_i]", "2.54")), "weight": (("kg", "1"), ("[lb_av]", "0.45359237"))}


def _measured(question: Question, value: str) -> str:
    found = "{}"
    for unit, factor in reversed(_FACTORS[question.type]):
        found = f"iif({value}.code = '{unit}', {value}.value * {factor}, {found})"
    return found


def _body_mass_index(conditions: Conditions) -> Range:
    height, weight = (conditions.form.symbols.by_role(role) for role in ("height", "weight"))
    if height is None or weight is None:
        raise NotExpressible("no question asks for height and weight")
    cm, kg = (_value(conditions, question, "") for question in (height, weight))
    index = f"(({kg}) * 10000 / (({cm}) * ({cm})))"
    return _exactly(index, height.link_id, weight.link_id)


def _score(conditions: Conditions, score: Score) -> Range:
    """A total between what its answers and the lowest, or the highest, of its open items give."""
    questions = [conditions.form.question(name) for name in score.items]
    if score.gate or any(conditions.form.asking(question.link_id) for question in questions):
        raise NotExpressible(f"not all items of {score.link_id} are asked of everybody")
    ends = [scores.bounds(question) for question in questions]
    if any(abs(end) == float("inf") for pair in ends for end in pair):
        raise NotExpressible(f"the range of {score.link_id} has no end")
    values = [_value(conditions, question, "") for question in questions]
    low, high = (total(score, [f"iif(({value}).exists(), {value}, {plain_number(pair[end])})"
                                for value, pair in zip(values, ends, strict=True)]) for end in (0, 1))  # fmt: skip
    return Range(low, high)


def item_points(conditions: Conditions, question: Question) -> str:
    """What an item adds to a total; empty while it is open. One that may not be asked adds nothing then."""
    value = _value(conditions, question, "")
    shown = conditions.shown(question.link_id)
    return f"iif(({shown}) = false, 0, {value})" if shown else value


def is_no(gate: Question) -> Is:
    """The condition that a gate was answered "no"."""
    return Is(Reference(gate.link_id), ("no",))


def total(score: Score, terms: list[str]) -> str:
    total = f"({' + '.join(terms)})"
    return f"({total} / {len(terms)})" if score.method == "mean" else total


def _age(conditions: Conditions, leaf: Compare) -> str:
    """Ages as dates of birth: FHIRPath compares dates that are known in part only as far as they are known."""
    born = conditions.form.symbols.by_role("birth_date")
    right = number(conditions, leaf.right)
    if born is None or not right.low.isdigit() or leaf.operator not in (">=", "<", ">", "<="):
        raise NotExpressible("it compares an age with something other than a whole number of years")
    years = int(right.low) + (leaf.operator in (">", "<="))
    value = f"{conditions.paths.of(born)}.answer.value"
    sign = "<=" if leaf.operator in (">=", ">") else ">"
    return conditions.guarded(born.link_id, f"{value} {sign} today() - {years} years")


def within(conditions: Conditions, question: Question, leaf: Within) -> str:
    """A date no further than so many days from today."""
    if leaf.anchor != TODAY or question.type not in ("date", "partial_date"):
        raise NotExpressible("it looks at the time between two answers, or at “how long ago”")
    amount = leaf.number.value if isinstance(leaf.number, Number) else conditions.form.limit(leaf.number.name)
    days = days_in(amount, leaf.unit)
    value = f"{conditions.paths.of(question)}.answer.value"
    return f"{value} >= today() - {days} days and {value} <= today() + {days} days"
