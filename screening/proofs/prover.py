"""Asking the solver, within a time limit, and believing a "possible" only when the engine confirms it."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum

import z3

from .kleene import Bool
from .sampling import sample
from .solution import Solution
from .witness import Run, run_of
from .world import World

SEED = 1
"""Fixed, so that the same questionnaire gives the same answer."""


class Verdict(Enum):
    """Without a run that shows it, a claim is either proved to be impossible or not proved at all."""

    IMPOSSIBLE = "impossible"
    NOT_PROVED = "not proved"


Confirm = Callable[[Run], bool]


class Prover:
    """One solver for all claims about a world. `seconds` bounds each check; `total` all of them together."""

    def __init__(self, world: World, *, seconds: float, total: float) -> None:
        self.world = world
        self.runs = sample(world, SEED)
        self.checks = 0
        self._milliseconds = max(1, int(seconds * 1000))
        self._solver = self.fresh()
        self._handy = z3.Bool("handy")
        self._added = [0, 0]
        self._ends = time.monotonic() + total

    def fresh(self) -> z3.Solver:
        """A solver with the same limit on each check."""
        solver = z3.Solver()
        solver.set("timeout", self._milliseconds, "random_seed", SEED)
        return solver

    def find(self, claim: Bool, confirm: Confirm) -> Run | Verdict:
        """A run for which the claim holds, the proof that there is none, or neither. `confirm` asks the engine.

        What an earlier run shows already is not solved again.
        """
        for run in self.runs:
            if confirm(run):
                return run
        return self._solve(claim, confirm)

    def _solve(self, claim: Bool, confirm: Confirm) -> Run | Verdict:
        goal = self.assume(claim)
        for assumed in ([self._handy, goal], [goal]):
            found = self.check(*assumed)
            if found == z3.unsat and len(assumed) == 1:
                return Verdict.IMPOSSIBLE
            run = run_of(self.world, Solution(self._solver.model().sexpr())) if found == z3.sat else None
            if run is not None:
                self.runs.append(run)
                if confirm(run):
                    return run
        return Verdict.NOT_PROVED

    def is_impossible(self, claim: Bool) -> bool:
        """Whether no complete set of answers makes a claim true."""
        return self.check(self.assume(claim)) == z3.unsat

    def assume(self, claim: Bool) -> Bool:
        """A name for a claim, so that it can be assumed for one check."""
        self.checks += 1
        goal = z3.Bool(f"goal {self.checks}")
        self._solver.add(z3.Implies(goal, claim))
        return goal

    def check(self, *assumed: Bool) -> z3.CheckSatResult:
        if time.monotonic() > self._ends:
            return z3.unknown
        always, handy = self._added
        self._solver.add(*self.world.always[always:])
        self._solver.add(*(z3.Implies(self._handy, one) for one in self.world.handy[handy:]))
        self._added = [len(self.world.always), len(self.world.handy)]
        return self._solver.check(*assumed)
