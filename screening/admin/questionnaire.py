"""The questionnaire's own page: its parts, and the pages Check, Compare, Publish, Download and Upload."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from screening import models

from . import covering, views
from .base import DraftAdmin, in_first_language, links
from .compare import compare
from .exchanging import draft_fhir
from .outline import outline_page
from .publish_page import publish
from .renaming import rename
from .uploading import upload
from .writing import names, read_rule

# What a questionnaire is made of, in the order an editor meets it.
PARTS = (
    models.Section, models.Question, models.Flag, models.Variable, models.Note, models.Inconsistency, models.Score,
    models.Instrument, models.Vocabulary, models.Medicine, models.Parameter, models.Profile, models.Source, models.Case,
    models.QuestionnaireVersion,
)  # fmt: skip


@admin.register(models.Questionnaire)
class QuestionnaireAdmin(DraftAdmin):
    """One draft."""

    change_form_template = "admin/screening/questionnaire/change_form.html"
    change_list_template = "admin/screening/questionnaire/change_list.html"
    list_editable = ()
    list_display = ("key", "title_text", "section_count", "latest_number")
    search_fields = ("key", "title")
    readonly_fields = ("section_links", "part_links")
    fieldsets = (
        (None, {"fields": ("key", "title", "languages", "section_links", "part_links")}),
        ("Safety", {"fields": ("safety_panel_when", "safety_alert_at_once_when")}),
        ("Review", {"fields": ("review_clinical", "review_translations")}),
    )
    title_text = in_first_language("title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Questionnaire]:
        counts = {"section_total": Count("sections", distinct=True), "number": Max("versions__number")}
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description="sections")
    def section_count(self, questionnaire: Any) -> int:
        return questionnaire.section_total

    @admin.display(description="latest version", empty_value="none")
    def latest_number(self, questionnaire: Any) -> int | None:
        return questionnaire.number

    @admin.display(description="sections")
    def section_links(self, questionnaire: models.Questionnaire) -> str:
        if questionnaire.pk is None:
            return "Save the questionnaire first."
        sections = questionnaire.sections.order_by("position", "pk")
        rows = ((reverse("admin:screening_section_change", args=[s.pk]), title_of(s)) for s in sections)
        add = f"{reverse('admin:screening_section_add')}?questionnaire={questionnaire.pk}"
        links = format_html_join("", '<li><a href="{}">{}</a></li>', rows)
        return format_html('<ol>{}</ol><a href="{}">Add a section</a>', links, add)

    @admin.display(description="everything in it")
    def part_links(self, questionnaire: models.Questionnaire) -> str:
        rows = ((part_url(model, questionnaire), capitalised(model)) for model in PARTS)
        return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a></li>', rows))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *given: Any, **more: Any) -> Any:
        draft = more.get("obj")
        context["more_tools"] = [(label, address(draft)) for label, address in links] if draft else []
        return super().render_change_form(request, context, *given, **more)

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "outline": outline_page,
            "read_rule": read_rule,
            "names": names,
            "check": views.check,
            "compare": compare,
            "coverage": covering.coverage,
            "publish": publish,
            "rename": rename,
            "download": views.download,
            "upload": upload,
            "fhir": draft_fhir,
        }
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(views.page(view, self)), name=f"screening_{name}")
            for name, view in pages.items()
        ]
        new = path("upload/", self.admin_site.admin_view(views.page(upload, self)), name="screening_upload_new")
        return [new, *own, *super().get_urls()]


def title_of(section: models.Section) -> str:
    """The section's title in whichever language comes first, or its link id."""
    return next(iter(section.title.values()), section.link_id)


def capitalised(model: Any) -> str:
    """The plural name of a model as a link's text."""
    return str(model._meta.verbose_name_plural).capitalize()


def part_url(model: Any, questionnaire: models.Questionnaire) -> str:
    """The list of one kind of row, filtered to the questionnaire."""
    url = reverse(f"admin:screening_{model._meta.model_name}_changelist")
    path_to_it = getattr(model, "QUESTIONNAIRE", "questionnaire")
    return f"{url}?{path_to_it}__id__exact={questionnaire.pk}"
