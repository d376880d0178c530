"""Whether this session was opened with a second factor."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from .models import User

# Recovery codes alone are not a second factor: they only stand in for one.
TYPES = ("totp", "webauthn")

_ACCEPTED = "second_factor_of"


def is_present(request: HttpRequest) -> bool:
    """True when the signed-in person showed a second factor in this session, or has just set one up in it."""
    if request.session.get(_ACCEPTED) == str(request.user.pk):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def is_set_up(user: User) -> bool:
    """Whether a person has a second factor to show."""
    return bool(is_mfa_enabled(user, TYPES))


def accept(request: HttpRequest, user: User) -> None:
    """Remember that this person showed a working second factor in this session."""
    request.session[_ACCEPTED] = str(user.pk)
