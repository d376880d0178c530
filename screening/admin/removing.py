"""Deleting in the admin: refused, with links to every use, while anything else mentions what would go."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import format_html, format_html_join

from screening import editing, models, rulebook

from .links import Links

GONE = (
    "Somebody else removed an entry that this page shows, so nothing was saved. Copy it into a new entry to keep it, "
    "and tick Delete on the old one."
)


NOT_TYPED = re.compile(r"^_|csrfmiddlewaretoken|edits_seen|_FORMS$|-id$")
"""Fields that nobody types."""


class RefusesWhatIsUsed:
    """A page and a list whose rows can be deleted only while nothing mentions them. For a `ModelAdmin`."""

    delete_confirmation_template = "admin/screening/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/screening/delete_selected_confirmation.html"

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Any:
        """Django's summary, with every use among what stands in the way."""
        found = [row for questionnaire, rows in by_questionnaire(objs) for row in uses_linked(questionnaire, rows)]
        shown, counts, lacking, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc]
        return shown, counts, lacking, [*protected, *found]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._remove(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        self._remove(request, list(queryset))

    def _remove(self, request: HttpRequest, removed: list[Any]) -> None:
        for questionnaire, rows in by_questionnaire(removed):
            cases = editing.remove(questionnaire=questionnaire, removed=rows)
            if cases:
                messages.info(request, f"The answers to it were taken out of {cases} of the cases of {questionnaire}.")

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)  # type: ignore[misc]
        except editing.EditRefused as refused:  # somebody began to use it while the page was open
            return told(request, refused)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        try:
            return super().changelist_view(request, extra_context)  # type: ignore[misc]
        except editing.EditRefused as refused:
            return told(request, refused)


def gone(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """A page was saved after somebody else had removed what it shows: what was typed, to be copied. Status 404."""
    fields = [(name, text) for name, values in request.POST.lists() for text in values if text.strip()]
    typed = [(name, text) for name, text in fields if not NOT_TYPED.search(name)]
    context = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "title": "Removed meanwhile"}
    return render(request, "admin/screening/gone.html", {**context, "typed": typed}, status=404)


def told(request: HttpRequest, refused: editing.EditRefused) -> HttpResponseRedirect:
    """The same page again, with what stood in the way."""
    messages.error(request, " ".join([*refused.reasons, "; ".join(str(use) for use in refused.uses)]).strip())
    return HttpResponseRedirect(request.get_full_path())


def by_questionnaire(removed: Iterable[Any]) -> list[tuple[models.Questionnaire, list[Any]]]:
    """Rows of drafts with the questionnaire that they belong to; whole questionnaires belong to none."""
    rows = [row for row in removed if isinstance(row, models.Draft)]
    owned = sorted(((rulebook.questionnaire_of(row), row) for row in rows), key=lambda pair: pair[0].pk)
    return [(owner, [row for _, row in pairs]) for owner, pairs in groupby(owned, key=lambda pair: pair[0])]


def uses_linked(questionnaire: models.Questionnaire, removed: list[Any]) -> list[Any]:
    """What stands in the way of removing these rows, linked; or why that cannot be told."""
    try:
        return Links(questionnaire).to_uses(editing.standing_in_the_way(questionnaire, removed))
    except editing.EditRefused as refused:
        return list(refused.reasons)


class RowFormSet(BaseInlineFormSet):
    """The rows of an inline: none in use is deleted, and one that somebody else deleted is named as that.

    The label of each box says, to those who hear it, which row it is of.
    """

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        whose = form.instance if form.instance.pk else "a new entry"
        for field in form.fields.values():
            if field.label and not field.widget.is_hidden:
                field.label = format_html('{}<span class="visually-hidden"> of {}</span>', field.label, whose)

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.initial_forms if not self._should_delete_form(form)]
        gone = [form for form in kept if form.instance.pk is None]
        if gone:
            raise ValidationError(GONE)
        deleted = [form.instance for form in self.deleted_forms if isinstance(form.instance, tuple(editing.KINDS))]
        for questionnaire, rows in by_questionnaire(row for row in deleted if row.pk):
            if found := uses_linked(questionnaire, rows):
                names = ", ".join(str(row) for row in rows)
                uses = format_html_join("; ", "{}", ((use,) for use in found))
                raise ValidationError(format_html("In use, so nothing was saved: {}. It stands in: {}", names, uses))
