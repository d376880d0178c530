"""The cast of the questionnaire's tests: an editor who may edit, and a clinician who may not."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from screening import models, publishing
from tests.browsers import signed_in
from tests.screening.samples import NOW, case, small


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another app asks of editors is tested with that app; a page waits until the draft is proved."""
    monkeypatch.setattr("screening.admin.base.requirements", [])
    monkeypatch.setattr("screening.scheduling._rights", [])
    monkeypatch.setattr("screening.proving.PATIENCE", None)


@pytest.fixture
def draft(db) -> models.Questionnaire:
    """The small questionnaire as a draft with one case."""
    questionnaire = publishing.rows_from_definition(small())
    publishing.store_cases(questionnaire=questionnaire, cases_to_store=[case()])
    return questionnaire


@pytest.fixture
def version(draft) -> models.QuestionnaireVersion:
    """The small questionnaire, published."""
    return publishing.publish(questionnaire=draft, by="Ada", now=NOW, note="First")


def browser_of(email: str, *, is_staff: bool) -> Client:
    """A browser in which somebody new is signed in."""
    user = get_user_model().objects.create_user(
        email=email, password="long enough", name=email.split("@")[0].title(), is_staff=is_staff, created_at=NOW
    )
    return signed_in(user)


@pytest.fixture
def editor(db) -> Client:
    """A browser in which an editor of questionnaires is signed in."""
    return browser_of("ada@example.org", is_staff=True)


@pytest.fixture
def clinician(db) -> Client:
    """A browser in which somebody is signed in who may not edit questionnaires."""
    return browser_of("bo@example.org", is_staff=False)
