"""Columns for the small structures inside a draft: a text in several languages, a list of keys, `key = value` pairs.

Each is one JSON column whose form field shows it as a person would write it (`screening/forms.py`). None of them needs
a migration when a language, an option or a terminology is added.
"""

from __future__ import annotations

from typing import Any

from django.db import models


class _Structure(models.JSONField):
    """A JSON column that is never null and knows its form field by name, so that models do not import forms."""

    form_field = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", self.empty)
        super().__init__(*args, **kwargs)

    empty: Any = dict

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        """The form field named by `form_field`."""
        from screening import forms

        return models.Field.formfield(self, **{"form_class": getattr(forms, self.form_field), **kwargs})


class Wording(_Structure):
    """One text in each language: `{"en": "…", "es": "…"}`."""

    form_field = "WordingField"


class Keys(_Structure):
    """A list of keys or codes, in order."""

    empty = list
    form_field = "KeysField"


class Lines(_Structure):
    """A list of short texts, in order."""

    empty = list
    form_field = "LinesField"


class Pairs(_Structure):
    """Texts by key: `{"loinc": "44250-9"}`."""

    form_field = "PairsField"


class Amounts(_Structure):
    """Numbers by key: `{"diazepam": 20.0}`."""

    form_field = "AmountsField"


class Citations(_Structure):
    """The `Citation`s of a fact, in order."""

    empty = list
    form_field = "CitationsField"


class Unknowns(_Structure):
    """Which of "not sure" and "prefer not to say" are offered."""

    form_field = "UnknownsField"


class RuleText(models.TextField):  # type: ignore[type-arg]
    """A condition in the rule language. Empty: always for `ask_when`, never for everything else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        """A text area that spells nothing out and wraps nothing away."""
        from screening import forms

        return models.Field.formfield(self, **{**kwargs, "form_class": forms.RuleField, "widget": forms.RuleArea})
