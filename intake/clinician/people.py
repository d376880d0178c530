"""The pages about one person: what they sent over time, who they are, their sessions and when they are asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import access, actions
from intake.models import Person

from .people_forms import PersonForm, ScheduleForm, SessionForm
from .people_page import address_of, current_schedule, page_of

MISSING = "There is no such person."


@require_safe
def person(request: HttpRequest, reference: str) -> HttpResponse:
    """One person over time."""
    return _show(request, access.get_person_or_404(request.user, reference))


def _show(request: HttpRequest, found: Person, *, refused: PersonForm | None = None) -> HttpResponse:
    now = timezone.now()
    actions.open_person(user=request.user, person=found, now=now)
    context = {
        "page": page_of(found, now=now),
        "session_form": refused if isinstance(refused, SessionForm) else _session_form(found),
        "schedule_form": refused if isinstance(refused, ScheduleForm) else _schedule_form(found),
        "refused": refused,
    }
    return render(request, "clinician/person.html", context, status=422 if refused else 200)


def _session_form(found: Person, data: Any = None) -> SessionForm:
    return SessionForm(data, action=reverse("clinician:person_session", args=[str(found)]))


def _schedule_form(found: Person, data: Any = None) -> ScheduleForm:
    current = current_schedule(found)
    action = reverse("clinician:person_schedule", args=[str(found)])
    email = address_of(found, current)
    return ScheduleForm(data, action=action, clinic=found.clinic, current=current, email=email)


@require_POST
def decide(request: HttpRequest, reference: str, other: str) -> HttpResponse:
    """Say that two people are the same, or are not."""
    found = access.get_person_or_404(request.user, reference)
    likely = access.get_person_or_404(request.user, other)
    is_same = request.POST.get("decision") == "same"
    if not is_same and request.POST.get("decision") != "different":
        messages.error(request, "Choose whether they are the same person.")
        return redirect("clinician:person", str(found))
    act = actions.confirm_same_person if is_same else actions.tell_people_apart
    done = "They are one person now. You can take this back below." if is_same else "Kept: not the same person."
    # The one who was there first keeps the reference.
    person_id, other_id = (found.pk, likely.pk) if found.created_at >= likely.created_at else (likely.pk, found.pk)
    _do(request, lambda: act(person_id=person_id, other_id=other_id, by=request.user, now=timezone.now()), done)
    return redirect("clinician:person", str(likely if is_same and person_id == found.pk else found))


@require_POST
def take_back(request: HttpRequest, reference: str, match_id: UUID) -> HttpResponse:
    """Undo what was said about two people."""
    found = access.get_person_or_404(request.user, reference)
    _do(
        request,
        lambda: actions.take_back_match(match_id=match_id, by=request.user, now=timezone.now()),
        "Taken back. Both decisions stay on record.",
    )
    return redirect("clinician:person", str(found))


@require_POST
def record_session(request: HttpRequest, reference: str) -> HttpResponse:
    """A session took place, or is planned."""
    found = access.get_person_or_404(request.user, reference)
    form = _session_form(found, request.POST)
    if not form.is_valid():
        return _show(request, found, refused=form)
    try:
        actions.record_session(person_id=found.pk, at=form.at_in(found.clinic), by=request.user, now=timezone.now())
    except actions.AlreadyRecorded:
        pass  # a form that was sent twice
    except ValidationError as error:
        form.refuse(error)
        return _show(request, found, refused=form)
    except actions.Refused as error:  # the role went away meanwhile: the same as never there
        raise Http404(MISSING) from error
    messages.success(request, "Recorded. The clock of the schedule starts from it.")
    return redirect("clinician:person", str(found))


@require_POST
def withdraw_session(request: HttpRequest, reference: str, session_id: UUID) -> HttpResponse:
    """A session was recorded by mistake, or will not take place."""
    found = access.get_person_or_404(request.user, reference)
    if not found.sessions.filter(pk=session_id).exists():
        raise Http404(MISSING)
    _do(
        request,
        lambda: actions.withdraw_session(session_id=session_id, by=request.user, now=timezone.now()),
        "Withdrawn.",
    )
    return redirect("clinician:person", str(found))


@require_POST
def set_schedule(request: HttpRequest, reference: str) -> HttpResponse:
    """When the person is asked again."""
    found = access.get_person_or_404(request.user, reference)
    form = _schedule_form(found, request.POST)
    if not form.is_valid():
        return _show(request, found, refused=form)
    given = {name: form.cleaned_data[name] for name in ("kind", "days", "email", "language")}
    try:
        actions.set_schedule(
            person_id=found.pk, questionnaire=form.chosen, by=request.user, now=timezone.now(), **given
        )
    except ValidationError as error:
        form.refuse(error)
        return _show(request, found, refused=form)
    except actions.Refused as error:
        raise Http404(MISSING) from error
    messages.success(request, "Set. The links go out by themselves from now on.")
    return redirect("clinician:person", str(found))


@require_POST
def end_schedule(request: HttpRequest, reference: str) -> HttpResponse:
    """Nobody is asked by schedule any more."""
    found = access.get_person_or_404(request.user, reference)
    _do(
        request,
        lambda: actions.end_schedule(person_id=found.pk, by=request.user, now=timezone.now()),
        "Ended. Links that went out keep working.",
    )
    return redirect("clinician:person", str(found))


def _do(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """One action without a form; what it refuses is said on the page."""
    try:
        act()
    except (actions.NoSuchPerson, actions.NotPermitted) as error:
        raise Http404(MISSING) from error
    except actions.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
