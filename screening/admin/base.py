"""What every page of a draft shares: who may edit, the lock against lost edits, languages, rules that are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models as columns
from django.http import HttpRequest
from django.utils.html import format_html

from screening import fields, models, rulebook
from screening.forms import RuleField

from . import removing
from .keeping import kept
from .reading import read_rules_back
from .removing import RefusesWhatIsUsed, RowFormSet
from .renaming import FixedName

CONFLICT = (
    "Somebody else saved this page after you had opened it. Nothing of yours was saved, and it is all still here. "
    "Open the page in another tab to see what they wrote; to replace it with yours, save again."
)


Requirement = Callable[[HttpRequest], bool]

requirements: list[Requirement] = []
"""What the rest of the installation asks of an editor besides `is_staff`: each must hold."""


def register_requirement(requirement: Requirement) -> Requirement:
    """Ask one more thing of every editor, at every request. To be called while apps get ready."""
    if requirement not in requirements:
        requirements.append(requirement)
    return requirement


Link = tuple[str, Callable[[models.Questionnaire], str]]

links: list[Link] = []
"""Pages about a draft that the rest of the installation adds to its tools: a label, and the address for a draft."""


def register_link(label: str, address: Callable[[models.Questionnaire], str]) -> None:
    """Add a page to the tools of every draft. To be called while apps get ready."""
    if label not in [known for known, _ in links]:
        links.append((label, address))


def may_edit(request: HttpRequest) -> bool:
    """Whether this person may see and edit drafts, and publish. The one place that decides, once in a request."""
    if not hasattr(request, "may_edit"):
        is_editor = bool(request.user.is_active and request.user.is_staff)
        request.may_edit = is_editor and all(  # type: ignore[attr-defined]
            requirement(request) for requirement in requirements
        )
    return bool(request.may_edit)  # type: ignore[attr-defined]


def may_open(request: HttpRequest) -> bool:
    """Whether any page of the admin opens, its index included. Raises `PermissionDenied` for somebody who is signed in
    and may not edit (any more): they would else be asked to sign in although they are."""
    if not request.user.is_authenticated:
        return False
    if not may_edit(request):
        raise PermissionDenied
    return True


class EditorsOnly:
    """Every permission of the admin asks `may_edit`."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_edit(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_edit(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_edit(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_edit(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_edit(request)


class RulesForm(FixedName, forms.ModelForm):
    """A form whose rules are read, and their names looked up in the questionnaire, before anything is saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        read_rules_back(self, self.questionnaire)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, RuleField) and cleaned.get(name):
                self._check_rule(name, cleaned[name])
        return cleaned

    def _check_rule(self, name: str, text: str) -> None:
        # The items of a repeating group use each other's answers, which only Check can judge.
        is_entry = getattr(self.instance, "parent_id", None) is not None
        known = None if is_entry else rulebook.definition_of(self.questionnaire)
        for mistake in rulebook.mistakes_in(text, known):
            self.add_error(name, ValidationError(format_html('<pre class="rule-mistake">{}</pre>', mistake)))


class DraftForm(RulesForm):
    """Also refuses to overwrite what somebody else saved in the meantime (optimistic lock)."""

    edits_seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["edits_seen"] = self.instance.edits

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        current = self._current_edits()
        if current is not None and cleaned.get("edits_seen") != current:
            self.data = self.data.copy()
            self.data[self.add_prefix("edits_seen")] = current  # saving again is a decision, then
            raise ValidationError(CONFLICT, code="conflict")
        return cleaned

    def _current_edits(self) -> int | None:
        """The count of edits that is stored, once nobody else is editing or publishing this draft."""
        if self.questionnaire and self.questionnaire.pk:
            models.Questionnaire.objects.select_for_update(no_key=True).filter(pk=self.questionnaire.pk).first()
        rows = type(self.instance).objects.select_for_update(no_key=True).filter(pk=self.instance.pk)
        return rows.values_list("edits", flat=True).first()


class LanguagesOfQuestionnaire:
    """Shows one box per language of the questionnaire at hand."""

    def formfield_for_dbfield(self, db_field: columns.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, fields.Wording):
            kwargs["languages"] = tuple(languages_of(request))
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only rows of the same questionnaire can be chosen."""
        questionnaire = getattr(request, "questionnaire", None)
        model = db_field.remote_field.model
        if questionnaire and issubclass(model, models.Draft):
            kwargs["queryset"] = model.objects.filter(**{model.QUESTIONNAIRE: questionnaire})
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


