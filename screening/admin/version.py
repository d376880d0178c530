"""Published versions, to read and to retire."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path

from screening import models

from . import views
from .base import EditorsOnly
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
