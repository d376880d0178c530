"""After sending: a person corrects or adds something in their own words. It is appended and never shown back."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from intake import actions, limits
from intake.questions.words import Words, in_language
from screening.engine.definition import Section

from . import answering, errors, pace, sessions
from .visit import Visit, patient_view


@dataclass(frozen=True)
class Place:
    """What a correction may be about: a page of the questionnaire and, in the session that sent it, its questions."""

    link_id: str
    title: Words
    questions: tuple[tuple[str, Words], ...] = ()


@require_http_methods(["GET", "HEAD", "POST"])
@patient_view
def correct(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Words, and what they are about. The button appends them; a second click adds nothing."""
    if not visit.response.is_sent:
        return answering.to_page(visit.resume_at())
    if request.method == "POST":
        return _take(request, visit)
    return _draw(request, visit)


def _take(request: HttpRequest, visit: Visit) -> HttpResponse:
    if "visit" not in request.POST:
        return errors.session_ended(request)
    if wait := limits.wait_for(limits.CORRECT, str(visit.response.pk)):
        return pace.too_fast(request, wait)
    given = request.POST.get("attempt", "")
    attempt = given if re.fullmatch(r"[0-9a-f-]{36}", given) else str(uuid.uuid4())
    try:
        actions.add_correction(
            response_id=visit.response.pk,
            words=request.POST.get("words", ""),
            about=request.POST.get("about", ""),
            attempt=f"words:{attempt}",
            now=visit.now,
        )
    except actions.NothingSaid:
        return _draw(request, visit, error=gettext("Write what you want to correct or add."))
    except actions.TooLong:
        said = gettext("Write %(most)s characters or fewer.") % {"most": f"{actions.LONGEST_CORRECTION:,}"}
        return _draw(request, visit, error=said)
    except actions.TooManyCorrections:
        return _draw(request, visit, error=gettext("You have added many corrections. Please call the clinic."))
    request.session[sessions.CORRECTED_HERE] = True
    return redirect("patient:sent")


def _draw(request: HttpRequest, visit: Visit, *, error: str = "") -> HttpResponse:
    context = {
        **answering.frame(visit),
        "places": _places(visit, with_questions=sessions.SENT_HERE in request.session),
        "error": error,
        "words": request.POST.get("words", ""),
        "about": request.POST.get("about", ""),
        "attempt": uuid.uuid4(),
    }
    return render(request, "patient/correct.html", context, status=422 if error else 200)


def _places(visit: Visit, *, with_questions: bool) -> list[Place]:
    """Which questions were asked says something about the answers: only the session that sent them is shown that.
    Anybody else chooses among all pages of the questionnaire, asked or not."""
    if not with_questions:
        return [_place(visit, section, ()) for section in visit.definition.sections]
    shown = visit.shown
    return [
        _place(visit, section, tuple(one.link_id for one in section.questions if one.link_id in shown))
        for section in visit.sections
    ]


def _place(visit: Visit, section: Section, link_ids: tuple[str, ...]) -> Place:
    questions = visit.compiled.questions
    named = tuple((link_id, in_language(questions[link_id].text, visit.language)) for link_id in link_ids)
    return Place(section.link_id, in_language(section.title, visit.language), named)
