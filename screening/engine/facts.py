"""One run of the rules, to be asked about afterwards: how each part of a rule came out and what was asked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial

from .compiler import Compiled, Outcome, Values
from .deciding import Decider, walk_deciding, walk_opening
from .flag_rules import FlagRule, Seen, Telling, telling
from .functions import place
from .logic import FALSE, TRUE, UNKNOWN, Truth
from .results import Because
from .said import Total as Totalled
from .scores import Tally
from .tree import Expr
from .values import Answers
from .variables import View


class Facts:
    """The answers, the compiled definition and the variables of a run."""

    def __init__(self, compiled: Compiled, answers: Answers, outcome: Outcome) -> None:
        self.compiled = compiled
        self.symbols = compiled.symbols
        self.answers = answers
        self._tallies = outcome.tallies
        self._more = outcome.more

    @cached_property
    def totals(self) -> dict[str, Totalled]:
        """Every score. One that failed is wholly unknown."""
        blank = self.compiled.blank
        return {
            name: total(found if isinstance(found, (float, int, Tally)) else blank[name])
            for (name, total), found in zip(self.compiled.said.totals.items(), self._tallies, strict=True)
        }

    @cached_property
    def variables(self) -> Values:
        """All variables of the run. Rarely needed: what the rules of a flag looked at comes with the flag."""
        return next(self._more)

    def truth(self, expr: Expr, view: View = "rules") -> Truth:
        """The truth of a condition; one that cannot be worked out is unknown."""
        try:
            return self.compiled.truth(expr, self.variables, view)
        except Exception:  # whatever a rule raises, it must not stop the others
            return UNKNOWN

    def makes_true(self, rule: FlagRule, seen: Seen | None) -> Telling:
        """The tests that make a rule of a flag true, which it is. `seen`: what it looked at, where that is known."""
        try:
            return telling(self.deciding(rule.tree, True)) if seen is None else rule.deciding(seen)
        except Exception:  # as in `deciding`
            return telling(self._walk_deciding(rule.tree, True, "rules"))

    def leaves_open(self, rule: FlagRule, seen: Seen | None) -> Telling:
        """The unknown tests of a rule of a flag; none when it is not unknown."""
        try:
            return telling(self.opening(rule.tree)) if seen is None else rule.opening(seen)
        except Exception:  # as in `opening`
            return telling(self._walk_opening(rule.tree, "rules"))

    def deciding(self, expr: Expr, wanted: bool, view: View = "rules") -> Iterable[Decider]:
        """The tests that make a condition come out as wanted, which it does."""
        try:
            return self.compiled.decisive(expr, self.variables, wanted, view)
        except Exception:  # a part of it fails: the others still decide
            return self._walk_deciding(expr, wanted, view)

    def opening(self, expr: Expr, view: View = "rules") -> Iterable[Decider]:
        """The unknown tests of a condition; none when it is not unknown."""
        try:
            return self.compiled.decisive(expr, self.variables, None, view)
        except Exception:  # a part of it fails: it and the others may be open
            return self._walk_opening(expr, view)

    def _walk_deciding(self, expr: Expr, wanted: bool, view: View) -> Iterable[Decider]:
        return walk_deciding(partial(self.truth, view=view), self.compiled.rules.variables, expr, wanted)

    def _walk_opening(self, expr: Expr, view: View) -> Iterable[Decider]:
        return walk_opening(partial(self.truth, view=view), self.compiled.rules.variables, expr)

    def asked(self, name: str) -> Truth:
        """Whether a question is asked, as rules see it: unknown also where only a stale answer hides it."""
        if name not in self.compiled.dependencies.conditional:
            return TRUE
        number = place(self.symbols, name)
        if self.variables.get(f"asked{number}", True):
            return TRUE
        return UNKNOWN if self.variables.get(f"maybe{number}") or self.variables.get(f"gate{number}") else FALSE

    def shown(self, name: str) -> str:
        """What the patient said, in the first language. A hidden answer is shown to nobody."""
        return self.compiled.said.answer(name, self.answers.get(name) if self.asked(name) is TRUE else None)

    def reason(self, name: str) -> Because:
        """A score, or the answer to a question that is asked, as a reason."""
        if name in self.symbols.scores:
            return self.totals[name].reason
        return self.compiled.said.reason(name, self.answers.get(name))

    def is_stale(self, name: str) -> bool:
        """Whether rules take a question's answer for not sure because it may be too old."""
        if name not in self.compiled.dependencies.unsettled:
            return False
        return bool(self.variables.get(f"stale{place(self.symbols, name)}", False))

    def gates(self, name: str, truth: Truth) -> list[tuple[Expr, View]]:
        """The conditions of asking a question that came out so, and the view in which they did."""
        number = place(self.symbols, name)
        settled = not self.variables.get(f"maybe{number}") and self.variables.get(f"gate{number}")
        view: View = "gate" if settled else "asked"
        chain = self.compiled.dependencies.asking(name)
        return [(gate, view) for gate in chain if self.truth(gate, view) is truth]
