"""Emergency access for those whose roles open no response, and the notices that a clinic's people look at."""

from __future__ import annotations

import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import access, actions, records, retention, unsent
from intake.models import SecurityNotice
from intake.permissions import ROLES
from intake.step_up import fresh_sign_in_required

from .forms import PlainForm
from .reading import summary_of
from .wording import moment

NOT_THERE = "There is no such response at your clinics."


class EmergencyForm(PlainForm):
    """Which response, and why now."""

    submit_label = "Open it for 30 minutes"

    reference = forms.CharField(
        label="Reference of the response",
        max_length=20,
        widget=forms.TextInput(attrs={"class": "width-10", "autocomplete": "off"}),
        error_messages={"required": "Enter the reference."},
    )
    reason = forms.CharField(
        label="Why you need it now",
        max_length=500,
        help_text="Others of your clinic read this. Write no answer of the patient.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write why you need it now."},
    )


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def emergency(request: HttpRequest) -> HttpResponse:
    """Open one response in an emergency. Everybody who must hear of it is told."""
    form = EmergencyForm(unsent.typed_in(request))
    if request.method != "POST" or not form.is_valid():
        return _emergency_page(request, form)
    try:
        response = access.colleagues_response_or_404(request.user, form.cleaned_data["reference"])
        opened = actions.open_in_emergency(
            response_id=response.pk, by=request.user, reason=form.cleaned_data["reason"], now=timezone.now()
        )
    except (Http404, actions.NoSuchResponse, actions.NotPermitted):
        form.add_error("reference", NOT_THERE)
    except actions.NotNeeded as error:
        form.add_error("reference", str(error))
    except actions.ReasonMissing as error:
        form.add_error("reason", str(error))
    else:
        return redirect("clinician:emergency_read", opened.pk)
    return _emergency_page(request, form)


def _emergency_page(request: HttpRequest, form: EmergencyForm) -> HttpResponse:
    return render(request, "clinician/emergency.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def emergency_read(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """The response, to read only, until the time is over."""
    found = access.emergency_access_or_404(request.user, access_id)
    now = timezone.now()
    try:
        actions.read_in_emergency(access_id=found.pk, by=request.user, now=now)
    except actions.EmergencyOver as error:
        messages.warning(request, str(error))
        return redirect("clinician:emergency")
    except actions.NoSuchResponse as error:
        raise Http404(NOT_THERE) from error
    context = {
        "summary": summary_of(found.response, now=now),
        "until": moment(found.ends_at.astimezone(ZoneInfo(found.response.clinic.timezone))),
    }
    return render(request, "clinician/emergency_summary.html", context)


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """What the people of my clinics are told of: those that nobody has looked at first, then the latest."""
    notices = access.security_notices_for(request.user).order_by("seen_at", "-made_at", "pk")
    unseen = [_line(notice) for notice in notices.filter(seen_at=None)]
    seen = [_line(notice) for notice in notices.filter(seen_at__isnull=False).order_by("-made_at", "pk")[:50]]
    return render(request, "clinician/security.html", {"unseen": unseen, "seen": seen})


def _line(notice: SecurityNotice) -> dict[str, str]:
    zone = ZoneInfo(notice.clinic.timezone)
    seen = f"Looked at by {notice.seen_by.name} on {_at(notice.seen_at, zone)}" if notice.seen_by else ""
    return {"id": str(notice.pk), "text": _text(notice, zone), "reason": _reason(notice), "seen": seen}


def _at(at: datetime.datetime, zone: ZoneInfo) -> str:
    return moment(at.astimezone(zone))


def _text(notice: SecurityNotice, zone: ZoneInfo) -> str:
    who = f"{notice.user.name} ({notice.user.email})"
    on = f"on {_at(notice.made_at, zone)}, {notice.clinic.name}"
    match SecurityNotice.Kind(notice.kind):
        case SecurityNotice.Kind.EMERGENCY:
            ends = _at(notice.access.ends_at, zone)
            return f"{who} opened response {notice.access.response} in an emergency {on}, until {ends}."
        case SecurityNotice.Kind.OWN_ROLE:
            return (
                f"{who} gave themselves the role “{ROLES[notice.detail].title}” {on}. There is no other administrator."
            )
        case SecurityNotice.Kind.RETENTION:
            counts = _at(notice.made_at + retention.SHORTER_COUNTS_AFTER, zone)
            return (
                f"{who} set the days for which sent answers are kept to {notice.detail}, {on}. "
                f"Nothing is erased for it before {counts}. Until then it can be changed back under Clinic."
            )
        case SecurityNotice.Kind.ALERTS:
            return f"{who} changed the address to which alerts are mailed, {on}. It now stands under Clinic."
        case _:
            raise ValueError(notice.kind)


def _reason(notice: SecurityNotice) -> str:
    return records.read_emergency_reason(notice.access) if notice.access else ""


@require_POST
def see(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Say under one's own name that one has looked at a notice."""
    try:
        actions.see_notice(notice_id=notice_id, by=request.user, now=timezone.now())
    except actions.OwnNotice as error:
        messages.warning(request, str(error))
    except actions.NotPermitted as error:
        raise Http404("There is no such notice.") from error
    return redirect("clinician:security")
