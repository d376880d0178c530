"""Browsers of staff: signed in with both factors, as they are after the sign-in page."""

from __future__ import annotations

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.http import HttpRequest
from django.test import Client

from intake import second_factor
from intake.models import User


def signed_in(user: User, browser: Client | None = None) -> Client:
    """A browser, or this one, where somebody has signed in with password and second factor."""
    browser = browser or Client()
    browser.force_login(user)
    request = HttpRequest()
    request.session = browser.session
    second_factor.accept(request, user)
    request.session.save()
    return browser


def show_who_one_is(browser: Client, user: User, *, ago: int = 0) -> None:
    """The person showed their password so many seconds ago, in this session."""
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - ago}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()
