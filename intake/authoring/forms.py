"""What an editor chooses for a walk: the page, the language, the label profile and the day."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms

from screening.engine.definition import Definition
from screening.forms import LANGUAGE_NAMES

from .walk import Walk

INSIDE = "answers"
"""The id of the form of the walk: what is chosen is sent with the answers."""


class ChoicesForm(forms.Form):
    """What may be chosen on every page of a walk. What is left out stays as it is."""

    page = forms.ChoiceField(label="Page", required=False)
    language = forms.ChoiceField(label="Language", required=False)
    profile = forms.ChoiceField(label="Label profile", required=False)
    day = forms.DateField(
        label="Answered on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write a day that exists, such as 2026-03-01."},
    )

    def __init__(self, definition: Definition, data: Any = None, **more: Any) -> None:
        super().__init__(data, auto_id="choose-%s", prefix=None, use_required_attribute=False, **more)
        first = definition.languages[0]
        sections = [(one.link_id, one.title.get(first) or one.link_id) for one in definition.sections]
        profiles = [(one.key, one.title.get(first) or one.key) for one in definition.profiles]
        self.fields["page"].choices = [("", "as it comes"), *sections]
        self.fields["language"].choices = [(code, LANGUAGE_NAMES.get(code, code)) for code in definition.languages]
        self.fields["profile"].choices = profiles or [("us", "us")]
        for field in self.fields.values():
            field.widget.attrs["form"] = INSIDE

    @classmethod
    def of(cls, walk: Walk) -> ChoicesForm:
        """The form as a walk stands."""
        return cls(walk.definition, initial={"language": walk.language, "profile": walk.profile, "day": walk.day})

    def changes(self) -> dict[str, str | datetime.date]:
        """What of a walk was chosen, once the form is valid."""
        return {name: self.cleaned_data[name] for name in ("language", "profile", "day") if self.cleaned_data[name]}
