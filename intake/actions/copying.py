"""Giving a person a copy of everything that is kept about them (GDPR article 15, 45 CFR 164.524)."""

from __future__ import annotations

import datetime

from django.db import transaction

from intake import access, audit
from intake.erasure.finding import Record
from intake.models import Person, User
from intake.one_moment import one_moment
from intake.permissions import Permission
from intake.subject_access import collecting
from intake.subject_access.rows import Plain

from .erasing import scope_of
from .refusals import NotPermitted


def copy_of(*, record: Record, by: User | None, now: datetime.datetime, with_notes: bool = True) -> Plain:
    """Everything about a person, or about a response and who sent it, and a record that it was given.

    It is collected before the transaction, all of one moment: a long record keeps nobody else from saving.
    `by` None: the operator.
    `with_notes`: clinicians' private notes too. Raises `NotPermitted`, `vault.VaultError` for what does not open.
    """
    if by is not None and not access.may(by, Permission.READ_ANSWERS, record.clinic):
        raise NotPermitted("You cannot read answers of this clinic.")
    kind = "person" if isinstance(record, Person) else "response"
    with one_moment():
        found = collecting.everything(record, scope_of(record), with_notes=with_notes, now=now)
    with transaction.atomic():
        audit.record(
            actor=audit.staff_or_operator(by), action=f"{kind}.copied", now=now,
            notes="included" if with_notes else "left out", **{kind: record.pk},
        )  # fmt: skip
    return found
