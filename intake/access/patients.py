"""What a link opens, and what a patient's session reaches afterwards."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from intake.models import AnswerRequest, Clinic, Invitation, QuestionnaireResponse, listing
from screening.models import Questionnaire, QuestionnaireVersion


def token_hash(token: str) -> str:
    """What is stored of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def live_invitation(token: str, *, now: datetime.datetime) -> Invitation | None:
    """The invitation that a token opens: with its link, or with one in a mail that may have arrived though it failed.
    None when it is unknown, expired, revoked, or its answers were sent or deleted, or what it asks again was answered.
    """
    invitations = Invitation.objects.select_related("clinic", "questionnaire", "response", "answer_request")
    hashed = token_hash(token)
    # Each of the two queries has an index; as one, neither would be used.
    found = invitations.filter(token_sha256=hashed).first() or invitations.filter(mails__token_sha256=hashed).first()
    return found if found and is_usable(found, now=now) else None


def is_live(invitation: Invitation, *, now: datetime.datetime) -> bool:
    """Whether a link may still begin or continue a response. One that asks for missing answers does neither."""
    return getattr(invitation, "answer_request", None) is None and is_usable(invitation, now=now)


def is_usable(invitation: Invitation, *, now: datetime.datetime) -> bool:
    """Whether a link may still be used, for a response or for the answers that are missing in one."""
    if invitation.revoked_at is not None or now >= invitation.expires_at:
        return False
    asked = getattr(invitation, "answer_request", None)
    if asked is not None:
        return asked.answered_at is None
    response = getattr(invitation, "response", None)
    return response is None or response.status == QuestionnaireResponse.Status.DRAFT


def current_version(questionnaire: Questionnaire | None) -> QuestionnaireVersion | None:
    """The published version that a new response begins on. None when there is none, or it was retired."""
    if questionnaire is None:
        return None
    return QuestionnaireVersion.objects.latest_of(questionnaire.key)


def response_of_session(response_id: str | None) -> QuestionnaireResponse | None:
    """The response that a patient's session opens. None when it holds none, or it may not be opened (any more)."""
    if not response_id:
        return None
    # The version's text is compiled once per process: it is not read again with each page.
    found = still_open().select_related("clinic", "version").defer("version__document", *listing.COLUMNS)
    try:
        return found.get(pk=response_id)  # `first` would put the one row in order, which takes longer than reading it
    except QuestionnaireResponse.DoesNotExist:
        return None


def still_open() -> QuerySet[QuestionnaireResponse]:
    """What a patient may open: neither deleted, nor begun with a link that was revoked."""
    return QuestionnaireResponse.objects.filter(invitation__revoked_at=None).exclude(status="deleted")


def pass_for(invitation: Invitation) -> str:
    """What a session or a page holds of the invitation whose link was opened: `ID:ISSUE`. It opens nothing any more
    once staff made a new link or revoked it."""
    return f"{invitation.pk}:{invitation.issue}"


def _read_pass(held: str) -> tuple[str, int]:
    """Which invitation a pass is for, and which issue of it. One from before passes named an issue has the first."""
    invitation_id, _, issue = held.partition(":")
    return invitation_id, int(issue or 0)


def is_same_invitation(held: str | None, other: str | None) -> bool:
    """Whether two passes are for one invitation, whichever issue of its link each came with."""
    return bool(held and other) and _read_pass(held or "")[0] == _read_pass(other or "")[0]


def invitation_of_session(held: str | None, *, now: datetime.datetime) -> Invitation | None:
    """The invitation that was exchanged in this session, while it may still be used and the link is not taken back."""
    if not held:
        return None
    invitation_id, issue = _read_pass(held)
    invitation = (
        Invitation.objects.select_related("clinic", "questionnaire", "response", "answer_request")
        .filter(pk=invitation_id, issue=issue)
        .first()
    )
    return invitation if invitation and is_live(invitation, now=now) else None


def request_of_session(held: str | None, *, now: datetime.datetime) -> AnswerRequest | None:
    """What is asked again in this session, also once it was answered; None when the link was taken back or expired."""
    if not held:
        return None
    invitation_id, issue = _read_pass(held)
    return (
        AnswerRequest.objects.select_related("response__clinic", "response__version", "invitation")
        .defer("response__version__document")
        .filter(invitation__pk=invitation_id, invitation__issue=issue)
        .filter(invitation__revoked_at=None, invitation__expires_at__gt=now)
        .first()
    )


def clinic_of_invitation(held: str | None) -> Clinic | None:
    """The clinic whose link was opened in this session, also once the link may no longer be used."""
    if not held:
        return None
    return Clinic.objects.filter(invitations__pk=_read_pass(held)[0]).first()


def crisis_contacts_of_every_clinic() -> list[list[dict[str, Any]]]:
    """The stored crisis contacts of each clinic: no secret, every start page shows its own."""
    return list(Clinic.objects.order_by("pk").values_list("crisis_contacts", flat=True))


def get_clinic_or_404(slug: str) -> Clinic:
    """The clinic of a public start page. Raises `Http404`."""
    clinic = Clinic.objects.select_related("questionnaire").filter(slug=slug).first()
    if clinic is None:
        raise Http404("There is no such clinic.")
    return clinic
