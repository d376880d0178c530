"""Handing a clinic's tablet to a patient: staff choose, are signed out on the device, and the patient begins."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from intake import access, actions, invitees, tablet
from intake.models import Clinic, Invitation, QuestionnaireResponse
from intake.permissions import Permission

from .wording import moment

MOST_LISTED = 50


@require_http_methods(["GET", "HEAD", "POST"])
def open_tablet(request: HttpRequest) -> HttpResponse:
    """Choose the clinic, the language and perhaps whom it is for. The button signs staff out on this device."""
    clinics = list(access.clinics_of(request.user, Permission.INVITE).select_related("questionnaire").order_by("name"))
    if not clinics:
        raise Http404("There is no tablet here.")
    if request.method != "POST":
        return _draw(request, clinics)
    clinic = next((each for each in clinics if each.slug == request.POST.get("clinic")), None)
    if clinic is None:
        raise Http404
    chosen, language = _chosen(request, clinic), request.POST.get("language", "")
    try:
        actions.open_tablet(clinic=clinic, by=request.user, language=language, invitation=chosen, now=timezone.now())
    except actions.Refused as refused:
        return _draw(request, clinics, error=str(refused))
    logout(request)
    tablet.hand_over(request, clinic=clinic, language=language, invitation=chosen)
    return _handed_over("patient:tablet_start", language)


@require_POST
def continue_draft(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand over an unfinished draft of this clinic's tablets."""
    found = access.get_response_or_404(request.user, reference, Permission.INVITE)
    if not found.is_on_tablet or not access.still_open().filter(pk=found.pk).exists():
        raise Http404
    try:
        response = actions.continue_on_tablet(response_id=found.pk, by=request.user, now=timezone.now())
    except actions.Refused as refused:
        raise Http404 from refused
    logout(request)
    tablet.hand_over(request, clinic=response.clinic, language=response.language, draft=response)
    return _handed_over("patient:tablet_start", response.language)


def _handed_over(name: str, language: str) -> HttpResponse:
    answer = redirect(name)
    tablet.mark_device(answer)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return answer


def _chosen(request: HttpRequest, clinic: Clinic) -> Invitation | None:
    """The invitation that was chosen; None for somebody without one. Another clinic's does not exist."""
    given = request.POST.get("invitation", "")
    if not given:
        return None
    try:
        found = access.get_invitation_or_404(request.user, UUID(given))
    except ValueError as error:
        raise Http404 from error
    if found.clinic_id != clinic.pk:
        raise Http404
    return found


def _draw(request: HttpRequest, clinics: list[Clinic], *, error: str = "") -> HttpResponse:
    now = timezone.now()
    named = dict(settings.LANGUAGES)
    context = {
        "places": [
            {
                "clinic": clinic,
                "languages": [(code, named[code]) for code in clinic.languages if code in named],
                "invitations": _waiting(request, clinic),
                "drafts": _drafts(request, clinic),
            }
            for clinic in clinics
        ],
        "error": error,
        "minutes": settings.TABLET_IDLE // 60,
        "now": now,
    }
    return render(request, "clinician/tablet.html", context, status=422 if error else 200)


def _waiting(request: HttpRequest, clinic: Clinic) -> list[tuple[str, str]]:
    """The links of a clinic that nobody has begun with, the latest first. That somebody reads whom they are for is
    recorded."""
    now = timezone.now()
    found = access.invitations_for(request.user).filter(clinic=clinic, response=None, answer_request=None)
    latest = found.filter(revoked_at=None, expires_at__gt=now).order_by("-created_at")[:MOST_LISTED]
    listed = [(str(each.pk), _name(each)) for each in latest]
    if listed:
        actions.open_invitations(user=request.user, clinic=clinic, shown=len(listed), now=now)
    return listed


def _name(invitation: Invitation) -> str:
    details = invitees.details_of(invitation)
    return details.name or details.email or f"No name, invited {moment(invitation.created_at)}"


def _drafts(request: HttpRequest, clinic: Clinic) -> list[QuestionnaireResponse]:
    """What was begun on this clinic's tablets and not sent, the latest first: by reference only."""
    found = access.still_open().filter(clinic=clinic, status="draft", is_on_tablet=True)
    return list(found.order_by("-saved_at")[:MOST_LISTED])
