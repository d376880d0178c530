"""A stroke and its date, the flag on both, and how an assessment is read in tests."""

from __future__ import annotations

from screening.engine.results import Assessment

from .building import (
    flag,
    question,
)

STROKE = (question("stroke"), question("stroke_date", "partial_date", ask_when="stroke is yes"))
STROKE_FLAG = flag(
    "stroke_tia", contraindication="stroke is yes and stroke_date within 6 months of today", caution="stroke is yes"
)


def because(found: Assessment) -> dict[str, str]:
    return {reason.question: reason.answer for reason in found.flags[0].because}


def listed(found: Assessment) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(left.flag, left.severity, left.questions) for left in found.unresolved]
