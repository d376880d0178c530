"""An editor at a draft with every type of question, in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from intake.models import User
from screening import publishing
from screening.models import Questionnaire
from tests.intake.patient.definitions import EVERY_TYPE

SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in() -> SignIn:
    """A browser where somebody has signed in with password and second factor."""

    def browser(user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        session["second_factor_of"] = str(user.pk)
        session.save()
        return client

    return browser


@pytest.fixture
def editor(sign_in: SignIn, admin: User) -> Client:
    return sign_in(admin)


@pytest.fixture
def draft(db: None) -> Questionnaire:
    """A draft that nothing was published of."""
    return publishing.rows_from_definition(EVERY_TYPE)
