"""Emergency access to a response, and notices to a clinic's people of what they must hear of."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from intake import access, audit, vault
from intake.models import Clinic, EmergencyAccess, QuestionnaireResponse, SecurityNotice, User
from intake.permissions import Permission

from .refusals import NotPermitted, Refused, locked

LASTS = datetime.timedelta(minutes=30)
"""How long emergency access opens a response."""
LONGEST_REASON = 500


class ReasonMissing(Refused):
    """Emergency access has a reason, in `LONGEST_REASON` characters at most."""


class NotNeeded(Refused):
    """The person's roles open this response as they are."""


class EmergencyOver(Refused):
    """The emergency access has ended, or the person left the clinic."""


class OwnNotice(Refused):
    """Somebody else looks at what one did oneself, where there is anybody else."""


def open_in_emergency(
    *, response_id: uuid.UUID | str, by: User, reason: str, now: datetime.datetime
) -> EmergencyAccess:
    """Open a response to somebody of its clinic whose roles do not open it, for `LASTS`. Everybody who manages staff,
    reads answers or reads the audit record there is told.

    Raises `NoSuchResponse`, `NotPermitted`, `NotNeeded`, `ReasonMissing`.
    """
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise ReasonMissing(f"Write why you need it now, in {LONGEST_REASON} characters at most.")
    with transaction.atomic():
        response = locked(response_id)
        if not access.clinics_of(by).filter(pk=response.clinic_id).exists():
            raise NotPermitted("You do not work in this clinic.")
        if access.may(by, Permission.READ_ANSWERS, response.clinic):
            raise NotNeeded("Your role opens this response. Find it on the worklist.")
        opened = EmergencyAccess(response=response, began_at=now, began_by=by, ends_at=now + LASTS)
        opened.reason_ct = vault.data_key(response).seal(words.encode(), row=opened, field="reason_ct")
        opened.save(force_insert=True)
        notify(response.clinic, SecurityNotice.Kind.EMERGENCY, by, now, access=opened)
        named = {"response": response.pk, "access": opened.pk, "clinic": response.clinic_id}
        audit.record(actor=audit.staff(by), action="emergency.opened", now=now, **named)
    return opened


def read_in_emergency(*, access_id: uuid.UUID, by: User, now: datetime.datetime) -> QuestionnaireResponse:
    """Record one reading under emergency access; call it before anything is shown. Raises `EmergencyOver`."""
    with transaction.atomic():
        found = EmergencyAccess.objects.filter(pk=access_id, began_by=by, began_at__lte=now, ends_at__gt=now)
        current = found.select_related("response__clinic").first()
        if current is None or not access.clinics_of(by).filter(pk=current.response.clinic_id).exists():
            raise EmergencyOver("This emergency access has ended. Begin again if it is still needed.")
        response = locked(current.response_id)
        named = {"response": response.pk, "access": current.pk}
        audit.record(actor=audit.staff(by), action="response.read", now=now, read_as="emergency", **named)
    return response


def notify(
    clinic: Clinic,
    kind: SecurityNotice.Kind,
    user: User,
    now: datetime.datetime,
    *,
    access: EmergencyAccess | None = None,
    detail: str = "",
) -> SecurityNotice:
    """Write a notice in the transaction of what it is about; the worker sends the e-mails."""
    made = SecurityNotice(clinic=clinic, kind=kind, user=user, access=access, detail=detail, made_at=now)
    made.save(force_insert=True)
    return made


def see_notice(*, notice_id: uuid.UUID, by: User, now: datetime.datetime) -> SecurityNotice:
    """Say that a named person has looked at a notice. The first time stands.

    Raises `NotPermitted`, and `OwnNotice` for what one did oneself where somebody else is told as well.
    """
    with transaction.atomic():
        notice = access.security_notices_for(by).filter(pk=notice_id).first()
        if notice is None:
            raise NotPermitted("There is no such notice at your clinics.")
        if notice.user == by and access.told_of_security(notice.clinic).exclude(pk=by.pk).exists():
            raise OwnNotice("Somebody else must look at what you did yourself.")
        notice = SecurityNotice.objects.select_for_update().get(pk=notice.pk)
        if notice.seen_at is None:
            notice.seen_at, notice.seen_by = now, by
            notice.save(update_fields=["seen_at", "seen_by"])
            audit.record(actor=audit.staff(by), action="notice.seen", now=now, notice=notice.pk)
    return notice
