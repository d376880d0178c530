"""Keep a walk as a case: its answers, and what must come out, confirmed by a person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_POST

from intake import unsent
from screening import case_keeping, cases, models
from screening.exchange.cases import Case, Expectation
from screening.models import Questionnaire

from .case_form import CaseForm
from .views import editors_only, take
from .walk import Walk, WalkOver, resume

UNREADABLE = (
    "This case cannot be read any more. Nothing of yours was saved, and it is all still here. Put the case right on "
    "its own page, or keep yours as a new case under another key."
)
REMOVED = (
    "Somebody removed this case after you had opened it. Nothing of yours was saved, and it is all still here. To keep "
    "it as a new case, keep it again."
)


@unsent.keeps_what_was_typed(comes_back=False)
@require_POST
@editors_only
def keep(request: HttpRequest, questionnaire: Questionnaire, draft: Any) -> HttpResponse:
    """From the preview: the page is taken and the form drawn, filled in as the rules say. From the form: the case is
    kept, or what is wrong is shown with status 422."""
    try:
        walk = resume(questionnaire.key, draft, request.POST.get("walk", ""))
    except WalkOver:
        messages.error(request, "That page was open for too long, or is of another questionnaire. This is a new walk.")
        return redirect("authoring:preview", questionnaire.pk)
    kept = _case_to_replace(request, questionnaire, walk)
    if "keep" in request.POST:
        return _keep(request, questionnaire, walk, kept)
    with translation.override(walk.language):
        walk, _, _ = take(walk, request.POST)
    ran = cases.run(draft, [_case(walk)])[0]
    said = case_keeping.expected_of(ran.assessment) if ran.assessment else Expectation()
    form = CaseForm(
        draft.definition, expect=kept.expect if kept else said, kept=kept, initial={"edits_seen": walk.case_edits}
    )
    return _draw(request, questionnaire, walk, form, kept)


def _case_to_replace(request: HttpRequest, questionnaire: Questionnaire, walk: Walk) -> Case | None:
    """The stored case that the walk began with, when it is to get the walk's answers and can be read."""
    if not (walk.case and "replaces" in request.POST):
        return None
    return next((one for one in cases.readable(questionnaire).cases if one.id == walk.case), None)


def _case(walk: Walk, **more: Any) -> Case:
    fields = {"id": "case", "title": "", "why": ""} | more
    answers = case_keeping.answers_of(walk.answers, walk.day)
    return Case(as_of=walk.day, profile=walk.profile, parameters=dict(walk.parameters), answers=answers, **fields)


def _keep(request: HttpRequest, questionnaire: Questionnaire, walk: Walk, kept: Case | None) -> HttpResponse:
    if not kept and walk.case and "replaces" in request.POST and "key" not in request.POST:  # its box was closed
        return _removed(request, questionnaire, walk)
    form = CaseForm(walk.definition, request.POST, expect=kept.expect if kept else Expectation(), kept=kept)
    if not form.is_valid():
        return _draw(request, questionnaire, walk, form, kept, status=422)
    said = form.cleaned_data
    named = {"id": said["key"], "title": said["title"], "why": said["why"]}
    case = _case(walk, **named, expect=form.expect, exactly=said["exactly"])
    try:
        if kept:
            stored = case_keeping.replace(
                questionnaire=questionnaire, case=case, seen=said["edits_seen"], user=request.user
            )
        else:
            stored = case_keeping.keep(questionnaire=questionnaire, case=case, user=request.user)
    except case_keeping.KeyTaken as error:
        form.add_error("key", str(error))
        return _draw(request, questionnaire, walk, form, kept, status=422)
    except models.Case.DoesNotExist:
        return _removed(request, questionnaire, walk)
    except case_keeping.ChangedMeanwhile as error:
        form.add_error("key", str(error))
        form.data = form.data.copy()
        form.data["edits_seen"] = error.edits  # keeping again is a decision, then
        return _draw(request, questionnaire, walk, form, kept, status=422)
    _tell(request, case, cases.run(walk.compiled, [case])[0])
    return redirect("admin:screening_case_change", stored.pk)


def _removed(request: HttpRequest, questionnaire: Questionnaire, walk: Walk) -> HttpResponse:
    """What was typed for a case that is gone, or cannot be read, as the form of a new one under its key."""
    typed = request.POST.copy()
    typed["key"] = walk.case
    form = CaseForm(walk.definition, typed, expect=Expectation())
    form.is_valid()
    form.add_error("key", UNREADABLE if questionnaire.cases.filter(key=walk.case).exists() else REMOVED)
    return _draw(request, questionnaire, walk, form, None, status=422)


def _tell(request: HttpRequest, case: Case, result: cases.CaseResult) -> None:
    if not result.differences:
        messages.success(request, f"The case {case.id} is kept, and comes out as expected.")
    for difference in result.differences:
        messages.warning(request, f"The case {case.id} is kept, and does not come out as expected: {difference}.")


def _draw(
    request: HttpRequest,
    questionnaire: Questionnaire,
    walk: Walk,
    form: CaseForm,
    kept: Case | None,
    *,
    status: int = 200,
) -> HttpResponse:
    answers = [(name, walk.said(name)) for name in walk.answers if walk.answers[name].state != "skipped"]
    ran = cases.run(walk.compiled, [_case(walk, expect=kept.expect, exactly=kept.exactly)])[0] if kept else None
    shown = {
        "questionnaire": questionnaire,
        "walk": walk,
        "form": form,
        "answers": answers,
        "section": request.POST.get("section", ""),
        "kept": kept,
        "differences": ran.differences if ran else (),
        "unreadable": cases.readable(questionnaire).unreadable,
    }
    return render(request, "authoring/keep.html", shown, status=status)
