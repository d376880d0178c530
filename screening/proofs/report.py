"""What came out: each thing that is wrong, with the answers that show it."""

from __future__ import annotations

import msgspec

from screening.engine.checking.catalogue import Problem

from .catalogue import CATALOGUE
from .witness import Line, Run


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A problem, and the witness: answers under which it shows itself. `rules` are the conditions it is about, in plain
    English: what can never happen has no witness, so these are what shows it."""

    problem: Problem
    profile: str = ""
    witness: tuple[Line, ...] = ()
    worse: tuple[Line, ...] = ()
    rules: tuple[str, ...] = ()

    def __str__(self) -> str:
        return str(self.problem)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the proofs found about one definition. `proved` counts what holds."""

    findings: tuple[Finding, ...] = ()
    proved: int = 0
    not_proved: int = 0
    checks: int = 0
    seconds: float = 0.0

    @property
    def problems(self) -> list[Problem]:
        """The problems, errors first, in the kind that Check shows."""
        found = [finding.problem for finding in self.findings]
        return sorted(found, key=lambda problem: problem.severity != "error")


def finding(
    id: str,  # noqa: A002
    place: str,
    link_id: str,
    run: Run | None = None,
    names: frozenset[str] = frozenset(),
    rules: tuple[str, ...] = (),
    **values: object,
) -> Finding:
    """A finding of the catalogue; the witness shows those of the questions `names` that are asked, then `rules`."""
    entry = CATALOGUE[id]
    problem = Problem(
        id=id,
        severity=entry.severity,
        place=place,
        message=entry.message.format_map(values),
        hint=entry.hint.format_map(values),
        link_id=link_id,
    )
    if run is None:
        return pointed(Finding(problem=problem, rules=rules))
    return pointed(Finding(problem=problem, profile=run.settings.profile, witness=run.lines(names), rules=rules))


def pointed(found: Finding) -> Finding:
    """The finding with its witness and its conditions in words where Check shows what a problem points at."""
    lines = [f"{line.question} → {line.answer}" for line in found.witness]
    lines += [f"then, instead: {line.question} → {line.answer}" for line in found.worse]
    lines += found.rules
    problem = msgspec.structs.replace(found.problem, pointed="\n".join(lines))
    return msgspec.structs.replace(found, problem=problem)
