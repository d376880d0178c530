"""When a page cannot be taken as it came: nothing typed is lost, it comes back with one button to send again."""

from __future__ import annotations

import contextlib
import sys
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.views.defaults import bad_request as plain_bad_request
from django.views.defaults import server_error as plain_server_error

from intake import access, tablet
from intake.models import Clinic, QuestionnaireResponse

NOT_SENT_AGAIN = ("csrfmiddlewaretoken", "code", "reference", "kept")
"""Fields of the old page that the page which sends it again has itself."""


def posted_again(request: HttpRequest) -> list[tuple[str, str]]:
    """Every field that was posted, to be posted again: name and text, repeated names repeated."""
    names = [name for name in request.POST if name not in NOT_SENT_AGAIN]
    return [(name, text) for name in names for text in request.POST.getlist(name)]


def response_named(request: HttpRequest) -> QuestionnaireResponse | None:
    """The response that a posted page says it belongs to. It opens nothing: for that a code is needed."""
    try:
        named = uuid.UUID(request.POST.get("visit", ""))
    except ValueError:
        return None
    return access.response_of_session(str(named))


def is_of_another(request: HttpRequest, response: QuestionnaireResponse) -> bool:
    """Whether a posted page says that it belongs to another response than the one that is open in this browser now."""
    return request.POST.get("visit", str(response.pk)) != str(response.pk)


def is_patient_path(path: str) -> bool:
    """Whether a path is one of the patient's pages (and so neither another site nor a staff page)."""
    # Browsers leave out control characters and take a backslash for a slash: what is left may name another site.
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return False
    try:
        return resolve(urlsplit(path).path).app_name == "patient"
    except Resolver404:
        return False


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was too old to be trusted (its token changed in another tab): show it again, to be sent by a person.

    Staff pages are not sent again: they may hold a password.
    """
    if not is_patient_path(request.path):
        return render(request, "403.html", status=403)
    return kept_page(request, action=request.path, needs_code=False, error="", status=403)


def session_ended(request: HttpRequest) -> HttpResponse:
    """The session is over (an hour without a page, or another tab): ask for the resume code, keep the answers typed.

    The page says to which response it belongs; the code proves that the person may go on with it.
    """
    return kept_page(request, action=request.path, needs_code=True, error="", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be answered. Where the session ended meanwhile, in another tab, what was typed is kept."""
    if not isinstance(exception, SessionInterrupted):
        return plain_bad_request(request, exception)
    if _is_database_away(exception):
        return _unavailable(request)
    if request.method == "POST" and is_patient_path(request.path):
        return session_ended(request)
    return plain_bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """An error of our own. What a patient posted is on the page, to be sent again; 503 when the database failed."""
    if isinstance(sys.exc_info()[1], DatabaseError):
        return _unavailable(request)
    return _our_mistake(request)


def unreadable(request: HttpRequest) -> HttpResponse:
    """What was saved does not open. What was posted is on the page all the same, to be sent again once it does."""
    if request.method != "POST" or not is_patient_path(request.path):
        return render(request, "unreadable.html", status=409)
    response = _failed_page(request)
    response.status_code = 409
    return response


def _is_database_away(error: BaseException | None) -> bool:
    """Whether a session could not be kept because the database failed, which Django calls a session that is gone."""
    while error is not None and not isinstance(error, OperationalError):
        error = error.__context__
    return error is not None


RETRY_AFTER = 30
"""Seconds after which it is worth trying again where the database could not be used: a full disk, a lock, a restart."""


def _unavailable(request: HttpRequest) -> HttpResponse:
    response = _our_mistake(request)
    response.status_code = 503
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _our_mistake(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" and is_patient_path(request.path):
        return _failed_page(request)
    return plain_server_error(request)


def _failed_page(request: HttpRequest) -> HttpResponse:
    """Drawn without the session and, where it must be, without the database: either may be what failed."""
    context = {
        "clinic": _clinic_named(request),
        "fields": posted_again(request),
        "action": request.path,
        "is_our_mistake": True,
        "csrf_token": get_token(request),
    }
    response = HttpResponse(render_to_string("patient/again.html", context), status=500)
    add_never_cache_headers(response)
    return response


def _clinic_named(request: HttpRequest) -> Clinic:
    """The clinic that a posted page belongs to, for its numbers; else one that shows those of this product."""
    with contextlib.suppress(DatabaseError):
        if named := response_named(request):
            return named.clinic
    return Clinic(name=gettext("Screening questionnaire"))


def kept_page(request: HttpRequest, *, action: str, needs_code: bool, error: str, status: int) -> HttpResponse:
    """A page with everything that was posted, hidden, and one button. `action` is where it was going. On a clinic's
    tablet that is nobody's session any more, it closes by itself: nothing else would."""
    named = response_named(request)
    context = {
        "clinic": named.clinic if named else None,
        "fields": posted_again(request),
        "action": action if is_patient_path(action) else "/",
        "needs_code": needs_code,
        "error": error,
        "closes_in": settings.TABLET_IDLE if tablet.is_device(request) and not tablet.is_on(request) else 0,
        "minutes": settings.TABLET_IDLE // 60,
    }
    response = render(request, "patient/again.html", context, status=status)
    add_never_cache_headers(response)
    return response
