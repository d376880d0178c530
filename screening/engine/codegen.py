"""Conditions as Python source, written only from parsed trees whose names have been checked.

Three-valued logic is written as two two-valued conditions: one that is true when the rule is *certainly* true, one that
is true when it is *possibly* true. A rule is unknown when it is possible but not certain. This is Kleene's logic, and
Python's own `and`, `or` and `not` evaluate it with short cuts.

A `Body` is one generated function: it knows which variables its conditions use, and derives totals, scores, ages and
named conditions once, just before they are first needed.

Rules are written in one of three views of the answers:

- `asked`: as given. What is asked depends on this alone, never on an answer that may later turn out to be stale;
- `gate`: as `asked` for state tests, as `rules` for values;
- `rules`: stale answers count as not sure, and so does what was hidden because of a stale answer.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, cast

from .definition import Question, Score
from .dependencies import Dependencies
from .facets import FACETS
from .intervals import days_in
from .scores import bounds
from .symbols import Symbols
from .text import operand_text
from .tree import (
    TODAY,
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
    operands,
)

View = Literal["asked", "gate", "rules"]


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


class Body:
    """One function being generated. `outer` is the function around it when it looks at the entries of a group."""

    def __init__(self, symbols: Symbols, known: Dependencies, namespace: dict[str, object], outer: Body | None = None,
                 group: str = "") -> None:  # fmt: skip
        self.symbols = symbols
        self.known = known
        self.namespace = namespace
        self.outer = outer
        self.group = group
        self.needs: dict[str, set[str]] = {}
        self.settled_needs: dict[str, set[str]] = {}
        self.parameters: dict[str, str] = {}
        self.derived: dict[tuple[str, View], tuple[str, ...]] = {}
        self.blocks: list[list[str]] = []
        self.borrowed: dict[str, None] = {}
        self.functions: list[str] = outer.functions if outer else []

    # Names ------------------------------------------------------------------------------------------------------

    def owns(self, link_id: str) -> bool:
        """Whether a question is answered at this level, rather than around it."""
        return self.symbols.entries_of.get(link_id, "") == self.group

    def facet(self, link_id: str, facet: str, view: View) -> tuple[str, ...]:
        """The variables that hold one aspect of an answer; asking for them makes the function set them."""
        if self.outer is not None and not self.owns(link_id):
            return self._borrow(self.outer.facet(link_id, facet, view))
        is_settled = link_id in self.known.unsettled and view != "asked"
        if is_settled and view == "gate" and facet.startswith("state"):
            is_settled = False
        needs = self.settled_needs if is_settled else self.needs
        needs.setdefault(link_id, set()).add(facet)
        if is_settled:
            self.needs.setdefault(link_id, set()).update({facet, "state"})
        return self.variables(link_id, facet, is_settled=is_settled)

    def variables(self, link_id: str, facet: str, *, is_settled: bool = False) -> tuple[str, ...]:
        """The names of a facet's variables: `low7`, or `low7_settled` in the view of rules."""
        number = self.symbols.position[link_id]
        ending = "_settled" if is_settled else ""
        return tuple(f"{name}{number}{ending}" for name in FACETS[facet].variables)

    def _borrow(self, names: tuple[str, ...]) -> tuple[str, ...]:
        self.borrowed.update(dict.fromkeys(names))
        return names

    def _parameter(self, key: str) -> str:
        if self.outer is not None:
            return self._borrow((self.outer._parameter(key),))[0]
        return self.parameters.setdefault(key, f"parameter{len(self.parameters)}")

    def _plain(self, name: str) -> str:
        """`today` or `profile`, passed on to the functions inside."""
        return self._borrow((name,))[0] if self.outer is not None else name

    # Conditions -------------------------------------------------------------------------------------------------

    def condition(self, expr: Expr, view: View = "rules") -> Pair:
        """The source of a condition."""
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
                certain = f"{self._plain('profile')} in {leaf.profiles!r}"
                return Pair(certain, certain)
            case Holds():
                return Pair(*self._derive(leaf, view))
            case _:
                raise ValueError(leaf)

    def _compare(self, leaf: Compare, view: View) -> Pair:
        (a, b), (c, d) = self.interval(leaf.left, view), self.interval(leaf.right, view)
        pair = _COMPARED[leaf.operator]
        return Pair(pair.certain.format(a=a, b=b, c=c, d=d), pair.possible.format(a=a, b=b, c=c, d=d))

    def _is(self, leaf: Is, view: View) -> Pair:
        (code,) = self.facet(leaf.question.name, "code", view)
        certain = f"{code} == {leaf.codes[0]!r}" if len(leaf.codes) == 1 else f"{code} in {leaf.codes!r}"
        return Pair(certain, f"{code} in {(*leaf.codes, None)!r}")

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
        (state,) = self.facet(leaf.question.name, facet, view)
        certain = f"{state} == {leaf.state!r}"
        return Pair(certain, certain)

    def _within(self, leaf: Within, view: View) -> Pair:
        a, b = self.facet(leaf.question.name, "days", view)
        c, d = (self._plain("today"),) * 2 if leaf.anchor == TODAY else self.facet(leaf.anchor, "days", view)
        limit = self._days(leaf)
        return Pair(f"{d} - {a} <= {limit} and {b} - {c} <= {limit}", f"{c} - {b} <= {limit} and {a} - {d} <= {limit}")

    def _days(self, leaf: Within) -> str:
        if isinstance(leaf.number, Number):
            return repr(days_in(leaf.number.value, leaf.unit))
        return f"days_in({self._parameter(leaf.number.name)}, {leaf.unit!r})"

    # Operands ---------------------------------------------------------------------------------------------------

    def interval(self, operand: Operand, view: View) -> tuple[str, str]:
        """The source of the lowest and the highest that a number can be."""
        match operand:
            case Number():
                return (repr(operand.value),) * 2
            case Reference() if operand.name in self.symbols.parameters:
                return (self._parameter(operand.name),) * 2
            case Reference() if operand.name in self.symbols.questions:
                return cast("tuple[str, str]", self.facet(operand.name, operand.part or "number", view))
            case _:
                return cast("tuple[str, str]", self._derive(Compare(operand, "=", operand), view)[:2])

    # What is worked out once ------------------------------------------------------------------------------------

    def _derive(self, expr: Compare | Holds, view: View) -> tuple[str, ...]:
        """The variables of a score, measure, count, total or named condition, worked out at first need."""
        if self.outer is not None and not self._is_inside(expr):
            return self._borrow(self.outer._derive(expr, view))
        view = view if self.known.questions(expr) & self.known.unsettled else "asked"
        key = (expr.variable if isinstance(expr, Holds) else operand_text(expr.left), view)
        if key not in self.derived:
            names, lines = self._derivation(expr, view, len(self.derived))
            self.derived[key] = names
            broken = f"    {' = '.join(names)} = BROKEN"
            self.blocks.append([f"# {key[0]}", "try:", *(f"    {line}" for line in lines), "except Exception:", broken])
        return self.derived[key]

    def _is_inside(self, expr: Compare | Holds) -> bool:
        """Whether an operand is about the questions of this group's entries."""
        found = operands(expr)[0]
        return isinstance(found, Total) and self.owns(found.question)

    def _derivation(self, expr: Compare | Holds, view: View, number: int) -> tuple[tuple[str, ...], list[str]]:
        prefix = f"{'entry_' if self.outer else ''}{view}_"
        if isinstance(expr, Holds):
            return self._named(expr, view, f"{prefix}{number}")
        names = (f"{prefix}low{number}", f"{prefix}high{number}")
        match expr.left:
            case Measure():
                return names, [f"{', '.join(names)} = {self._measure(expr.left, view)}"]
            case Total():
                return names, [f"{', '.join(names)} = {self._total(expr.left, view)}"]
            case Count():
                return names, [f"{', '.join(names)} = {self._count(expr.left, view)}"]
            case Reference():
                return self._score(self.symbols.scores[expr.left.name], view, names, f"{prefix}tally{number}")
            case _:
                raise ValueError(expr)

    def _named(self, expr: Holds, view: View, ending: str) -> tuple[tuple[str, ...], list[str]]:
        pair = self.condition(self.known.rules.variables[expr.variable], view)
        names = (f"certain_{ending}", f"possible_{ending}")
        return names, [f"{names[0]} = {pair.certain}", f"{names[1]} = {names[0]} or {pair.possible}"]

    def _measure(self, measure: Measure, view: View) -> str:
        if measure.name == "age":
            born = cast("Question", self.symbols.by_role("birth_date"))
            return f"ages({', '.join(self.facet(born.link_id, 'days', view))}, as_of)"
        height, weight = (cast("Question", self.symbols.by_role(role)) for role in ("height", "weight"))
        ends = (*self.facet(height.link_id, "number", view), *self.facet(weight.link_id, "number", view))
        return f"bmis({', '.join(ends)})"

    def _total(self, operand: Total, view: View) -> str:
        (entries,) = self.facet(operand.question, "list", view)
        question, number = self.symbols.questions[operand.question], self.symbols.position[operand.question]
        factors = f"factors{number}_{operand.reference}"
        self.namespace[factors] = self.symbols.factors(question, operand.reference)
        return f"total({entries}, {factors}, known{number})"

    def _count(self, operand: Count, view: View) -> str:
        from .functions import entry_function  # the two make each other: a body may count, a count has a body

        (entries,) = self.facet(operand.group, "list", view)
        if operand.where is None:
            return f"size({entries})"
        name, borrowed = entry_function(self, operand, view)
        return f"{name}({', '.join((entries, 'as_of', *borrowed))})"

    def _score(self, score: Score, view: View, names: tuple[str, str], found: str) -> tuple[tuple[str, ...], list[str]]:
        lows = [self.facet(item, "number", view)[0] for item in score.items]
        total = f"({' + '.join(lows)})" + (f" / {len(lows)}" if score.method == "mean" else "")
        low, high = names
        gate = self.facet(score.gate, "code", view)[0] if score.gate else ""
        complete = f"if {gate} == 'yes' and {low} - {low} == 0:" if gate else f"if {low} - {low} == 0:"
        lines = [
            f"{low} = {high} = {total}",
            complete,  # a finite sum: every item is known and asked
            f"    {found} = Tally({low}, {high}, {len(lows)}, {len(lows)}, True)",
            "else:",
            f"    {found} = {self._range(score, lows, gate, view)}",
            f"    {low}, {high} = {found}.interval",
        ]
        return (*names, found), lines

    def _range(self, score: Score, lows: list[str], gate: str, view: View) -> str:
        items = [f"item({low}, {self._bounds(name)}, {self._asked(name, view)})"
                 for low, name in zip(lows, score.items, strict=True)]  # fmt: skip
        mean = f"mean={score.method == 'mean'}"
        if not gate:
            return f"tally([{', '.join(items)}], {mean})"
        return f"gated([{', '.join(items)}], {gate}, {self._asked(score.gate, view)}, {mean})"

    def _bounds(self, link_id: str) -> str:
        name = f"bounds{self.symbols.position[link_id]}"
        self.namespace[name] = bounds(self.symbols.questions[link_id])
        return name

    def _asked(self, link_id: str, view: View) -> str:
        return f"asked({self.facet(link_id, 'state', view)[0]})" if self.known.asking(link_id) else "True"

