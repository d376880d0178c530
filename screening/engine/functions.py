"""Whole generated functions: each question's variables in the order of asking, then what the function is for.

A question's visibility is worked out once, as `asked7` (certainly) and `maybe7` (possibly); the variables of its answer
follow. Anything that fails there makes only the rules that use it unknown.
"""

from __future__ import annotations

from .codegen import ALWAYS, Body, Pair
from .facets import FACETS, constants
from .symbols import Symbols
from .tree import Count, Expr
from .variables import View

Lines = list[str]


def indented(lines: Lines) -> Lines:
    """One step to the right."""
    return [f"    {line}" for line in lines]


class Pages:
    """The part of a function that reads the answers: sections and questions in order, with what they derive between.

    Conditions of asking are written first, because they decide which variables are needed; `lines` renders at the end.
    Of the `listed` questions it also notes which are `missing` and which are `hidden`, for certain or perhaps.
    """

    def __init__(self, body: Body, names: list[str], listed: frozenset[str] = frozenset()) -> None:
        self.body = body
        self.names = names
        self.listed = listed
        self.asking: dict[str, Pair] = {}
        self.sources: dict[str, Pair] = {}
        self.gates: dict[str, Pair] = {}
        self.stale: dict[str, Pair] = {}
        self.order: list[tuple[Lines, str, str]] = []

    def plan(self) -> None:
        """Write all conditions of asking and of staleness, in the order they are worked out."""
        for name in self.names:
            self.asking[name] = self._asked(name)
            self._step("asked", name)
        for name in self.names:
            if name in self.body.known.unsettled:
                self._settle(name)
                self._step("settled", name)

    def _step(self, kind: str, name: str) -> None:
        before = [line for block in self.body.blocks for line in block]
        self.body.blocks.clear()
        self.order.append((before, kind, name))

    def _asked(self, name: str) -> Pair:
        """A question's own condition and, by their variables, its section's and its group's."""
        symbols, rules = self.body.symbols, self.body.known.rules
        around = [self.asking.get(parent, ALWAYS) for parent in
                  (symbols.section_of.get(name, ""), symbols.group_of.get(name, ""))]  # fmt: skip
        own = self.body.condition(rules.ask[name], "asked") if name in rules.ask else ALWAYS
        written = [pair for pair in (*around, own) if pair != ALWAYS]
        if not written:
            return ALWAYS
        number = place(symbols, name)
        certain = " and ".join(f"({pair.certain})" for pair in written)
        self.sources[name] = Pair(certain, " and ".join(f"({pair.possible})" for pair in written))
        return Pair(f"asked{number}", f"maybe{number}")

    def _settle(self, name: str) -> None:
        body, rules = self.body, self.body.known.rules
        if name in rules.stale:
            self.stale[name] = body.condition(rules.stale[name], "asked")
        chain = body.known.asking(name)
        if any(body.known.questions(expr, states=False) & body.known.unsettled for expr in chain):
            self.gates[name] = Pair("", " and ".join(f"({body.condition(expr, 'gate').possible})" for expr in chain))

    # Rendering --------------------------------------------------------------------------------------------------

    def lines(self) -> Lines:
        """The source, once every condition that the function uses has been written."""
        found: Lines = []
        for before, kind, name in self.order:
            found += before
            found += self._question(name) if kind == "asked" else self._settled(name)
        return found

    def _question(self, name: str) -> Lines:
        number = place(self.body.symbols, name)
        found = [f"# {name}"]
        if name in self.sources:
            pair = self.sources[name]
            found += [
                "try:",
                f"    maybe{number} = {pair.possible} or is_broken and ({pair.certain})",
                f"    asked{number} = maybe{number} and ({pair.certain})",
                "except Exception:",
                f"    asked{number}, maybe{number}, is_broken = False, True, True",
            ]
        facets = sorted(self.body.needs.get(name, ()))
        if not facets:
            found += self._situations(name, []) if name in self.listed else []
            return found if len(found) > 1 else []
        values = [variable for facet in facets if facet != "state" for variable in self._variables(name, facet)]
        failed = [f"{' = '.join(values or [f'state{number}'])} = BROKEN", "is_broken = True"]
        return [*found, "try:", *indented(self._situations(name, facets)), "except Exception:", *indented(failed)]

    def _variables(self, name: str, facet: str) -> tuple[str, ...]:
        return self.body.variables(name, facet)

    def _situations(self, name: str, facets: Lines) -> Lines:
        number = place(self.body.symbols, name)
        if name not in self.sources:
            return self._asked_lines(name, facets)
        hidden = [f"hidden.append({name!r})"] if name in self.listed else []
        return [
            f"if asked{number}:",
            *indented(self._asked_lines(name, facets)),
            f"elif maybe{number}:",
            *indented([*self._without(name, facets, "'maybe'"), *hidden]),
            "else:",
            *indented([*self._without(name, facets, "'hidden'", hidden=True), *hidden]),
        ]

    def _asked_lines(self, name: str, facets: Lines) -> Lines:
        missing = ["if answer is None:", f"    missing.append({name!r})"] if name in self.listed else []
        if not facets:
            return [f"answer = get({name!r})", *missing]
        number, question = self.body.symbols.position[name], self.body.symbols.questions[name]
        values = [facet for facet in facets if facet != "state"]
        known = [FACETS[facet].known(question, number, self._variables(name, facet)) for facet in values]
        state = [f"state{number} = 'answered'"] if "state" in facets else []
        left = "'not_reached' if answer is None else answer.state"
        return [
            f"answer = get({name!r})",
            "if answer is not None and answer.state == 'answered':",
            *indented([*state, *(["value = answer.value", *known] if known else [])] or ["pass"]),
            "else:",
            *indented([*self._without(name, facets, left), *missing]),
        ]

    def _without(
        self, name: str, facets: Lines, state: str, *, hidden: bool = False, is_settled: bool = False
    ) -> Lines:
        """The variables of a question that has no value: its state, and what stands for "unknown" or "not asked"."""
        found: Lines = []
        for facet in facets:
            names = self.body.variables(name, facet, is_settled=is_settled)
            if facet.startswith("state"):
                found.append(f"{names[0]} = {state}")
            else:
                values = FACETS[facet].hidden if hidden else FACETS[facet].unknown
                found.append(f"{', '.join(names)} = {', '.join(values)}")
        return found

    def _settled(self, name: str) -> Lines:
        """What rules see of a question that may be stale, or that a stale answer may have hidden."""
        facets = sorted(self.body.settled_needs.get(name, ()))
        if not facets:
            return []
        number = place(self.body.symbols, name)
        found = [f"# {name}, as rules see it"]
        for word, pairs in (("stale", self.stale), ("gate", self.gates)):
            value = pairs[name].possible if name in pairs else "False"
            found += ["try:", f"    {word}{number} = {value}", "except Exception:",
                      f"    {word}{number} = is_broken = True"]  # fmt: skip
        same = [f"{', '.join(self.body.variables(name, facet, is_settled=True))} = "
                f"{', '.join(self._variables(name, facet))}" for facet in facets]  # fmt: skip
        return [
            *found,
            f"if stale{number} and state{number} == 'answered':",
            *indented(self._without(name, facets, "'not_sure'", is_settled=True)),
            f"elif gate{number} and state{number} == 'hidden':",
            *indented(self._without(name, facets, "'maybe'", is_settled=True)),
            "else:",
            *indented(same),
        ]


