"""How much one FHIR file may hold, so that reading it ends soon. Beyond it the file is refused, with the place.

A file of a few megabytes can say that thousands of items share a list of thousands of answers, or stand under
thousands of conditions. What is counted here is therefore what becomes of the file, not what is written in it.
"""

from __future__ import annotations

from typing import Literal

from .report import Report

What = Literal["items", "options", "conditions"]

MOST: dict[What, int] = {"items": 2_000, "options": 10_000, "conditions": 10_000}
"""Several times the starter questionnaire. An option counts once for each language and each question that offers it,
a condition once for each item that it stands over."""

SAID: dict[What, str] = {
    "items": "items",
    "options": "answers to choose from, counted for each question and language",
    "conditions": "conditions, counted for each item that they hold for",
}


class Allowance:
    """What is left of each."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.used: dict[What, int] = dict.fromkeys(MOST, 0)

    def spend(self, what: What, path: str, amount: int = 1) -> None:
        """Count some more. Raises `ContentError` with what is too much, and where."""
        self.used[what] += amount
        if self.used[what] > MOST[what]:
            self.report.problem(path, f"Up to here the file has more than {MOST[what]:,} {SAID[what]}. Make it smaller")
            self.report.refuse()
