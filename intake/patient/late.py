"""A page that was still open when the answers were sent: what it says is kept for the clinic, and help comes first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from intake import actions
from screening.engine.answers import Answer

from . import sessions
from .forms import SectionForm
from .visit import Visit


def keep(request: HttpRequest, visit: Visit, form: SectionForm) -> HttpResponse:
    """Append what the page says besides what was sent. What it discloses calls staff, and shows help next."""
    answers = form.changes(is_posted=True)
    kept = actions.keep_late_answers(response_id=visit.response.pk, answers=answers, now=visit.now)
    if kept is not None:
        request.session[sessions.CORRECTED_HERE] = True
        if discloses(visit, answers):
            request.session[sessions.HELP_FIRST] = True
    is_help_due = visit.help_is_due(request)
    if "autosave" in request.POST:
        message = gettext("Your answers were sent from another window. What you typed here is added for the clinic.")
        return JsonResponse({"error": "sent", "message": message, "help": is_help_due}, status=409)
    return redirect("patient:help" if is_help_due else "patient:sent")


def discloses(visit: Visit, answers: dict[str, Answer | None]) -> bool:
    typed = {link_id: answer for link_id, answer in answers.items() if answer is not None}
    return bool(visit.concerns({**visit.answers, **typed}) - visit.concerns(visit.answers))
