"""Which rows are about a patient, and how each kind is reached. A model that is in neither list fails a test.

The order is that of deletion: what points at a row goes before the row.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator

from django.db import models
from django.db.models import Q, QuerySet

from intake import people
from intake.models import (
    Alert,
    AlertAttempt,
    AlertContact,
    AlertDelivery,
    AlertRota,
    AnswerRequest,
    AuditRecord,
    CheckInSchedule,
    Clinic,
    Correction,
    EmergencyAccess,
    Erasure,
    ImpactRun,
    Invitation,
    InvitationMail,
    Invitee,
    LegalHold,
    Membership,
    NoticeChoice,
    PackedRecord,
    PasswordReset,
    Person,
    PersonMatch,
    QuestionnaireResponse,
    ReviewEntry,
    Revision,
    RoleOffer,
    SafetyPanelShown,
    SecurityNotice,
    SignOff,
    StaffSession,
    TreatmentSession,
    User,
    WorkerHeartbeat,
)
from intake.models.fields import Enveloped


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scope:
    """The ids of everything that one erasure takes away."""

    responses: frozenset[uuid.UUID] = frozenset()
    invitations: frozenset[uuid.UUID] = frozenset()
    people: frozenset[uuid.UUID] = frozenset()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Held:
    """How the rows of one model are reached: by a field that leads to a response, an invitation or a person."""

    model: type[models.Model]
    responses: str = ""
    invitations: str = ""
    people: tuple[str, ...] = ()
    only: Q | None = None

    def rows(self, scope: Scope) -> QuerySet[models.Model]:
        """What is there of it in a scope."""
        wanted = Q(pk__in=[])
        if self.responses:
            wanted |= Q(**{f"{self.responses}__in": scope.responses})
        if self.invitations:
            wanted |= Q(**{f"{self.invitations}__in": scope.invitations})
        for path in self.people:
            wanted |= Q(**{f"{path}__in": scope.people})
        found: QuerySet[models.Model] = self.model._base_manager.filter(
            wanted & self.only if self.only else wanted
        ).distinct()
        return found


ABOUT_PEOPLE: tuple[Held, ...] = (
    Held(model=AlertAttempt, responses="delivery__alert__response"),
    Held(model=AlertDelivery, responses="alert__response"),
    Held(model=Alert, responses="response"),
    Held(model=ReviewEntry, responses="response"),
    Held(model=SignOff, responses="response"),
    Held(model=AnswerRequest, responses="response", invitations="invitation"),
    Held(model=SecurityNotice, responses="access__response"),
    Held(model=EmergencyAccess, responses="response"),
    Held(model=Correction, responses="response"),
    Held(model=SafetyPanelShown, responses="response"),
    Held(model=PackedRecord, responses="response"),
    Held(model=Revision, responses="response"),
    Held(model=LegalHold, responses="response", people=("person",)),
    Held(model=ImpactRun, responses="clinics__responses"),  # its findings may name them: it can be asked for again
    Held(model=QuestionnaireResponse, responses="pk"),
    Held(model=InvitationMail, invitations="invitation"),
    Held(model=Invitee, invitations="invitation"),
    Held(model=Invitation, invitations="pk"),
    Held(model=TreatmentSession, people=("person",)),
    Held(model=CheckInSchedule, people=("person",)),
    Held(model=PersonMatch, people=("person", "other"), only=Q(undoes__isnull=False)),
    Held(model=PersonMatch, people=("person", "other")),
    Held(model=Person, people=("pk",)),
)

NOT_ABOUT_PEOPLE: dict[type[models.Model], str] = {
    AlertContact: "staff and systems that a clinic names",
    AlertRota: "a clinic's hours",
    AuditRecord: "ids only; it must outlive what it is about",
    Clinic: "a clinic's settings",
    Erasure: "the tombstone itself",
    Membership: "staff",
    NoticeChoice: "staff",
    PasswordReset: "staff",
    RoleOffer: "staff",
    StaffSession: "staff",
    User: "staff",
    WorkerHeartbeat: "a process",
}


def of_response(response: QuestionnaireResponse) -> Scope:
    """A response with its invitation, and its person when nothing else of theirs is kept."""
    alone = only_response(response)
    if response.person_id is None:
        return alone
    everything = of_person(response.person_id)
    is_more = everything.responses - alone.responses or everything.invitations - alone.invitations
    return alone if is_more or _is_treated(everything) else everything


def only_response(response: QuestionnaireResponse) -> Scope:
    """A response with the invitation that it began with and those that asked for more."""
    asked = AnswerRequest.objects.filter(response=response).values_list("invitation_id", flat=True)
    begun = {response.invitation_id} if response.invitation_id else set()
    return Scope(responses=frozenset({response.pk}), invitations=frozenset(asked) | begun)


def with_people(scope: Scope) -> Scope:
    """A scope with whom it is about, where nothing else of theirs is kept and they are not treated."""
    for one in people_in(scope):
        everything = of_person(one)
        is_more = everything.responses - scope.responses or everything.invitations - scope.invitations
        if not is_more and not _is_treated(everything):
            scope = dataclasses.replace(scope, people=scope.people | everything.people)
    return scope


def _is_treated(scope: Scope) -> bool:
    treated = TreatmentSession.objects.filter(person__in=scope.people)
    return treated.exists() or CheckInSchedule.objects.filter(person__in=scope.people, ended_at=None).exists()


def of_person(person_id: uuid.UUID, *, among: frozenset[uuid.UUID] | None = None) -> Scope:
    """Everything about a person, under each of the entries that staff said are the same person; `among` narrows which
    of these count."""
    known = frozenset(_same_as(person_id))
    known = known if among is None else known & among
    theirs = QuestionnaireResponse.objects.filter(Q(person__in=known) | Q(invitation__person__in=known))
    responses = dict(theirs.values_list("pk", "invitation_id"))
    invited = Invitation.objects.filter(person__in=known).values_list("pk", flat=True)
    begun = {invitation for invitation in responses.values() if invitation}
    asked = AnswerRequest.objects.filter(response__in=responses).values_list("invitation_id", flat=True)
    return Scope(responses=frozenset(responses), invitations=frozenset([*invited, *asked]) | begun, people=known)


def people_in(scope: Scope) -> frozenset[uuid.UUID]:
    """Whom any of it is about, under each of their entries, also where it alone goes and they stay."""
    responses = QuestionnaireResponse.objects.filter(pk__in=scope.responses)
    invitations = Invitation.objects.filter(pk__in=scope.invitations)
    named = {
        *scope.people,
        *responses.values_list("person", flat=True),
        *responses.values_list("invitation__person", flat=True),
        *invitations.values_list("person", flat=True),
    } - {None}
    return frozenset(each for one in named for each in _same_as(one))


def _same_as(person_id: uuid.UUID) -> Iterator[uuid.UUID]:
    same = people.standing().filter(decision=PersonMatch.Decision.SAME)
    seen, waiting = {person_id}, [person_id]
    while waiting:
        one = waiting.pop()
        yield one
        pairs = same.filter(Q(person=one) | Q(other=one)).values_list("person_id", "other_id")
        found = {each for pair in pairs for each in pair} - seen
        seen |= found
        waiting += found


def delete(scope: Scope) -> int:
    """Empty every key, then take the rows away; how many. Call it inside a transaction, with its audit record.

    The triggers let append-only rows go only once the key of what they belong to is empty.
    """
    for held in ABOUT_PEOPLE:
        if issubclass(held.model, Enveloped):
            held.rows(scope).update(wrapped_key=b"")
    return sum(_deleted(held, scope) for held in ABOUT_PEOPLE)


COUNTED: tuple[tuple[str, type[models.Model]], ...] = (
    ("Questionnaires, sent or not", QuestionnaireResponse),
    ("Saves of answers", Revision),
    ("Things added after sending", Correction),
    ("Alerts", Alert),
    ("Entries of reviews, and notes", ReviewEntry),
    ("Signatures", SignOff),
    ("Invitations", Invitation),
    ("Sessions", TreatmentSession),
    ("Entries of a person", Person),
)
"""What somebody who erases is told the number of. It is never all rows: whatever else belongs to these goes too."""


def amounts(scope: Scope) -> list[tuple[str, int]]:
    """How much an erasure would take away, in words, without what there is none of."""
    by_model = {held.model: held for held in ABOUT_PEOPLE}
    found = [(name, by_model[model].rows(scope).count()) for name, model in COUNTED]
    return [(name, number) for name, number in found if number]


def references_of(scope: Scope) -> list[str]:
    """What the records are called by people: responses, then people."""
    found = [QuestionnaireResponse.objects.filter(pk__in=scope.responses), Person.objects.filter(pk__in=scope.people)]
    return [str(row) for rows in found for row in rows.only("pk", "reference").order_by("reference")]


def _deleted(held: Held, scope: Scope) -> int:
    ids = list(held.rows(scope).values_list("pk", flat=True))
    held.model._base_manager.filter(pk__in=ids).delete()
    return len(ids)
