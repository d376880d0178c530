"""The pages Check and Download of one draft, and Retire of one version. Each calls one writer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import msgspec
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from screening import models, proving, publishing
from screening.exchange.yaml import dump_definition

from . import base
from .links import Links

Page = Callable[..., HttpResponse]

WAITING = {"again": 3, "at_most": int(proving.TOTAL)}
"""While a draft is being proved: after how many seconds the page asks again, and how long it can take."""


def page(view: Page, model_admin: Any) -> Page:
    """The view for those who may edit, with what the admin's frame needs."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if not base.may_edit(request):
            raise PermissionDenied
        row = get_object_or_404(model_admin.model, pk=pk) if pk else None
        context = {**model_admin.admin_site.each_context(request), "opts": model_admin.model._meta, "original": row}
        return view(request, row, context)

    return guarded


def name_of(request: HttpRequest) -> str:
    """Who is signed in, as it is written into a version: it must be readable when the account is gone."""
    name = request.user.get_full_name()  # type: ignore[union-attr]
    return f"{name} ({request.user})" if name else str(request.user)


def check(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """Everything wrong with the draft, errors first. While it is still being proved, what is known already; the page
    asks again by itself."""
    look = publishing.look_at(questionnaire, prove=proving.soon)
    shown = {
        **context,
        **sorted_problems(list(look.problems), questionnaire),
        "title": "Check",
        "look": look,
        **WAITING,
    }
    return render(request, "admin/screening/check.html", shown)


def sorted_problems(problems: list[Any], questionnaire: models.Questionnaire) -> dict[str, Any]:
    """What holds back publishing, and what is to look at, each with the page on which it is put right."""
    errors, links = publishing.errors_in(problems), Links(questionnaire)
    warnings = [problem for problem in problems if problem not in errors]
    return {"errors": [links.placed(one) for one in errors], "warnings": [links.placed(one) for one in warnings]}


def download(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """The draft as one YAML file."""
    try:
        text = dump_definition(publishing.definition_from_rows(questionnaire))
    except msgspec.ValidationError as error:
        messages.error(request, f"The draft cannot be read: {error}. Open Check, and correct that row.")
        return redirect("admin:screening_questionnaire_change", questionnaire.pk)
    name = f'attachment; filename="{questionnaire.key}.yaml"'
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers={"Content-Disposition": name})


def retire(request: HttpRequest, version: models.QuestionnaireVersion, context: dict[str, Any]) -> HttpResponse:
    """Retires a version, on POST only."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        publishing.retire(version=version, by=name_of(request), user=request.user, now=timezone.now())
    except publishing.AlreadyRetired as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Version {version.number} is retired: no new response begins on it.")
    return redirect("admin:screening_questionnaireversion_change", version.pk)