def place(symbols: Symbols, name: str) -> str:
    """The end of a question's or section's variable names."""
    return str(symbols.position[name]) if name in symbols.position else f"_section{symbols.section_position[name]}"


def entry_function(body: Body, operand: Count, view: View) -> tuple[str, tuple[str, ...]]:
    """A function that counts the entries of a group that meet a condition.

    Returns its name and the variables of the surrounding function that it is called with.
    """
    inside = Body(body.symbols, body.known, body.namespace, outer=body, group=operand.group)
    items = [item.link_id for item in body.symbols.items_of(operand.group)]
    pages = Pages(inside, items)
    pages.plan()
    where: Expr = operand.where  # type: ignore[assignment]
    pair = inside.condition(where, view)
    derived = [line for block in inside.blocks for line in block]
    name = f"count{len(body.functions)}"
    reading = [
        "get = entry.get",
        "is_broken = False",
        *pages.lines(),
        *derived,
        f"if {pair.certain}:",
        "    low += 1",
        "    high += 1",
        f"elif {pair.possible}:",
        "    high += 1",
    ]
    body.functions += [
        f"def {name}({', '.join(('entries', 'as_of', *inside.borrowed))}):",
        "    if entries is None:",
        "        return -INF, INF",
        "    if entries == 0:",
        "        return NAN, NAN",
        "    low = high = 0",
        "    for entry in entries:",
        *indented(indented(reading)),
        "    return low, high",
        "",
    ]
    return name, tuple(inside.borrowed)


def declare(symbols: Symbols, namespace: dict[str, object]) -> None:
    """Put what every question's statements look up into the namespace of the generated module."""
    for name, question in symbols.questions.items():
        namespace.update(constants(symbols, question, symbols.position[name]))
