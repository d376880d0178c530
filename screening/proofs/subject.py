"""What every proof is given: the definition, its encoding, and the prover."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cached_property

import msgspec

from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition, Flag, Inconsistency, Severity
from screening.engine.english import to_english
from screening.engine.tree import Expr

from .encoding import Rules, encode
from .kleene import Bool, Truth, all_of, any_of, no, unknown_of
from .prover import Prover
from .scope import View
from .world import World

PROBE = "probe__"
"""What begins the names of the rules added to ask the engine about the entries of a group."""


class Subject:
    """A definition under proof."""

    def __init__(self, definition: Definition, as_of: datetime.date, *, seconds: float, total: float) -> None:
        self.definition = definition
        self.as_of = as_of
        self.compiled: Compiled = compile_definition(_probed(definition))
        self.symbols = self.compiled.symbols
        self.dependencies = self.compiled.dependencies
        self.world = World(self.compiled, as_of)
        self.rules: Rules = encode(self.world)
        self.prover = Prover(self.world, seconds=seconds, total=total)
        self._tiers: dict[tuple[str, View], list[tuple[Severity, Truth]]] = {}

    @cached_property
    def off(self) -> frozenset[str]:
        """The items of instruments that are switched off: Check warns of these already."""
        return self.definition.switched_off()

    def tiers(self, flag: str, view: View = "rules") -> list[tuple[Severity, Truth]]:
        """A flag's rules, highest severity first."""
        if (flag, view) not in self._tiers:
            rules = self.compiled.rules.flags[flag]
            self._tiers[flag, view] = [(severity, self.rules.condition(tree, view)) for severity, tree in rules]
        return self._tiers[flag, view]

    def raised(self, flag: str, place: int) -> Bool:
        """When a flag is raised by one of its rules, and by none above it."""
        truths = [truth for _, truth in self.tiers(flag)]
        return all_of([truths[place].certain, *(no(above.certain) for above in truths[:place])])

    def is_open(self, flag: str) -> Bool:
        """When a rule is unknown and none at or above it is true."""
        truths = [truth for _, truth in self.tiers(flag)]
        above = [all_of(no(one.certain) for one in truths[:place]) for place in range(len(truths))]
        return any_of(all_of([unknown_of(truth), higher]) for truth, higher in zip(truths, above, strict=True))

    def used_by(self, flag: str) -> frozenset[str]:
        """The questions that a flag's own rules use, those behind scores, measures and named conditions included."""
        trees = (tree for _, tree in self.compiled.rules.flags[flag])
        return frozenset(name for tree in trees for name in self.dependencies.questions(tree))

    def behind(self, names: frozenset[str]) -> frozenset[str]:
        """These questions and those that decide whether they are asked, and so on."""
        found, fresh = names, names
        while fresh:
            chains = (expr for name in fresh for expr in self.dependencies.asking(name))
            fresh = frozenset(name for expr in chains for name in self.dependencies.questions(expr)) - found
            found |= fresh
        return found

    def in_words(self, title: str, tree: Expr) -> str:
        """A condition as a line of a finding: what it is called, and what it says in the first language."""
        return f"{title}: {to_english(tree, self.definition, self.definition.languages[0])}"

    def asked_when(self, names: Iterable[str]) -> tuple[str, ...]:
        """The conditions of those sections and questions that have one."""
        ask = self.compiled.rules.ask
        return tuple(self.in_words(f"{name} is asked when", ask[name]) for name in names if name in ask)

    def rule_in_words(self, flag: str, place: int) -> str:
        """One rule of a flag."""
        severity, tree = self.compiled.rules.flags[flag][place]
        return self.in_words(f"{severity} when", tree)

    def must_be_established(self) -> list[Flag]:
        return [flag for flag in self.definition.flags if flag.must_be_established]


def _probed(definition: Definition) -> Definition:
    """The definition with one more rule for each item of a repeating group: that some entry answers it."""
    probes = tuple(
        Inconsistency(
            link_id=PROBE + item.link_id, text={}, when=f"count({group.link_id} where {item.link_id} is answered) >= 1"
        )
        for group in definition.questions()
        if group.repeats
        for item in group.items
    )
    return msgspec.structs.replace(definition, inconsistencies=(*definition.inconsistencies, *probes))
