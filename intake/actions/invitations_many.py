"""Inviting everybody on a list."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from intake import invitation_lists
from intake.models import Clinic, Invitation, User
from screening.models import Questionnaire

from .invitations import AlreadyInvited, invite
from .mailing import MOST_OF_CLINIC, TooManyMails, sent_today
from .refusals import Refused


class ListChanged(Refused):
    """What would be made now is not what was shown before: somebody was invited meanwhile."""


def invite_many(
    *,
    clinic: Clinic,
    by: User,
    now: datetime.datetime,
    text: str,
    expected: int,
    batch: uuid.UUID,
    questionnaire: Questionnaire | None = None,
    remind: bool = True,
) -> list[Invitation]:
    """Invite every good row of a list by e-mail: all of them, or none. Rows with problems are left out.

    `expected` is how many good rows were shown; `batch` makes a form idempotent.
    Raises `invitation_lists.Unreadable`, `AlreadyInvited`, `ListChanged`, `TooManyMails`, and what `invite` raises.
    """
    with transaction.atomic():
        rows = [row for row in invitation_lists.read(text, clinic=clinic, now=now) if row.is_good]
        _refuse_again(batch)
        if len(rows) != expected or not rows:
            raise ListChanged("Something changed since the list was checked. Look at it again.")
        if sent_today(clinic, now=now) + len(rows) > MOST_OF_CLINIC:
            raise TooManyMails(f"Only {MOST_OF_CLINIC} invitations can be sent by e-mail in a day. Wait a day.")
        return [
            invite(
                clinic=clinic,
                by=by,
                now=now,
                language=row.language,
                questionnaire=questionnaire,
                details=row.details,
                send=True,
                remind=remind,
                invitation_id=_id(batch, place),
            ).invitation
            for place, row in enumerate(rows)
        ]


def _id(batch: uuid.UUID, place: int) -> uuid.UUID:
    return uuid.uuid5(batch, str(place))


def _refuse_again(batch: uuid.UUID) -> None:
    if Invitation.objects.filter(pk=_id(batch, 0)).exists():
        raise AlreadyInvited("This list was invited already.")
