"""Conditions of asking read: `enableWhen` with every operator and behaviour, as text in the rule language.

An unanswered question is "not answered" there, and `!=` is then true, as FHIR has it. What cannot be said is reported,
and the question is asked of everybody: better to ask once too often.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from decimal import Decimal

from screening.exchange.expansion import both

from . import urls
from .allowance import Allowance
from .element import Element
from .reading_options import AnswerKey

_NUMBERS = ("Integer", "Decimal")
_COMPARED = (">", "<", ">=", "<=")


@dataclass
class Source:
    """A question that conditions can look at. `entries` is the repeating group that it is in, if any."""

    name: str
    type: str
    position: int
    entries: str = ""
    codes: dict[AnswerKey, str] = field(default_factory=dict)
    units: frozenset[str] = frozenset()

    @functools.cached_property
    def plain_codes(self) -> dict[str, str]:
        """The first code of each answer, whatever its system."""
        return {value: code for (_, _, value), code in reversed(self.codes.items())}


@dataclass
class Gate:
    """The conditions of one item: `own` is our rule, if the file was written here; `around` the items dissolved."""

    name: str
    position: int
    element: Element
    behavior: str
    conditions: list[Element]
    expression: str
    own: str = ""
    entries: str = ""
    around: tuple[Gate, ...] = ()

    def given(self) -> dict[str, object]:
        """The elements of the file that say when the item is enabled."""
        names = ("enableWhen", "enableBehavior")
        return {name: self.element.data[name] for name in names if name in self.element.data}


def read_gate(element: Element, name: str, position: int, own: str = "", around: tuple[Gate, ...] = ()) -> Gate:
    """Take the conditions of an item from it."""
    value = element.extension(urls.ENABLE)
    expression = value.child("valueExpression") if value else None
    text = expression.text("expression") if expression else ""
    if expression is not None:
        expression.ignore("language")
    behavior = element.text("enableBehavior")
    conditions = element.children("enableWhen")
    return Gate(name, position, element, behavior, conditions, text, own, around=around)


class Translator:
    """Gates as rules, given every question by linkId."""

    def __init__(self, sources: dict[str, Source], allowance: Allowance) -> None:
        self.sources = sources
        self.allowance = allowance

    def rule(self, gate: Gate) -> str:
        """The rule of a gate and of what was dissolved around it; "" when it is always asked."""
        found = self._own(gate)
        for outer in reversed(gate.around):
            found = both(self._own(outer), found)
        return found

    def _own(self, gate: Gate) -> str:
        if gate.own:
            for condition in gate.conditions:
                condition.dismiss()
            return gate.own
        if gate.expression:
            gate.element.left_out("the expression that enables it is not understood: it is always asked", "extension")
        return self._joined(gate)

    def _joined(self, gate: Gate) -> str:
        word = gate.behavior or "any"
        if word not in ("all", "any"):
            gate.element.refuse("enableBehavior", "Write all or any")
        if len(gate.conditions) > 1 and not gate.behavior:
            gate.element.changed("there is no enableBehavior: any of the conditions is enough", "enableWhen")
        tests = [self._test(condition, gate) for condition in gate.conditions]
        known = [test for test in tests if test]
        if len(known) < len(tests) and (word == "any" or not known):
            gate.element.changed("it is always asked", "enableWhen")
            return ""  # the condition that is not kept may be the one that holds
        joined = " and " if word == "all" else " or "
        return known[0] if len(known) == 1 else joined.join(f"({test})" for test in known)

    def _test(self, condition: Element, gate: Gate) -> str:
        self.allowance.spend("conditions", condition.path)
        name, operator = condition.text("question"), condition.text("operator")
        answer = _answer(condition)
        source = self.sources.get(name)
        if source is None:
            return self._unknown(condition, f"“{name}” is not asked in this questionnaire")
        if source.position >= gate.position:
            return self._unknown(condition, f"“{name}” is asked later")
        if source.entries and source.entries != gate.entries:
            return self._unknown(condition, f"“{name}” is in a repeating group")
        if operator == "exists":
            return f"{source.name} is {'' if condition.data.get('answerBoolean') is True else 'not '}answered"
        test = self._compared(source, operator, answer) if answer else ""
        return test or self._unknown(condition, f"“{operator}” with this answer is not understood")

    def _unknown(self, condition: Element, why: str) -> str:
        condition.left_out(why)
        condition.dismiss()
        return ""

    def _compared(self, source: Source, operator: str, answer: AnswerKey) -> str:
        kind, unit, value = answer
        if source.type in ("integer", "decimal", "part") and kind in _NUMBERS:
            is_other_unit = unit and source.units and unit not in source.units
            return "" if is_other_unit else _number(source, operator, value)
        code = _code(source, answer)
        if not code or operator not in ("=", "!="):
            return ""
        is_list = source.type == "multiple_choice"
        test = f"{source.name} {'includes' if is_list else 'is'} {code}"
        return test if operator == "=" else f"{source.name} is not answered or not ({test})"


def _number(source: Source, operator: str, value: str) -> str:
    if operator == "!=":
        return f"{_answered(source)} or {source.name} != {value}"
    return f"{source.name} {operator} {value}" if operator in (*_COMPARED, "=") else ""


def _answered(source: Source) -> str:
    return f"{source.name} is not answered"


def _code(source: Source, answer: AnswerKey) -> str:
    """The code of an answer; a Coding without a system means the one with its code."""
    kind, system, value = answer
    if source.type in ("yes_no", "acknowledgement") and kind == "Boolean":
        return "yes" if value == "true" else "no"
    if kind == "Coding" and not system:
        return source.plain_codes.get(value, "")
    return source.codes.get(answer, "")


def _answer(condition: Element) -> AnswerKey | None:
    """What a condition compares with; None where it has nothing, or no number in the place of one."""
    for kind in ("Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time"):
        value = condition.take(f"answer{kind}")
        if value is not None:
            return (kind, "", _plain(value)) if kind not in _NUMBERS or _is_number(value) else None
    coding = condition.child("answerCoding")
    if coding is not None:
        coding.ignore("display")
        return "Coding", coding.text("system"), coding.text("code")
    quantity = condition.child("answerQuantity")
    if quantity is not None:
        quantity.ignore("system", "code", "unit")
        value, unit = quantity.take("value"), quantity.text("code") or quantity.text("unit")
        return ("Decimal", unit, _plain(value)) if _is_number(value) else None
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: object) -> str:
    """A value as text; numbers as the rule language writes them, without an exponent."""
    if isinstance(value, bool):
        return str(value).lower()
    return format(Decimal(str(value)), "f") if _is_number(value) else str(value)
