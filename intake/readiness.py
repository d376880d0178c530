"""Whether a clinic can receive patients: nobody is sent to a crisis number that no named person has checked."""

from __future__ import annotations

from collections.abc import Iterator

from screening.engine.checks import Problem
from screening.models import Questionnaire

from . import crisis_contacts
from .alerts import liveness
from .models import Clinic

UNCONFIRMED = "The crisis contacts of {name} were not confirmed by a named person."
WHAT_TO_DO = "Have an administrator check every number, then run: manage.py confirm_crisis_contacts {slug} --by EMAIL."


def is_ready(clinic: Clinic) -> bool:
    """Whether patients may start here: a usable set of crisis contacts, confirmed by a named person, and somebody whom
    alerts reach."""
    return clinic.crisis_confirmed_at is not None and not problems_of(clinic) and is_reachable(clinic)


def is_reachable(clinic: Clinic) -> bool:
    """Whether an alert has somewhere to go: a contact on the rota, or the clinic's own address."""
    return bool(clinic.alert_email) or clinic.alert_contacts.filter(removed_at=None).exists()


def problems_of(clinic: Clinic) -> list[str]:
    """What is wrong with the clinic's crisis contacts themselves."""
    return crisis_contacts.problems(clinic.crisis_contacts, clinic.languages)


def crisis_contacts_confirmed(questionnaire: Questionnaire) -> Iterator[Problem]:
    """A requirement of publishing: every clinic that uses the questionnaire is ready (specification 4.1)."""
    for clinic in Clinic.objects.filter(questionnaire=questionnaire).order_by("slug"):
        if clinic.crisis_confirmed_at is None or problems_of(clinic):
            message = " ".join([UNCONFIRMED.format(name=clinic.name), *problems_of(clinic)])
            hint = WHAT_TO_DO.format(slug=clinic.slug)
            yield Problem(id="P301", severity="error", place=f"clinic {clinic.slug}", message=message, hint=hint)


def alerts_reach_somebody(questionnaire: Questionnaire) -> Iterator[Problem]:
    """A requirement of publishing: at every clinic that uses the questionnaire, alerts have somewhere to go, and the
    latest test message to at least one contact did not come back."""
    for clinic in Clinic.objects.filter(questionnaire=questionnaire).order_by("slug"):
        tests = list(liveness.latest_tests().filter(clinic=clinic, contact__removed_at=None))
        all_came_back = bool(tests) and all(test.bounced_at for test in tests)
        if all_came_back or not is_reachable(clinic):
            message = f"Alerts of {clinic.name} reach nobody."
            hint = "Have an administrator put a contact on the alert rota and send a test message."
            yield Problem(id="P302", severity="error", place=f"clinic {clinic.slug}", message=message, hint=hint)
