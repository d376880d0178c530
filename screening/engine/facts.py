"""One run of the rules, to be asked about afterwards: how each part of a rule came out and what was asked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial

from .compiler import Compiled, Outcome, Seen, Values
from .deciding import Decider, walk_deciding, walk_opening
from .dependencies import MEASURES
from .functions import place
from .logic import FALSE, TRUE, UNKNOWN, Truth
from .results import Because
from .scores import Tally
from .tree import Count, Expr, Measure, Operand, Reference, Total
from .values import Answers
from .variables import View


class Facts:
    """The answers, the compiled definition and the variables of a run."""

    def __init__(self, compiled: Compiled, answers: Answers, outcome: Outcome) -> None:
        self.compiled = compiled
        self.symbols = compiled.symbols
        self.answers = answers
        self.totals = {
            # A score that failed is wholly unknown.
            name: total(found if isinstance(found, (float, int, Tally)) else compiled.blank[name])
            for (name, total), found in zip(compiled.said.totals.items(), outcome.tallies, strict=True)
        }
        self._more = outcome.more

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

    def deciding(self, expr: Expr, wanted: bool, view: View = "rules", seen: Seen | None = None) -> Iterable[Decider]:
        """The tests that make a condition come out as wanted, which it does. `seen`: it is a rule of a flag."""
        try:
            return self._decisive(expr, wanted, view, seen)
        except Exception:  # a part of it fails: the others still decide
            return walk_deciding(partial(self.truth, view=view), self.compiled.rules.variables, expr, wanted)

    def opening(self, expr: Expr, view: View = "rules", seen: Seen | None = None) -> Iterable[Decider]:
        """The unknown tests of a condition; none when it is not unknown. `seen`: it is a rule of a flag."""
        try:
            return self._decisive(expr, None, view, seen)
        except Exception:  # a part of it fails: it and the others may be open
            return walk_opening(partial(self.truth, view=view), self.compiled.rules.variables, expr)

    def _decisive(self, expr: Expr, wanted: bool | None, view: View, seen: Seen | None) -> list[Decider]:
        if seen is not None:
            return self.compiled.decisive_of_flag(expr, seen, wanted)
        return self.compiled.decisive(expr, self.variables, wanted, view)

    def asked(self, name: str) -> Truth:
        """Whether a question is asked, as rules see it: unknown also where only a stale answer hides it."""
        if name not in self.compiled.dependencies.conditional:
            return TRUE
        number = place(self.symbols, name)
        if self.variables.get(f"asked{number}", True):
            return TRUE
        return UNKNOWN if self.variables.get(f"maybe{number}") or self.variables.get(f"gate{number}") else FALSE

    def behind(self, operand: Operand) -> tuple[str, ...]:
        """The questions whose answers an operand looks at directly; a score's items are not among them."""
        match operand:
            case Reference() if operand.name in self.symbols.questions:
                return (operand.name,)
            case Total():
                return (operand.question,)
            case Count():
                return (operand.group,)
            case Measure():
                roles = (self.symbols.by_role(role) for role in MEASURES[operand.name])
                return tuple(question.link_id for question in roles if question is not None)
            case _:
                return ()

    def shown(self, name: str) -> str:
        """What the patient said, in the first language. A hidden answer is shown to nobody."""
        return self.compiled.said.answer(name, self.answers.get(name) if self.asked(name) is TRUE else None)

    def reason(self, name: str) -> Because:
        """A score, or the answer to a question that is asked, as a reason."""
        if name in self.totals:
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
