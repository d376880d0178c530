"""Template tags of the patient pages."""

from __future__ import annotations

from django import template

from intake.patient.words import Words, in_language
from screening.engine.definition import Text

register = template.Library()


@register.simple_tag
def words(text: Text, language: str) -> Words:
    """A questionnaire's text in a language, with the language it is really in: `{% words q.text "es" as text %}`."""
    return in_language(text, language)
