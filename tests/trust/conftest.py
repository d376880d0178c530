"""The people of the whole installation: two clinics with the same roles, patients, and browsers for all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from intake import actions
from intake.models import Clinic, User
from intake.patient import sessions
from intake.permissions import ROLES
from screening.models import QuestionnaireVersion
from tests.browsers import show_who_one_is
from tests.intake.clinician.conftest import send, sign_in
from tests.intake.conftest import (
    admin,
    auditor,
    clinic,
    clinician,
    colleague,
    front_desk,
    other_clinic,
    outsider,
    own_keys,
    questionnaire,
    version,
)
from tests.intake.sample import NOW, Tab
from tests.trust.installation import MISSING, Objects, Send, objects_of

__all__ = [
    "admin",
    "auditor",
    "clinic",
    "clinician",
    "colleague",
    "front_desk",
    "other_clinic",
    "outsider",
    "own_keys",
    "questionnaire",
    "send",
    "sign_in",
    "version",
]

OWN, OTHER = "Canaria", "Kanarelle"
"""The names of people in this clinic and in the other one: each must reach nobody of the other."""


@pytest.fixture
def manager(other_clinic: Clinic) -> User:
    """An administrator of the other clinic."""
    return actions.create_staff(
        email="maria@south.example", name="Maria", role="admin", clinic=other_clinic, password="a-long-secret", now=NOW
    ).user


@pytest.fixture
def browser_of(sign_in: Callable[[User], Client]) -> Callable[[User], Client]:
    """Somebody who showed a moment ago who they are, so that only their roles stand in the way."""

    def signed_in(user: User) -> Client:
        browser = sign_in(user)
        show_who_one_is(browser, user)
        return browser

    return signed_in


@pytest.fixture
def patient_of(version: QuestionnaireVersion) -> Callable[[Clinic, str], Client]:
    """A patient's browser with a draft of this name open in it."""

    def opened(clinic: Clinic, name: str) -> Client:
        started = actions.start(clinic=clinic, version=version, language="en", now=NOW)
        Tab(started.response).save(given_name=name, family_name=f"{name}-Fam", section="about")
        browser = Client()
        session = browser.session
        session.update(sessions.contents(started.response))
        session.save()
        return browser

    return opened


@pytest.fixture
def objects(
    clinic: Clinic,
    other_clinic: Clinic,
    clinician: User,
    admin: User,
    outsider: User,
    manager: User,
    send: Send,
    sign_in: Callable[[User], Client],
) -> dict[str, Objects]:
    """One of each kind in the clinic (own), in the other (other), and none at all (missing)."""
    sign_in(clinician)
    sign_in(outsider)
    return {
        "own": objects_of(clinic, clinician, admin, send, OWN),
        "other": objects_of(other_clinic, outsider, manager, send, OTHER),
        "missing": MISSING,
    }


@pytest.fixture
def cast(
    request: pytest.FixtureRequest,
    browser_of: Callable[[User], Client],
    patient_of: Callable[[Clinic, str], Client],
    clinic: Clinic,
    other_clinic: Clinic,
    sign_in: Callable[[User], Client],
    clinician: User,
    colleague: User,
) -> dict[str, Client]:
    """Everybody at their browsers."""
    password_only, left = Client(), browser_of(colleague)
    password_only.force_login(clinician)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    roles = {role: browser_of(request.getfixturevalue(role)) for role in ROLES}
    return {
        "nobody": Client(),
        "patient": patient_of(clinic, OWN),
        "other patient": patient_of(other_clinic, OTHER),
        "password only": password_only,
        "closed account": left,
        **roles,
        "clinician of another clinic": browser_of(request.getfixturevalue("outsider")),
        "admin of another clinic": browser_of(request.getfixturevalue("manager")),
    }
