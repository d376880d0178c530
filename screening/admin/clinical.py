"""Flags with their rules, variables, notes, inconsistencies, medicines, parameters, profiles and sources."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError

from screening import models

from .base import DraftAdmin, RowInline, in_first_language
from .removing import RowFormSet


class OncePerSeverity(RowFormSet):
    """A flag has at most one rule at each severity."""

    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        severities = [data.get("severity") for data in kept]
        twice = sorted({severity for severity in severities if severity and severities.count(severity) > 1})
        if twice:
            raise ValidationError(f"Keep one rule at each severity: there are several for {', '.join(twice)}.")


class RuleInline(RowInline):
    """The flag's rules, highest severity first, each read back in plain English."""

    model = models.Rule
    formset = OncePerSeverity
    fields = ("severity", "when", "action", "sources", "position")


class OfQuestionnaire(DraftAdmin):
    """A list that names the questionnaire of each row without asking for it row by row."""

    list_filter: Any = ("questionnaire",)
    list_select_related = ("questionnaire",)


@admin.register(models.Flag)
class FlagAdmin(OfQuestionnaire):
    """One flag with its rules."""

    inlines = (RuleInline,)
    list_display = ("link_id", "title_text", "group", "not_sure", "must_be_established", "position", "questionnaire")
    list_filter = ("questionnaire", "group", "not_sure", "must_be_established", "rules__severity")
    search_fields = ("link_id", "title", "why", "discussion", "rules__when")
    title_text = in_first_language("title")


@admin.register(models.Variable)
class VariableAdmin(OfQuestionnaire):
    """A named condition."""

    list_display = ("link_id", "title_text", "when", "position", "questionnaire")
    search_fields = ("link_id", "title", "when")
    title_text = in_first_language("title")


@admin.register(models.Note)
class NoteAdmin(OfQuestionnaire):
    """A line for the clinician."""

    list_display = ("link_id", "wording", "flag", "when", "position", "questionnaire")
    search_fields = ("link_id", "text", "when", "flag")
    wording = in_first_language("text")


@admin.register(models.Inconsistency)
class InconsistencyAdmin(OfQuestionnaire):
    """Two answers that do not fit together."""

    list_display = ("link_id", "wording", "when", "position", "questionnaire")
    search_fields = ("link_id", "text", "when")
    wording = in_first_language("text")


@admin.register(models.Parameter)
class ParameterAdmin(OfQuestionnaire):
    """A number that a clinic may move."""

    list_display = ("key", "title", "value", "unit", "position", "questionnaire")
    search_fields = ("key", "title")


@admin.register(models.Profile)
class ProfileAdmin(OfQuestionnaire):
    """A label profile."""

    list_display = ("key", "title_text", "position", "questionnaire")
    search_fields = ("key", "title")
    title_text = in_first_language("title")


@admin.register(models.Source)
class SourceAdmin(OfQuestionnaire):
    """A document that content refers to."""

    list_display = ("key", "title", "year", "position", "questionnaire")
    search_fields = ("key", "title", "year")


class MedicineClassInline(RowInline):
    """The classes that rules name."""

    model = models.MedicineClass
    fields = ("key", "title", "sources", "position")


class MedicineGroupInline(RowInline):
    """What patients can pick from."""

    model = models.MedicineGroup
    fields = ("key", "title", "medicines", "position")


@admin.register(models.Vocabulary)
class VocabularyAdmin(OfQuestionnaire):
    """A vocabulary, its classes and groups. Its medicines have a list of their own, because there are hundreds."""

    inlines = (MedicineClassInline, MedicineGroupInline)
    list_display = ("key", "position", "questionnaire")
    search_fields = ("key", "classes__key", "classes__title")


@admin.register(models.Medicine)
class MedicineAdmin(DraftAdmin):
    """One medicine."""

    list_display = ("code", "name", "class_keys", "ask_dose", "position", "vocabulary")
    list_filter = ("vocabulary__questionnaire", "vocabulary", "ask_dose")
    list_select_related = ("vocabulary",)
    search_fields = ("code", "name", "brands", "classes")
    ordering = ("vocabulary", "position", "pk")

    @admin.display(description="classes")
    def class_keys(self, medicine: models.Medicine) -> str:
        return ", ".join(medicine.classes)
