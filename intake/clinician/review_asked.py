"""What a patient was asked again after sending, and what became of it, as it is printed."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from intake import history, records
from intake.models import AnswerRequest, QuestionnaireResponse

from .wording import Reading, label, moment


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One time that the patient was asked again: who and when, which questions, and what became of it."""

    who: str
    questions: tuple[str, ...]
    outcome: str
    invitation: str


def asked_again(response: QuestionnaireResponse, reading: Reading, zone: ZoneInfo) -> Iterable[Asked]:
    """Every time in order."""
    for request in history.requests_of(response):
        yield Asked(
            who=f"{request.asked_by.name} on {moment(request.asked_at.astimezone(zone))}",
            questions=tuple(label(reading.compiled.questions[name]) for name in records.read_request(request)),
            outcome=_outcome(request, zone),
            invitation=str(request.invitation_id),
        )


def _outcome(request: AnswerRequest, zone: ZoneInfo) -> str:
    if request.answered_at is not None:
        return f"Answered on {moment(request.answered_at.astimezone(zone))}."
    if request.invitation.revoked_at is not None:
        return "Not answered; the link was revoked."
    return f"No answer yet; the link works until {moment(request.invitation.expires_at.astimezone(zone))}."
