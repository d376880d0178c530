"""Coming back to a draft with its link (or reference) and its code."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from intake import access, audit, codes, references
from intake.models import QuestionnaireResponse, User
from intake.permissions import Permission

from .refusals import NotPermitted, Refused, locked


class CannotResume(Refused):
    """The link, the reference or the code is not right, or the draft cannot be continued. Never says which."""


class TooManyTries(CannotResume):
    """Codes were tried too often. `again_at` is when the next try is allowed."""

    def __init__(self, again_at: datetime.datetime) -> None:
        super().__init__("Too many codes were tried. Wait a little, or ask the clinic for help.")
        self.again_at = again_at


def resume(*, token: str, code: str, now: datetime.datetime) -> QuestionnaireResponse:
    """Open a draft again. `token` is a link's token, or the reference that was shown when the draft was started.
    What was sent is opened by its reference to add a correction; reading it back is not for this to allow.

    Raises `CannotResume` and `TooManyTries`. The try is counted and committed before the code is looked at.
    """
    response = _find(token, now)
    hashed = _count(response, now) if response is not None else None
    is_right = codes.is_code(code, hashed)
    opened = _open(response, hashed, now) if is_right and response is not None else None
    if opened is None:
        _record_refusal(response, now)
        raise CannotResume("That did not match. Check the link and the code, or ask the clinic for help.")
    return opened


def issue_resume_code(*, response_id: uuid.UUID | str, by: User, now: datetime.datetime) -> str:
    """A new code for somebody who lost theirs, once staff know who is asking. The old code stops working.

    Raises `NotPermitted`, `CannotResume` when the answers were sent.
    """
    code = codes.new_code()
    hashed = codes.hash_code(code)
    with transaction.atomic():
        response = locked(response_id)
        if not access.may(by, Permission.INVITE, response.clinic):
            raise NotPermitted("Only staff who invite patients can give a new code.")
        if response.is_sent:
            raise CannotResume("These answers were sent; there is nothing to continue.")
        response.resume_code_hash = hashed
        codes.forget_tries(response)
        response.resume_tries_of_day = 0
        response.save(update_fields=["resume_code_hash", *codes.TRY_FIELDS])
        audit.record(actor=audit.staff(by), action="response.code_issued", now=now, response=response.pk)
    return code


def _find(token: str, now: datetime.datetime) -> QuestionnaireResponse | None:
    reference = references.normalised(token)
    if reference:
        return access.still_open().filter(reference=reference).first()
    invitation = access.live_invitation(token, now=now)
    return getattr(invitation, "response", None)


def _count(response: QuestionnaireResponse, now: datetime.datetime) -> str:
    with transaction.atomic():
        current = locked(response.pk)
        again_at = codes.wait_until(current, now=now)
        if again_at is not None:
            raise TooManyTries(again_at)
        codes.count_try(current, now=now)
        current.save(update_fields=codes.TRY_FIELDS)
        return current.resume_code_hash


def _record_refusal(response: QuestionnaireResponse | None, now: datetime.datetime) -> None:
    if response is not None:
        with transaction.atomic():
            audit.record(actor=audit.ANONYMOUS, action="response.resume_refused", now=now, response=response.pk)


def _open(response: QuestionnaireResponse, hashed: str | None, now: datetime.datetime) -> QuestionnaireResponse | None:
    """None where staff gave a new code while the one of before was looked at."""
    with transaction.atomic():
        current = locked(response.pk)
        if current.resume_code_hash != hashed:
            return None
        codes.forget_tries(current)
        current.save(update_fields=codes.TRY_FIELDS)
        audit.record(actor=audit.patient(current), action="response.resumed", now=now, response=current.pk)
        return current
