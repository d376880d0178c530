"""Worse never lowers severity: where a flag says so, a worse number (all else equal) never gives a milder flag.

Two complete sets of answers are looked at together. They share every variable but those of the numbers named under
`monotone`; of these, one differs at a time, and the second set has the worse value.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import z3

from screening.engine.definition import Flag, Severity
from screening.engine.worse import Worse, is_comparable, worse_of

from .encoding import encode
from .firing import unproved
from .kleene import NO, Bool, Number, Truth, all_of, any_of, no
from .prover import Verdict
from .report import Finding, finding, pointed
from .solution import Solution
from .subject import Subject
from .variables import Answered, Chosen, Dated, Numeric, Pressure, Size
from .witness import Run, run_of
from .world import World


def monotone(subject: Subject) -> Iterator[Finding | None]:
    """P531."""
    stated = [(flag, worse_of(text)) for flag in subject.definition.flags for text in flag.monotone]
    stated = [(flag, worse) for flag, worse in stated if is_comparable(subject.symbols, worse)]
    if not stated:
        return
    twin = Twin(subject, [worse for _, worse in stated])
    yield from (twin.compare(flag, worse) for flag, worse in stated)


class Twin:
    """A second world beside the first."""

    def __init__(self, subject: Subject, stated: list[Worse]) -> None:
        self.subject = subject
        self.apart = frozenset(name for one in stated for name in self._questions(one))
        self.world = World(subject.compiled, subject.as_of, self.apart)
        self.rules = encode(self.world)
        self.solver = subject.prover.fresh()
        self._added: dict[tuple[int, int], int] = {}

    def _questions(self, worse: Worse) -> tuple[str, ...]:
        """The questions behind a name: those of a score are its items; that of `age` is the date of birth."""
        symbols = self.subject.symbols
        if worse.name == "age":
            born = symbols.by_role("birth_date")
            return (born.link_id,) if born else ()
        return symbols.scores[worse.name].items if worse.name in symbols.scores else (worse.name,)

    def compare(self, flag: Flag, worse: Worse) -> Finding | None:
        """Whether a worse value of this number gives a milder flag."""
        changed = self._questions(worse)
        differ = [self._no_better(name, worse) for name in changed]
        alike = [_same(self._pair(name)) for name in self.apart - set(changed)]
        before = [truth for _, truth in self.subject.tiers(flag.link_id)]
        after = [self.rules.condition(tree) for _, tree in self.subject.compiled.rules.flags[flag.link_id]]
        self._add_constraints()
        self.solver.push()
        self.solver.add(*differ, *alike, _milder(before, after))
        found = self._found(flag)
        self.solver.pop()
        claim = f"worse {worse.name} never makes it milder."
        if found is Verdict.NOT_PROVED:
            return unproved(flag, claim)
        return self._finding(flag, worse, *found) if isinstance(found, tuple) else None

    def _add_constraints(self) -> None:
        """What binds both worlds; encoding a rule may have added to it."""
        for world in (self.subject.world, self.world):
            handy = [z3.Implies(z3.Bool("handy"), one) for one in world.handy]
            for number, constraints in enumerate((world.always, handy)):
                place = (id(world), number)
                self.solver.add(*constraints[self._added.get(place, 0) :])
                self._added[place] = len(constraints)

    def _found(self, flag: Flag) -> tuple[Run, Run] | Verdict:
        result = self.solver.check(z3.Bool("handy"))
        if result == z3.sat:
            solution = Solution(self.solver.model().sexpr())
            runs = (run_of(self.subject.world, solution), run_of(self.world, solution))
            if runs[0] is not None and runs[1] is not None and _rank(runs[0], flag) < _rank(runs[1], flag):
                return runs[0], runs[1]
            return Verdict.NOT_PROVED
        return Verdict.IMPOSSIBLE if self.solver.check() == z3.unsat else Verdict.NOT_PROVED

    def _finding(self, flag: Flag, worse: Worse, before: Run, after: Run) -> Finding:
        names = self.subject.behind(self.subject.used_by(flag.link_id))
        values = {"name": worse.name, "direction": worse.direction}
        found = finding("P531", f"flag {flag.link_id}", flag.link_id, before, names, **values)
        found = msgspec.structs.replace(found, worse=after.lines(self._questions(worse)))
        return pointed(found)

    def _pair(self, name: str) -> tuple[Answered, Answered]:
        return self.subject.world.scope.answers[name], self.world.scope.answers[name]

    def _no_better(self, name: str, worse: Worse) -> Bool:
        """Answered both times; the second value is as bad or worse."""
        one, other = self._pair(name)
        low, high = _numbers(one, worse.part), _numbers(other, worse.part)
        rises = worse.direction == "higher"
        if worse.name == "age":  # the later the date of birth, the younger
            rises = not rises
        order = [after >= before if rises else after <= before for before, after in zip(low, high, strict=True)]
        others = _other_part(one, other, worse.part)
        return all_of([one.state("answered"), other.state("answered"), no(one.vague), no(other.vague), *order, *others])


def _numbers(answer: Answered, part: str) -> list[Number]:
    match answer:
        case Pressure():
            return [answer.parts[part]]
        case Dated():
            return [answer.first]
        case Chosen() | Numeric() | Size():
            return [answer.number.low]
        case _:
            raise TypeError(answer.name)


def _other_part(one: Answered, other: Answered, part: str) -> list[Bool]:
    if not isinstance(one, Pressure) or not isinstance(other, Pressure):
        return []
    return [one.parts[name] == other.parts[name] for name in one.parts if name != part]


def _same(pair: tuple[Answered, Answered]) -> Bool:
    one, other = pair
    states = [left == other.state(state) for state, left in one.states.items()]
    return all_of([*states, *(mine == its for mine, its in zip(_values(one), _values(other), strict=True))])


def _values(answer: Answered) -> list[z3.ExprRef]:
    match answer:
        case Pressure():
            return [*answer.parts.values(), *answer.given.values()]
        case Dated():
            return [answer.first, answer.last, answer.vague]
        case Chosen():
            return list(answer.codes.values())
        case Numeric():
            return [answer.scaled]
        case Size():
            return [answer.size]
        case _:
            raise TypeError(answer.name)


def _milder(before: list[Truth], after: list[Truth]) -> Bool:
    """Raised by a rule before, and by none of the same or a higher severity afterwards."""
    kept = [no(any_of(one.certain for one in after[: place + 1])) for place in range(len(after))]
    return any_of([NO, *(all_of([truth.certain, gone]) for truth, gone in zip(before, kept, strict=True))])


def _rank(run: Run, flag: Flag) -> int:
    """The place of the rule that raises a flag, highest severity first; after the last for none."""
    severities: list[Severity] = [severity for severity, _ in run.compiled.rules.flags[flag.link_id]]
    raised = run.raised.get(flag.link_id)
    return next((place for place, severity in enumerate(severities) if severity == raised), len(severities))
