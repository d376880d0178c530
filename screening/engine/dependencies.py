"""What each rule needs to know first: used to refuse rules that look ahead, and to find what a stale answer affects.

A rule depends on a question directly, or through variables, scores, `age`, `bmi` and counted groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from .ruleset import Place, RuleProblem, Ruleset
from .symbols import Symbols
from .tree import (
    Compare,
    Count,
    Expr,
    Holds,
    Measure,
    Operand,
    Reference,
    StateTest,
    Total,
    leaves,
    names,
    operands,
)

TESTS_AT_MOST = 2_000
"""In one rule with its named conditions written out: many times what the longest rule of the starter has."""

MEASURES: dict[str, tuple[str, ...]] = {"age": ("birth_date",), "bmi": ("height", "weight")}


def questions_behind(operand: Operand, symbols: Symbols) -> tuple[str, ...]:
    """The link_ids of the questions whose answers an operand looks at directly; a score's items are not among them."""
    match operand:
        case Reference() if operand.name in symbols.questions:
            return (operand.name,)
        case Total():
            return (operand.question,)
        case Count():
            return (operand.group,)
        case Measure():
            roles = (symbols.by_role(role) for role in MEASURES[operand.name])
            return tuple(question.link_id for question in roles if question is not None)
        case _:
            return ()


class Dependencies:
    """Questions that rules depend on."""

    def __init__(self, symbols: Symbols, rules: Ruleset) -> None:
        self.symbols = symbols
        self.rules = rules

    def questions(self, expr: Expr, *, states: bool = True, measures: bool = True) -> frozenset[str]:
        """The link_ids of all questions an expression depends on, directly or through what it names.

        Without `states`, questions that are only tested for their state are left out; without `measures`, so are
        those reached only through `age` and `bmi`.
        """
        return frozenset(self._questions(expr, states, measures, set()))

    def settling(self, expr: Expr) -> frozenset[str]:
        """The link_ids of all questions that may be named as what would settle an expression: those it depends on, and
        those that decide whether one of these is asked, or is stale."""
        found: set[str] = set()
        todo = [expr]
        while todo:
            for name in self.questions(todo.pop()) - found:
                found.add(name)
                stale = self.rules.stale.get(name)
                todo += [*self.asking(name), *([stale] if stale is not None else [])]
        return frozenset(found)

    def _questions(self, expr: Expr, states: bool, measures: bool, seen: set[str]) -> Iterator[str]:
        for leaf in leaves(expr):
            if isinstance(leaf, StateTest) and not states:
                continue
            for name in names(leaf):
                yield from self._behind(name, states, measures, seen)
            for operand in operands(leaf):
                if isinstance(operand, Measure) and measures:
                    yield from questions_behind(operand, self.symbols)

    def _behind(self, name: str, states: bool, measures: bool, seen: set[str]) -> Iterator[str]:
        if name in self.symbols.questions:
            yield name
        elif name in self.symbols.scores:
            score = self.symbols.scores[name]
            yield from (*score.items, *([score.gate] if score.gate else []))
        elif name in self.rules.variables and name not in seen:
            seen.add(
                name
            )  # once: a circle is a problem, but must not be endless; nor must one that doubles at each step
            yield from self._questions(self.rules.variables[name], states, measures, seen)

    def asking(self, link_id: str) -> tuple[Expr, ...]:
        """The conditions under which a question is asked: its section's, its group's and its own; all must be true."""
        symbols = self.symbols
        group = symbols.group_of.get(link_id) or symbols.entries_of.get(link_id, "")
        chain = (symbols.section_of.get(link_id, ""), group, link_id)
        return tuple(self.rules.ask[name] for name in chain if name in self.rules.ask)

    @cached_property
    def conditional(self) -> frozenset[str]:
        """Questions that are not always asked."""
        return frozenset(name for name in self.symbols.questions if self.asking(name))

    @cached_property
    def unsettled(self) -> frozenset[str]:
        """Questions whose value rules may not see as given: those that may be stale, and those gated by them."""
        found: set[str] = set()
        for link_id, question in self.symbols.questions.items():
            gates = (self.questions(expr, states=False) for expr in self.asking(link_id))
            if question.stale_when.strip() or any(gate & found for gate in gates):
                found.add(link_id)
        return frozenset(found)


def problems(symbols: Symbols, rules: Ruleset) -> list[RuleProblem]:
    """Rules that look ahead: variables that use later ones, and conditions of asking that use later questions."""
    order = {name: position for position, name in enumerate(symbols.variables)}
    found = [
        place.problem(f"The variable “{place.link_id}” uses “{name}”, which is not defined before it.",
                      "Put the variable it uses first.")
        for place, tree in rules.places if place.kind == "variable"
        for name in sorted(names(tree)) if order.get(name, -1) >= order.get(place.link_id, len(order))
    ]  # fmt: skip
    known = Dependencies(symbols, rules)
    for place, tree in rules.places:
        if place.kind == "ask_when":
            found += _ahead(known, place, tree)
    return found or list(_too_long(rules))


def _too_long(rules: Ruleset) -> Iterator[RuleProblem]:
    """Rules that would be written out too often: reasons and FHIR name the tests inside each named condition, so that
    conditions which name an earlier one twice double at every step. Variables use only earlier ones here."""
    sizes: dict[str, int] = {}
    for place, tree in sorted(rules.places, key=lambda one: one[0].kind != "variable"):
        size = sum(sizes.get(leaf.variable, 1) if isinstance(leaf, Holds) else 1 for leaf in leaves(tree))
        if place.kind == "variable":  # one that is too long is told of once, and not again in each that names it
            sizes[place.link_id] = size if size <= TESTS_AT_MOST else 1
        if size > TESTS_AT_MOST:
            message = f"With its named conditions written out, this has {size} tests; {TESTS_AT_MOST} at most can be."
            yield place.problem(message, "Name fewer conditions inside conditions.")


def _ahead(known: Dependencies, place: Place, tree: Expr) -> Iterator[RuleProblem]:
    symbols, own = known.symbols, known.symbols.entries_of.get(place.link_id)
    first = _position(symbols, place.link_id)
    if own is not None and own in _counted(tree):
        yield place.problem(f"An item of “{own}” cannot depend on how many entries “{own}” has.")
    for name in sorted(known.questions(tree)):
        if symbols.position.get(name, -1) >= first:
            message = f"“{place.link_id}” is asked before “{name}”, so it cannot depend on it."
            yield place.problem(message, "Ask the other question first, or change the condition.")


def _counted(tree: Expr) -> set[str]:
    compared = [leaf for leaf in leaves(tree) if isinstance(leaf, Compare)]
    return {operand.group for leaf in compared for operand in (leaf.left, leaf.right) if isinstance(operand, Count)}


def _position(symbols: Symbols, link_id: str) -> int:
    if link_id in symbols.position:
        return symbols.position[link_id]
    inside = [symbols.position[name] for name, section in symbols.section_of.items() if section == link_id]
    return min(inside, default=len(symbols.position))
