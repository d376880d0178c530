"""Rules as an editor meets them: each mistake with a caret under it, or the rule read back in plain English."""

from __future__ import annotations

from typing import Any

import msgspec

from screening import models, publishing
from screening.engine import language
from screening.engine.compiler import rule_problems
from screening.engine.definition import Definition, Inconsistency, Safety

TRIED = "the_rule_that_is_being_tried_now"
"""A link_id that no content has."""


def questionnaire_of(row: Any) -> models.Questionnaire | None:
    """The questionnaire that a row of a draft belongs to, or None for a row that belongs to nothing yet."""
    while row is not None and not isinstance(row, models.Questionnaire):
        row = next((getattr(row, name) for name in row.OWNERS if getattr(row, f"{name}_id")), None)
    return row


def definition_of(questionnaire: models.Questionnaire | None) -> Definition | None:
    """The definition that is stored, worked out once for each instance, that is for each page.

    None when there is no questionnaire yet or the stored rows do not make a definition.
    """
    if questionnaire is None or questionnaire.pk is None:
        return None
    known = questionnaire.__dict__
    if "stored_definition" not in known:
        known["stored_definition"] = _definition_or_none(questionnaire)
    return known["stored_definition"]


def _definition_or_none(questionnaire: models.Questionnaire) -> Definition | None:
    try:
        return publishing.definition_from_rows(questionnaire)
    except msgspec.ValidationError:
        return None


def mistakes_in(text: str, definition: Definition | None) -> list[str]:
    """Everything wrong with one rule, each as lines with a caret; empty when it can be used.

    Without a definition only the rule's form is judged, not its names.
    """
    if definition is None:
        return _misread(text)
    return [
        language.RuleError(problem.message, problem.position, problem.hint).pointed(text)
        for problem in rule_problems(_only_rule(text, definition))
        if problem.link_id == TRIED
    ]


def _misread(text: str) -> list[str]:
    try:
        language.parse(text)
    except language.RuleError as error:
        return [error.pointed(text)]
    return []


def _only_rule(text: str, definition: Definition) -> Definition:
    """The definition with this one rule, besides the conditions and variables that it may use."""
    tried = Inconsistency(link_id=TRIED, text={}, when=text)
    return msgspec.structs.replace(definition, flags=(), notes=(), safety=Safety(), inconsistencies=(tried,))


def in_words(text: str, definition: Definition | None) -> str:
    """The rule in plain English. Empty for an empty rule, a rule with a mistake, or without a definition."""
    if not text or definition is None or mistakes_in(text, definition):
        return ""
    return language.to_english(language.parse(text), definition, definition.languages[0])
