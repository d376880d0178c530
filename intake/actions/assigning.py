"""Saying who looks after a response. It decides nothing and hides nothing: everybody still sees everything."""

from __future__ import annotations

import datetime

from django.db import transaction

from intake import access, audit
from intake.models import QuestionnaireResponse, User
from intake.permissions import Permission

from .refusals import NoSuchResponse, NotPermitted, Refused, locked


class AssignedToAnother(Refused):
    """Somebody else looks after this response: only they take it off their list, or somebody takes it over."""


def assign(*, response: QuestionnaireResponse, by: User, now: datetime.datetime) -> QuestionnaireResponse:
    """A clinician says that they look after a response, also when another did so far. Raises `NotPermitted`."""
    return _assign(response, by, by, now, "response.assigned")


def unassign(*, response: QuestionnaireResponse, by: User, now: datetime.datetime) -> QuestionnaireResponse:
    """A clinician takes a response off their own list. Raises `NotPermitted`, `AssignedToAnother`."""
    return _assign(response, None, by, now, "response.unassigned")


def _assign(
    response: QuestionnaireResponse, to: User | None, by: User, now: datetime.datetime, action: str
) -> QuestionnaireResponse:
    with transaction.atomic():
        current = _readable(response, by)
        if current.assigned_to_id == (to.pk if to else None):
            return current
        if to is None and current.assigned_to_id != by.pk:
            raise AssignedToAnother("Somebody else looks after this response.")
        current.assigned_to = to
        current.save(update_fields=["assigned_to"])
        audit.record(actor=audit.staff(by), action=action, now=now, response=current.pk)
    return current


def _readable(response: QuestionnaireResponse, by: User) -> QuestionnaireResponse:
    readable = access.responses_for(by, Permission.READ_ANSWERS)
    try:
        return locked(response.pk, even_deleted=True, among=readable)
    except NoSuchResponse as error:
        raise NotPermitted("Your roles do not allow reading answers in this clinic.") from error
