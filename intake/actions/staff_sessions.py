"""Keeping where staff are signed in, and ending it."""

from __future__ import annotations

import datetime
import uuid

from django.contrib.sessions.models import Session
from django.db import transaction

from intake import access, audit
from intake.models import StaffSession, User
from intake.permissions import Permission

from .refusals import NotPermitted

KEPT = datetime.timedelta(hours=12)
"""No session of staff lasts longer (`intake.staff_sessions.WHOLE`), so no older row says anything."""


def keep_sign_in(*, user: User, session_key: str, browser: str, now: datetime.datetime) -> StaffSession:
    """Remember where somebody signed in. Rows of sessions that must have ended are forgotten."""
    with transaction.atomic():
        StaffSession.objects.filter(user=user, began_at__lt=now - KEPT).delete()
        found, _ = StaffSession.objects.update_or_create(
            session_key=session_key, defaults={"user": user, "browser": browser, "began_at": now}
        )
    return found


def follow_session(*, old_key: str, new_key: str) -> None:
    """A session got another key, as after a change of password."""
    with transaction.atomic():
        StaffSession.objects.filter(session_key=old_key).update(session_key=new_key)


def end_session(*, session_id: uuid.UUID, of: User, by: User, now: datetime.datetime) -> None:
    """End one session of a person: their own, or of somebody in a clinic where `by` manages staff.

    Raises `NotPermitted`. A session that has ended stays so.
    """
    with transaction.atomic():
        _refuse_strangers(of, by)
        for kept in StaffSession.objects.filter(user=of, pk=session_id):
            Session.objects.filter(session_key=kept.session_key).delete()
            kept.delete()
            audit.record(actor=audit.staff(by), action="staff.session_ended", now=now, user=of.pk)


def end_every_session(*, of: User, by: User, now: datetime.datetime) -> None:
    """End all sessions of a person. Raises `NotPermitted`."""
    for session_id in list(StaffSession.objects.filter(user=of).values_list("pk", flat=True)):
        end_session(session_id=session_id, of=of, by=by, now=now)


def _refuse_strangers(of: User, by: User) -> None:
    if of == by:
        return
    managed = access.clinics_of(by, Permission.MANAGE_STAFF)
    if not of.memberships.filter(clinic__in=managed).exists():
        raise NotPermitted("You manage no clinic where this person works.")
