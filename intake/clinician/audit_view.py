"""Reading who did what, for auditors: by day, action and person, and whether the record is as it was written."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import access, actions, audit, audit_reading, colleagues
from intake.models import AuditRecord, Clinic
from intake.permissions import Permission

from .wording import moment


class FilterForm(forms.Form):
    """What to narrow the record to."""

    day = forms.DateField(label="Day", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    action = forms.RegexField(
        label="Action", required=False, regex=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", help_text="For example response.read."
    )
    email = forms.EmailField(label="Who (e-mail address)", required=False)
    before = forms.IntegerField(required=False, min_value=0, max_value=2**53, widget=forms.HiddenInput)

    def clean_day(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["day"]
        if day and day.year in (datetime.MINYEAR, datetime.MAXYEAR):  # in some time zone such a day has no end
            raise ValidationError("Nothing was recorded in that year. Choose another day.")
        return day


@require_http_methods(["GET", "HEAD", "POST"])
def audit_record(request: HttpRequest) -> HttpResponse:
    """A page of the record; POST walks the whole chain and says whether it is as it was written."""
    clinics = list(access.clinics_of(request.user, Permission.READ_AUDIT).order_by("name"))
    if not clinics:
        raise Http404("There is no such page.")
    form = FilterForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    entries, before = _page(clinics, given)
    is_verified = request.method == "POST"
    actions.read_audit(user=request.user, shown=len(entries), is_verified=is_verified, now=timezone.now())
    context = {
        "form": form,
        "lines": _lines(entries, clinics[0]),
        "next": urlencode({**_chosen(given), "before": before}) if before else "",
        "found": audit.verify() if is_verified else None,
    }
    return render(request, "clinician/audit.html", context, status=200 if form.is_valid() else 422)


def _page(clinics: list[Clinic], given: dict[str, object]) -> tuple[list[AuditRecord], int]:
    email = str(given.get("email") or "")
    actor = colleagues.colleague_by_email(email, clinics) if email else None
    if email and actor is None:
        return [], 0
    day = given.get("day")
    return audit_reading.records(
        clinics,
        day=day if isinstance(day, datetime.date) else None,
        action=str(given.get("action") or ""),
        actor=actor,
        before=int(str(given.get("before") or 0)),
    )


def _chosen(given: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if value and name != "before"}


def _lines(entries: list[AuditRecord], clinic: Clinic) -> list[dict[str, str]]:
    """Each record in words: ids stay ids, except of staff, whose names their colleagues know."""
    zone = ZoneInfo(clinic.timezone)
    names = audit_reading.names_of_staff(entries)
    return [
        {
            "seq": str(entry.seq),
            "at": moment(entry.at.astimezone(zone)),
            "actor": names.get(entry.actor.removeprefix("user:"), entry.actor),
            "action": entry.action,
            "objects": audit_reading.in_words(entry, names),
        }
        for entry in entries
    ]
