"""An editor at a draft with every type of question, in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from intake.models import User
from screening import publishing
from screening.models import Questionnaire
from tests.browsers import signed_in
from tests.intake.patient.definitions import EVERY_TYPE

SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in() -> SignIn:
    return signed_in


@pytest.fixture
def editor(sign_in: SignIn, admin: User) -> Client:
    return sign_in(admin)


@pytest.fixture
def draft(db: None) -> Questionnaire:
    """A draft that nothing was published of."""
    return publishing.rows_from_definition(EVERY_TYPE)
