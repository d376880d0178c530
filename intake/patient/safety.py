"""Help, shown at once after a disclosure and reachable from every page; and stopping, which is never in the way."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from intake import actions, tablet
from intake.references import grouped

from . import answering, errors, on_tablet, sessions
from .visit import Visit, patient_view


@require_http_methods(["GET", "HEAD", "POST"])
@patient_view
def help_now(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Who can be reached now. Shown after a disclosure, that is recorded; “I am safe” goes on where one was."""
    if request.method == "POST":
        return _go_on(request, visit)
    is_disclosed = _is_disclosed(request, visit)
    if is_disclosed or visit.asks_for_help():
        actions.record_panel_shown(response_id=visit.response.pk, now=visit.now)
    context = {**answering.frame(visit), "is_disclosed": is_disclosed, "minutes": visit.clinic.draft_alert_minutes}
    return render(request, "patient/help.html", context)


def _is_disclosed(request: HttpRequest, visit: Visit) -> bool:
    """Whether the page thanks for a disclosure. It may be one that was typed and not stored: then only the session
    knows of it. After sending, a session that did not send the answers is told nothing about them, unless help was
    never shown."""
    if sessions.HELP_FIRST in request.session:
        return True
    may_know = not visit.response.is_sent or sessions.SENT_HERE in request.session
    return visit.asks_for_help() and (may_know or not visit.response.panels_shown.exists())


def _go_on(request: HttpRequest, visit: Visit) -> HttpResponse:
    request.session.pop(sessions.HELP_FIRST, None)
    target = request.session.pop(sessions.HELP_NEXT, "")
    if visit.response.is_sent:
        return redirect("patient:sent")
    return redirect(target) if errors.is_patient_path(target) else answering.to_page(visit.resume_at())


@require_POST
@patient_view
def stay(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Somebody is still there: the request itself keeps the session open. Nothing else changes."""
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_view
def stop(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Stopping for now: what is kept, how to come back. The button closes the answers on this device."""
    if request.method == "POST" and tablet.is_on(request):
        return on_tablet.lock(request, "sent" if visit.response.is_sent else "stopped")
    if request.method == "POST":
        sessions.end(request)
        response = render(request, "patient/closed_here.html", {"clinic": visit.clinic, "language": visit.language})
        response["Clear-Site-Data"] = '"cache"'
        return response
    context = {
        **answering.frame(visit),
        "reference": grouped(visit.response.reference),
        "origin": settings.SITE_ORIGIN,
        "is_disclosed": visit.asks_for_help(),
        "minutes": visit.clinic.draft_alert_minutes,
    }
    return render(request, "patient/stop.html", context)
