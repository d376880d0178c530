"""How long a staff session lasts, kept on the server: a cookie that is held back or replayed opens nothing after that.

Patients' sessions end an hour after their last page, as `SESSION_COOKIE_AGE` says.
"""

from __future__ import annotations

import time

from django.http import HttpRequest

IDLE = 15 * 60
"""Seconds without a page."""
WHOLE = 12 * 60 * 60
"""Seconds since signing in, however busy."""

_BEGAN, _SEEN = "staff_began", "staff_seen"


def begin(request: HttpRequest) -> None:
    """Start the clock of a sign-in."""
    request.session[_BEGAN] = request.session[_SEEN] = int(time.time())


def go_on(request: HttpRequest) -> bool:
    """Whether the session of somebody signed in may go on; if so, this request counts as its latest use."""
    now, session = int(time.time()), request.session
    if now - session.get(_SEEN, 0) > IDLE or now - session.get(_BEGAN, 0) > WHOLE:
        return False
    session[_SEEN] = now
    return True


def leave_nothing_behind(request: HttpRequest) -> None:
    """Have the browser forget the pages it keeps, once this request is answered."""
    request.is_sign_out = True  # type: ignore[attr-defined]


def headers(request: HttpRequest) -> dict[str, str]:
    """What the answer to a request that ended a session says besides."""
    return {"Clear-Site-Data": '"cache", "storage"'} if getattr(request, "is_sign_out", False) else {}
