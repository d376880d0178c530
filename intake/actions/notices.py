"""Choosing how to hear of new submissions."""

from __future__ import annotations

import datetime

from django.db import transaction

from intake import access, audit
from intake.models import NoticeChoice, User
from intake.permissions import Permission

from .refusals import NotPermitted


def choose_notices(*, user: User, choice: NoticeChoice.Choice, now: datetime.datetime) -> NoticeChoice:
    """Keep how often a person wants to hear of new submissions. What came before now is not told.

    Raises `NotPermitted` for somebody who does not see who has sent.
    """
    with transaction.atomic():
        if not access.may_somewhere(user, Permission.SEE_WHO_HAS_SENT):
            raise NotPermitted("Only those who see who has sent can be told of new submissions.")
        chosen, _ = NoticeChoice.objects.update_or_create(
            user=user,
            defaults={"choice": NoticeChoice.Choice(choice), "told_until": now, "changed_at": now, "failed_at": None},
        )
        audit.record(actor=audit.staff(user), action="notices.chosen", now=now, choice=str(chosen.choice))
    return chosen
