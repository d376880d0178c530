"""The language a patient chose: a cookie of their browser keeps it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from intake.models import Clinic

from . import sessions


def in_other(request: HttpRequest, clinic: Clinic, url: str) -> HttpResponse:
    """Come back to a page in the language that was chosen."""
    response = redirect(url)
    chosen = request.POST.get("language", "")
    if chosen in sessions.offered(clinic):
        remember(response, chosen)
    return response


def remember(response: HttpResponse, language: str) -> None:
    """Keep the choice in a cookie of this browser; it names nobody."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
