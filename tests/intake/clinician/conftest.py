"""Staff at their browsers, and responses for them to read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from intake import actions
from intake.models import Clinic, QuestionnaireResponse, User
from screening.models import QuestionnaireVersion
from tests.browsers import show_who_one_is, signed_in
from tests.intake.sample import NOW, Tab

Send = Callable[..., QuestionnaireResponse]
SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in() -> SignIn:
    return signed_in


@pytest.fixture
def desk(sign_in: SignIn, clinician: User) -> Client:
    """The clinician's browser."""
    return sign_in(clinician)


@pytest.fixture
def office(sign_in: SignIn, admin: User) -> Client:
    """The administrator's browser, where they have just shown who they are."""
    browser = sign_in(admin)
    show_who_one_is(browser, admin)
    return browser


@pytest.fixture
def send(version: QuestionnaireVersion) -> Send:
    """Somebody answers and sends: a name, the clinic, and answers by link_id."""

    def answer_and_send(
        clinic: Clinic, name: str = "Rosa", *, at: datetime.datetime = NOW, **answers: Any
    ) -> QuestionnaireResponse:
        started = actions.start(clinic=clinic, version=version, language="en", now=at)
        calm = {"family_name": "Example", "plan_now": "no", "harm_thoughts": "no", "low_mood": "no", "stroke": "no"}
        Tab(started.response).finish(now=at, given_name=name, **{**calm, **answers})
        return actions.submit(response_id=started.response.pk, now=at)

    return answer_and_send
