"""Which tests of a condition decide it, and which leave it open: written once as one Python expression each.

Asked of every raised and every open rule. Of a true `or` or `at least` all true branches decide; of a true `and` all
parts; of `not` the dual. A part that fails while it is worked out is unknown; then the tree is walked part by part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from .codegen import Body
from .logic import UNKNOWN, Truth
from .tree import Expr, Holds, Not, parts
from .variables import View


class Decider(NamedTuple):
    """A leaf and the truth that it is wanted to have.

    `about` is the one question it looks at, where that is known to be always asked and its answer to be shown whole.
    """

    leaf: Expr
    wanted: bool
    about: str = ""


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
        return _together([(_is(body, item, wanted, view), write(item, wanted)) for item in parts(expr)]) or _test(
            tests, expr, wanted
        )

    return Decision(write(expr, wanted), tuple(tests))


def opening(body: Body, variables: Variables, expr: Expr, view: View) -> Decision:
    """The unknown tests of a condition that is unknown."""
    tests: list[Decider] = []

    def write(expr: Expr) -> str:
        if isinstance(expr, Holds):
            return write(variables[expr.variable])
        return _together([(_is_unknown(body, item, view), write(item)) for item in parts(expr)]) or _test(
            tests, expr, True
        )

    return Decision(f"{write(expr)} if {_is_unknown(body, expr, view)} else ()", tuple(tests))


def _test(tests: list[Decider], leaf: Expr, wanted: bool) -> str:
    tests.append(Decider(leaf, wanted))
    return f"({len(tests) - 1},)"


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
