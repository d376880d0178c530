"""Somebody invited by e-mail, the link in the message, and its row in the queue."""

from __future__ import annotations

import re
from typing import Any

import pytest

from intake import actions
from intake.invitees import Details
from intake.models import Clinic, InvitationMail
from tests.intake.test_invitations import invite

ROSA = Details(name="Rosa Canario", email="rosa@mail.example")


@pytest.fixture
def invited(clinic: Clinic) -> actions.Invited:
    return invite(clinic, details=ROSA, send=True)


def token_in(message: Any) -> str:
    return re.search(r"http://127\.0\.0\.1:8000/i/([\w-]{43})/", message.body)[1]


def row(**filters: Any) -> InvitationMail:
    return InvitationMail.objects.filter(**filters).order_by("due_at").first()
