"""Whether a clinic can receive patients: nobody is sent to a crisis number that no named person has checked."""

from __future__ import annotations

from collections.abc import Iterator

from screening.engine.checks import Problem
from screening.models import Questionnaire

from . import crisis_contacts
from .models import Clinic

UNCONFIRMED = "The crisis contacts of {name} were not confirmed by a named person."
WHAT_TO_DO = "Have an administrator check every number, then run: manage.py confirm_crisis_contacts {slug} --by EMAIL."


def is_ready(clinic: Clinic) -> bool:
    """Whether patients may start here: a usable set of crisis contacts, confirmed by a named person."""
    return clinic.crisis_confirmed_at is not None and not problems_of(clinic)


def problems_of(clinic: Clinic) -> list[str]:
    """What is wrong with the clinic's crisis contacts themselves."""
    return crisis_contacts.problems(clinic.crisis_contacts, clinic.languages)


def crisis_contacts_confirmed(questionnaire: Questionnaire) -> Iterator[Problem]:
    """A requirement of publishing: every clinic that uses the questionnaire is ready (specification 4.1)."""
    for clinic in Clinic.objects.filter(questionnaire=questionnaire).order_by("slug"):
        if not is_ready(clinic):
            message = " ".join([UNCONFIRMED.format(name=clinic.name), *problems_of(clinic)])
            hint = WHAT_TO_DO.format(slug=clinic.slug)
            yield Problem(id="P301", severity="error", place=f"clinic {clinic.slug}", message=message, hint=hint)
