"""The page of a stored case: what must come out, chosen from lists, and its answers in the questionnaire's words."""

from __future__ import annotations

import datetime
import json
from typing import Any

import msgspec
from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from screening import models, rulebook
from screening.case_forms import ExpectationForm, NumbersField
from screening.engine.answers import InvalidAnswers, display, read_answers
from screening.engine.definition import Definition, Question
from screening.exchange.cases import Expectation

from . import covering
from .base import DraftAdmin, DraftForm

PARTS = ExpectationForm.PARTS
UNREADABLE = (
    "<strong>What is stored here cannot be read ({}):</strong> <code>{}</code> It stays as it is until you choose what "
    "must come out, which replaces all of it."
)


class CaseForm(ExpectationForm, DraftForm):
    """A case that can be run: everything it names is chosen from what the draft has."""

    profile = forms.ChoiceField(label="Label profile")
    parameters = NumbersField(
        label="The clinic’s own numbers", required=False, help_text="Only those that differ from the draft’s."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        definition = rulebook.definition_of(self.questionnaire)
        expect = self._stored_expectation()
        self.know(definition, expect)
        self.initial |= self.initial_of(expect)
        self._offer(definition)

    def _stored_expectation(self) -> Expectation:
        """What the case expects; nothing where that cannot be read, which the page then says."""
        stored = self.instance.expect
        try:
            return msgspec.convert(stored, Expectation)
        except msgspec.ValidationError as error:
            fields: dict[str, Any] = self.fields
            fields["flags"].help_text = format_html(UNREADABLE, error, json.dumps(stored, ensure_ascii=False))
            return Expectation()

    def _offer(self, definition: Definition | None) -> None:
        """The label profiles and parameters that the draft has."""
        fields: dict[str, Any] = self.fields
        profiles = {one.key: one.title.get("en") or one.key for one in definition.profiles} if definition else {}
        fields["exactly"].label = "Nothing else may come out"
        fields["exactly"].help_text = "A flag that is not listed must not be raised, nor be left open."
        fields["profile"].initial = self.instance.profile
        fields["profile"].choices = list(({self.instance.profile: self.instance.profile} | profiles).items())
        if definition is not None:
            fields["parameters"].widget.known = {
                one.key: (f"{one.title} ({one.key})", f"{one.value:g} {one.unit} in the draft")
                for one in definition.parameters
            }
        fields["parameters"].widget.attrs["aria-label"] = fields["parameters"].label

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not any(part in self.errors for part in PARTS) and any(part in self.changed_data for part in PARTS):
            self.instance.expect = msgspec.to_builtins(self.expect)
        return cleaned


@admin.register(models.Case)
class CaseAdmin(DraftAdmin):
    """A synthetic patient and what must be said about them."""

    form = CaseForm
    list_display = ("key", "title", "profile", "as_of", "position", "questionnaire")
    list_filter = ("questionnaire", "profile")
    list_select_related = ("questionnaire",)
    search_fields = ("key", "title", "why", "answers", "expect")
    readonly_fields = ("outcome", "answers_given")
    fieldsets = (
        (None, {"fields": ("questionnaire", "key", "title", "why", "outcome")}),
        (
            "What must come out",
            {"fields": ("flags", "exactly", "safety_panel", "alert_at_once", "scores", "inconsistencies")},
        ),
        ("Answers", {"fields": ("answers_given", "as_of", "profile")}),
        (
            "Notes and the clinic’s own numbers",
            {"classes": ("collapse",), "fields": ("checks_notes", "notes", "parameters")},
        ),
    )

    def save_model(self, request: HttpRequest, obj: models.Case, form: Any, change: bool) -> None:
        """A saved case is run at once, so that whoever changed it sees what it says."""
        super().save_model(request, obj, form, change)
        said = covering.outcome_of(obj)
        messages.add_message(request, messages.WARNING if said.differences else messages.SUCCESS, said.text)

    def columns_changed(self, form: Any) -> list[str]:
        """The parts of the expectation are one column."""
        changed = super().columns_changed(form)
        columns = [name for name in changed if name not in PARTS]
        return columns if columns == changed else [*columns, "expect"]

    @admin.display(description="Run now")
    def outcome(self, case: models.Case) -> SafeString | str:
        """How the stored case comes out, with one line for each difference."""
        if not case.pk:
            return "A case is run whenever it is saved."
        said = covering.outcome_of(case)
        if not said.differences:
            return said.text
        lines = format_html_join("", "<li>{}</li>", ((one,) for one in said.differences))
        return format_html("<p>{}:</p><ul>{}</ul>", said.words, lines)

    @admin.display(description="Answers")
    def answers_given(self, case: models.Case) -> SafeString | str:
        """Each answer under its question's words, and the way to change them: the questionnaire's own pages."""
        if not case.pk:
            return "Save the case; then its answers are given on the questionnaire’s own pages."
        return render_to_string("admin/screening/_case_answers.html", {"pages": _pages(case), "case": case})


def _pages(case: models.Case) -> list[dict[str, Any]]:
    """The sections that the case answers, each with its answers in words and its page in a preview; then what no
    question of the draft could hold."""
    definition = rulebook.definition_of(case.questionnaire)
    left: dict[str, Any] = dict(case.answers) if isinstance(case.answers, dict) else {}
    pages = []
    alone = [msgspec.structs.replace(definition, sections=(one,)) for one in definition.sections] if definition else []
    for whole in alone:
        section = whole.sections[0]
        questions = [one for one in whole.questions() if one.link_id in left]
        said = [_said(whole, one, left.pop(one.link_id), case.as_of) for one in questions]
        page = {"title": section.title.get(whole.languages[0]) or section.link_id, "link_id": section.link_id}
        pages.append(page | {"said": said})
    lost = [(name, "no question of the draft") for name in left]
    return [*pages, *([{"title": "Not in the draft", "link_id": "", "said": lost}] if lost else [])]


def _said(definition: Definition, question: Question, given: Any, day: datetime.date) -> tuple[str, str]:
    language = definition.languages[0]
    words = question.short.get(language) or question.text.get(language) or question.link_id
    try:
        answer = read_answers(definition, {question.link_id: given}, on=day)[question.link_id]
    except InvalidAnswers as error:
        return words, f"cannot be read: {error}"
    return words, display(question, answer, definition, language)
