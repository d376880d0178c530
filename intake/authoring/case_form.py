"""A walk kept as a case: its name and reason, and what must come out, which a person reads and confirms."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from screening.case_forms import ExpectationForm
from screening.engine.definition import Definition
from screening.exchange.cases import Case, Expectation


class CaseForm(ExpectationForm):
    """A case's name and reason, and what must come out. With `kept`, the case whose answers are replaced: its name
    stays, and it says which edit of it was seen."""

    key = forms.CharField(
        label="Key",
        max_length=40,
        help_text="A short name of its own, such as recent_stroke.",
        error_messages={"required": "Give the case a key."},
    )
    title = forms.CharField(
        label="Who this is", max_length=200, error_messages={"required": "Say in a few words who this is."}
    )
    why = forms.CharField(
        label="What the case shows",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what the case shows, for a clinician."},
    )
    exactly = forms.BooleanField(
        label="Nothing else may come out",
        required=False,
        initial=True,
        help_text="A flag that is not listed must not be raised, nor be left open.",
    )
    is_confirmed = forms.BooleanField(
        label="I have read each line: this is what must come out",
        error_messages={"required": "Read each line, and confirm that it is what must come out."},
    )
    edits_seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("key", "title", "why", "flags", "exactly", "safety_panel", "alert_at_once", "scores")

    def __init__(
        self, definition: Definition, data: Any = None, *, expect: Expectation, kept: Case | None = None, **more: Any
    ) -> None:
        initial = {"key": kept.id, "title": kept.title, "why": kept.why, "exactly": kept.exactly} if kept else {}
        initial |= self.initial_of(expect) | more.pop("initial", {})
        super().__init__(
            data, auto_id="case-%s", label_suffix="", use_required_attribute=False, initial=initial, **more
        )
        self.know(definition, expect)
        if kept:
            self.fields["key"].disabled = True
            self.fields["key"].help_text = "The case whose answers are replaced."

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if not self.fields["key"].disabled and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", key):
            raise ValidationError("Write the key with letters, digits, - and _ only, a letter first.")
        return key
