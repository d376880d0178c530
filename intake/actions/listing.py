"""Opening a list of patients, or counts of what they answered."""

from __future__ import annotations

import datetime

from django.db import transaction

from intake import audit
from intake.models import Clinic, Invitation, Person, User


def open_worklist(*, user: User, shown: int, now: datetime.datetime) -> None:
    """Record that somebody reads the list of who has sent. `shown` is how many lines the page has."""
    with transaction.atomic():
        audit.record(actor=audit.staff(user), action="worklist.read", now=now, shown=shown)


def open_invitations(*, user: User, clinic: Clinic, shown: int, now: datetime.datetime) -> None:
    """Record that somebody reads the list of who was invited. `shown` is how many lines the page has."""
    with transaction.atomic():
        audit.record(actor=audit.staff(user), action="invitations.read", now=now, clinic=clinic.pk, shown=shown)


def open_invitation(*, user: User, invitation: Invitation, now: datetime.datetime) -> None:
    """Record that somebody reads whom one invitation is for."""
    with transaction.atomic():
        named = {"invitation": invitation.pk, "clinic": invitation.clinic_id}
        audit.record(actor=audit.staff(user), action="invitation.read", now=now, **named)


def open_check_ins(*, user: User, shown: int, now: datetime.datetime) -> None:
    """Record that somebody reads who is due to be asked again. `shown` is how many lines the page has."""
    with transaction.atomic():
        audit.record(actor=audit.staff(user), action="check_ins.read", now=now, shown=shown)


def open_reports(*, user: User, clinic: Clinic, days: int, now: datetime.datetime) -> None:
    """Record that somebody reads the counts of a clinic, of the last `days` days: of two readings, one may tell what
    the other does not."""
    with transaction.atomic():
        audit.record(actor=audit.staff(user), action="reports.read", now=now, clinic=clinic.pk, days=days)


def search_worklist(*, user: User, by_what: str, found: int, now: datetime.datetime) -> None:
    """Record that somebody searched: by which fields, and how many were found. Never what was typed."""
    with transaction.atomic():
        audit.record(actor=audit.staff(user), action="worklist.searched", now=now, by_what=by_what, found=found)


def open_person(*, user: User, person: Person, now: datetime.datetime) -> None:
    """Record that somebody reads what a person sent over time."""
    with transaction.atomic():
        audit.record(actor=audit.staff(user), action="person.read", now=now, person=person.pk)


def read_audit(*, user: User, shown: int, is_verified: bool, now: datetime.datetime) -> None:
    """Record that somebody reads the audit record. `shown` is how many lines; `is_verified`: the chain was walked."""
    action = "audit.verified" if is_verified else "audit.read"
    with transaction.atomic():
        audit.record(actor=audit.staff(user), action=action, now=now, shown=shown)
