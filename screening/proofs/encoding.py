"""Rules for the solver. The cases are those of `engine/codegen.py`, one for one."""

from __future__ import annotations

from functools import cached_property

import z3

from screening.engine.intervals import days_in
from screening.engine.tree import (
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
    Operand,
    Or,
    ProfileIs,
    Reference,
    StateTest,
    Within,
)
from screening.engine.tree import Number as Literal

from .derived import Derived
from .kleene import NO, Bool, Span, Truth, all_of, and_, any_of, at_least, compared, no, not_, or_, plain
from .kleene import several as so_many
from .kleene import within as days_apart
from .scope import Scope, View
from .variables import Chosen, Dated, Pressure
from .world import World


class Rules:
    """Conditions over one scope. What several rules share is encoded once."""

    def __init__(self, world: World, scope: Scope, around: Rules | None = None) -> None:
        self.world = world
        self.scope = scope
        self.around = around
        self.symbols = world.symbols
        self._named: dict[tuple[str, View], Truth] = {}

    @cached_property
    def derived(self) -> Derived:
        return Derived(self)

    def condition(self, expr: Expr, view: View = "rules") -> Truth:
        """When a condition is certain, and when it is possible."""
        match expr:
            case And():
                return and_(self.condition(item, view) for item in expr.items)
            case Or():
                return or_(self.condition(item, view) for item in expr.items)
            case Not():
                return not_(self.condition(expr.item, view))
            case AtLeast():
                return at_least(expr.number, [self.condition(item, view) for item in expr.items])
            case _:
                return self._leaf(expr, view)

    def _leaf(self, leaf: Expr, view: View) -> Truth:
        match leaf:
            case Compare():
                return compared(self.span(leaf.left, view), leaf.operator, self.span(leaf.right, view))
            case Is():
                return self._is(leaf.question.name, leaf.codes, view)
            case MayBe():
                return self._may_be(leaf, view)
            case Includes():
                return self._includes(leaf, view)
            case StateTest():
                return self._state(leaf, view)
            case Within():
                return self._within(leaf, view)
            case ProfileIs():
                chosen = any_of(self.world.profiles[name] for name in leaf.profiles if name in self.world.profiles)
                return Truth(chosen, chosen)
            case Holds():
                return self._variable(leaf.variable, view)
            case _:
                raise ValueError(leaf)

    def _is(self, name: str, codes: tuple[str, ...], view: View) -> Truth:
        seen, answer = self.scope.seen(name, view), self.scope.answer(name)
        if not isinstance(answer, Chosen):
            raise TypeError(name)
        certain = all_of([seen.known, answer.code_in(codes)])
        return Truth(certain, any_of([certain, seen.unknown]))

    def _may_be(self, leaf: MayBe, view: View) -> Truth:
        name = leaf.question.name
        chosen, seen = self._is(name, leaf.codes, view), self.scope.seen(name, view)
        return chosen if view == "doubt" else Truth(any_of([chosen.certain, seen.left]), chosen.possible)

    def _includes(self, leaf: Includes, view: View) -> Truth:
        name = leaf.question.name
        seen, answer = self.scope.seen(name, view), self.scope.answer(name)
        found = so_many(leaf.number, [answer.has(code) for code in leaf.codes])  # type: ignore[attr-defined]
        is_open: Bool = answer.is_open  # type: ignore[attr-defined]
        certain = all_of([seen.known, found])
        return Truth(certain, any_of([certain, all_of([seen.known, is_open]), seen.unknown]))

    def _state(self, leaf: StateTest, view: View) -> Truth:
        view = "asked" if view == "gate" else view
        name, part, state = leaf.question.name, leaf.question.part, leaf.state
        seen = self.scope.seen(name, view)
        holds = seen.states[state]
        if part and state in ("answered", "skipped"):
            answer = self.scope.answer(name)
            given = answer.given[part] if isinstance(answer, Pressure) else NO
            missing = all_of([seen.states["answered"], no(given)])
            holds = all_of([holds, given]) if state == "answered" else any_of([holds, missing])
        if view == "doubt":
            return Truth(all_of([holds, no(seen.left)]), any_of([holds, seen.left, seen.unknown]))
        return Truth(holds, holds)

    def _within(self, leaf: Within, view: View) -> Truth:
        today = plain(self.world.as_of.toordinal())
        anchor = today if leaf.anchor == TODAY else self._days(leaf.anchor, view)
        number = leaf.number.value if isinstance(leaf.number, Literal) else self.world.parameter(leaf.number.name)
        return days_apart(self._days(leaf.question.name, view), anchor, days_in(number, leaf.unit))

    def _days(self, name: str, view: View) -> Span:
        answer = self.scope.answer(name)
        if not isinstance(answer, Dated):
            raise TypeError(name)
        return self.value(name, answer.days, view)

    def value(self, name: str, span: Span, view: View) -> Span:
        """What is known of a value in a view: nothing while the question is unknown, no test where it is hidden."""
        seen = self.scope.seen(name, view)
        unknown = no(seen.known)
        return Span(
            span.low, span.high, any_of([span.floorless, unknown]), any_of([span.endless, unknown]), seen.hidden
        )

    def _variable(self, name: str, view: View) -> Truth:
        if self.around is not None:
            return self.around.condition(Holds(name), view)
        if (name, view) not in self._named:
            found = self.condition(self.world.rules.variables[name], view)
            self._named[name, view] = Truth(found.certain, any_of(found))
        return self._named[name, view]

    def span(self, operand: Operand, view: View) -> Span:
        """The interval of a number."""
        match operand:
            case Literal():
                return plain(operand.value)
            case Reference() if operand.name in self.symbols.parameters:
                return plain(self.world.parameter(operand.name))
            case Reference() if operand.name in self.symbols.questions:
                return self.number(operand, view)
            case _:
                return self.derived.span(operand, view)

    def number(self, operand: Reference, view: View) -> Span:
        """The interval of an answer that is a number, or has points."""
        answer = self.scope.answer(operand.name)
        if isinstance(answer, Pressure):
            return self.value(operand.name, answer.part(operand.part), view)
        return self.value(operand.name, answer.number, view)  # type: ignore[attr-defined]


