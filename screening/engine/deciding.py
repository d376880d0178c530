"""Which tests of a condition decide it, and which leave it open: written once as one Python expression each.

Asked of every raised and every open rule. Of a true `or` or `at least` all true branches decide; of a true `and` all
parts; of `not` the dual. A part that fails while it is worked out is unknown; then the tree is walked part by part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    writer = Writer(body, variables)
    return Decision(writer.decides(expr, wanted, view), tuple(writer.tests))


def opening(body: Body, variables: Variables, expr: Expr, view: View) -> Decision:
    """The unknown tests of a condition; none when it is not unknown."""
    writer = Writer(body, variables)
    return Decision(f"{writer.opens(expr, view)} if {is_unknown(body, expr, view)} else ()", tuple(writer.tests))


class Writer:
    """Writes which tests of a condition count, as one expression, and lists them."""

    def __init__(self, body: Body, variables: Variables) -> None:
        self.body = body
        self.variables = variables
        self.tests: list[Decider] = []

    def decides(self, expr: Expr, wanted: bool, view: View) -> str:
        """The numbers of the tests that make a condition come out as wanted."""
        match expr:
            case Not():
                return self.decides(expr.item, not wanted, view)
            case Holds():
                return self.decides(self.variables[expr.variable], wanted, view)
        branches = [
            (comes_out(self.body, item, wanted, view), self.decides(item, wanted, view)) for item in parts(expr)
        ]
        return together(branches) or self.test(expr, wanted)

    def opens(self, expr: Expr, view: View) -> str:
        """The numbers of the tests that leave a condition open which is unknown."""
        if isinstance(expr, Holds):
            return self.opens(self.variables[expr.variable], view)
        branches = [(is_unknown(self.body, item, view), self.opens(item, view)) for item in parts(expr)]
        return together(branches) or self.test(expr, None)

    def test(self, leaf: Expr, wanted: bool | None) -> str:
        """The number of a test: of one that is about a question, while that is asked, else of one to be looked into."""
        name = _about(self.body, leaf, wanted)
        if not name:
            return self.further(leaf, wanted)
        told = self.number(Decider(leaf, wanted is not False, name))
        if name not in self.body.known.conditional:
            return told
        return f"({told} if {asked(self.body, name)} else {self.not_asked(leaf, wanted, name)})"

    def not_asked(self, leaf: Expr, wanted: bool | None, name: str) -> str:
        """What counts of a test whose question is not asked, or perhaps not."""
        return self.number(Decider(leaf, wanted is not False))

    def further(self, leaf: Expr, wanted: bool | None) -> str:
        """What counts of a test that is not about one answer."""
        return self.number(Decider(leaf, wanted is not False))

    def number(self, test: Decider) -> str:
        """Add a test to the list."""
        self.tests.append(test)
        return f"({len(self.tests) - 1},)"


def _about(body: Body, leaf: Expr, wanted: bool | None) -> str:
    """The one question or score that a test looks at, where what it is, or its being open, is all that matters."""
    match named(body, leaf):
        case [Reference(name=name)] if name in body.symbols.scores and wanted is not None:
            return name
        case [Reference(name=name)] if name in body.symbols.questions:
            is_list = body.symbols.questions[name].type in LISTS
            return "" if is_list or (wanted is None and name in body.known.unsettled) else name
        case _:
            return ""


def named(body: Body, leaf: Expr) -> list[Operand]:
    """What a test looks at, without plain numbers and those that a clinic sets."""
    return [operand for operand in operands(leaf) if not _is_number(body, operand)]


def _is_number(body: Body, operand: Operand) -> bool:
    return isinstance(operand, Number) or (isinstance(operand, Reference) and operand.name in body.symbols.parameters)


def asked(body: Body, name: str, word: str = "asked") -> str:
    """The variable that says whether a question with a condition is asked, or with the word `maybe` may be."""
    return body.use((f"{word}{body.symbols.position[name]}",))[0]


def together(branches: list[tuple[str, str]]) -> str:
    """What counts of several conditions, each with the numbers of its tests."""
    return " + ".join(f"({found} if {condition} else ())" for condition, found in branches)


def comes_out(body: Body, expr: Expr, wanted: bool, view: View) -> str:
    """Whether a condition comes out as wanted, as Python."""
    pair = body.condition(expr, view)
    return f"({pair.certain})" if wanted else f"not ({pair.possible})"


def is_unknown(body: Body, expr: Expr, view: View) -> str:
    """Whether a condition is unknown, as Python."""
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
