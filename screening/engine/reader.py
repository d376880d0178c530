"""From the parser's tree to the rule tree: one small function per kind of phrase."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from lark import Token, Tree

from .mistakes import RuleError
from .tree import (
    And,
    AtLeast,
    Compare,
    Comparison,
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
    StateName,
    StateTest,
    Total,
    Unit,
    Within,
)

DEEPEST = 24
"""Brackets inside brackets: deeper than anyone can follow, and well within what Python compiles."""

_UNITS: dict[str, Unit] = {
    **{"day": "days", "week": "weeks", "month": "months", "year": "years"},
    **{"days": "days", "weeks": "weeks", "months": "months", "years": "years"},
}
_SIGNS: dict[str, Comparison] = {"≥": ">=", "≤": "<=", "≠": "!="}

_Node = Tree[Token]


def read_condition(tree: _Node, depth: int = 0) -> Expr:
    """The rule tree of a parsed condition. Raises `RuleError` for what the grammar cannot say."""
    if tree.data == "start":
        return read_condition(_child(tree, 0), depth)
    if depth > DEEPEST:
        raise RuleError("The rule is nested too deeply.", _position(tree), "Name a part of it as a variable.")
    if tree.data in _COMPOSED:
        return _COMPOSED[str(tree.data)](tree, depth)
    return _LEAVES[str(tree.data)](tree)


def _child(tree: _Node, index: int) -> _Node:
    return cast("_Node", tree.children[index])


def _token(tree: _Node, index: int) -> Token:
    return cast("Token", tree.children[index])


def _position(tree: _Node) -> int:
    first = next(tree.scan_values(lambda value: isinstance(value, Token)), None)
    return (first.start_pos or 0) if first is not None else 0


def _subtrees(tree: _Node) -> list[_Node]:
    return [child for child in tree.children if isinstance(child, Tree)]


# Conditions made of conditions -----------------------------------------------------------------------------------


def _items(tree: _Node, depth: int) -> tuple[Expr, ...]:
    return tuple(read_condition(child, depth + 1) for child in _subtrees(tree))


def _joined(kind: type[And] | type[Or], tree: _Node, depth: int) -> Expr:
    items = _items(tree, depth)
    return items[0] if len(items) == 1 else kind(items, at=_position(tree))


def _at_least(tree: _Node, depth: int) -> Expr:
    items = _items(_child(tree, 2), depth)
    return AtLeast(_whole(_token(tree, 1), len(items), "conditions"), items, at=_position(tree))


def _whole(token: Token, most: int, things: str) -> int:
    position = token.start_pos or 0
    if not token.isdigit() or not 1 <= int(token) <= most:
        hint = f"There are {most} {things} in the list." if token.isdigit() else ""
        raise RuleError(f"Expected a whole number from 1 to {most} here, but found “{token}”.", position, hint)
    return int(token)


_COMPOSED: dict[str, Callable[[_Node, int], Expr]] = {
    "either": lambda tree, depth: _joined(Or, tree, depth),
    "both": lambda tree, depth: _joined(And, tree, depth),
    "any_of": lambda tree, depth: _joined(Or, _child(tree, 1), depth),
    "all_of": lambda tree, depth: _joined(And, _child(tree, 1), depth),
    "negation": lambda tree, depth: Not(read_condition(_child(tree, 1), depth + 1), at=_position(tree)),
    "at_least": _at_least,
    "comparison": lambda tree, depth: _comparison(tree, depth),
}


# Operands --------------------------------------------------------------------------------------------------------


def _comparison(tree: _Node, depth: int) -> Expr:
    sign = str(_token(tree, 1))
    operator = _SIGNS.get(sign) or cast("Comparison", sign)
    left, right = _operand(_child(tree, 0), depth), _operand(_child(tree, 2), depth)
    return Compare(left, operator, right, at=_position(tree))


def _operand(tree: _Node, depth: int) -> Operand:
    first, at = _token(tree, 0), _position(tree)
    match tree.data:
        case "number":
            return Number(float(first), at=at)
        case "measure":
            return Measure("age" if first == "age" else "bmi", at=at)
        case "count":
            where = read_condition(_child(tree, 2), depth + 1) if len(tree.children) > 2 else None
            return Count(str(_token(tree, 1)), where, at=at)
        case "total":
            return Total(str(_token(tree, 1)), str(_token(tree, 2)), at=at)
        case _:
            return _reference(tree)


def _reference(tree: _Node) -> Reference:
    part = str(_token(tree, 1)) if len(tree.children) > 1 else ""
    return Reference(str(_token(tree, 0)), part, at=_position(tree))


# Leaves ----------------------------------------------------------------------------------------------------------


def _codes(tree: _Node) -> tuple[str, ...]:
    """The codes at the end of a phrase: one name, or a list in brackets."""
    last = tree.children[-1]
    return tuple(str(code) for code in last.children) if isinstance(last, Tree) else (str(last),)


def _is(tree: _Node) -> Is:
    return Is(_reference(_child(tree, 0)), _codes(tree), at=_position(tree))


def _may_be(tree: _Node) -> MayBe:
    return MayBe(_reference(_child(tree, 0)), _codes(tree), at=_position(tree))


def _state(tree: _Node) -> StateTest:
    state = cast("StateName", str(_token(_child(tree, -1), 0)))
    return StateTest(_reference(_child(tree, 0)), state, at=_position(tree))


def _unsure(tree: _Node) -> StateTest:
    return StateTest(_reference(_child(tree, 0)), "not_sure", at=_position(tree))


def _includes(tree: _Node, number: int | None = None) -> Includes:
    codes = _codes(tree)
    return Includes(_reference(_child(tree, 0)), number or len(codes), codes, at=_position(tree))


def _includes_at_least(tree: _Node) -> Includes:
    return _includes(tree, _whole(_token(tree, 2), len(_codes(tree)), "codes"))


def _within(tree: _Node) -> Within:
    number, unit = _operand(_child(tree, 1), 0), _token(tree, 2)
    if unit not in _UNITS:
        message = f"Expected days, weeks, months or years here, but found “{unit}”."
        raise RuleError(message, unit.start_pos or 0, "Write, for example, “within 6 weeks of today”.")
    if not isinstance(number, Number | Reference) or (isinstance(number, Number) and number.value < 0):
        raise RuleError("Expected a number of 0 or more here.", number.at)
    return Within(_reference(_child(tree, 0)), number, _UNITS[unit], str(_token(tree, 3)), at=_position(tree))


def _alone(tree: _Node) -> Holds:
    reference = _reference(_child(tree, 0))
    if reference.part:
        message = f"“{reference.name}.{reference.part}” is not a condition by itself."
        raise RuleError(message, reference.at, "Compare it with a number, as in “>= 160”.")
    return Holds(reference.name, at=reference.at)


def _profile(tree: _Node) -> ProfileIs:
    return ProfileIs(_codes(tree), at=_position(tree))


def _negated(read: Callable[[_Node], Expr]) -> Callable[[_Node], Expr]:
    return lambda tree: Not(read(tree), at=_position(tree))


_LEAVES: dict[str, Callable[[_Node], Expr]] = {
    "alone": _alone,
    "is_code": _is,
    "is_one_of": _is,
    "is_not_code": _negated(_is),
    "is_not_one_of": _negated(_is),
    "is_state": _state,
    "is_not_state": _negated(_state),
    "is_unsure": _unsure,
    "may_be": _may_be,
    "may_be_one_of": _may_be,
    "includes": _includes,
    "includes_all": _includes,
    "includes_any": lambda tree: _includes(tree, 1),
    "includes_at_least": _includes_at_least,
    "within": _within,
    "profile_is": _profile,
    "profile_is_one_of": _profile,
    "profile_is_not": _negated(_profile),
}
