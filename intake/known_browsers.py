"""Browsers in which somebody has signed in before, by a signed cookie.

Wrong passwords are limited for each account. Without this, whoever goes on guessing from elsewhere would keep the
person themselves out; with it, their own browser has a count of its own. The cookie opens nothing.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from .models import User

COOKIE = "known" if settings.IS_EMBEDDED else "__Host-known"
LASTS = 180 * 24 * 60 * 60
"""Seconds since the latest sign-in in this browser."""

_SALT = "known browser"


def remember(response: HttpResponse, user: User) -> None:
    """Mark the browser that gets this response as one where a person signed in."""
    response.set_cookie(
        COOKIE,
        signing.dumps(str(user.pk), salt=_SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def mark(request: HttpRequest, email: str) -> str:
    """What tells this browser apart when sign-ins to an account are counted; empty where that person never was."""
    cookie = request.COOKIES.get(COOKIE, "")
    try:
        known = signing.loads(cookie, salt=_SALT, max_age=LASTS) if cookie else ""
    except signing.BadSignature:
        return ""
    is_theirs = known and User.objects.filter(pk=known, email=email.strip().lower()).exists()
    return f":known:{known}" if is_theirs else ""
