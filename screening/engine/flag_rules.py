"""The rules of flags, ready to say which answers make them true and which leave them open.

What depends on the questionnaire alone is worked out once, and only for the rules that are asked: most never are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from .codegen import Body
from .deciding import Decider, Variables, Writer, asked, comes_out, is_unknown, named, together
from .definition import Severity
from .language import to_text
from .tree import Expr, Holds, Reference, parts

Seen = tuple[object, ...]
"""The values that the rules of a flag looked at."""


class Telling(NamedTuple):
    """The tests that count. `names` are the questions and scores that they are about, each once; None where a test has
    to be looked into to know."""

    tests: tuple[Decider, ...]
    names: tuple[str, ...] | None


def telling(tests: Iterable[Decider]) -> Telling:
    """What some tests are about."""
    tests = tuple(tests)
    names = tuple(dict.fromkeys(test.about for test in tests))
    return Telling(tests, names if all(names) else None)


class FlagRule:
    """One rule of a flag. `looked_at` names the variables whose values it is given as `Seen`."""

    def __init__(
        self, flag: str, severity: Severity, tree: Expr, *, body: Body, named: Variables, looked_at: tuple[str, ...]
    ) -> None:
        self.flag = flag
        self.severity = severity
        self.tree = tree
        self._body = body
        self._named = named
        self._looked_at = looked_at

    @cached_property
    def text(self) -> str:
        """The rule in the words of the rule language."""
        return to_text(self.tree)

    @cached_property
    def deciding(self) -> Callable[[Seen], Telling]:
        """The tests that make it true, which it is. The function raises what the rule raises."""
        writer = _Further(self._body, self._named)
        return self._compiled(writer.decides(self.tree, True, "rules"), writer)

    @cached_property
    def opening(self) -> Callable[[Seen], Telling]:
        """The tests that leave it open, which it is. The function raises what the rule raises."""
        writer = _Further(self._body, self._named)
        return self._compiled(writer.opens(self.tree, "rules"), writer)

    def _compiled(self, source: str, writer: Writer) -> Callable[[Seen], Telling]:
        function = f"lambda {', '.join(self._looked_at)}: {source}"
        numbers = eval(function, self._body.namespace)  # noqa: S307 (source written by codegen from checked trees)
        told = lru_cache(256)(partial(_numbered, writer.tests))
        return lambda seen: told(numbers(*seen))


def _numbered(tests: list[Decider], numbers: tuple[int, ...]) -> Telling:
    return telling(tests[number] for number in numbers)


def looked_at(body: Body, variables: Variables, trees: Iterable[Expr]) -> tuple[str, ...]:
    """Every variable that the reasons of the rules of a flag may need, unless they lie further back."""
    body.used.clear()
    writer = _Further(body, variables)
    waiting = list(trees)
    while waiting:
        expr = waiting.pop()
        waiting += parts(expr)
        if isinstance(expr, Holds):
            waiting.append(variables[expr.variable])
        if not parts(expr):
            body.condition(expr)
            writer.test(expr, True)
            writer.test(expr, None)
    return tuple(body.used)


class _Further(Writer):
    """Looks one step further: of a question that is not asked, to the conditions of asking it; of an open score, to its
    items. What lies further back is left to be looked into, for it is rare."""

    def not_asked(self, leaf: Expr, wanted: bool | None, name: str) -> str:
        rest = super().not_asked(leaf, wanted, name)
        known, may_be = self.body.known, asked(self.body, name, "maybe")
        if name in known.unsettled:
            return rest
        gates = Writer(self.body, self.variables)
        gates.tests = self.tests
        if wanted is None:
            found = [(is_unknown(self.body, gate, "asked"), gates.opens(gate, "asked")) for gate in known.asking(name)]
            return f"({together(found)} or {rest} if {may_be} else {rest})"
        found = [(comes_out(self.body, gate, False, "asked"), gates.decides(gate, False, "asked"))
                 for gate in known.asking(name)]  # fmt: skip
        return f"({rest} if {may_be} else {together(found)} or {rest})"

    def further(self, leaf: Expr, wanted: bool | None) -> str:
        rest = super().further(leaf, wanted)
        names = self._items(leaf) if wanted is None else ()
        found = [(f"{self.body.facet(name, 'number', 'rules')[0]} == -INF", self.number(Decider(leaf, True, name)))
                 for name in names]  # fmt: skip
        return f"({together(found)} or {rest})" if found else rest

    def _items(self, leaf: Expr) -> tuple[str, ...]:
        """The items of the one score that a test looks at, if each is always asked and never too old."""
        body = self.body
        match named(body, leaf):
            case [Reference(name=name)] if name in body.symbols.scores and not body.symbols.scores[name].gate:
                items = body.symbols.scores[name].items
                return () if body.known.conditional.union(body.known.unsettled).intersection(items) else items
            case _:
                return ()
