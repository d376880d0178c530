"""The page Cases: how each stored case comes out, what no case exercises, and which small changes no case notices."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from screening import cases, models, mutants, publishing
from screening.engine.compiler import Compiled, DefinitionError, compile_definition

SECONDS = 5.0
"""For the small changes on the page: a person waits, and a web worker. The command takes as long as it needs."""

TITLES = {
    "questions": "Questions that no case answers",
    "options": "Answers that no case chooses",
    "rules": "Rules that raise their flag in no case",
    "open": "Flags that no case leaves open",
    "notes": "Notes that no case writes",
    "inconsistencies": "Inconsistencies that no case shows",
}


class Outcome(msgspec.Struct, frozen=True):
    """What became of a case, in words, with each difference or why it cannot be run."""

    words: str
    differences: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it in a sentence."""
        return f"{self.words}: {'; '.join(self.differences)}." if self.differences else f"{self.words}."


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of thing, how many there are, and the names of those that no case exercises."""

    title: str
    of: int
    missing: tuple[str, ...]


CANNOT_RUN = (DefinitionError, msgspec.ValidationError)
"""What a draft or a case that cannot be read raises."""


def _compiled(questionnaire: models.Questionnaire) -> Compiled:
    return compile_definition(publishing.definition_from_rows(questionnaire))


def outcome_of(case: models.Case) -> Outcome:
    """How one stored case comes out under the draft as it is now."""
    try:
        (result,) = cases.run(_compiled(case.questionnaire), [cases.of_row(case)])
    except CANNOT_RUN as error:
        return Outcome("It cannot be run yet", (str(error),))
    words = "It does not come out as expected" if result.differences else "It comes out as expected"
    return Outcome(words, result.differences)


def coverage(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """Every case with its outcome, and what none exercises; a POST also tries small changes for a few seconds."""
    context = {**context, "title": "Cases"}
    try:
        draft = _compiled(questionnaire)
    except CANNOT_RUN as error:
        return render(request, "admin/screening/coverage.html", {**context, "reason": str(error)}, status=409)
    stored, unreadable = cases.readable(questionnaire)
    results = cases.run(draft, stored)
    survey = mutants.survey(draft.definition, stored, seconds=SECONDS) if request.method == "POST" else None
    shown = {**context, "gaps": _gaps(draft, results), "survey": survey, "seconds": SECONDS}
    shown |= {"count": len(results), "unreadable": unreadable, "failed": sum(1 for one in results if one.differences)}
    shown |= _listed(questionnaire, results, request.GET.get("q", "").strip())
    return render(request, "admin/screening/coverage.html", shown)


def _listed(questionnaire: models.Questionnaire, results: list[cases.CaseResult], asked: str) -> dict[str, Any]:
    """The cases that are about what was asked for, with addresses: those that come out otherwise, and the rest."""
    keys = dict(questionnaire.cases.values_list("key", "pk"))
    found = [one for one in results if _is_about(one, asked.casefold())]
    rows = [(reverse("admin:screening_case_change", args=[keys[one.case.id]]), one) for one in found]
    otherwise = [row for row in rows if row[1].differences]
    as_expected = [row for row in rows if not row[1].differences]
    return {"asked": asked, "found": len(found), "otherwise": otherwise, "as_expected": as_expected}


def _is_about(result: cases.CaseResult, asked: str) -> bool:
    """Whether a case has these letters in its title, its key, a flag that it expects, or one that comes out."""
    expect, said = result.case.expect, result.assessment
    flags = {*expect.flags, *expect.unresolved, *expect.optional, *expect.must_not}
    came_out = {one.flag for one in (*said.flags, *said.unresolved)} if said else set()
    return any(asked in text.casefold() for text in (result.case.title, result.case.id, *flags, *came_out))


def _gaps(draft: Compiled, results: list[cases.CaseResult]) -> list[Gap]:
    shares = cases.coverage(draft.definition, results)
    return [
        Gap(title=TITLES[kind], of=len(share.covered) + len(share.missing), missing=share.missing)
        for kind, share in shares.items()
    ]
