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
        if disclosed := disclosed_in(visit, answers):
            visit.put_help_first(request, disclosed)
    help_due = visit.help_due(request)
    if "autosave" in request.POST:
        message = gettext("Your answers were sent from another window. What you typed here is added for the clinic.")
        return JsonResponse({"error": "sent", "message": message, "help": help_due}, status=409)
    return redirect("patient:help" if help_due else "patient:sent")


def disclosed_in(visit: Visit, answers: dict[str, Answer | None]) -> dict[str, Answer]:
    """These answers, when help comes first for one of them that was not met with help before; else none."""
    typed = {link_id: answer for link_id, answer in answers.items() if answer is not None}
    is_new = visit.concerns({**visit.answers, **typed}) - visit.concerns(visit.answers)
    return typed if is_new else {}
