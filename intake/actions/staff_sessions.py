"""Keeping where staff are signed in, and ending it."""

from __future__ import annotations

import datetime
import uuid

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

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
        _end(StaffSession.objects.filter(user=of, pk=session_id), by, now)


def end_every_session(*, of: User, by: User, now: datetime.datetime) -> None:
    """End all sessions of a person. Raises `NotPermitted`."""
    with transaction.atomic():
        _refuse_strangers(of, by)
        _end(StaffSession.objects.filter(user=of), by, now)


def _end(sessions: QuerySet[StaffSession], by: User, now: datetime.datetime) -> None:
    """Every row goes before the audit record's lock is taken: somebody may be ending the same ones."""
    ended = list(sessions.order_by("pk"))
    Session.objects.filter(session_key__in=[kept.session_key for kept in ended]).delete()
    sessions.filter(pk__in=[kept.pk for kept in ended]).delete()
    for kept in ended:
        audit.record(actor=audit.staff(by), action="staff.session_ended", now=now, user=kept.user_id)


def _refuse_strangers(of: User, by: User) -> None:
    if of == by:
        return
    managed = access.clinics_of(by, Permission.MANAGE_STAFF)
    if not of.memberships.filter(clinic__in=managed).exists():
        raise NotPermitted("You manage no clinic where this person works.")


def begin_in_restored(*, audit_seq: int, now: datetime.datetime) -> int:
    """Sign everybody out of a database that was restored, patients too, and record that it was; how many sessions.
    Who was signed in then may not be staff any more, and a link may have been revoked since."""
    with transaction.atomic():
        ended, _ = Session.objects.all().delete()
        named = {"audit_seq": audit_seq, "sessions_ended": ended}
        audit.record(actor=audit.OPERATOR, action="backup.restored", now=now, **named)
    return ended
