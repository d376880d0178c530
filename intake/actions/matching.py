"""Saying that two people are one, or are not, and taking it back. Nothing is ever matched by itself."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import Model, QuerySet

from intake import access, audit, people
from intake.models import (
    CheckInSchedule,
    Invitation,
    Person,
    PersonMatch,
    QuestionnaireResponse,
    TreatmentSession,
    User,
)
from intake.permissions import Permission

from .refusals import Refused

Decision = PersonMatch.Decision
MOVED: dict[str, type[Model]] = {
    "invitations": Invitation,
    "responses": QuestionnaireResponse,
    "sessions": TreatmentSession,
}
"""Invitations first: whoever sends at this moment holds theirs, and what they sent is there to be moved afterwards."""


class NoSuchPerson(Refused):
    """There is no such person in the clinics where somebody reads answers."""


class OtherClinic(Refused):
    """Two people of two clinics are never one: each clinic has its own records."""


class AlreadyDecided(Refused):
    """Somebody has said something about these two people meanwhile."""


class NoSuchMatch(Refused):
    """There is no such decision, or it was taken back already."""


class LaterMatch(Refused):
    """What was moved was moved on since. The later decision comes first."""


def confirm_same_person(*, person_id: uuid.UUID, other_id: uuid.UUID, by: User, now: datetime.datetime) -> PersonMatch:
    """What belongs to `person_id` belongs to `other_id` from now on: responses, invitations and sessions. A schedule of
    theirs ends, because the other person's counts.

    Raises `NoSuchPerson`, `OtherClinic`, `AlreadyDecided`.
    """
    with transaction.atomic():
        person, other = _both(person_id, other_id, by)
        # First the schedule: an invitation that the worker makes at this moment is there to be moved afterwards.
        CheckInSchedule.objects.filter(person=person, ended_at=None).update(ended_at=now, ended_by=by)
        moved = {name: _move(model, person, other) for name, model in MOVED.items()}
        return _decide(person, other, Decision.SAME, by, now, moved)


def tell_people_apart(*, person_id: uuid.UUID, other_id: uuid.UUID, by: User, now: datetime.datetime) -> PersonMatch:
    """They are two people: neither is suggested for the other again.

    Raises `NoSuchPerson`, `OtherClinic`, `AlreadyDecided`.
    """
    with transaction.atomic():
        person, other = _both(person_id, other_id, by)
        return _decide(person, other, Decision.DIFFERENT, by, now, {})


def take_back_match(*, match_id: uuid.UUID, by: User, now: datetime.datetime) -> PersonMatch:
    """Undo a decision: what was moved goes back to whom it belonged, and so does what was sent since with an invitation
    that was moved. Both decisions stay on record.

    Raises `NoSuchMatch`, `LaterMatch`.
    """
    with transaction.atomic():
        found = people.standing().filter(pk=match_id).first()
        if found is None:
            raise NoSuchMatch("This was taken back already.")
        person, other = _locked(found.person_id, found.other_id, by)
        if not people.standing().filter(pk=match_id).exists():  # somebody else did it while we waited
            raise NoSuchMatch("This was taken back already.")
        for name, model in MOVED.items():
            _give_back(model, found.moved.get(name, []), other, person)
        responses = found.moved.get("responses", []) + _give_back_since(found, other, person)
        moved = found.moved | {"responses": responses}
        return _decide(person, other, Decision.UNDONE, by, now, moved, undoes=found)


def _both(person_id: uuid.UUID, other_id: uuid.UUID, by: User) -> tuple[Person, Person]:
    person, other = _locked(person_id, other_id, by)
    if person.clinic_id != other.clinic_id:
        raise OtherClinic("They are people of two clinics. Each clinic keeps its own records.")
    said = people.standing().filter(person__in=[person, other], other__in=[person, other])
    moved = people.standing().filter(person__in=[person, other], decision=Decision.SAME)
    if person == other or said.exists() or moved.exists():
        raise AlreadyDecided("Somebody has said something about them meanwhile. Look at the page again.")
    return person, other


def _locked(person_id: uuid.UUID, other_id: uuid.UUID, by: User) -> tuple[Person, Person]:
    """Both rows, locked in one order, so that two who match at one moment never wait for each other."""
    clinics = access.clinics_of(by, Permission.READ_ANSWERS)
    unlocked = Person.objects.filter(pk__in=[person_id, other_id], clinic__in=clinics)
    rows = unlocked.select_for_update(no_key=True).order_by("pk")  # as in `checking_in`: rows may still name them
    found = {row.pk: row for row in rows}
    if person_id not in found or other_id not in found:
        raise NoSuchPerson("There is no such person.")
    return found[person_id], found[other_id]


def _move(model: type[Model], person: Person, other: Person) -> list[str]:
    """Move every row of one kind; the ids, to give them back."""
    rows = model._default_manager.filter(person=person)
    if model is TreatmentSession:  # both may have been told of the same one
        rows = rows.exclude(at__in=TreatmentSession.objects.filter(person=other, withdrawn_at=None).values("at"))
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
    model._default_manager.filter(pk__in=ids).update(person=other)
    return ids


def part_from_others(*, known: frozenset[uuid.UUID]) -> None:
    """Give back whatever a decision moved between one of these people and somebody who is none of them, in a restored
    backup: they were one when it was made, and the decision was taken back since.

    The latest first, wherever the rows are: what is one with a second may have been moved on to a third.
    """
    with transaction.atomic():
        for match in people.standing().filter(decision=Decision.SAME).order_by("-decided_at", "-pk"):
            if (match.person_id in known) != (match.other_id in known):
                for name, model in MOVED.items():
                    moved = model._default_manager.filter(pk__in=match.moved.get(name, []))
                    moved.update(person=match.person_id)
                _sent_since(match).update(person=match.person_id)


def _give_back(model: type[Model], ids: list[str], holder: Person, person: Person) -> None:
    rows = model._default_manager.filter(pk__in=ids)
    if rows.exclude(person=holder).exists():
        raise LaterMatch("What was moved then was moved on since. Take the later decision back first.")
    rows.update(person=person)


def _give_back_since(match: PersonMatch, holder: Person, person: Person) -> list[str]:
    """What came since; the ids, for the record. The invitations are given back already: nothing more comes."""
    since = _sent_since(match).filter(person=holder)
    ids = [str(pk) for pk in since.values_list("pk", flat=True)]
    since.update(person=person)
    return ids


def _sent_since(match: PersonMatch) -> QuerySet[QuestionnaireResponse]:
    """What was sent with an invitation that was moved. A draft is nobody's before it is sent."""
    return QuestionnaireResponse.objects.filter(invitation__in=match.moved.get("invitations", []), person__isnull=False)


def _decide(
    person: Person,
    other: Person,
    decision: Decision,
    by: User,
    now: datetime.datetime,
    moved: dict[str, list[str]],
    undoes: PersonMatch | None = None,
) -> PersonMatch:
    match = PersonMatch(
        person=person, other=other, decision=decision, moved=moved, decided_at=now, decided_by=by, undoes=undoes
    )
    match.save(force_insert=True)
    audit.record(
        actor=audit.staff(by), action=f"person.{decision}", now=now, person=person.pk, other=other.pk, match=match.pk
    )
    return match
