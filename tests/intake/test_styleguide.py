"""The styleguide is there for development only, and shows every component."""

from __future__ import annotations

import pytest
from django.test import Client

from intake import styleguide
from intake.questions.kinds import KINDS

pytestmark = pytest.mark.django_db


def test_it_shows_every_token_and_every_question_type(client: Client):
    page = client.get("/styleguide").content.decode()

    assert all(name in page for name, _ in styleguide.tokens())
    assert all(f'id="q-{kind}_{state}-block"' in page for kind in KINDS for state in ("empty", "filled", "wrong"))


def test_it_is_not_there_where_people_use_the_installation(client: Client, settings):
    settings.IS_EMBEDDED = settings.DEBUG = False

    assert client.get("/styleguide").status_code == 404


def test_it_cannot_be_written_to(client: Client):
    assert client.post("/styleguide").status_code == 405


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_can_be_filled_in(kind: str):
    assert styleguide.FILLED[kind]
