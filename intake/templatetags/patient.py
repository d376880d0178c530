"""Template tags of the patient pages."""

from __future__ import annotations

from django import template
from django.utils import timezone, translation

from intake.alerts import expectation
from intake.models import Clinic
from intake.patient import crisis
from intake.questions.words import Words, in_language
from screening.engine.definition import Text

register = template.Library()


@register.simple_tag
def words(text: Text, language: str) -> Words:
    """A questionnaire's text in a language, with the language it is really in: `{% words q.text "es" as text %}`."""
    return in_language(text, language)


@register.simple_tag
def who_reads(clinic: Clinic) -> tuple[str, ...]:
    """Who reads urgent answers at a clinic and when, in sentences, from the rota that its alerts follow."""
    return expectation.who_reads(clinic, now=timezone.now())


@register.simple_tag
def clinic_ways(clinic: Clinic | None) -> list[crisis.Way]:
    """How to reach the clinic: nothing where it gave no number, or where no clinic is known."""
    return crisis.of_clinic(clinic or None)


@register.simple_tag
def crisis_contacts(clinic: object, language: str) -> list[crisis.Contact]:
    """Whom to reach in a crisis; without a clinic (before a link was used), those that all clinics here share."""
    stored = getattr(clinic, "crisis_contacts", None)
    return crisis.contacts(
        crisis.without_clinic() if stored is None else stored, language or translation.get_language() or "en"
    )
