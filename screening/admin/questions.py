"""Sections, questions with their options, instruments and scores."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from screening import arranging, models

from .base import DraftAdmin, DraftForm, RowInline, in_first_language
from .locking import LockedWording, in_every_language, instrument_of


@admin.register(models.Section)
class SectionAdmin(DraftAdmin):
    """One section and links to its questions."""

    list_display = ("link_id", "title_text", "question_count", "ask_when", "position", "questionnaire")
    list_filter = ("questionnaire",)
    list_select_related = ("questionnaire",)
    search_fields = ("link_id", "title", "introduction")
    readonly_fields = ("question_links",)
    fields = (
        "questionnaire", "link_id", "title", "introduction", "ask_when", "question_links",
    )  # fmt: skip
    title_text = in_first_language("title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Section]:
        direct = Count("questions", filter=Q(questions__parent__isnull=True))
        return super().get_queryset(request).annotate(question_total=direct)

    @admin.display(description="questions", ordering="question_total")
    def question_count(self, section: Any) -> int:
        return section.question_total

    @admin.display(description="questions")
    def question_links(self, section: models.Section) -> str:
        if section.pk is None:
            return "Save the section first."
        questions = section.questions.filter(parent__isnull=True).order_by("position", "pk")
        rows = ((reverse("admin:screening_question_change", args=[q.pk]), q.link_id, first_text(q)) for q in questions)
        links = format_html_join("", '<li><a href="{}">{}</a> {}</li>', rows)
        add = f"{reverse('admin:screening_question_add')}?section={section.pk}"
        return format_html('<ol>{}</ol><a href="{}">Add a question</a>', links, add)


def first_text(question: models.Question) -> str:
    """The question's wording in whichever language comes first."""
    return next(iter(question.text.values()), "")


class OptionInline(RowInline):
    """The answers to choose from."""

    model = models.Option
    fields = ("code", "text", "hint", ("score", "exclusive", "position"), "codes")
    readonly_fields = ("text_as_published",)
    text_as_published = in_every_language("text")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code", "text_as_published", "score") if instrument_of(obj) else super().get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and instrument_of(obj) is None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and instrument_of(obj) is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and instrument_of(obj) is None


class QuestionForm(DraftForm):
    """Also refuses what no item of a group can have: another section than its group, and items of its own."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        group, section = cleaned.get("parent"), cleaned.get("section")
        if group and section != group.section and "section" in self.changed_data:
            words = f"An item is in the section of its group: choose “{group.section}”, or no parent."
            self.add_error("section", ValidationError(words, code="of_group"))
        if group and cleaned.get("type", self.instance.type) == "group":
            words = "A group cannot stand inside a group: choose no parent."
            self.add_error("parent", ValidationError(words, code="group_in_group"))
        return cleaned


@admin.register(models.Question)
class QuestionAdmin(LockedWording, DraftAdmin):
    """One question with its options. Those of an item of a locked instrument are shown only."""

    form = QuestionForm
    locked_fields = ("link_id", "type", "text", "instrument")
    locked_rows = "options"
    inlines = (OptionInline,)
    list_display = ("link_id", "wording", "type", "section", "ask_when", "position")
    list_filter = ("section__questionnaire", "section", "type", "instrument", "not_sure", "required", "part2")
    list_select_related = ("section",)
    search_fields = ("link_id", "text", "short", "options__code")
    ordering = ("section__position", "section", "position", "pk")
    fieldsets = (
        (None, {"fields": ("section", "parent", "link_id", "type", "text", "short", "hint", "explanation")}),
        ("When it is asked", {"fields": ("ask_when",)}),
        ("Answers", {"fields": ("unknowns", "not_sure", "required", "unit", ("minimum", "maximum", "decimals"))}),
        (
            "More",
            {
                "classes": ("collapse",),
                "fields": (
                    "stale_when", "maximum_length", "vocabulary", ("repeats", "maximum_entries"),
                    "role", "autocomplete", ("compact", "part2"), "instrument", "codes",
                ),
            },
        ),
    )  # fmt: skip
    wording = in_first_language("text", "question")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "parent":
            field.queryset = field.queryset.filter(type="group")
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """An item is put into the section of its group, and the items of a group into that of theirs."""
        super().save_model(request, obj, form, change)
        of_group = models.Section.objects.filter(questions=obj.parent_id).first() if obj.parent_id else None
        arranging.into_section(obj, of_group or obj.section)


@admin.register(models.Instrument)
class InstrumentAdmin(LockedWording, DraftAdmin):
    """A published questionnaire whose wording is locked. It can be switched off as a whole."""

    locked_fields = (
        "questionnaire", "key", "title", "preface", "items", "credit", "licence", "url", "language", "codes",
        "wording_sha256",
    )  # fmt: skip
    fields = ("switched_off", *locked_fields, "position")
    list_display = ("key", "title", "language", "switched_off", "position", "questionnaire")
    list_filter = ("questionnaire",)
    list_select_related = ("questionnaire",)
    search_fields = ("key", "title", "items")


class BandInline(RowInline):
    """The named parts of the score's range."""

    model = models.Band
    fields = ("low", "title", "position")


@admin.register(models.Score)
class ScoreAdmin(DraftAdmin):
    """A score with its bands."""

    inlines = (BandInline,)
    list_display = ("link_id", "title_text", "method", "position", "questionnaire")
    list_filter = ("questionnaire", "method")
    list_select_related = ("questionnaire",)
    search_fields = ("link_id", "title", "items")
    title_text = in_first_language("title")
