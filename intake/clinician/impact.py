"""What a draft would have changed: asking for it, how far it is, what was found, and which responses."""

from __future__ import annotations

import datetime
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import access, actions
from intake.impact import read_findings
from intake.permissions import Permission
from screening.models import Questionnaire

from . import impact_tables

EDIT = Permission.EDIT_QUESTIONNAIRE
EARLIER = 20
"""Replays listed below the form, the latest first."""
AGAIN_SECONDS = 3
"""After which the page of a replay that goes on asks again."""


class ImpactForm(forms.Form):
    """Which draft, and which responses."""

    questionnaire = forms.ModelChoiceField(
        label="Draft",
        queryset=None,
        to_field_name="key",
        empty_label=None,
        error_messages={"invalid_choice": "Choose one of the questionnaires.", "required": "Choose a questionnaire."},
    )
    since = forms.DateField(
        label="Sent on or after",
        required=False,
        help_text="Leave it empty to look at every response.",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Write a date, such as 2026-01-31."},
    )

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        self.fields["questionnaire"].queryset = access.questionnaires()  # type: ignore[attr-defined]

    def clean_since(self) -> datetime.date | None:
        since: datetime.date | None = self.cleaned_data["since"]
        if since and since > timezone.localdate():
            raise forms.ValidationError("Choose a day that has come.")
        return since


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """What can be replayed, and earlier replays; POST starts one."""
    if not access.may_somewhere(request.user, EDIT):
        raise Http404("There is no such page.")
    if request.method != "POST":
        return _choose_page(request, ImpactForm(initial={"questionnaire": request.GET.get("questionnaire", "")}))
    form = ImpactForm(request.POST)
    if not form.is_valid():
        return _choose_page(request, form)
    draft, since = form.cleaned_data["questionnaire"], form.cleaned_data["since"]
    try:
        run = actions.start_impact(questionnaire=draft, since=since, by=request.user, now=timezone.now())
    except actions.DraftUnready as refused:
        form.add_error("questionnaire", str(refused))
        return _choose_page(request, form, unready=draft)
    except actions.Refused as refused:
        form.add_error("since", str(refused))
        return _choose_page(request, form)
    return redirect("clinician:impact_run", run.pk)


def _choose_page(request: HttpRequest, form: ImpactForm, unready: Questionnaire | None = None) -> HttpResponse:
    runs = access.impact_runs_for(request.user).order_by("-requested_at")[:EARLIER]
    context = {
        "form": form,
        "unready": unready,
        "runs": runs,
        "clinics": access.clinics_of(request.user, EDIT).order_by("name"),
    }
    return render(request, "clinician/impact.html", context, status=422 if form.errors else 200)


@require_safe
def run(request: HttpRequest, impact_id: UUID) -> HttpResponse:
    """How far a replay is, and what it found so far."""
    found = access.get_impact_run_or_404(request.user, impact_id)
    is_exact = access.reads_all_of(request.user, found)
    context = {
        "run": found,
        "again": 0 if found.is_over else AGAIN_SECONDS,
        "table": impact_tables.table(found, read_findings(found), is_exact=is_exact),
        "address": settings.SITE_ORIGIN + reverse("clinician:impact_responses", args=[found.pk]),
        "may_read": access.may_somewhere(request.user, Permission.READ_ANSWERS),
    }
    return render(request, "clinician/impact_run.html", context)


@require_POST
def cancel(request: HttpRequest, impact_id: UUID) -> HttpResponse:
    """Stop a replay; what was found so far stays."""
    found = access.get_impact_run_or_404(request.user, impact_id)
    actions.cancel_impact(run_id=found.pk, by=request.user, now=timezone.now())
    return redirect("clinician:impact_run", found.pk)


@require_safe
def responses(request: HttpRequest, impact_id: UUID) -> HttpResponse:
    """Which responses would change, for those who may read them. Looking is recorded."""
    found = access.get_impact_to_review_or_404(request.user, impact_id)
    findings = read_findings(found)
    ids = impact_tables.named(findings)
    readable = {str(one.pk): one for one in access.responses_for(request.user).filter(pk__in=ids)}
    actions.read_impact(run=found, by=request.user, now=timezone.now())
    reads_all = access.reads_all_of(request.user, found)
    context = {"run": found, "groups": impact_tables.groups(found, findings, readable, reads_all=reads_all)}
    return render(request, "clinician/impact_responses.html", context)
