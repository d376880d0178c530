"""Published versions, to read and to retire; and the stored cases."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path

from screening import cases, models

from . import covering, views
from .base import DraftAdmin, DraftForm, EditorsOnly
from .exchanging import version_fhir
from .uploading import restore


@admin.register(models.QuestionnaireVersion)
class QuestionnaireVersionAdmin(EditorsOnly, admin.ModelAdmin):
    """A published version: nothing on the page can be typed over."""

    change_form_template = "admin/screening/questionnaireversion/change_form.html"
    list_display = ("__str__", "questionnaire", "published_at", "published_by", "note", "retired_at")
    list_filter = ("questionnaire",)
    list_select_related = ("questionnaire",)
    search_fields = ("note", "published_by", "sha256")
    fields = readonly_fields = (
        "questionnaire", "number", "sha256", "note", "published_at", "published_by", "retired_at", "retired_by",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.QuestionnaireVersion]:
        """The document is long and is not shown."""
        return super().get_queryset(request).defer("document")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        pages = {"retire": views.retire, "restore": restore, "fhir": version_fhir}
        names = {"fhir": "screening_version_fhir"}
        own = [
            path(
                f"<int:pk>/{page}/",
                self.admin_site.admin_view(views.page(view, self)),
                name=names.get(page, f"screening_{page}"),
            )
            for page, view in pages.items()
        ]
        return [*own, *super().get_urls()]


class CaseForm(DraftForm):
    """A case that can be run: its expectation has the shape of `exchange.cases.Case`."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        try:
            cases.from_columns({name: cleaned[name] for name in cases.COLUMNS if name in cleaned})
        except msgspec.ValidationError as error:
            self.add_error("expect", f"{error}. Write flags, unresolved, inconsistencies, notes, scores, safety_panel.")
        return cleaned


@admin.register(models.Case)
class CaseAdmin(DraftAdmin):
    """A synthetic patient and what must be said about them."""

    form = CaseForm
    list_display = ("key", "title", "profile", "as_of", "position", "questionnaire")
    list_filter = ("questionnaire", "profile")
    list_select_related = ("questionnaire",)
    search_fields = ("key", "title", "why", "answers", "expect")
    readonly_fields = ("outcome",)

    def save_model(self, request: HttpRequest, obj: models.Case, form: Any, change: bool) -> None:
        """A saved case is run at once, so that whoever changed it sees what it says."""
        super().save_model(request, obj, form, change)
        said = covering.outcome_of(obj)
        messages.add_message(request, messages.WARNING if said.differences else messages.SUCCESS, said.text)

    @admin.display(description="Run now")
    def outcome(self, case: models.Case) -> str:
        return covering.outcome_of(case).text if case.pk else "Save the case first."
