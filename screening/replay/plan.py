"""What is the same for every batch of responses: worked out once for each definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from screening.engine.compiler import Compiled, not_sure_class
from screening.engine.definition import Flag, Note, NotSure
from screening.engine.tree import Expr
from screening.engine.variables import View


class Plan:
    """A definition, and what its rules depend on."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.flags = {flag.link_id: flag for flag in compiled.definition.flags}
        self._keys: dict[str, Mapping[str, frozenset[str]]] = {}
        self._classes: dict[tuple[str, int], dict[NotSure, frozenset[str]]] = {}
        self._given: dict[int, bool] = {}
        self._changed: dict[int, tuple[Plan, frozenset[str]]] = {}

    def once(self, before: Plan, work: Callable[[Plan, Plan], frozenset[str]]) -> frozenset[str]:
        """What `work` says of an earlier plan and this one, worked out at its first need."""
        if id(before) not in self._changed:
            self._changed[id(before)] = before, work(before, self)
        return self._changed[id(before)][1]

    def medicine_keys(self, name: str) -> Mapping[str, frozenset[str]]:
        """What `includes` may find for each code of a medicine list."""
        if name not in self._keys:
            symbols = self.compiled.symbols
            self._keys[name] = symbols.medicine_keys(symbols.questions[name])
        return self._keys[name]

    def view_of(self, expr: Expr, view: View) -> View:
        """The view in which a condition is worked out: the simplest one where it comes out the same."""
        if view == "asked":
            return view
        if id(expr) not in self._given:
            known = self.compiled.dependencies
            self._given[id(expr)] = not known.questions(expr) & known.unsettled
        return "asked" if self._given[id(expr)] else view

    def classes(self, flag: Flag, tree: Expr) -> dict[NotSure, frozenset[str]]:
        """The questions that might settle a rule, by what their being open does."""
        key = (flag.link_id, id(tree))
        if key not in self._classes:
            found: dict[NotSure, frozenset[str]] = {}
            for name in self.behind(tree):
                kind = not_sure_class(self.compiled.symbols.questions.get(name), flag.not_sure)
                found[kind] = found.get(kind, frozenset()) | {name}
            self._classes[key] = found
        return self._classes[key]

    @cached_property
    def medicine_flags(self) -> frozenset[str]:
        """The flags that may leave the list of medicines open."""
        return frozenset(name for name, flag in self.flags.items() if self._may_leave_medicines(flag))

    def _may_leave_medicines(self, flag: Flag) -> bool:
        trees = [tree for _, tree in self.compiled.rules.flags[flag.link_id]]
        notes = (self.compiled.rules.notes.get(note.link_id) for note in self.notes_of(flag.link_id))
        trees += [tree for tree in notes if tree is not None]
        return flag.not_sure == "NS-4" or any("NS-4" in self.classes(flag, tree) for tree in trees)

    def notes_of(self, flag: str) -> list[Note]:
        """The notes that are written while a flag is raised or open."""
        return [note for note in self.compiled.definition.notes if note.flag == flag]

    def behind(self, tree: Expr) -> frozenset[str]:
        """Every question that a rule depends on, those that decide whether another is asked among them."""
        return self._behind(tree, frozenset())

    def _behind(self, tree: Expr, seen: frozenset[str]) -> frozenset[str]:
        known = self.compiled.dependencies
        found = known.questions(tree) - seen
        gates = {gate for name in found for gate in known.asking(name)}
        gates |= {known.rules.stale[name] for name in found if name in known.rules.stale}
        reached = seen | found
        for gate in gates:
            reached |= self._behind(gate, reached)
        return reached
