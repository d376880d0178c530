"""Getting in: the clinic's start page, an invitation's link, coming back with a code, choosing a language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import access, actions, limits, readiness
from intake.models import Clinic
from intake.references import grouped

from . import answering, beginning, errors, languages, pace, sessions
from .visit import public_view, visit_of


@require_safe
@public_view
def landing(request: HttpRequest) -> HttpResponse:
    """The bare address: says where a patient and staff go. It names no clinic."""
    return render(request, "patient/landing.html", _bare())


def _bare() -> dict[str, Any]:
    """A page that belongs to no clinic yet: every language the pages have may be chosen."""
    return {"languages": list(dict(settings.LANGUAGES)), "language": translation.get_language()}


@require_http_methods(["GET", "HEAD", "POST"])
@public_view
@pace.limited(limits.START)
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """A clinic's public start page. GET changes nothing; the button begins a response."""
    clinic = access.get_clinic_or_404(slug)
    version = access.current_version(clinic.questionnaire)
    language = sessions.first_language(request, clinic)
    with translation.override(language):
        if version is None or not readiness.is_ready(clinic):
            return _closed(request, clinic, language)
        if request.method == "POST":
            return beginning.begin(request, clinic, version, language, None)
        return beginning.show(request, clinic, version, language)


def _closed(request: HttpRequest, clinic: Clinic, language: str) -> HttpResponse:
    """A clinic that cannot receive anybody yet, in words that say what to do."""
    return render(request, "patient/closed.html", {"clinic": clinic, "language": language}, status=404)


@require_http_methods(["GET", "HEAD", "POST"])
@public_view
@pace.limited(limits.INVITATION)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A link from a clinic. Looking at it changes nothing and tells nothing: only the button looks it up.

    Afterwards the token is out of the address. Every link that cannot be used gives the same page.
    """
    if request.method != "POST":
        response = render(request, "patient/invitation.html", _bare())
        # Stricter than elsewhere: the address of this page holds the token. A browser still sends the origin, which
        # the check against forged requests needs.
        response["Referrer-Policy"] = "strict-origin"
        return response
    found = access.live_invitation(token, now=timezone.now())
    if found is None:
        return dead_link(request)
    if sessions.is_open_here(request, access.pass_for(found)):
        return redirect("patient:resume")
    sessions.hold(request, found)
    asks_again = getattr(found, "answer_request", None) is not None
    response = redirect("patient:asked" if asks_again else "patient:welcome")
    languages.remember(response, found.language)
    return response


def dead_link(request: HttpRequest, clinic: Clinic | None = None) -> HttpResponse:
    """The one page for every link that cannot be used."""
    return render(request, "patient/dead_link.html", _bare() | {"languages": [], "clinic": clinic}, status=404)


@require_http_methods(["GET", "HEAD", "POST"])
@public_view
@pace.limited(limits.START)
def welcome(request: HttpRequest) -> HttpResponse:
    """The start page of somebody invited, once their link was exchanged."""
    held = beginning.invitation_held(request)
    found = access.invitation_of_session(held, now=timezone.now())
    version = access.current_version(found.questionnaire) if found else None
    if found is None or version is None:
        is_named = beginning.INVITED in request.POST
        if sessions.is_open_here(request, held) or (not is_named and sessions.RESPONSE in request.session):
            return redirect("patient:resume")
        return dead_link(request, access.clinic_of_invitation(held))
    if getattr(found, "response", None) is not None and beginning.INVITED not in request.POST:
        return redirect("patient:resume")
    language = sessions.language_to_begin_in(request, found.clinic, found.language)
    with translation.override(language):
        if not readiness.is_ready(found.clinic):
            return _closed(request, found.clinic, language)
        if request.method == "POST":
            return beginning.begin(request, found.clinic, version, language, found)
        return beginning.show(request, found.clinic, version, language, invitation=found)


@require_http_methods(["GET", "HEAD", "POST"])
@public_view
def resume(request: HttpRequest) -> HttpResponse:
    """Come back to a draft: at once in the browser that has it open, otherwise with the reference and the code."""
    if request.method == "POST":
        return _resume_with_code(request)
    visit = visit_of(request)
    if visit is None:
        return _ask_for_code(request)
    if visit.response.is_sent:
        return redirect("patient:sent")
    return redirect("patient:help") if visit.asks_for_help() else answering.to_page(visit.resume_at())


def _ask_for_code(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    known = access.invitation_of_session(request.session.get(sessions.INVITATION), now=timezone.now())
    begun = getattr(known, "response", None)
    context = {
        **_bare(),
        "error": error,
        "reference": grouped(begun.reference) if begun else request.POST.get("reference", ""),
        "is_known": begun is not None,
        "clinic": known.clinic if known else None,
    }
    return render(request, "patient/resume.html", context, status=status)


def _resume_with_code(request: HttpRequest) -> HttpResponse:
    """The code opens the draft. A page that was kept meanwhile is offered for sending again."""
    if wait := pace.wait_of(request, limits.RESUME):
        return pace.told(_too_many(request), wait)
    token = _kept_reference(request) or request.POST.get("reference", "")
    try:
        response = actions.resume(token=token, code=request.POST.get("code", ""), now=timezone.now())
    except actions.TooManyTries:
        return _too_many(request)
    except actions.CannotResume:
        return _refused(request, gettext("That did not match. Check the reference and the code."), 422)
    sessions.begin(request, response)
    if request.POST.get("kept"):
        return _send_again(request)
    return redirect("patient:resume")


def _kept_reference(request: HttpRequest) -> str:
    """The reference of the response that a kept page belongs to: the page names it, the code must still open it."""
    kept = errors.response_named(request)
    return kept.reference if kept is not None else ""


def _too_many(request: HttpRequest) -> HttpResponse:
    return _refused(request, gettext("Too many codes were tried. Wait a while, or ask the clinic for help."), 429)


def _refused(request: HttpRequest, error: str, status: int) -> HttpResponse:
    if not request.POST.get("kept"):
        return _ask_for_code(request, error, status)
    return errors.kept_page(request, action=request.POST["kept"], needs_code=True, error=error, status=status)


def _send_again(request: HttpRequest) -> HttpResponse:
    return errors.kept_page(request, action=request.POST["kept"], needs_code=False, error="", status=200)


@require_POST
@public_view
def language(request: HttpRequest) -> HttpResponse:
    """Choose a language on a page without answers; section pages save and switch by themselves."""
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "/")
    response = redirect(back if errors.is_patient_path(back) else reverse("patient:landing"))
    if chosen in dict(settings.LANGUAGES):
        languages.remember(response, chosen)
    return response


@require_POST
@public_view
def text_size(request: HttpRequest) -> HttpResponse:
    """Choose how large the text is; a cookie of this browser keeps it, and names nobody."""
    chosen, back = request.POST.get("text_size", ""), request.POST.get("next", "/")
    response = redirect(back if errors.is_patient_path(back) else reverse("patient:landing"))
    if chosen in sessions.TEXT_SIZES:
        response.set_cookie(
            sessions.TEXT_SIZE,
            chosen,
            max_age=sessions.YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
