"""The clinical review of a draft: a clinician reads what changed, and signs off exactly this content."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from intake import access, step_up, unsent
from intake.permissions import Permission
from screening import comparing, publishing, sign_off
from screening.engine.definition import Definition, canonical_json
from screening.models import Questionnaire


def clinicians_only(view: Any) -> Any:
    """A page for those who may sign for patients somewhere; for anybody else it does not exist."""

    @functools.wraps(view)
    def found(request: HttpRequest, pk: int) -> HttpResponse:
        questionnaire = access.get_reviewable_questionnaire_or_404(request, pk)
        return step_up.fresh_sign_in_required(view)(request, questionnaire)

    return never_cache(found)


class Waiting(msgspec.Struct, frozen=True):
    """A draft in the list of reviews: who signed it off as it is now, if anybody, and why it cannot be read, if so."""

    questionnaire: Questionnaire
    signed: Any = None
    reason: str = ""


@never_cache
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """Every draft, and whether it waits for a clinician who reads it."""
    if not access.may_somewhere(request.user, Permission.SIGN_OFF):
        raise Http404("There is no such page.")
    drafts = [_waiting(one) for one in access.reviewable_questionnaires(request.user).order_by("key")]
    return render(request, "authoring/reviews.html", {"drafts": drafts})


def _waiting(questionnaire: Questionnaire) -> Waiting:
    try:
        seen = sign_off.hash_of(questionnaire)
    except msgspec.ValidationError as unreadable:
        return Waiting(questionnaire, reason=str(unreadable))
    return Waiting(questionnaire, questionnaire.clinical_reviews.filter(sha256=seen).first())


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
@clinicians_only
def review(request: HttpRequest, questionnaire: Questionnaire) -> HttpResponse:
    """What differs from the latest version that was signed off (everything, before the first), and the sign-off."""
    if request.method != "POST":
        return _draw(request, questionnaire)
    if "is_read" not in request.POST:
        return _draw(request, questionnaire, error="Read the draft, and confirm that you did.")
    try:
        signed = sign_off.sign_off(
            questionnaire=questionnaire,
            by=f"{request.user.name} ({request.user})",
            user=request.user,
            now=timezone.now(),
            note=request.POST.get("note", ""),
            seen=request.POST.get("seen", ""),
        )
    except publishing.PublishRefused:
        return _draw(request, questionnaire, error="The draft was changed after this page was opened. Read it again.")
    messages.success(request, f"Signed off as {signed.reviewed_by}.")
    return redirect("authoring:review", questionnaire.pk)


def _draw(request: HttpRequest, questionnaire: Questionnaire, *, error: str = "") -> HttpResponse:
    try:
        draft = publishing.definition_from_rows(questionnaire)
    except msgspec.ValidationError as unreadable:
        shown = {"questionnaire": questionnaire, "reason": str(unreadable)}
        return render(request, "authoring/cannot.html", shown, status=409)
    # What nobody signed off counts as new, although it is published: the name stands for all of it.
    signed_off = questionnaire.clinical_reviews.values("sha256")
    latest = questionnaire.versions.filter(sha256__in=signed_off).order_by("-number").first()
    before = publishing.definition_of(latest) if latest else Definition(key=draft.key, title={}, sections=())
    seen = publishing.sha256_of(canonical_json(draft))
    shown = {
        "questionnaire": questionnaire,
        "latest": latest,
        "groups": comparing.in_groups(comparing.compare(before, draft)),
        "seen": seen,
        "signed": questionnaire.clinical_reviews.filter(sha256=seen).first(),
        "note": (unsent.typed_in(request) or {}).get("note", ""),
        "error": error,
    }
    return render(request, "authoring/review.html", shown, status=422 if error else 200)
