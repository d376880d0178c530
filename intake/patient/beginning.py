"""The start page, wherever somebody comes from, and the first moment of a response: the code to come back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from intake import access, actions, rules, tablet
from intake.models import Clinic, Invitation, QuestionnaireResponse
from intake.questions.words import in_language
from intake.references import grouped
from screening import publishing
from screening.engine.assessment import Settings
from screening.models import QuestionnaireVersion

from . import sessions
from .duration import minutes_for

Answering = QuestionnaireResponse.Answering

INVITED = "invited"
"""The field of a page that names its invitation, signed, so that it is still found when the session went away: after a
second press on Start, or an hour."""
_SIGNER = signing.TimestampSigner(salt="page of an invitation")


def show(
    request: HttpRequest,
    clinic: Clinic,
    version: QuestionnaireVersion,
    language: str,
    *,
    invitation: Invitation | None = None,
    error: str = "",
) -> HttpResponse:
    """What this is, who reads it and when, how long it takes, and who is answering."""
    invited = sign(invitation) if invitation is not None else ""
    context = about(request, clinic, version, language) | {"error": error, INVITED: invited}
    return render(request, "patient/start.html", context, status=422 if error else 200)


def sign(invitation: Invitation) -> str:
    """What a page says of the invitation it belongs to."""
    return _SIGNER.sign(access.pass_for(invitation))


def invitation_held(request: HttpRequest, *, max_age: int = settings.SESSION_COOKIE_AGE) -> str | None:
    """The pass for the invitation that a request is about: the one that its page names, else the one of the session.

    Another link may have been opened in this browser since the page was drawn: what is sent from it never counts for
    the person of that link. A page of more than `max_age` seconds needs a session of the same invitation.
    """
    held = request.session.get(sessions.INVITATION)
    if INVITED not in request.POST:
        return held
    named = _named(request, None)
    if access.is_same_invitation(named, held):
        return held
    return named if sessions.is_open_here(request, named) else _named(request, max_age)


def _named(request: HttpRequest, max_age: int | None) -> str | None:
    try:
        return _SIGNER.unsign(request.POST[INVITED], max_age=max_age)
    except signing.BadSignature:
        return None


def about(request: HttpRequest, clinic: Clinic, version: QuestionnaireVersion, language: str) -> dict[str, Any]:
    """What the start page says, all of it from the clinic's settings and the published version."""
    compiled = publishing.compiled(version)
    on = rules.day_at(clinic, timezone.now())
    return {
        "clinic": clinic,
        "language": language,
        "languages": [code for code in compiled.definition.languages if code in sessions.offered(clinic)],
        "questionnaire": in_language(compiled.definition.title, language),
        "expectation": in_language(clinic.expectation, language),
        "minutes": minutes_for(compiled, Settings(profile=clinic.profile, parameters=clinic.parameters), on),
        "has_draft": has_draft(request, clinic),
        "who": _who(),
    }


def _who() -> list[tuple[str, str]]:
    return [
        (Answering.SELF, gettext("I answer for myself")),
        (Answering.HELPED, gettext("I answer for myself, with help from someone")),
        (Answering.BEHALF, gettext("I answer for someone else")),
    ]


def has_draft(request: HttpRequest, clinic: Clinic) -> bool:
    """Whether this browser has an unsent response of the clinic open."""
    response = sessions.response_of(request)
    return response is not None and response.clinic_id == clinic.pk and not response.is_sent


def begin(
    request: HttpRequest,
    clinic: Clinic,
    version: QuestionnaireVersion,
    language: str,
    invitation: Invitation | None,
) -> HttpResponse:
    """Start, and show the code once. It is part of this page only: it is stored nowhere, also not in the session."""
    if invitation is None and has_draft(request, clinic):
        return redirect("patient:resume")
    answering = request.POST.get("answering", "")
    if "asks_who" in request.POST and answering not in Answering.values:
        error = gettext("Choose who is answering")
        return show(request, clinic, version, language, invitation=invitation, error=error)
    try:
        started = actions.start(
            clinic=clinic,
            version=version,
            language=language,
            now=timezone.now(),
            invitation=invitation,
            answering=answering if answering in Answering.values else "",
            is_on_tablet=tablet.is_on(request),
        )
    except actions.AlreadyStarted:
        return _pressed_again(request, invitation, language)
    except actions.DeadInvitation:  # taken back or made anew at this moment: the page again says so
        return redirect(request.path)
    return _begun(request, started, language)


def _pressed_again(request: HttpRequest, invitation: Invitation | None, language: str) -> HttpResponse:
    """Start was pressed twice, and nobody has seen the code of the first press: another one is shown in its place."""
    assert invitation is not None
    try:
        started = actions.start_again(invitation=invitation, now=timezone.now())
    except actions.Refused:  # something was answered meanwhile, so the code is needed
        if not sessions.is_open_here(request, access.pass_for(invitation)):  # but those of somebody else may be
            sessions.hold(request, invitation)
        return redirect("patient:resume")
    return _begun(request, started, language)


def _begun(request: HttpRequest, started: actions.Started, language: str) -> HttpResponse:
    sessions.begin(request, started.response)
    if started.response.is_on_tablet:  # others may see this screen: the code is shown to who asks for it
        return redirect("patient:section", rules.compiled_of(started.response).definition.sections[0].link_id)
    return show_code(request, started.response, started.resume_code, language)


def show_code(request: HttpRequest, response: QuestionnaireResponse, code: str, language: str) -> HttpResponse:
    """The reference and the code, to write down, photograph or print."""
    definition = rules.compiled_of(response).definition
    context = {
        "clinic": response.clinic,
        "language": language,
        "questionnaire": in_language(definition.title, language),
        "reference": grouped(response.reference),
        "code": code,
        "origin": settings.SITE_ORIGIN,
        "first": definition.sections[0].link_id,
    }
    return render(request, "patient/code.html", context)