def languages_of(request: HttpRequest) -> list[str]:
    """The languages of the questionnaire that the request is about."""
    questionnaire = getattr(request, "questionnaire", None)
    return (questionnaire.languages if questionnaire else None) or ["en"]


class DraftAdmin(RefusesWhatIsUsed, EditorsOnly, LanguagesOfQuestionnaire, admin.ModelAdmin):
    """A page for one kind of row of a draft."""

    form = DraftForm
    save_on_top = True
    list_per_page = 100
    show_full_result_count = False
    list_editable = ("position",)

    class Media:
        css = {"all": ["screening/admin.css"]}
        js = [forms.Script("screening/rules.js", defer=True)]

    @kept(comes_back=False)
    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().add_view(request, *args, **kwargs)

    @kept(comes_back=False)
    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().change_view(request, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, object_id: Any = None, *args: Any, **kwargs: Any) -> Any:
        request.questionnaire = self._questionnaire(request, object_id)  # type: ignore[attr-defined]
        if request.method == "POST" and object_id and self.get_object(request, unquote(object_id)) is None:
            return removing.gone(request, self)
        response = super().changeform_view(request, object_id, *args, **kwargs)
        if request.method == "POST" and getattr(response, "context_data", {}).get("errors"):
            response.status_code = 422
        return response

    def _questionnaire(self, request: HttpRequest, object_id: str | None) -> models.Questionnaire | None:
        if object_id:
            row = self.get_object(request, unquote(object_id))
            return rulebook.questionnaire_of(row) if row else None
        sent = {**request.GET.dict(), **request.POST.dict()}
        for name in self.model.OWNERS:
            owner = self.model._meta.get_field(name).related_model
            if str(sent.get(name, "")).isdecimal():
                row = owner.objects.filter(pk=sent[name]).first()
                return rulebook.questionnaire_of(row) if row else None
        return models.Questionnaire.objects.first()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row of the page, fetched once for each request, so that its questionnaire is read once as well."""
        fetched: dict[str, Any] = request.__dict__.setdefault("fetched_rows", {})
        if object_id not in fetched:
            fetched[object_id] = super().get_object(request, object_id, from_field)
        return fetched[object_id]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.questionnaire = getattr(request, "questionnaire", None)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Every page carries the hidden count of edits that it was opened at."""
        (name, first), *others = super().get_fieldsets(request, obj)
        if "edits_seen" in first["fields"]:
            return [(name, first), *others]
        return [(name, {**first, "fields": [*first["fields"], "edits_seen"]}), *others]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new row belongs to the questionnaire at hand."""
        at_hand = {"questionnaire": getattr(request, "questionnaire", None)}
        return at_hand | super().get_changeform_initial_data(request)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        return super().get_changelist_form(request, form=PositionForm, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Only what was typed is written, so that nothing that somebody else wrote meanwhile is put back."""
        place_last(obj)
        if not change:
            super().save_model(request, obj, form, change)
            return
        written = {name: getattr(obj, name) for name in self.columns_changed(form)}
        type(obj).objects.filter(pk=obj.pk).update(**written, edits=columns.F("edits") + 1)

    def columns_changed(self, form: Any) -> list[str]:
        """The columns that were typed over."""
        return [name for name in form.changed_data if name != "edits_seen"]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            place_last(row)
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()


class PositionForm(forms.ModelForm):
    """One row of a list: only its position can be typed, and the box says whose it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].widget.attrs |= {"aria-label": f"Position of {self.instance}", "class": "position"}


def place_last(row: Any) -> None:
    """Give a row without a position the place after its siblings."""
    if not isinstance(row, models.Draft) or row.position:
        return
    name, key = row.owner()
    last = type(row).objects.filter(**{name: key}).aggregate(last=columns.Max("position"))["last"]
    row.position = (last or 0) + 10


class RowInline(LanguagesOfQuestionnaire, EditorsOnly, admin.StackedInline):
    """Rows that belong to a page. Stacked: Django's tabular inlines have no labels a screen reader could read."""

    form = RulesForm
    formset = RowFormSet
    extra = 0
    questionnaire: models.Questionnaire | None = None

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """An inline is made for each request, so it may keep the questionnaire of the page."""
        formset = super().get_formset(request, obj, **kwargs)
        self.questionnaire = formset.form.questionnaire = getattr(request, "questionnaire", None)
        return formset


def in_first_language(name: str, title: str = "") -> Any:
    """A list column: the text `name` in the questionnaire's first language."""

    @admin.display(description=title or name)
    def column(_: Any, row: Any) -> str:
        texts = getattr(row, name)
        return next(iter(texts.values()), "")

    return column
