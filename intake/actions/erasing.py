"""Erasing for good: a response, or a person with everything of theirs.

All in one transaction: keys are emptied, rows go, a tombstone and an audit record stay. The erasure list is on the disk
before that is committed, so an erasure that was cut short is completed by doing it again, or by the daily round,
unless it has been put on hold since, called for somebody or was opened in an emergency.
What must be kept by law is the clinic's to know (docs/operations.md); a legal hold makes the program refuse.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import uuid
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from intake import access, audit
from intake.erasure import erased_list, registry, traces
from intake.erasure.finding import Record
from intake.erasure.registry import Scope
from intake.models import Alert, Clinic, Erasure, Invitation, Person, QuestionnaireResponse, SecurityNotice, User
from intake.permissions import Permission

from .deleting import delete_draft
from .holding import OnLegalHold, hold_on
from .matching import part_from_others
from .refusals import NotPermitted, Refused, locked

logger = logging.getLogger(__name__)

Kind, Reason = Erasure.Kind, Erasure.Reason
BATCH = 500
Row = TypeVar("Row", bound=Model)


class AlertStillOpen(Refused):
    """Somebody was called about these answers and nobody has said that they looked after it."""


class NoticeNotSeen(Refused):
    """These answers were opened in an emergency, and nobody has looked at the notice of it."""


class NotAllErased(Refused):
    """Something that was erased before is still here and could not be erased again. The log names the kind of error."""


WAITING = (OnLegalHold, AlertStillOpen, NoticeNotSeen)
"""Why a record stays until somebody has done something else first."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Erased:
    """What became of it. `rows` is 0 when it was erased before; `is_pressed_out`: the files hold nothing of it."""

    rows: int
    is_pressed_out: bool


def erase(
    *, record: Record, reason: str, by: User | None, now: datetime.datetime, actor: str = audit.OPERATOR
) -> Erased:
    """Take a response, or a person with everything of theirs, away for good. Again: nothing changes.

    Raises `NotPermitted`, `OnLegalHold`, `AlertStillOpen`, `NoticeNotSeen`; `ValueError`: there is no such
    reason.
    """
    reason = Reason(reason)
    if by is not None and not access.may(by, Permission.ERASE_RECORDS, record.clinic):
        raise NotPermitted("You cannot erase records of this clinic.")
    with transaction.atomic():
        scope = locked_with_all(record, scope_of)
        if scope == Scope():
            return Erased(rows=0, is_pressed_out=True)
        refuse_to_erase(scope)
        rows, stones = _erase(record.clinic, scope, reason=reason, by=by, now=now, actor=actor)
        erased_list.append(map(_entry, stones))  # on the disk before it is committed: the list outlives a stop
    return Erased(rows=rows, is_pressed_out=traces.press_out())


def scope_of(record: Record) -> Scope:
    """Everything that goes with a record."""
    return registry.of_person(record.pk) if isinstance(record, Person) else registry.of_response(record)


def refuse_to_erase(scope: Scope) -> None:
    """Raises `OnLegalHold`, `AlertStillOpen`, `NoticeNotSeen`."""
    if (hold := hold_on(scope)) is not None:
        raise OnLegalHold(f"This is on legal hold since {hold.placed_at:%Y-%m-%d} (file {hold.matter}). Lift it first.")
    if Alert.objects.unacknowledged().filter(response__in=scope.responses).exists():
        raise AlertStillOpen("An alert about these answers is not acknowledged. Acknowledge it first.")
    if SecurityNotice.objects.filter(access__response__in=scope.responses, seen_at=None).exists():
        raise NoticeNotSeen(
            "These answers were opened in an emergency, and nobody has looked at the security notice of it. It stands "
            "at the head of every page of those who are told. Let somebody look at it there first."
        )


def locked_with_all(record: Row, found_by: Callable[[Row], Scope]) -> Scope:
    """Everything that goes with a record, empty when it is gone. Until the transaction ends nobody else writes it: an
    answer that is saved at this moment is looked at with its alerts, or comes too late to be saved."""
    scope = Scope()
    while (found := _found(record, found_by)) != scope:  # again while somebody added to it before it was locked
        scope = found
        _lock(scope)
    return scope


