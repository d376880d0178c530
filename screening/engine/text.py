"""A rule tree as canonical text: the one way to write it, which reads back as the same tree.

>>> from .tree import Is, Not, Reference
>>> to_text(Not(Is(Reference("stroke"), ("yes",))))
'stroke is not yes'
"""

from __future__ import annotations

from decimal import Decimal

from .tree import (
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

STATE_WORDS = {"answered": "answered", "not_sure": "not sure", "declined": "declined", "skipped": "skipped"}


def to_text(expr: Expr) -> str:
    """The rule in canonical text: `parse(to_text(tree)) == tree` for every tree that `parse` can return."""
    match expr:
        case And():
            return " and ".join(_bracketed(item) for item in expr.items)
        case Or():
            return " or ".join(_bracketed(item) for item in expr.items)
        case AtLeast():
            return f"at least {expr.number} of ({', '.join(to_text(item) for item in expr.items)})"
        case Not():
            return _negated(expr.item)
        case Compare():
            return f"{operand_text(expr.left)} {expr.operator} {operand_text(expr.right)}"
        case Holds():
            return expr.variable
        case _:
            return _test(expr)


def number_text(value: float) -> str:
    """A number without needless zeros: `160`, `3.5`."""
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def operand_text(operand: Operand) -> str:
    """What is compared, in canonical text."""
    match operand:
        case Number():
            return number_text(operand.value)
        case Reference():
            return f"{operand.name}.{operand.part}" if operand.part else operand.name
        case Measure():
            return operand.name
        case Total():
            return f"total({operand.question}, {operand.reference})"
        case Count():
            where = f" where {to_text(operand.where)}" if operand.where is not None else ""
            return f"count({operand.group}{where})"


def _bracketed(item: Expr) -> str:
    return f"({to_text(item)})" if isinstance(item, And | Or) else to_text(item)


def _negated(item: Expr) -> str:
    match item:
        case Is():
            return f"{operand_text(item.question)} is not {_codes(item.codes)}"
        case StateTest() if item.state != "not_sure":
            return f"{operand_text(item.question)} is not {STATE_WORDS[item.state]}"
        case ProfileIs() if len(item.profiles) == 1:
            return f"profile is not {item.profiles[0]}"
        case _:
            return f"not {_bracketed(item)}"


def _codes(codes: tuple[str, ...]) -> str:
    return codes[0] if len(codes) == 1 else f"one of ({', '.join(codes)})"


def _test(expr: Is | MayBe | Includes | StateTest | Within | ProfileIs) -> str:
    if isinstance(expr, ProfileIs):
        return f"profile is {_codes(expr.profiles)}"
    subject = operand_text(expr.question)
    match expr:
        case Is():
            return f"{subject} is {_codes(expr.codes)}"
        case MayBe():
            return f"{subject} may be {_codes(expr.codes)}"
        case StateTest():
            return f"{subject} is {STATE_WORDS[expr.state]}"
        case Includes():
            return f"{subject} includes {_included(expr)}"
        case Within():
            return f"{subject} within {amount_text(expr)} of {expr.anchor}"


def amount_text(expr: Within) -> str:
    """A length of time: `42 days`, `1 year`, `recent_days days`."""
    one = isinstance(expr.number, Number) and expr.number.value == 1
    return f"{operand_text(expr.number)} {expr.unit[:-1] if one else expr.unit}"


def _included(expr: Includes) -> str:
    listed = f"({', '.join(expr.codes)})"
    if len(expr.codes) == 1:
        return expr.codes[0]
    if expr.number == 1:
        return f"any of {listed}"
    return f"all of {listed}" if expr.number == len(expr.codes) else f"at least {expr.number} of {listed}"
