"""The page Upload: a file is read, its differences are shown, and only then does it replace the draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from screening import models, uploads


def upload(request: HttpRequest, questionnaire: models.Questionnaire | None, context: dict[str, Any]) -> HttpResponse:
    """A file first shows what it would change. With any problem nothing changes and the page lists them, status 422."""
    context = {**context, "title": "Upload", "file_limit": uploads.LIMIT}
    if request.method != "POST":
        return render(request, "admin/screening/upload.html", context)
    user: Any = request.user
    try:
        if "upload" in request.POST:
            return _done(request, uploads.apply(signed=request.POST["upload"], into=questionnaire, user=user))
        found = uploads.read(file=request.FILES.get("file"), into=questionnaire)
        if questionnaire is None and not found.findings:
            return _done(request, uploads.replace_draft(definition=found.definition, into=None, user=user))
    except uploads.UploadRefused as refused:
        return render(request, "admin/screening/upload.html", {**context, "errors": refused.problems}, status=422)
    except uploads.DraftChanged as changed:
        shown = {**context, "upload": changed.upload, "errors": [str(changed)], "title": "What the file changes"}
        return render(request, "admin/screening/upload_differences.html", shown, status=422)
    return _show(request, questionnaire, found, context)


def restore(request: HttpRequest, version: models.QuestionnaireVersion, context: dict[str, Any]) -> HttpResponse:
    """What the draft would say differently if an earlier version were put back into it: to publish it as a new one."""
    draft = version.questionnaire
    shown = {**context, "original": draft, "opts": draft._meta}
    return _show(request, draft, uploads.of_version(version), shown, what=f"Put version {version.number} back")


def _show(
    request: HttpRequest,
    questionnaire: models.Questionnaire | None,
    found: uploads.Upload,
    context: dict[str, Any],
    *,
    what: str = "What the file changes",
) -> HttpResponse:
    if questionnaire is not None and found.is_the_same:
        messages.info(request, "This says what the draft says already. Nothing was changed.")
        return redirect("admin:screening_questionnaire_change", questionnaire.pk)
    shown = {**context, "upload": found, "title": what}
    return render(request, "admin/screening/upload_differences.html", shown)


def _done(request: HttpRequest, stored: models.Questionnaire) -> HttpResponse:
    messages.success(request, f"The draft {stored.key} now says that. Nothing is published yet.")
    return redirect("admin:screening_questionnaire_change", stored.pk)
