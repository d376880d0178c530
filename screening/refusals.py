"""What stands in the way of publishing besides `checks`: one table of ids, messages and what to do."""

from __future__ import annotations

from screening.engine.checking.catalogue import ProblemSeverity
from screening.engine.checks import Problem

CATALOGUE: dict[str, tuple[str, str]] = {
    "P101": ("Nobody is named as doing this.", "Give a name."),
    "P102": ("The draft was changed after this page was opened.", "Look at it again, then publish."),
    "P103": ("The draft is the same as version {number}.", "Change something first."),
    "P104": ("The draft cannot be read: {reason}.", "Correct that row."),
    "P105": (
        "No named clinician has signed off this draft as it is now.",
        "Have a clinician read and sign it, or choose to publish it as not yet reviewed.",
    ),
    "P106": (
        "The draft says that “{reviewer}” reviewed it, and nobody signed off this content.",
        "Have it signed off again, or empty the clinical review on the questionnaire's page.",
    ),
    "P107": (
        "{name} may not publish, or not any more.",
        "Have somebody who may publish plan it again.",
    ),
    "P108": (
        "It was planned before it was kept whose plan it is, so their right to publish cannot be asked.",
        "Have somebody who may publish plan it again.",
    ),
    "P201": ("It does not come out as expected: {differences}.", "Correct the rules, or the case."),
    "P202": ("A stored case cannot be read: {reason}.", "Correct that case."),
    "P203": (
        "It comes out as expected only while every instrument is switched on: {differences}.",
        "Look at what is lost with the instrument, then change the case.",
    ),
}


WARNINGS = frozenset({"P203"})
"""What is for a person to judge; everything else holds back publishing."""


def problem(problem_id: str, place: str, **values: object) -> Problem:
    """A problem of the table at a place."""
    message, hint = CATALOGUE[problem_id]
    severity: ProblemSeverity = "warning" if problem_id in WARNINGS else "error"
    return Problem(id=problem_id, severity=severity, place=place, message=message.format(**values), hint=hint)
