"""What an import could not keep, by place: the fidelity report. A loss that is not in it is a fault of ours."""

from __future__ import annotations

from typing import Literal

import msgspec

from screening.exchange.strict import ContentError, ContentProblem

Kind = Literal["left out", "changed"]

MOST_PROBLEMS = 200
"""Problems listed of one file; more would not be read."""

MOST_FINDINGS = 5_000
"""Findings of one file; a person reads each of them before the file is used."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that did not come through as it was: the path in the FHIR file, its item, and what became of it.

    "left out" is not in the questionnaire; "changed" is there in another form.
    """

    path: str
    kind: Kind
    what: str
    item: str = ""

    def __str__(self) -> str:
        where = f"{self.path} (item {self.item})" if self.item else self.path
        return f"{where}: {self.kind}: {self.what}"


class Report:
    """Findings and problems while a file is read. Problems keep it from being used; findings are for a person.

    `languages` has the language of every text met, in the order of meeting it.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.problems: list[ContentProblem] = []
        self.languages: dict[str, None] = {}

    def left_out(self, path: str, what: str, item: str = "") -> None:
        """Note what is not kept."""
        self._found(Finding(path=path, kind="left out", what=what, item=item))

    def changed(self, path: str, what: str, item: str = "") -> None:
        """Note what is kept in another form."""
        self._found(Finding(path=path, kind="changed", what=what, item=item))

    def _found(self, finding: Finding) -> None:
        self.findings.append(finding)
        if len(self.findings) > MOST_FINDINGS:
            self.problem(finding.path, f"Up to here more than {MOST_FINDINGS:,} things would not be kept as they are")
            self.refuse()

    def problem(self, path: str, message: str) -> None:
        """Note a mistake: the file cannot be used."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(ContentProblem(file=self.file, place=path, message=message))

    def refuse(self) -> None:
        """Raise `ContentError` if there were problems."""
        if self.problems:
            raise ContentError(self.problems)
