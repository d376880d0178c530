"""A tablet at reception: staff begin it, the patient answers, and at the end it is wiped and locked.

Staff are signed out before the patient holds the device. What the session then holds is the clinic, the language and
perhaps an invitation; never a name. A cookie says that the device is a clinic's tablet, so that a page whose session is
over leads to the locked page and not to one that asks for a code.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from . import access
from .models import Clinic, Invitation, QuestionnaireResponse

CLINIC = "tablet_clinic"
LANGUAGE = "tablet_language"
INVITATION = "tablet_invitation"
DRAFT = "tablet_draft"
LOCKED = "tablet_locked_at"
OUTCOME = "tablet_outcome"

COOKIE = "tablet"
DAY = 24 * 60 * 60

WIPE = '"cache", "storage"'
"""What the browser forgets when a patient is done."""


def hand_over(
    request: HttpRequest,
    *,
    clinic: Clinic,
    language: str,
    invitation: Invitation | None = None,
    draft: QuestionnaireResponse | None = None,
) -> None:
    """Begin the patient's time with the device: nothing of staff is left in the session."""
    request.session.flush()
    request.session.update({CLINIC: clinic.slug, LANGUAGE: language})
    if invitation is not None:
        request.session[INVITATION] = access.pass_for(invitation)
    if draft is not None:
        request.session[DRAFT] = str(draft.pk)
    request.session.set_expiry(settings.TABLET_IDLE)


def is_on(request: HttpRequest) -> bool:
    """Whether a patient holds a clinic's tablet."""
    return CLINIC in request.session


def is_device(request: HttpRequest) -> bool:
    """Whether this browser was a clinic's tablet today."""
    return request.COOKIES.get(COOKIE) == _mark()


def state(request: HttpRequest) -> dict[str, str]:
    """What must outlive a session that gets a new key."""
    return {name: request.session[name] for name in (CLINIC, LANGUAGE) if name in request.session}


def go_on(request: HttpRequest, kept: dict[str, str]) -> None:
    """Put back what `state` gave."""
    if kept:
        request.session.update(kept)
        request.session.set_expiry(settings.TABLET_IDLE)


def lock(request: HttpRequest, outcome: str) -> None:
    """Take everything from the device. `outcome` is what the locked page says: sent, stopped, deleted or closed."""
    clinic = request.session.get(CLINIC, "")
    language = request.session.get(LANGUAGE, "")
    request.session.flush()
    request.session.update({LOCKED: clinic, LANGUAGE: language, OUTCOME: outcome})
    request.session.set_expiry(DAY)


def mark_device(response: HttpResponse) -> None:
    """Remember that this browser is a clinic's tablet."""
    response.set_cookie(
        COOKIE, _mark(), max_age=DAY, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


def _mark() -> str:
    return salted_hmac("tablet", "device", algorithm="sha256").hexdigest()[:16]
