"""One run of the rules, to be asked about afterwards: how each part of a rule came out and what was asked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from .compiler import Compiled, Outcome
from .deciding import Decider, walk_deciding, walk_opening
from .dependencies import MEASURES
from .display import display
from .functions import place
from .logic import FALSE, TRUE, UNKNOWN, Truth
from .results import ScoreResult
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
        self.tallies = {
            name: found if isinstance(found, Tally) else compiled.blank[name]  # a score that failed is wholly unknown
            for name, found in zip(self.symbols.scores, outcome.tallies, strict=True)
        }
        self._variables = outcome.facts
        self._shown: dict[str, str] = {}
        self.results: dict[str, ScoreResult] = {}

    def truth(self, expr: Expr, view: View = "rules") -> Truth:
        """The truth of a condition; one that cannot be worked out is unknown."""
        try:
            return self.compiled.truth(expr, self._variables, view)
        except Exception:  # whatever a rule raises, it must not stop the others
            return UNKNOWN

    def deciding(self, expr: Expr, wanted: bool, view: View = "rules") -> Iterable[Decider]:
        """The tests that make a condition come out as wanted, which it does."""
        try:
            return self.compiled.decisive(expr, self._variables, wanted, view)
        except Exception:  # a part of it fails: the others still decide
            return walk_deciding(partial(self.truth, view=view), self.compiled.rules.variables, expr, wanted)

    def opening(self, expr: Expr, view: View = "rules") -> Iterable[Decider]:
        """The unknown tests of a condition; none when it is not unknown."""
        try:
            return self.compiled.decisive(expr, self._variables, None, view)
        except Exception:  # a part of it fails: it and the others may be open
            return walk_opening(partial(self.truth, view=view), self.compiled.rules.variables, expr)

    def asked(self, name: str) -> Truth:
        """Whether a question is asked, as rules see it: unknown also where only a stale answer hides it."""
        if name not in self.compiled.dependencies.conditional:
            return TRUE
        number = place(self.symbols, name)
        if self._variables.get(f"asked{number}", True):
            return TRUE
        return UNKNOWN if self._variables.get(f"maybe{number}") or self._variables.get(f"gate{number}") else FALSE

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
        if name not in self._shown:
            definition = self.compiled.definition
            answer = self.answers.get(name) if self.asked(name) is TRUE else None
            self._shown[name] = display(self.symbols.questions[name], answer, definition, definition.languages[0])
        return self._shown[name]

    def is_stale(self, name: str) -> bool:
        """Whether rules take a question's answer for not sure because it may be too old."""
        return bool(self._variables.get(f"stale{place(self.symbols, name)}", False))

    def gates(self, name: str, truth: Truth) -> list[tuple[Expr, View]]:
        """The conditions of asking a question that came out so, and the view in which they did."""
        number = place(self.symbols, name)
        settled = not self._variables.get(f"maybe{number}") and self._variables.get(f"gate{number}")
        view: View = "gate" if settled else "asked"
        chain = self.compiled.dependencies.asking(name)
        return [(gate, view) for gate in chain if self.truth(gate, view) is truth]
