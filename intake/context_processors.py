"""What every page's template may use besides its own context."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import second_factor, tablet
from .alerts import standing

STAFF_PAGES = ("/staff/", "/accounts/")
PATIENT_PAGES = "/q/"


def site(request: HttpRequest) -> dict[str, object]:
    """`is_embedded`: this is a trial on one machine, and the page says that it is not for care. `text_size`: what was
    chosen in this browser, for patients' pages."""
    chosen = request.COOKIES.get("text_size", "")
    return {"is_embedded": settings.IS_EMBEDDED, "text_size": chosen if chosen in ("large", "largest") else ""}


def idle(request: HttpRequest) -> dict[str, object]:
    """How long a patient's page may lie unused, in seconds, and when it warns, and whether it is on a clinic's tablet.
    Nothing on other pages."""
    session = getattr(request, "session", None)
    if session is None or not request.path_info.startswith(PATIENT_PAGES):
        return {}
    limit = session.get_expiry_age()
    is_tablet = tablet.is_on(request)
    warning = min(settings.IDLE_WARNING, limit // 2)
    return {"idle": {"limit": limit, "warning": warning, "minutes": max(1, limit // 60)}, "is_tablet": is_tablet}


def alarm(request: HttpRequest) -> dict[str, object]:
    """How alerts stand, for the head of every staff page. Looked up only where a page asks, and only for somebody who
    got past the second factor: other pages have none."""
    user = getattr(request, "user", None)
    if not request.path_info.startswith(STAFF_PAGES) or user is None or not user.is_authenticated:
        return {}
    if not second_factor.is_present(request):
        return {}
    return {"alarm": SimpleLazyObject(lambda: standing.on_page(request))}
