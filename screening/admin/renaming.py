"""The page Rename: every place that would change, before anything does; and the fixed names that lead to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from screening import editing, models

from .links import Links

MODELS = {model._meta.model_name: model for model in editing.RENAMED}
"""What can be renamed, by the word in the address."""


def rename_url(row: Any, questionnaire: models.Questionnaire) -> str:
    """The page on which a row of a draft is renamed."""
    query = urlencode({"kind": row._meta.model_name, "row": row.pk})
    return f"{reverse('admin:screening_rename', args=[questionnaire.pk])}?{query}"


def rename(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """Asks for the new name, shows what it changes, and on a second POST changes it. Status 422 with reasons."""
    row = _row(request, questionnaire)
    new = request.POST.get("new", "").strip()
    shown = {**context, "title": "Rename", "thing": editing.thing_of(row), "new": new, "own": _page(row, questionnaire)}
    if request.method != "POST":
        return render(request, "admin/screening/rename.html", shown)
    try:
        if "seen" not in request.POST:
            plan = editing.plan_renaming(row=row, questionnaire=questionnaire, new=new)
            return render(request, "admin/screening/rename.html", {**shown, "plan": plan})
        plan = editing.rename(
            row=row,
            questionnaire=questionnaire,
            new=new,
            seen=request.POST["seen"],
            user=request.user,  # type: ignore[arg-type]
        )
    except editing.EditRefused as refused:
        return render(request, "admin/screening/rename.html", {**shown, "errors": refused.reasons}, status=422)
    messages.success(request, f"{plan.thing} is now {plan.new}, in {len(plan.changes)} places.")
    return redirect(shown["own"])


def _row(request: HttpRequest, questionnaire: models.Questionnaire) -> Any:
    model, pk = MODELS.get(request.GET.get("kind", "")), request.GET.get("row", "")
    if model is None or not pk.isdecimal():
        raise Http404
    row = model.objects.filter(**{model.QUESTIONNAIRE: questionnaire}, pk=int(pk)).first()
    if row is None:
        raise Http404
    return row


def _page(row: Any, questionnaire: models.Questionnaire) -> str:
    return Links(questionnaire).url(editing.thing_of(row))


class FixedName:
    """A form of a stored row whose name is shown and not typed: other rows name it, so it is renamed on a page of its
    own. For a `ModelForm`."""

    questionnaire: models.Questionnaire | None = None  # set by the admin on the class it makes for each request

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: Any = self.instance  # type: ignore[attr-defined]
        kind = editing.KINDS.get(type(row))
        field = self.fields.get(kind[1]) if kind else None  # type: ignore[attr-defined]
        if field is None or row.pk is None:
            return
        field.disabled = True
        if type(row) in editing.RENAMED and self.questionnaire:
            name = getattr(row, kind[1]) if kind else ""
            field.help_text = format_html(
                '<a href="{}">Rename<span class="visually-hidden"> {}</span>…</a> in every place that names it.',
                rename_url(row, self.questionnaire),
                name,
            )
        elif isinstance(row, models.Profile):
            field.help_text = "Clinics choose it by this key, so it stays."
