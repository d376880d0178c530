"""What every action may answer instead of acting."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from intake import access
from intake.models import Clinic, QuestionnaireResponse, User
from intake.permissions import Permission


class Refused(Exception):  # noqa: N818 (named for the event)
    """An action was not done. The message says what, why, and what to do; it never contains an answer or a name."""


class NotPermitted(Refused):
    """The person's roles do not allow this in this clinic."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the same thing since it was looked at."""


class NoSuchResponse(Refused):
    """There is no response with this id."""


def locked(
    response_id: uuid.UUID | str | None = None,
    *,
    reference: str = "",
    even_deleted: bool = False,
    among: QuerySet[QuestionnaireResponse] | None = None,
) -> QuestionnaireResponse:
    """A response by its id or its reference that nobody else writes until this transaction ends; `among` narrows where
    it is looked for.

    Raises `NoSuchResponse`, also for a draft that its patient deleted, unless `even_deleted`.
    """
    responses = QuestionnaireResponse.objects.all() if among is None else among
    if not even_deleted:
        responses = responses.exclude(status="deleted")
    named = Q(reference=reference) if response_id is None else Q(pk=response_id)
    try:
        found = responses.select_related("clinic", "version").defer("version__document")
        return found.select_for_update(of=("self",)).get(named)
    except QuestionnaireResponse.DoesNotExist as error:
        raise NoSuchResponse("There is no such response. It may have been erased.") from error


def managed(clinic: Clinic, by: User, *, refusal: str) -> Clinic:
    """The clinic as it is now, which nobody else changes until this transaction ends. Whether `by` may is asked after
    waiting. The row is never locked against rows that name it: many of those are written while the audit record is
    held.

    Raises `NotPermitted` with `refusal`.
    """
    current = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    if not access.may(by, Permission.MANAGE_CLINIC, current):
        raise NotPermitted(refusal)
    return current
