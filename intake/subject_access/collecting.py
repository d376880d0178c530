"""Everything that is kept about one person, from the same list of models that erasing goes by."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import models
from django.db.models import Q

from intake import audit_reading, reviewing
from intake.erasure import registry
from intake.erasure.finding import Record
from intake.erasure.registry import Scope
from intake.models import (
    Alert,
    AlertAttempt,
    AlertDelivery,
    AnswerRequest,
    AuditRecord,
    CheckInSchedule,
    Correction,
    EmergencyAccess,
    ImpactRun,
    Invitation,
    InvitationMail,
    Invitee,
    LegalHold,
    PackedRecord,
    Person,
    PersonMatch,
    QuestionnaireResponse,
    ReviewEntry,
    Revision,
    SafetyPanelShown,
    SecurityNotice,
    SignOff,
    TreatmentSession,
)

from . import rows
from .rows import Plain

Describe = Callable[[Any], Plain]

OF_A_PERSON: dict[str, tuple[type[models.Model], str, Describe]] = {
    "who": (Person, "created_at", rows.person),
    "sessions": (TreatmentSession, "at", rows.session),
    "schedules": (CheckInSchedule, "set_at", rows.schedule),
    "holds": (LegalHold, "placed_at", rows.hold),
    "invitations": (Invitation, "created_at", rows.invitation),
}
OF_A_RESPONSE: dict[str, tuple[type[models.Model], str, Describe]] = {
    "added_after_sending": (Correction, "number", rows.correction),
    "asked_again": (AnswerRequest, "asked_at", rows.request),
    "help_shown": (SafetyPanelShown, "shown_at", rows.panel),
    "alerts": (Alert, "created_at", rows.alert),
    "emergency_access": (EmergencyAccess, "began_at", rows.emergency),
}
WITHIN: dict[type[models.Model], str] = {
    AlertAttempt: "alerts",
    AlertDelivery: "alerts",
    InvitationMail: "invitations",
    Invitee: "invitations",
    PersonMatch: "said_to_be_the_same",
    QuestionnaireResponse: "responses",
    ReviewEntry: "reviewed",
    Revision: "history",
    SecurityNotice: "emergency_access",
    SignOff: "signatures",
}
"""Where a copy has the other rows."""
LEFT_OUT: dict[type[models.Model], str] = {
    ImpactRun: "counts over the responses of many people; what it found can be asked for again",
    PackedRecord: "the answers once more, packed for replaying rules",
}


def everything(record: Record, scope: Scope, *, with_notes: bool, now: datetime.datetime) -> Plain:
    """All of it as plain values. `with_notes`: clinicians' private notes too. Raises `vault.VaultError`."""
    found = {key: list(_described(scope, *how)) for key, how in OF_A_PERSON.items()}
    return {
        "of": str(record),
        "clinic": record.clinic.name,
        "made_at": now,
        **found,
        "said_to_be_the_same": list(_matches(scope)),
        "responses": [_response(row, with_notes=with_notes) for row in _responses(scope)],
        "who_did_what": list(_audited(scope)),
    }


def _rows(model: type[models.Model], scope: Scope) -> models.QuerySet[Any]:
    return next(held for held in reversed(registry.ABOUT_PEOPLE) if held.model is model).rows(scope)


def _described(scope: Scope, model: type[models.Model], order: str, describe: Describe) -> Iterator[Plain]:
    return map(describe, _rows(model, scope).order_by(order, "pk"))


def _responses(scope: Scope) -> models.QuerySet[QuestionnaireResponse]:
    found = _rows(QuestionnaireResponse, scope).select_related("clinic", "version", "opened_by", "assigned_to")
    found = found.defer("version__document")
    return found.order_by("started_at", "pk")


def _matches(scope: Scope) -> Iterator[Plain]:
    references = {row.pk: str(row) for row in _rows(Person, scope)}
    for row in _rows(PersonMatch, scope).select_related("decided_by").order_by("decided_at", "pk"):
        yield rows.match(row, references)


def _response(row: QuestionnaireResponse, *, with_notes: bool) -> Plain:
    alone = Scope(responses=frozenset({row.pk}))
    found = {key: list(_described(alone, *how)) for key, how in OF_A_RESPONSE.items()}
    if row.is_sent:
        review = reviewing.review_of(row)
        found["reviewed"] = [rows.review_entry(row, entry, with_notes=with_notes) for entry in review.entries]
        found["signatures"] = [rows.signature(signed) for signed in review.signatures]
    return {**rows.response(row), **{key: value for key, value in found.items() if value}}


# --- who did what ---


def _audited(scope: Scope) -> Iterator[Plain]:
    """What the audit record says about any of it: when, who, what, and of which record; never another's id."""
    references = _references(scope)
    entries = list(AuditRecord.objects.filter(_names_one_of(scope)).order_by("seq"))
    names = audit_reading.names_of_staff(entries)
    for entry in entries:
        named = (references.get(str(key), "") for key in entry.objects_named.values())
        yield rows.filled(
            at=entry.at,
            by=_actor(entry, names),
            action=entry.action,
            read_as=entry.objects_named.get("read_as", ""),
            record=", ".join(filter(None, named)),
        )


def _actor(entry: AuditRecord, names: dict[str, str]) -> str:
    kind, _, key = entry.actor.partition(":")
    return names.get(key, "A member of staff") if kind == "user" else f"The {kind}"


def _names_one_of(scope: Scope) -> Q:
    kinds = {
        "response": scope.responses,
        "person": scope.people,
        "other": scope.people,  # the second of two who were said to be the same, or not
        "invitation": scope.invitations,
        "alert": _rows(Alert, scope).values_list("pk", flat=True),
        "delivery": _rows(AlertDelivery, scope).values_list("pk", flat=True),
        "hold": _rows(LegalHold, scope).values_list("pk", flat=True),
        "notice": _rows(SecurityNotice, scope).values_list("pk", flat=True),
    }
    found = Q(actor__in=[f"patient:{key}" for key in scope.responses])
    for kind, keys in kinds.items():
        if keys:
            found |= Q(**{f"objects_named__{kind}__in": [str(key) for key in keys]})
    return found


def _references(scope: Scope) -> dict[str, str]:
    """The references of responses and people by id."""
    found: dict[uuid.UUID, str] = {}
    for model in (QuestionnaireResponse, Person):
        found |= {row.pk: str(row) for row in _rows(model, scope).only("pk", "reference")}
    return {str(key): reference for key, reference in found.items()}
