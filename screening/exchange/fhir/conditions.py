"""Conditions of asking: `enableWhen` where it says the same, else an SDC expression, else our own extension alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from screening.engine.definition import Question
from screening.engine.ruleset import NEVER
from screening.engine.tree import (
    And,
    Compare,
    Expr,
    Holds,
    Includes,
    Is,
    MayBe,
    Not,
    Number,
    Operand,
    Or,
    Reference,
    StateTest,
)

from . import numbers, options, urls
from .fhirpath import Conditions
from .form import Form
from .operands import NotExpressible
from .texts import Json

Behavior = Literal["all", "any"]


class _DoesNotFit(Exception):  # noqa: N818
    """`enableWhen` would say something else."""


def enabling(form: Form, name: str) -> Json:
    """What makes an item enabled: `enableWhen` with its behaviour, or an `extension`; nothing when it always is."""
    tree = form.known.rules.ask.get(name)
    if tree is None or tree == NEVER:  # what is switched off is hidden instead
        return {}
    try:
        behavior, conditions = _plain(form, _flat(form, tree), name)
    except _DoesNotFit:
        return _expression(form, tree, name)
    return {"enableWhen": conditions} | ({"enableBehavior": behavior} if len(conditions) > 1 else {})


def _flat(form: Form, tree: Expr) -> Expr:
    """Named conditions written out, and an "or" in an "or", or an "and" in an "and", joined to one."""
    match tree:
        case Holds():
            return _flat(form, form.known.rules.variables[tree.variable])
        case Or() | And():
            kind = type(tree)
            inside = [_flat(form, item) for item in tree.items]
            return kind(tuple(part for item in inside for part in (item.items if isinstance(item, kind) else (item,))))
        case _:
            return tree


def _expression(form: Form, tree: Expr, name: str) -> Json:
    try:
        expression = Conditions(form).expression(tree)
    except NotExpressible as reason:
        form.missed[name] = str(reason)
        return {}
    value = {"language": "text/fhirpath", "expression": f"iif({expression}, true, false)"}
    return {"extension": [{"url": urls.ENABLE, "valueExpression": value}]}


def _plain(form: Form, tree: Expr, owner: str) -> tuple[Behavior, list[Json]]:
    """The conditions and how they are joined. Raises `_DoesNotFit`."""
    match tree:
        case Or():
            return "any", [one for item in tree.items for one in _all_of(form, item, owner, "any")]
        case And():
            return "all", [one for item in tree.items for one in _all_of(form, item, owner, "all")]
        case _:
            return _leaf(form, tree, owner)


def _all_of(form: Form, tree: Expr, owner: str, behavior: Behavior) -> Iterator[Json]:
    own, conditions = _leaf(form, tree, owner)
    if len(conditions) > 1 and own != behavior:
        raise _DoesNotFit
    yield from conditions


def _leaf(form: Form, leaf: Expr, owner: str) -> tuple[Behavior, list[Json]]:
    match leaf:
        case Is():
            return "any", [_equal(_source(form, leaf.question, owner), code) for code in leaf.codes]
        case MayBe() if not form.asking(leaf.question.name):
            question = _source(form, leaf.question, owner)
            return "any", [_exists(question, False), *(_equal(question, code) for code in leaf.codes)]
        case Not(item=Is() as inner) if not form.asking(inner.question.name):
            question = _source(form, inner.question, owner)
            return "all", [_exists(question, True), *(_equal(question, code, "!=") for code in inner.codes)]
        case Includes():
            return _includes(_source(form, leaf.question, owner), leaf)
        case StateTest(state="answered") if not leaf.question.part:
            return "all", [_exists(_source(form, leaf.question, owner), True)]
        case Compare():
            return "all", [_compared(form, leaf, owner)]
        case _:
            raise _DoesNotFit


def _source(form: Form, reference: Reference, owner: str) -> Question:
    """The question, when `enableWhen` can look at it: one item with one kind of answer, in reach of the owner."""
    question = form.question(reference.name)
    entries = form.symbols.entries_of
    is_in_reach = reference.name not in entries or entries[reference.name] == entries.get(owner)
    if not is_in_reach or question.type in ("blood_pressure", "ago", "medicines", "group"):
        raise _DoesNotFit
    return question


def _exists(question: Question, is_given: bool) -> Json:
    return {"question": question.link_id, "operator": "exists", "answerBoolean": is_given}


def _equal(question: Question, code: str, operator: str = "=") -> Json:
    if options.is_boolean(question):
        answer: Json = {"answerBoolean": code == "yes"}
    else:
        answer = {"answerCoding": options.coding(question, code)}
    return {"question": question.link_id, "operator": operator, **answer}


def _includes(question: Question, leaf: Includes) -> tuple[Behavior, list[Json]]:
    if leaf.number not in (1, len(leaf.codes)):
        raise _DoesNotFit
    return "any" if leaf.number == 1 else "all", [_equal(question, code) for code in leaf.codes]


def _compared(form: Form, leaf: Compare, owner: str) -> Json:
    value = _constant(form, leaf.right)
    if value is None or not isinstance(leaf.left, Reference) or leaf.operator == "!=":
        raise _DoesNotFit
    question = form.symbols.questions.get(leaf.left.name)
    if question is None:
        raise _DoesNotFit
    if leaf.left.part and value == int(value) and leaf.left.name not in form.symbols.entries_of:
        linked: Json = {"question": f"{question.link_id}.{leaf.left.part}", "answerInteger": int(value)}
        return linked | {"operator": leaf.operator}
    if question.type not in ("integer", "decimal") or not numbers.has_bound(question, value):
        raise _DoesNotFit
    _source(form, leaf.left, owner)
    answer = numbers.number_value(question, value, "answer")
    return {"question": question.link_id, "operator": leaf.operator, **answer}


def _constant(form: Form, operand: Operand) -> float | None:
    match operand:
        case Number():
            return operand.value
        case Reference() if operand.name in form.symbols.parameters:
            return form.limit(operand.name)
        case _:
            return None
