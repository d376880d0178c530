"""The patient's side of a clinic's tablet: begin or go on, and the locked page at the end."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import access, actions, limits, readiness, tablet
from intake.models import Clinic

from . import beginning, pace, sessions
from .visit import Visit, draft_view, public_view


@require_http_methods(["GET", "HEAD", "POST"])
@public_view
@pace.limited(limits.START)
def start(request: HttpRequest) -> HttpResponse:
    """The start page on a tablet that staff handed over, or the button to go on with an unfinished draft."""
    if not tablet.is_on(request):
        return redirect("patient:tablet")
    clinic = access.get_clinic_or_404(request.session[tablet.CLINIC])
    language = sessions.language_to_begin_in(request, clinic, request.session[tablet.LANGUAGE])
    with translation.override(language):
        if tablet.DRAFT in request.session:
            return _go_on(request, clinic, language)
        return _start(request, clinic, language)


def _start(request: HttpRequest, clinic: Clinic, language: str) -> HttpResponse:
    chosen = request.session.get(tablet.INVITATION)
    invitation = access.invitation_of_session(chosen, now=timezone.now())
    version = access.current_version(invitation.questionnaire if invitation else clinic.questionnaire)
    is_over = bool(chosen) and (invitation is None or getattr(invitation, "response", None) is not None)
    if version is None or is_over or not readiness.is_ready(clinic):
        return redirect("patient:tablet")
    if request.method == "POST":
        return beginning.begin(request, clinic, version, language, invitation)
    return beginning.show(request, clinic, version, language)


def _go_on(request: HttpRequest, clinic: Clinic, language: str) -> HttpResponse:
    response = access.response_of_session(request.session[tablet.DRAFT])
    if response is None or response.is_sent:
        return redirect("patient:tablet")
    if request.method == "POST":
        sessions.begin(request, response)
        return redirect("patient:resume")
    return render(request, "patient/tablet_continue.html", {"clinic": clinic, "language": language})


@require_safe
@public_view
def locked(request: HttpRequest) -> HttpResponse:
    """The end: nothing of the person is left. Staff sign in again to hand the tablet to somebody else."""
    if tablet.is_on(request) and sessions.RESPONSE in request.session:
        return redirect("patient:resume")
    slug = request.session.get(tablet.LOCKED)
    clinic = access.get_clinic_or_404(slug) if slug else None
    language = request.session.get(tablet.LANGUAGE) or translation.get_language()
    context = {"clinic": clinic, "language": language, "outcome": request.session.get(tablet.OUTCOME, "")}
    with translation.override(language):
        response = render(request, "patient/tablet_locked.html", context)
    if slug is None and tablet.is_device(request):  # come here by itself when the session had ended: nothing wiped it
        response["Clear-Site-Data"] = tablet.WIPE
    return response


def lock(request: HttpRequest, outcome: str) -> HttpResponse:
    """Wipe the device and lead to the locked page. `outcome`: sent, stopped, deleted or closed."""
    tablet.lock(request, outcome)
    response = redirect("patient:tablet")
    response["Clear-Site-Data"] = tablet.WIPE
    return response


@require_POST
@draft_view
def code(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A code for somebody who wants to finish at home, because they asked for it: none was shown on the tablet."""
    if not tablet.is_on(request):
        return redirect("patient:stop")
    shown = actions.show_own_code(response_id=visit.response.pk, now=visit.now)
    visit.response.refresh_from_db()
    request.session.update(sessions.contents(visit.response))
    return beginning.show_code(request, visit.response, shown, visit.language)
