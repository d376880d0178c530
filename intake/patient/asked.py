"""What the clinic asks again after sending: a link opens only these questions, and nothing can be read with it."""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from intake import access, actions, limits, records, tablet
from intake.models import AnswerRequest
from screening.engine.answers import cross_problems
from screening.engine.definition import Section

from . import answering, beginning, errors, late, pace, sections, sessions
from .forms import SectionForm
from .starting import dead_link
from .visit import Visit, public_view

DAY = 24 * 60 * 60
"""Seconds for which a page that lay open may still be sent, also when its session is over."""
IN_A_LIST = ("add", "remove", "take", "keep")
"""Buttons inside a list of entries: the page comes back with nothing kept and nothing in error."""


class AskedForm(SectionForm):
    """The questions that are asked again, empty: what was answered before is never shown."""

    def __init__(self, visit: Visit, link_ids: tuple[str, ...], data: Any = None) -> None:
        questions = tuple(visit.compiled.questions[name] for name in link_ids)
        section = Section(link_id="asked", title=visit.definition.title, questions=questions)
        self.is_unfinished = data is not None and any(name in data for name in IN_A_LIST)
        super().__init__(
            section,
            visit.page,
            on=visit.today,
            stored={},
            shown=link_ids,
            shown_by=lambda answers: link_ids,
            together=partial(cross_problems, visit.definition),
            preface=sections.preface(visit, section),
            more={(data or {}).get("add", ""): 1},
            data=data,
        )

    def problems_of(self, name: str) -> list[Any]:
        return [] if self.is_unfinished else super().problems_of(name)


@require_http_methods(["GET", "HEAD", "POST"])
@public_view
def asked(request: HttpRequest) -> HttpResponse:
    """The questions; after Send, that they have come. A disclosure shows help first."""
    now = timezone.now()
    found = access.request_of_session(beginning.invitation_held(request, max_age=DAY), now=now)
    if found is None:
        return dead_link(request)
    if not access.is_same_invitation(request.session.get(sessions.INVITATION), access.pass_for(found.invitation)):
        sessions.hold(request, found.invitation)  # the page is somebody else's than the link opened last
    language = sessions.language_to_begin_in(request, found.response.clinic, found.response.language)
    with translation.override(language):
        help_first, is_shared = request.session.get(sessions.HELP_FIRST, ""), tablet.is_device(request)
        visit = Visit(found.response, {}, language, now, help_first=help_first, is_shared=is_shared)
        if request.method == "POST":
            return _take(request, found, visit)
        return _show(request, found, visit)


def _show(request: HttpRequest, found: AnswerRequest, visit: Visit) -> HttpResponse:
    if sessions.HELP_FIRST in request.session:
        actions.record_panel_shown(response_id=found.response_id, now=visit.now)
        context = {**_frame(visit), "is_disclosed": True, "minutes": visit.clinic.draft_alert_minutes}
        return render(request, "patient/help.html", context)
    if found.answered_at is not None:
        return render(request, "patient/asked_sent.html", _frame(visit))
    return _draw(request, found, visit, AskedForm(visit, records.read_request(found)))


def _take(request: HttpRequest, found: AnswerRequest, visit: Visit) -> HttpResponse:
    if beginning.INVITED not in request.POST:  # the button below the help
        if not errors.is_of_another(request, found.response):
            request.session.pop(sessions.HELP_FIRST, None)
        return redirect("patient:asked")
    if wait := limits.wait_for(limits.CORRECT, str(found.response_id)):
        return pace.too_fast(request, wait)
    form = AskedForm(visit, records.read_request(found), request.POST)
    has_errors = not form.is_valid()
    if form.is_unfinished:
        return _draw(request, found, visit, form)
    return _keep(request, found, visit, form, has_errors=has_errors)


def _keep(
    request: HttpRequest, found: AnswerRequest, visit: Visit, form: AskedForm, *, has_errors: bool
) -> HttpResponse:
    """Keep what can be kept, also beside a mistake: what is disclosed does not wait for a corrected page."""
    answers = form.changes(is_posted=True)
    disclosed = late.disclosed_in(_as_stored(found, visit.now), answers)
    try:
        actions.answer_request(request_id=found.pk, answers=answers, is_finished=not has_errors, now=visit.now)
    except actions.NothingSaid:
        error = gettext("Answer at least one question. You can also choose “Not sure”.")
        return _draw(request, found, visit, form, error=error)
    except actions.TooManyCorrections:
        if disclosed:  # staff were called for it before: help comes first again
            visit.put_help_first(request, disclosed)
            return redirect("patient:asked")
        error = gettext("You have added many corrections. Please call the clinic.")
        return _draw(request, found, visit, form, error=error)
    except actions.DeadInvitation:
        return dead_link(request, visit.clinic)
    if disclosed:
        visit.put_help_first(request, disclosed)
    if has_errors:
        return _draw(request, found, visit, form)
    return redirect("patient:asked")


def _as_stored(found: AnswerRequest, now: datetime.datetime) -> Visit:
    """The response with what was sent, to tell a new disclosure from one that was met with help. Nothing of it is
    drawn."""
    return Visit(found.response, records.read_answers_of(found.response), found.response.language, now)


def _frame(visit: Visit) -> dict[str, Any]:
    return {**answering.frame(visit), "idle": None}


def _draw(
    request: HttpRequest, found: AnswerRequest, visit: Visit, form: AskedForm, *, error: str = ""
) -> HttpResponse:
    is_wrong = bool(error) or (form.is_bound and not form.is_unfinished and bool(form.errors))
    context = {
        **_frame(visit),
        "form": form,
        "problems": () if form.is_unfinished else form.summary,
        "error": error,
        "named": beginning.sign(found.invitation),
        "help_now": sessions.HELP_FIRST in request.session,
        "instruments": sections.instruments_in(visit, form.section),
    }
    return render(request, "patient/asked.html", context, status=422 if is_wrong else 200)
