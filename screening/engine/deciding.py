"""Which tests of a condition decide it, and which leave it open: written once as one Python expression each.

Asked of every raised and every open rule. Of a true `or` or `at least` all true branches decide; of a true `and` all
parts; of `not` the dual. A part that fails while it is worked out is unknown; then the tree is walked part by part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from .codegen import Body
from .logic import UNKNOWN, Truth
from .tree import Expr, Holds, Not, Number, Operand, Reference, operands, parts
from .variables import View


class Decider(NamedTuple):
    """A leaf and the truth that it is wanted to have.

    `about` is the one question or score that it looks at, where its whole answer or total is the reason.
    """

    leaf: Expr
    wanted: bool
    about: str = ""


LISTS = ("multiple_choice", "medicines", "group")
"""Types whose answers have entries, of which a rule may be about a few."""

Variables = Mapping[str, Expr]
"""The named conditions of a definition."""


class Decision(NamedTuple):
    """Python that gives the numbers of the tests that count, and those tests."""

    source: str
    tests: tuple[Decider, ...]


def deciding(body: Body, variables: Variables, expr: Expr, wanted: bool, view: View) -> Decision:
    """The tests that make a condition come out as wanted, which it does."""
    tests: list[Decider] = []

    def write(expr: Expr, wanted: bool) -> str:
        match expr:
            case Not():
                return write(expr.item, not wanted)
            case Holds():
                return write(variables[expr.variable], wanted)
        branches = [(_is(body, item, wanted, view), write(item, wanted)) for item in parts(expr)]
        return _together(branches) or _test(body, tests, expr, wanted)

    return Decision(write(expr, wanted), tuple(tests))


def opening(body: Body, variables: Variables, expr: Expr, view: View) -> Decision:
    """The unknown tests of a condition that is unknown."""
    tests: list[Decider] = []

    def write(expr: Expr) -> str:
        if isinstance(expr, Holds):
            return write(variables[expr.variable])
        branches = [(_is_unknown(body, item, view), write(item)) for item in parts(expr)]
        return _together(branches) or _test(body, tests, expr, None)

    return Decision(f"{write(expr)} if {_is_unknown(body, expr, view)} else ()", tuple(tests))


def _test(body: Body, tests: list[Decider], leaf: Expr, wanted: bool | None) -> str:
    """The number of a test: of one that is about a question, while that is asked, else of one to be looked into."""
    name = _about(body, leaf, wanted)
    place = len(tests)
    if name:
        tests.append(Decider(leaf, wanted is not False, name))
        if name not in body.known.conditional:
            return f"({place},)"
    tests.append(Decider(leaf, wanted is not False))
    return f"(({place},) if {asked(body, name)} else ({place + 1},))" if name else f"({place},)"


def _about(body: Body, leaf: Expr, wanted: bool | None) -> str:
    """The one question or score that a test looks at, where what it is, or its being open, is all that matters."""
    match [operand for operand in operands(leaf) if not _is_number(body, operand)]:
        case [Reference(name=name)] if name in body.symbols.scores and wanted is not None:
            return name
        case [Reference(name=name)] if name in body.symbols.questions:
            is_list = body.symbols.questions[name].type in LISTS
            return "" if is_list or (wanted is None and name in body.known.unsettled) else name
        case _:
            return ""


def _is_number(body: Body, operand: Operand) -> bool:
    return isinstance(operand, Number) or (isinstance(operand, Reference) and operand.name in body.symbols.parameters)


def asked(body: Body, name: str) -> str:
    """The variable that says whether a question with a condition is asked."""
    return body.use((f"asked{body.symbols.position[name]}",))[0]


def looked_at(body: Body, variables: Variables, trees: Iterable[Expr]) -> tuple[str, ...]:
    """Every variable that the reasons of some rules may need, unless they lie further back."""
    body.used.clear()
    waiting = list(trees)
    while waiting:
        expr = waiting.pop()
        waiting += parts(expr)
        if isinstance(expr, Holds):
            waiting.append(variables[expr.variable])
        if not parts(expr):
            body.condition(expr)
            name = _about(body, expr, True)
            if name in body.known.conditional:
                asked(body, name)
    return tuple(body.used)


def _together(branches: list[tuple[str, str]]) -> str:
    return " + ".join(f"({found} if {condition} else ())" for condition, found in branches)


def _is(body: Body, expr: Expr, wanted: bool, view: View) -> str:
    pair = body.condition(expr, view)
    return f"({pair.certain})" if wanted else f"not ({pair.possible})"


def _is_unknown(body: Body, expr: Expr, view: View) -> str:
    pair = body.condition(expr, view)
    return f"(({pair.possible}) and not ({pair.certain}))"


def walk_deciding(truth: Callable[[Expr], Truth], variables: Variables, expr: Expr, wanted: bool) -> Iterator[Decider]:
    """`deciding`, part by part."""
    if isinstance(expr, Not):
        yield from walk_deciding(truth, variables, expr.item, not wanted)
    elif isinstance(expr, Holds):
        yield from walk_deciding(truth, variables, variables[expr.variable], wanted)
    elif parts(expr):
        for item in parts(expr):
            if truth(item) is wanted:
                yield from walk_deciding(truth, variables, item, wanted)
    else:
        yield Decider(expr, wanted)


def walk_opening(truth: Callable[[Expr], Truth], variables: Variables, expr: Expr) -> Iterator[Decider]:
    """`opening`, part by part."""
    if truth(expr) is not UNKNOWN:
        return
    if isinstance(expr, Holds):
        yield from walk_opening(truth, variables, variables[expr.variable])
    elif parts(expr):
        for item in parts(expr):
            yield from walk_opening(truth, variables, item)
    else:
        yield Decider(expr, True)
