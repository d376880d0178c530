"""Where somebody is signed in: their own page of it, and what an administrator sees of a colleague."""

from __future__ import annotations

import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import access, actions, colleagues, staff_sessions
from intake.models import User

from .wording import moment


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """One session that is open, with times in the clinic's zone."""

    id: UUID
    browser: str
    began: str
    seen: str
    is_this: bool


def sign_ins_of(user: User, zone_name: str, *, this: str = "") -> list[SignIn]:
    """The sessions of a person that are still open, the latest first. `this` is the stored key of the reader's own."""
    zone = ZoneInfo(zone_name)
    return [
        SignIn(
            id=kept.pk,
            browser=kept.browser,
            began=moment(kept.began_at.astimezone(zone)),
            seen=moment(datetime.datetime.fromtimestamp(seen, tz=zone)),
            is_this=kept.session_key == this,
        )
        for kept, seen in staff_sessions.open_sessions(colleagues.sign_ins_of(user))
    ]


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Where I am signed in."""
    clinic = access.clinics_of(request.user).order_by("name").first()
    found = sign_ins_of(request.user, clinic.timezone if clinic else "UTC", this=staff_sessions.stored_key(request))
    return render(request, "clinician/sign_ins.html", {"sign_ins": found})


@require_POST
def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End one of my own sessions; somebody else's is not found among them."""
    actions.end_session(session_id=session_id, of=request.user, by=request.user, now=timezone.now())
    messages.success(request, "That session has ended.")
    return redirect("clinician:sign_ins")
