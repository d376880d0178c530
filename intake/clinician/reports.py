"""Counts about a clinic, for those who run it. They name nobody, and no count is small enough to point at somebody."""

from __future__ import annotations

import functools

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import access, actions, replica, reporting
from intake.permissions import Permission

DAYS = (30, 90, 365)


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The tables of one clinic for the last 30, 90 or 365 days. Each reading is recorded."""
    clinic = access.clinic_or_404(request.user, Permission.READ_REPORTS, request.GET.get("clinic", ""))
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else DAYS[1]
    now = timezone.now()
    report = functools.partial(reporting.report, clinic, days=days, now=now)
    read = replica.read(lambda database: report(database=database), now=now)
    actions.open_reports(user=request.user, clinic=clinic, days=days, now=now)
    context = {
        "clinic": clinic,
        "clinics": access.clinics_of(request.user, Permission.READ_REPORTS).order_by("name"),
        "days": days,
        "choices": DAYS,
        "tables": read.found,
        "as_of": read.as_of,
    }
    return render(request, "clinician/reports.html", context)
