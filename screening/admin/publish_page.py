"""The page Publish: what stands in the way, who reviewed the draft, and publishing it now or at a time."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from screening import models, proving, publishing, scheduling
from screening.engine.checks import Problem

from . import views
from .keeping import kept, typed_before


@kept(comes_back=True)
def publish(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """Asks for a note, shows the problems; a POST publishes what was shown, now or later, or says why not with 422."""
    if request.method != "POST":
        return _draw(request, questionnaire, context)
    sent = {name: request.POST.get(name, "") for name in ("note", "seen", "at")} | {
        "unreviewed": "unreviewed" in request.POST
    }
    try:
        if "cancel" in request.POST:
            return _cancel(request, questionnaire)
        if "later" in request.POST:
            return _later(request, questionnaire, sent)
        return _now(request, questionnaire, sent)
    except publishing.PublishRefused as refused:
        return _draw(request, questionnaire, {**context, **sent}, refused.problems, status=422)
    except scheduling.CannotSchedule as error:
        return _draw(request, questionnaire, {**context, **sent, "refused": str(error)}, status=422)


def _now(request: HttpRequest, questionnaire: models.Questionnaire, sent: dict[str, Any]) -> HttpResponse:
    version = publishing.publish(
        questionnaire=questionnaire,
        by=views.name_of(request),
        user=request.user,  # type: ignore[arg-type]
        now=timezone.now(),
        note=sent["note"],
        seen=sent["seen"],
        as_unreviewed=sent["unreviewed"],
    )
    messages.success(request, f"Published {questionnaire.key} version {version.number}.")
    return redirect("admin:screening_questionnaireversion_change", version.pk)


def _later(request: HttpRequest, questionnaire: models.Questionnaire, sent: dict[str, Any]) -> HttpResponse:
    planned = scheduling.schedule(
        questionnaire=questionnaire,
        due_at=_time(sent["at"]),
        by=views.name_of(request),
        user=request.user,  # type: ignore[arg-type]
        note=sent["note"],
        seen=sent["seen"],
        is_unreviewed=sent["unreviewed"],
        now=timezone.now(),
    )
    when = f"{planned.due_at:%Y-%m-%d at %H:%M} UTC"
    messages.success(request, f"It is published on {when} if nothing changes until then.")
    return redirect("admin:screening_publish", questionnaire.pk)


def _time(text: str) -> datetime.datetime:
    """A time as the browser writes it, in UTC. Raises `CannotSchedule`."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise scheduling.CannotSchedule("Write a day and a time that exist, such as 2026-03-01 08:00.")
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _cancel(request: HttpRequest, questionnaire: models.Questionnaire) -> HttpResponse:
    user: Any = request.user
    scheduling.cancel(questionnaire=questionnaire, by=views.name_of(request), user=user, now=timezone.now())
    messages.success(request, "Nothing is planned any more.")
    return redirect("admin:screening_publish", questionnaire.pk)


def _draw(
    request: HttpRequest,
    questionnaire: models.Questionnaire,
    context: dict[str, Any],
    refusals: Iterable[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    """The draft is read once: what is shown of it, and the hash that a press of the button sends, are of one content.
    A refusal that the draft does not show by itself stands first."""
    look = publishing.look_at(questionnaire, prove=proving.report if request.method == "POST" else proving.soon)
    problems = [*(one for one in refusals if one not in look.problems), *look.problems]
    reviews = list(questionnaire.clinical_reviews.all()[:1])
    shown = {
        **({} if request.method == "POST" or look.is_being_proved else typed_before(request, "note", "at")),
        **context,
        **views.sorted_problems(list(problems), questionnaire),
        "title": "Publish",
        "look": look,
        **views.WAITING,
        "latest": questionnaire.versions.order_by("-number").first(),
        "seen": look.sha256,
        "review": questionnaire.clinical_reviews.filter(sha256=look.sha256).first(),
        "earlier_review": reviews[0] if reviews else None,
        "planned": scheduling.waiting(questionnaire),
        "outcome": questionnaire.scheduled_publications.exclude(done_at=None).first(),
    }
    return render(request, "admin/screening/publish.html", shown, status=status)
