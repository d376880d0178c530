"""The questions that are answered at one level: the whole questionnaire, or one entry of a repeating group.

A question is seen in one of these views:

- `asked`, `gate` and `rules` as in `engine/variables.py`;
- `doubt`: for conditions of asking, with what a state test says of an unknown answer taken for unknown as well;
- `wary`: as `rules`, except that a question that only an unknown answer keeps hidden counts as perhaps asked.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from screening.engine.dependencies import Dependencies
from screening.engine.tree import Expr

from .kleene import ALWAYS, NO, Bool, Truth, all_of, and_, any_of, no
from .variables import Answered

View = Literal["asked", "gate", "rules", "doubt", "wary"]
LEFT = ("not_sure", "declined", "skipped")


class Seen(NamedTuple):
    """A question in one view: asked at all, with a usable value, hidden for certain, and the state it was left in."""

    asked: Bool
    known: Bool
    hidden: Bool
    states: dict[str, Bool]

    @property
    def unknown(self) -> Bool:
        """Neither known nor hidden."""
        return all_of([no(self.known), no(self.hidden)])

    @property
    def left(self) -> Bool:
        """Shown, and explicitly not sure, declined or skipped."""
        return any_of(self.states.get(state, NO) for state in LEFT)


class Scope:
    """Answers by link_id, and whether each question is asked. `outer` is the scope around the entry of a group."""

    def __init__(self, known: Dependencies, answers: dict[str, Answered], outer: Scope | None = None) -> None:
        self.known = known
        self.symbols = known.symbols
        self.answers = answers
        self.outer = outer
        self.asking: dict[str, Truth] = {}
        self.own: dict[str, Truth] = {}
        self.stale: dict[str, Bool] = {}
        self.gates: dict[str, Bool] = {}
        self._seen: dict[tuple[str, View], Seen] = {}
        self._doubtful: dict[str, Truth] = {}

    def holds(self, name: str) -> bool:
        """Whether a question is answered here rather than around it."""
        return name in self.answers

    def answer(self, name: str) -> Answered:
        """The variables of a question's answer, here or around."""
        return self.answers[name] if self.holds(name) or self.outer is None else self.outer.answer(name)

    def parents(self, name: str) -> list[str]:
        """The section and group that a question is asked in, as far as they have conditions of their own here."""
        around = (self.symbols.section_of.get(name, ""), self.symbols.group_of.get(name, ""))
        return [parent for parent in around if parent in self.asking]

    def ask(self, name: str, own: Truth) -> None:
        """Note when a section or question is asked, from its own condition and those around it."""
        self.own[name] = own
        self.asking[name] = and_([*(self.asking[parent] for parent in self.parents(name)), own])

    def doubt(self, name: str, own: Truth) -> None:
        """The same in the view of doubt."""
        self._doubtful[name] = and_([*(self._doubtful[parent] for parent in self.parents(name)), own])

    def seen(self, name: str, view: View) -> Seen:
        """A question in a view."""
        if not self.holds(name) and self.outer is not None:
            return self.outer.seen(name, view)
        if (name, view) not in self._seen:
            self._seen[name, view] = self._look(name, view)
        return self._seen[name, view]

    def _look(self, name: str, view: View) -> Seen:
        if view in ("wary", "doubt"):
            seen = self._look(name, "rules" if view == "wary" else "asked")
            apart = no(self._doubtful.get(name, ALWAYS).possible)
            return seen if apart.eq(seen.hidden) else seen._replace(hidden=all_of([seen.hidden, apart]))
        seen = self._given(name)
        if view == "asked" or name not in self.known.unsettled:
            return seen
        stale, gate = self.stale.get(name, NO), self.gates.get(name, NO)
        states = seen.states | {
            "answered": all_of([seen.states["answered"], no(stale)]),
            "not_sure": any_of([seen.states["not_sure"], all_of([seen.states["answered"], stale])]),
        }
        known, hidden = all_of([seen.known, no(stale)]), all_of([seen.hidden, no(gate)])
        return Seen(seen.asked, known, hidden, states)

    def _given(self, name: str) -> Seen:
        asking, answer = self.asking.get(name, ALWAYS), self.answers[name]
        states = {state: all_of([asking.certain, answer.state(state)]) for state in ("answered", *LEFT)}
        return Seen(asking.certain, states["answered"], no(asking.possible), states)

    def conditions(self, name: str) -> tuple[Expr, ...]:
        """All conditions of asking around and of a question."""
        return self.known.asking(name)
