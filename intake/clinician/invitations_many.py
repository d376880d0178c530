"""Inviting everybody on a list: it is shown row by row with what will happen, and nothing is made before that."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake import actions, invitation_lists, unsent
from intake.invitation_lists import Row
from intake.models import Clinic

from .invitation_forms import ListForm, mark_of
from .invitations import chosen_clinic, clinics_to_invite_to
from .wording import LANGUAGE_NAMES


@dataclasses.dataclass(frozen=True)
class Line:
    """One row as the page shows it."""

    row: Row
    language: str


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def many(request: HttpRequest) -> HttpResponse:
    """Check a list, then invite everybody on it whose row has no problem."""
    clinics = clinics_to_invite_to(request)
    typed = unsent.typed_in(request)
    clinic = chosen_clinic(clinics, (typed or request.GET).get("clinic", ""))
    form = ListForm(clinic, typed, request.FILES if request.method == "POST" else None)
    if not form.is_bound:
        return _page(request, clinic, clinics, form)
    if not form.is_valid():
        return _page(request, clinic, clinics, form, status=422)
    try:
        rows = invitation_lists.read(form.cleaned_data["text"], clinic=clinic, now=timezone.now())
    except invitation_lists.Unreadable as error:
        form.add_error("text", str(error))
        return _page(request, clinic, clinics, form, status=422)
    if _is_confirmed(request, form):
        return _invite(request, clinic, clinics, form, rows)
    return _page(request, clinic, clinics, form, rows)


def _is_confirmed(request: HttpRequest, form: ListForm) -> bool:
    """Whether the button to invite was pressed, and the list is the one that was shown."""
    is_same = request.POST.get("checked") == mark_of(form.cleaned_data["text"])
    return "invite" in request.POST and is_same and not form.cleaned_data["file"]


def _invite(
    request: HttpRequest, clinic: Clinic, clinics: list[Clinic], form: ListForm, rows: Sequence[Row]
) -> HttpResponse:
    expected = request.POST.get("expected", "")
    try:
        made = actions.invite_many(
            clinic=clinic,
            by=request.user,
            now=timezone.now(),
            text=form.cleaned_data["text"],
            expected=int(expected) if expected.isascii() and expected.isdigit() and len(expected) < 6 else -1,
            batch=form.cleaned_data["key"],
            remind=form.cleaned_data["remind"],
        )
        messages.success(request, f"Invitations made: {len(made)}. They are sent by e-mail in the next minutes.")
    except actions.AlreadyInvited:
        messages.success(request, "This list was invited already. Nobody was invited twice.")
    except (actions.Refused, ValidationError) as refused:
        form.add_error(None, getattr(refused, "messages", [str(refused)]))
        return _page(request, clinic, clinics, form, rows, status=409)
    return redirect(f"{reverse('clinician:invitations')}?clinic={clinic.slug}")


def _page(
    request: HttpRequest,
    clinic: Clinic,
    clinics: list[Clinic],
    form: ListForm,
    rows: Sequence[Row] = (),
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "clinic": clinic, "clinics": clinics, "most": invitation_lists.MOST_ROWS}
    if form.is_bound:
        text = form.cleaned_data.get("text") or form.data.get("text", "")
        context |= {"text": text, "checked": mark_of(text), "key": form.data.get("key", "")}
    context |= {
        "lines": [Line(row, LANGUAGE_NAMES.get(row.language, row.language)) for row in rows],
        "good": sum(row.is_good for row in rows),
        "bad": sum(not row.is_good for row in rows),
    }
    return render(request, "clinician/invitations_many.html", context, status=status)


@require_safe
def example(request: HttpRequest) -> HttpResponse:
    """A list to begin from."""
    clinic = chosen_clinic(clinics_to_invite_to(request), request.GET.get("clinic", ""))
    headers = {"Content-Disposition": 'attachment; filename="invitations.csv"'}
    text = invitation_lists.example(clinic, now=timezone.now())
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