def encode(world: World) -> Rules:
    """The whole questionnaire: when each section and question is asked, and the rules over the answers."""
    rules = Rules(world, world.scope)
    for name in world.order:
        _ask(rules, name)
    for name in world.order:
        _settle(rules, name)
    return rules


def encode_entry(rules: Rules, group: str, slot: int) -> Rules:
    """One entry of a repeating group, read with what is answered around it."""
    inside = Rules(rules.world, rules.world.entry(group, slot), rules)
    names = [item.link_id for item in rules.symbols.items_of(group)]
    for name in names:
        _ask(inside, name)
    for name in names:
        _settle(inside, name)
    return inside


def _ask(rules: Rules, name: str) -> None:
    own = rules.world.rules.ask.get(name)
    scope = rules.scope
    scope.ask(name, rules.condition(own, "asked") if own is not None else Truth(z3.BoolVal(True), z3.BoolVal(True)))
    scope.doubt(name, rules.condition(own, "doubt") if own is not None else Truth(z3.BoolVal(True), z3.BoolVal(True)))


def _settle(rules: Rules, name: str) -> None:
    """What an answer that is too old leaves open, and what it may have hidden."""
    scope, known = rules.scope, rules.scope.known
    if name not in known.unsettled:
        return
    if name in rules.world.rules.stale:
        scope.stale[name] = rules.condition(rules.world.rules.stale[name], "asked").possible
    chain = scope.conditions(name)
    if any(known.questions(expr, states=False) & known.unsettled for expr in chain):
        scope.gates[name] = all_of(rules.condition(expr, "gate").possible for expr in chain)
