"""How long a staff session lasts, kept on the server: a cookie that is held back or replayed opens nothing after that.

Patients' sessions end an hour after their last page, as `SESSION_COOKIE_AGE` says.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from . import actions, browsers
from .models import StaffSession
from .session_store import digest_of

IDLE = 15 * 60
"""Seconds without a page."""
WHOLE = 12 * 60 * 60
"""Seconds since signing in, however busy."""

_BEGAN, _SEEN, _KEY = "staff_began", "staff_seen", "staff_key"


def begin(request: HttpRequest, user: AbstractBaseUser) -> None:
    """Start the clock of a sign-in, and keep where it is so that it can be seen and ended."""
    session = request.session
    session[_BEGAN] = session[_SEEN] = int(time.time())
    session[_KEY] = stored_key(request)
    if session[_KEY]:
        browser = browsers.described(request.META.get("HTTP_USER_AGENT", ""))
        actions.keep_sign_in(user=user, session_key=session[_KEY], browser=browser, now=timezone.now())


def go_on(request: HttpRequest) -> bool:
    """Whether the session of somebody signed in may go on; if so, this request counts as its latest use."""
    now, session = int(time.time()), request.session
    if now - session.get(_SEEN, 0) > IDLE or now - session.get(_BEGAN, 0) > WHOLE:
        return False
    session[_SEEN] = now
    if session.get(_KEY) and session[_KEY] != stored_key(request):
        actions.follow_session(old_key=session[_KEY], new_key=stored_key(request))
        session[_KEY] = stored_key(request)
    return True


def stored_key(request: HttpRequest) -> str:
    """The key under which the session of a request is stored: a digest of the browser's; "" when it has none yet."""
    key = request.session.session_key
    return digest_of(key) if key else ""


def leave_nothing_behind(request: HttpRequest) -> None:
    """Have the browser forget the pages it keeps, once this request is answered."""
    request.is_sign_out = True  # type: ignore[attr-defined]


def headers(request: HttpRequest) -> dict[str, str]:
    """What the answer to a request that ended a session says besides."""
    return {"Clear-Site-Data": '"cache", "storage"'} if getattr(request, "is_sign_out", False) else {}


def open_sessions(kept: Iterable[StaffSession]) -> list[tuple[StaffSession, int]]:
    """Those that are still open, each with when it was last used (seconds since 1970)."""
    rows = {row.session_key: row for row in kept}
    stored = Session.objects.filter(session_key__in=rows, expire_date__gt=timezone.now())
    seen = {row.session_key: row.get_decoded().get(_SEEN, 0) for row in stored}
    now = time.time()
    return [(row, seen[key]) for key, row in rows.items() if key in seen and now - seen[key] <= IDLE]