def _found(record: Row, found_by: Callable[[Row], Scope]) -> Scope:
    current = type(record)._base_manager.select_related("clinic").filter(pk=record.pk).first()
    return Scope() if current is None else found_by(current)


def _lock(scope: Scope) -> None:
    """In the order in which the other actions lock. Sending locks its invitation and its response and then names a
    person, whose row must let it: `no_key`, as in `matching`."""
    ordered = (
        Person.objects.select_for_update(no_key=True).filter(pk__in=scope.people),
        Invitation.objects.select_for_update().filter(pk__in=scope.invitations),
        QuestionnaireResponse.objects.select_for_update().filter(pk__in=scope.responses),
    )
    for rows in ordered:
        list(rows.order_by("pk").values_list("pk"))


def _erase(
    clinic: Clinic,
    scope: Scope,
    *,
    reason: str,
    by: User | None,
    now: datetime.datetime,
    actor: str,
    is_listed: bool = True,
) -> tuple[int, list[Erasure]]:
    """Sessions, rows, tombstones and audit records: how many rows went, and the tombstones that stay. A person's always
    does; that of a response when `is_listed`."""
    stones = _tombstones(clinic, scope, reason=reason, by=by, now=now)
    traces.forget_in_sessions(_names(scope, stones))
    rows = registry.delete(scope)
    listed = [stone for stone in stones if is_listed or stone.kind == Kind.PERSON]
    Erasure.objects.bulk_create(listed, ignore_conflicts=True)
    for stone in stones:
        audit.record(
            actor=audit.staff(by) if by else actor, action=f"{stone.kind}.erased", now=now, reason=stone.reason,
            clinic=clinic.pk, **{stone.kind: stone.object_id},
        )  # fmt: skip
    return rows, listed


def _entry(stone: Erasure) -> erased_list.Entry:
    return erased_list.Entry(kind=stone.kind, id=str(stone.object_id), reason=stone.reason, at=stone.erased_at)


def _tombstones(clinic: Clinic, scope: Scope, *, reason: str, by: User | None, now: datetime.datetime) -> list[Erasure]:
    responses = QuestionnaireResponse.objects.filter(pk__in=scope.responses).values_list("pk", "reference")
    people = Person.objects.filter(pk__in=scope.people).values_list("pk", "reference")
    found = [(Kind.RESPONSE, *row) for row in responses] + [(Kind.PERSON, *row) for row in people]
    return [
        Erasure(clinic=clinic, kind=kind, object_id=pk, reference=reference, reason=reason, erased_at=now, staff=by)
        for kind, pk, reference in sorted(found)
    ]


def _names(scope: Scope, stones: list[Erasure]) -> list[str]:
    """Every id and reference that a session may hold."""
    alerts = Alert.objects.filter(response__in=scope.responses).values_list("pk", flat=True)
    ids = [*scope.responses, *scope.people, *scope.invitations, *alerts]
    references = [f"{one.reference[:4]}-{one.reference[4:]}" for one in stones]
    return [str(one) for one in ids] + [one.reference for one in stones] + references


def erase_by_calendar(*, clinic: Clinic, scope: Scope, is_listed: bool, now: datetime.datetime) -> None:
    """Erase what was kept long enough, within the caller's transaction. `is_listed`: it is also to be erased again in a
    restored backup; the calendar finds a draft or a link there by itself, a person never."""
    _, stones = _erase(
        clinic, scope, reason=Reason.RETENTION, by=None, now=now, actor=audit.SYSTEM, is_listed=is_listed
    )
    if stones:
        erased_list.append(map(_entry, stones))


# --- erasing again: after an older backup was restored, or after a stop half-way ---


def erase_again(*, entries: list[erased_list.Entry], now: datetime.datetime) -> int:
    """Erase what a list says was erased and is here, in a restored backup; how many. What may keep a record was looked
    at the first time, and what is here is older. Nobody goes who is not listed, whatever was thought of them then.

    Raises `NotAllErased` once everything else is done.
    """
    listed = frozenset(uuid.UUID(entry.id) for entry in entries)
    part_from_others(known=listed)
    return _do_again(entries, partial(_again, now=now, listed=listed))


