"""All proofs about one definition, in turn."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator

from screening.engine.definition import Definition

from . import firing, reaching, skipping, worsening
from .report import Finding, Report
from .subject import Subject

DAY = datetime.date(2026, 3, 2)
"""The day on which proofs are made, so that a draft is judged alike today and tomorrow."""

PROOFS: tuple[Callable[[Subject], Iterator[Finding | None]], ...] = (
    reaching.sections,
    reaching.questions,
    reaching.conditions,
    firing.flag_rules,
    firing.remarks,
    skipping.left_undecided,
    skipping.ruled_out_unasked,
    worsening.monotone,
)

NOT_PROVED = ("P591", "P592")


def prove(definition: Definition, *, as_of: datetime.date = DAY, seconds: float = 2.0, total: float = 120.0) -> Report:
    """Every proof. `seconds` bounds each check, `total` all of them; what does not finish is "not proved".

    Raises `DefinitionError` when the rules cannot be compiled: run the checks first.
    """
    begun = time.monotonic()
    subject = Subject(definition, as_of, seconds=seconds, total=total)
    results = [result for proof in PROOFS for result in proof(subject)]
    findings = [result for result in results if result is not None]
    findings.sort(key=lambda one: (one.problem.severity != "error", one.problem.id))
    return Report(
        findings=tuple(findings),
        proved=len(results) - len(findings),
        not_proved=sum(one.problem.id in NOT_PROVED for one in findings),
        checks=subject.prover.checks,
        seconds=round(time.monotonic() - begun, 2),
    )
