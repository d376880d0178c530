"""When a page cannot be taken as it came: nothing typed is lost, it comes back with one button to send again."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers

from intake import access
from intake.models import QuestionnaireResponse

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


def is_patient_path(path: str) -> bool:
    """Whether a path is one of the patient's pages (and so neither another site nor a staff page)."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
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


def kept_page(request: HttpRequest, *, action: str, needs_code: bool, error: str, status: int) -> HttpResponse:
    """A page with everything that was posted, hidden, and one button. `action` is where it was going."""
    named = response_named(request)
    context = {
        "clinic": named.clinic if named else None,
        "fields": posted_again(request),
        "action": action if is_patient_path(action) else "/",
        "needs_code": needs_code,
        "error": error,
    }
    response = render(request, "patient/again.html", context, status=status)
    add_never_cache_headers(response)
    return response