def _do_again(entries: list[erased_list.Entry], erase_one: Callable[[Record, erased_list.Entry], bool]) -> int:
    """One that fails keeps nothing else from going. Raises `NotAllErased` at the end."""
    done = failed = 0
    for record, entry in _still_here(entries):
        try:
            done += erase_one(record, entry)
        except Exception as error:
            failed += 1
            logger.error("Something on the list of erasures could not be erased: %s", type(error).__name__)
    if done:
        traces.press_out()
    if failed:
        raise NotAllErased(f"On the list of erasures and still here, because of an error: {failed}. See the log.")
    return done


def _still_here(entries: list[erased_list.Entry]) -> list[tuple[Record, erased_list.Entry]]:
    by_id = {uuid.UUID(entry.id): entry for entry in entries}
    ids = sorted(by_id)
    found: list[Record] = []
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        found += Person.objects.select_related("clinic").filter(pk__in=some)
        found += QuestionnaireResponse.objects.select_related("clinic").filter(pk__in=some)
    return [(record, by_id[record.pk]) for record in found]


def _again(
    record: Record, entry: erased_list.Entry, *, now: datetime.datetime, listed: frozenset[uuid.UUID] | None = None
) -> bool:
    """`listed`: what a restored backup is to lose. None: holds and alerts of this database count."""
    if isinstance(record, QuestionnaireResponse) and entry.kind == erased_list.DRAFT:
        return _draft_again(record, entry, now=now, is_restored=listed is not None)
    with transaction.atomic():
        scope = locked_with_all(record, partial(_exactly, listed=listed))
        if listed is None:
            if entry.reason == Reason.RETENTION and _is_back(scope, entry.at):
                return False
            refuse_to_erase(scope)
        if scope != Scope():
            _erase(record.clinic, scope, reason=entry.reason, by=None, now=now, actor=audit.OPERATOR)
    return True


def _is_back(scope: Scope, at: datetime.datetime) -> bool:
    """Whether somebody was invited or answered after the calendar's erasure failed: it looks again by itself."""
    invited = Invitation.objects.filter(pk__in=scope.invitations, created_at__gt=at)
    answered = QuestionnaireResponse.objects.filter(pk__in=scope.responses, saved_at__gt=at)
    return invited.exists() or answered.exists()


def _draft_again(
    response: QuestionnaireResponse, entry: erased_list.Entry, *, now: datetime.datetime, is_restored: bool
) -> bool:
    """A draft is written on the list before its deletion is committed. Sent or saved since, it was not committed: its
    patient was told that it failed, and went on. A restored backup loses the draft whatever a clock said."""
    with transaction.atomic():
        current = locked(response.pk, even_deleted=True)
        if current.is_deleted or current.is_sent:
            return False
        if not is_restored and current.saved_at > entry.at:
            return False
        delete_draft(response_id=current.pk, now=now, even_on_hold=is_restored)
    return True


def _exactly(record: Record, *, listed: frozenset[uuid.UUID] | None) -> Scope:
    """A response without its person: whether that went too, the list says itself."""
    if isinstance(record, Person):
        return registry.of_person(record.pk, among=listed)
    return registry.only_response(record)


def finish_erasures(*, now: datetime.datetime) -> int:
    """Complete what was stopped half-way, and give the list what only the database knows; how many were completed.

    What was put on legal hold since, called for somebody or was opened in an emergency stays until that is settled.
    Raises `NotAllErased` once everything else is done.
    """
    erased_list.complete()
    return _do_again(erased_list.read(erased_list.path()), partial(_completed, now=now))


def _completed(record: Record, entry: erased_list.Entry, *, now: datetime.datetime) -> bool:
    try:
        return _again(record, entry, now=now)
    except WAITING as refused:
        logger.warning("An erasure that was cut short is not completed yet: %s", type(refused).__name__)
        return False
