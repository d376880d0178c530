"""Rules read back in plain English, as read-only fields."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from screening import models, rulebook


def rule_in_words(column: str, title: str) -> Any:
    """A read-only field: the saved rule in `column` in plain English."""

    @admin.display(description=title)
    def words(_: Any, row: Any) -> str:
        return read_back(getattr(row, column), rulebook.questionnaire_of(row))

    words.__name__ = f"{column}_in_words"
    return words


def read_back(text: str, questionnaire: models.Questionnaire | None) -> str:
    """The rule in plain English, or why there is nothing to read."""
    if not text:
        return "—"
    return rulebook.in_words(text, rulebook.definition_of(questionnaire)) or "This rule cannot be read yet."
