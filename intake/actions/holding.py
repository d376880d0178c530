"""Legal holds: what must be kept for now, whoever asks for it to go."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q

from intake import audit
from intake.erasure import registry
from intake.erasure.finding import Record
from intake.erasure.registry import Scope
from intake.models import Erasure, LegalHold, Person, QuestionnaireResponse

from .refusals import Refused


class OnLegalHold(Refused):
    """The record, or something that would go with it, must be kept for now."""


class NothingToHold(Refused):
    """The record was erased meanwhile."""


def place_hold(*, record: Record, matter: str, now: datetime.datetime) -> LegalHold:
    """Keep a record until the hold is lifted; on hold already: the hold that there is. `matter` is a file number.

    Raises `ValueError` without one, and `NothingToHold`.
    """
    if not (matter := matter.strip()):
        raise ValueError("Name the file that the hold is for.")
    with transaction.atomic():
        _wait_for(record)
        found = record.holds.filter(lifted_at=None).first()
        if found is not None:
            return found
        hold = record.holds.create(matter=matter, placed_at=now)
        _record_hold("placed", record, hold, now)
    return hold


def _wait_for(record: Record) -> None:
    """Until nobody is erasing or saving the record, and before the audit record is held, which a save may wait for.
    Rows may still name it: `no_key`."""
    rows = type(record)._base_manager.select_for_update(no_key=True)
    if rows.filter(pk=record.pk).values_list("pk", flat=True).first() is None:
        raise NothingToHold("There is no such record any more: it was erased.")


def lift_hold(*, record: Record, now: datetime.datetime) -> int:
    """End the hold on a record; how many there were, 0 or 1."""
    with transaction.atomic():
        holds = list(record.holds.select_for_update().filter(lifted_at=None))
        for hold in holds:
            hold.lifted_at = now
            hold.save(update_fields=["lifted_at"])
            _record_hold("lifted", record, hold, now)
    return len(holds)


def hold_on(scope: Scope) -> LegalHold | None:
    """The oldest hold that keeps any of it, or that keeps everything of somebody whom it is about."""
    on_it = Q(response__in=scope.responses) | Q(person__in=registry.people_in(scope))
    return LegalHold.objects.filter(on_it, lifted_at=None).order_by("placed_at").first()


def is_on_hold(response: QuestionnaireResponse) -> bool:
    """Whether a response must be kept for now, for its own sake or its person's."""
    return hold_on(registry.only_response(response)) is not None


def _record_hold(what: str, record: Record, hold: LegalHold, now: datetime.datetime) -> None:
    kind = Erasure.Kind.PERSON if isinstance(record, Person) else Erasure.Kind.RESPONSE
    audit.record(actor=audit.OPERATOR, action=f"hold.{what}", now=now, hold=hold.pk, **{kind: record.pk})
