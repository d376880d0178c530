"""Conditions as Python source, written only from parsed trees whose names have been checked.

Three-valued logic is written as two two-valued conditions: one that is true when the rule is *certainly* true, one that
is true when it is *possibly* true. A rule is unknown when it is possible but not certain. This is Kleene's logic, and
Python's own `and`, `or` and `not` evaluate it with short cuts.

A `Body` is one generated function: it knows which variables its conditions use, and derives totals, scores, ages and
named conditions once, just before they are first needed.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple, cast

from .derive import derivation
from .intervals import days_in
from .text import operand_text
from .tree import (
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
    Operand,
    Or,
    ProfileIs,
    Reference,
    StateTest,
    Total,
    Within,
    operands,
)
from .variables import Variables, View


class Pair(NamedTuple):
    """Source of a condition: when it is certain, and when it is possible."""

    certain: str
    possible: str


ALWAYS = Pair("True", "True")

# Intervals compared: a..b on the left, c..d on the right. NaN (not asked) makes every one of these false.
_COMPARED: dict[str, Pair] = {
    ">=": Pair("{a} >= {d}", "{b} >= {c}"),
    "<=": Pair("{b} <= {c}", "{a} <= {d}"),
    ">": Pair("{a} > {d}", "{b} > {c}"),
    "<": Pair("{b} < {c}", "{a} < {d}"),
    "=": Pair("{a} == {d} and {b} == {c}", "{a} <= {d} and {c} <= {b}"),
    "!=": Pair("{b} < {c} or {a} > {d}", "{a} < {d} or {b} > {c}"),
}


class Body(Variables):
    """One function being generated: conditions and operands as source."""

    outer: Body | None

    @cached_property
    def written(self) -> dict[tuple[int, View], tuple[Expr, Pair, tuple[str, ...]]]:
        """Conditions by their place in memory, with the variables that they use."""
        return {}

    def condition(self, expr: Expr, view: View = "rules") -> Pair:
        """The source of a condition, written once."""
        key = (id(expr), view)  # hashing a tree walks all of it; the entry keeps the tree, so its id stays its own
        if key not in self.written:
            around, self.used = self.used, {}
            self.written[key] = (expr, self._condition(expr, view), tuple(self.used))
            self.used = around
        _, pair, used = self.written[key]
        self.use(used)
        return pair

    def _condition(self, expr: Expr, view: View) -> Pair:
        match expr:
            case And():
                return self._joined(" and ", expr.items, view)
            case Or():
                return self._joined(" or ", expr.items, view)
            case Not():
                inside = self.condition(expr.item, view)
                return Pair(f"not ({inside.possible})", f"not ({inside.certain})")
            case AtLeast():
                summed = self._joined(" + ", expr.items, view)
                return Pair(f"{summed.certain} >= {expr.number}", f"{summed.possible} >= {expr.number}")
            case _:
                return self._leaf(expr, view)

    def _joined(self, word: str, items: tuple[Expr, ...], view: View) -> Pair:
        pairs = [self.condition(item, view) for item in items]
        return Pair(word.join(f"({pair.certain})" for pair in pairs), word.join(f"({pair.possible})" for pair in pairs))

    def _leaf(self, leaf: Expr, view: View) -> Pair:
        match leaf:
            case Compare():
                return self._compare(leaf, view)
            case Is():
                return self._is(leaf, view)
            case MayBe():
                return self._may_be(leaf, view)
            case Includes():
                return self._includes(leaf, view)
            case StateTest():
                return self._state(leaf, view)
            case Within():
                return self._within(leaf, view)
            case ProfileIs():
                certain = f"{self.plain('profile')} in {leaf.profiles!r}"
                return Pair(certain, certain)
            case Holds():
                return Pair(*self.derive(leaf, view))
            case _:
                raise ValueError(leaf)

    def _compare(self, leaf: Compare, view: View) -> Pair:
        (a, b), (c, d) = self.interval(leaf.left, view), self.interval(leaf.right, view)
        if isinstance(leaf.right, Number) and leaf.right.value.is_integer() and self._is_whole(leaf.left):
            c = d = str(int(leaf.right.value))  # two whole numbers are compared faster than a whole one with 4.0
        pair = _COMPARED[leaf.operator]
        return Pair(pair.certain.format(a=a, b=b, c=c, d=d), pair.possible.format(a=a, b=b, c=c, d=d))

    def _is_whole(self, operand: Operand) -> bool:
        return (
            isinstance(operand, Reference)
            and operand.name in self.symbols.questions
            and self.symbols.questions[operand.name].type in ("integer", "blood_pressure")
        )

    def _is(self, leaf: Is, view: View) -> Pair:
        (code,) = self.facet(leaf.question.name, "code", view)
        certain = f"{code} == {leaf.codes[0]!r}" if len(leaf.codes) == 1 else f"{code} in {leaf.codes!r}"
        return Pair(certain, f"({certain} or {code} is None)")

    def _may_be(self, leaf: MayBe, view: View) -> Pair:
        (code,) = self.facet(leaf.question.name, "code", view)
        (state,) = self.facet(leaf.question.name, "state", view)
        return Pair(f"{code} in {leaf.codes!r} or {state} in ASIDE", f"{code} in {(*leaf.codes, None)!r}")

    def _includes(self, leaf: Includes, view: View) -> Pair:
        keys, is_open = self.facet(leaf.question.name, "keys", view)
        found = [f"({code!r} in {keys})" for code in leaf.codes]
        certain = found[0] if len(found) == 1 else f"{' + '.join(found)} >= {leaf.number}"
        return Pair(certain, f"{is_open} or {certain}")

    def _state(self, leaf: StateTest, view: View) -> Pair:
        facet = f"state_{leaf.question.part}" if leaf.question.part else "state"
        (state,) = self.facet(leaf.question.name, facet, "asked" if view == "gate" else view)
        certain = f"{state} == {leaf.state!r}"
        return Pair(certain, certain)

    def _within(self, leaf: Within, view: View) -> Pair:
        a, b = self.facet(leaf.question.name, "days", view)
        c, d = (self.plain("today"),) * 2 if leaf.anchor == TODAY else self.facet(leaf.anchor, "days", view)
        limit = self._days(leaf)
        return Pair(f"{d} - {a} <= {limit} and {b} - {c} <= {limit}", f"{c} - {b} <= {limit} and {a} - {d} <= {limit}")

    def _days(self, leaf: Within) -> str:
        if isinstance(leaf.number, Number):
            return repr(days_in(leaf.number.value, leaf.unit))
        return f"days_in({self.parameter(leaf.number.name)}, {leaf.unit!r})"

    # Operands ---------------------------------------------------------------------------------------------------

    def interval(self, operand: Operand, view: View) -> tuple[str, str]:
        """The source of the lowest and the highest that a number can be."""
        match operand:
            case Number():
                return (repr(operand.value),) * 2
            case Reference() if operand.name in self.symbols.parameters:
                return (self.parameter(operand.name),) * 2
            case Reference() if operand.name in self.symbols.questions:
                return cast("tuple[str, str]", self.facet(operand.name, operand.part or "number", view))
            case _:
                return cast("tuple[str, str]", self.derive(Compare(operand, "=", operand), view)[:2])

    # What is worked out once ------------------------------------------------------------------------------------

    def derive(self, expr: Compare | Holds, view: View) -> tuple[str, ...]:
        """The variables of a score, measure, count, total or named condition, worked out at first need."""
        if self.outer is not None and not self._is_inside(expr):
            return self.borrow(self.outer.derive(expr, view))
        view = view if self.known.questions(expr) & self.known.unsettled else "asked"
        key = (expr.variable if isinstance(expr, Holds) else operand_text(expr.left), view)
        if key not in self.derived:
            # Its number is taken before its parts take theirs: a named condition may be made of others.
            names, lines = derivation(self, expr, view, next(self.numbers))
            self.derived[key] = names
            failed = ["except Exception:", f"    {' = '.join(names)} = BROKEN", "    is_broken = True"]
            self.blocks.append([f"# {key[0]}", "try:", *(f"    {line}" for line in lines), *failed])
        return self.use(self.derived[key])

    def _is_inside(self, expr: Compare | Holds) -> bool:
        """Whether an operand is about the questions of this group's entries."""
        found = operands(expr)[0]
        return isinstance(found, Total) and self.owns(found.question)
