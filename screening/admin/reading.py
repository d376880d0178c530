"""Rules read back in plain English beside the boxes in which they are written."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from screening import models, rulebook
from screening.forms import RuleField


class Reader:
    """Reads the rules of one form back. `is_entry`: it is an item of a group, whose names only Check can judge."""

    def __init__(self, questionnaire: models.Questionnaire | None, *, is_entry: bool) -> None:
        self.questionnaire = questionnaire
        self.addresses: dict[str, Any] = {"is_entry": is_entry}
        if questionnaire and questionnaire.pk:
            pages = {"read_url": "screening_read_rule", "names_url": "screening_names"}
            self.addresses |= {key: reverse(f"admin:{name}", args=[questionnaire.pk]) for key, name in pages.items()}

    def words(self, text: str) -> str:
        """The rule in plain English, or that it cannot be read yet; empty for an empty one."""
        if not text.strip():
            return ""
        return rulebook.in_words(text, rulebook.definition_of(self.questionnaire)) or "This rule cannot be read yet."


def read_rules_back(form: Any, questionnaire: models.Questionnaire | None) -> None:
    """Let every rule of a form be read back."""
    reader = Reader(questionnaire, is_entry=getattr(form.instance, "parent_id", None) is not None)
    for field in form.fields.values():
        if isinstance(field, RuleField):
            field.widget.about = reader
