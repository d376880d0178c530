"""The records that staff reach: what their clinics hold and their roles allow."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from intake import references
from intake.models import (
    Alert,
    AnswerRequest,
    CheckInSchedule,
    Clinic,
    Invitation,
    Person,
    QuestionnaireResponse,
    TreatmentSession,
)
from intake.permissions import Permission
from screening.models import Questionnaire, QuestionnaireVersion

from .patients import still_open
from .rights import Visitor, clinics_of

Record = TypeVar("Record", bound=Model)


def _found(record: Record | None, what: str) -> Record:
    if record is None:
        raise Http404(f"There is no such {what}.")
    return record


def _of_reference(records: QuerySet[Record], reference: str) -> Record | None:
    normalised = references.normalised(reference)
    return records.filter(reference=normalised).first() if normalised else None


def responses_for(user: Visitor, permission: Permission = Permission.READ_ANSWERS) -> QuerySet[QuestionnaireResponse]:
    """The responses of the clinics where a person may read answers, or do what `permission` says instead.

    Without the text of their versions, which is long, and known to the process after the first time.
    """
    found = QuestionnaireResponse.objects.filter(clinic__in=clinics_of(user, permission))
    return found.select_related("clinic", "version", "person").defer("version__document")


def get_response_or_404(
    user: Visitor, reference: str, permission: Permission = Permission.READ_ANSWERS
) -> QuestionnaireResponse:
    """One response by its reference, as typed or as in an address. Raises `Http404`."""
    return _found(_of_reference(responses_for(user, permission), reference), "response")


def people_for(user: Visitor) -> QuerySet[Person]:
    """The people of the clinics where somebody may read answers."""
    return Person.objects.filter(clinic__in=clinics_of(user, Permission.READ_ANSWERS)).select_related("clinic")


def get_person_or_404(user: Visitor, reference: str) -> Person:
    """One person by their reference, as typed or as in an address. Raises `Http404`."""
    return _found(_of_reference(people_for(user), reference), "person")


def alerts_for(user: Visitor) -> QuerySet[Alert]:
    """The alerts that a person may acknowledge."""
    clinics = clinics_of(user, Permission.ACKNOWLEDGE)
    return Alert.objects.filter(response__clinic__in=clinics).select_related("response", "response__clinic")


def with_acknowledgeable(alerts: QuerySet[Alert], user: Visitor) -> QuerySet[Alert]:
    """Alerts of a record that was opened, each with `is_acknowledgeable`: it waits, and this person may settle it."""
    clinics = clinics_of(user, Permission.ACKNOWLEDGE).values("pk")
    return alerts.annotate(is_acknowledgeable=Q(acknowledged_at=None, response__clinic__in=clinics))


def invitations_of_people(people: Iterable[uuid.UUID]) -> QuerySet[Invitation]:
    """The invitations of people whom somebody reached, with their e-mails."""
    found = Invitation.objects.filter(person__in=list(people))
    return found.select_related("response", "answer_request").prefetch_related("mails")


def sessions_of_people(people: Iterable[uuid.UUID]) -> QuerySet[TreatmentSession]:
    """The sessions that stand of people whom somebody reached."""
    return TreatmentSession.objects.filter(person__in=list(people), withdrawn_at=None)


def schedules_for(user: Visitor) -> QuerySet[CheckInSchedule]:
    """The schedules that stand, of the people of the clinics where somebody may read answers."""
    clinics = clinics_of(user, Permission.READ_ANSWERS)
    standing = CheckInSchedule.objects.filter(person__clinic__in=clinics, ended_at=None)
    return standing.select_related("person__clinic")


def requests_for(user: Visitor) -> QuerySet[AnswerRequest]:
    """What patients were asked again, about the responses that a person may read."""
    return AnswerRequest.objects.filter(response__clinic__in=clinics_of(user, Permission.READ_ANSWERS))


def get_alert_or_404(user: Visitor, alert_id: uuid.UUID) -> Alert:
    """One alert that a person may acknowledge. Raises `Http404`."""
    return _found(alerts_for(user).filter(pk=alert_id).first(), "alert")


def invitations_for(user: Visitor) -> QuerySet[Invitation]:
    """The invitations of the clinics where a person may invite, with whom they are for and what became of them."""
    clinics = clinics_of(user, Permission.INVITE)
    related = ("clinic", "questionnaire", "invited_by", "invitee", "response", "answer_request__response")
    return Invitation.objects.filter(clinic__in=clinics).select_related(*related)


def get_invitation_or_404(user: Visitor, invitation_id: uuid.UUID) -> Invitation:
    """One invitation that a person may change. Raises `Http404`."""
    return _found(invitations_for(user).filter(pk=invitation_id).first(), "invitation")


def questionnaires_offered(clinic: Clinic) -> list[Questionnaire]:
    """What a clinic's patients may be invited to: everything published, what the clinic offers by itself first."""
    published = QuestionnaireVersion.objects.in_use().values("questionnaire")
    found = Questionnaire.objects.filter(pk__in=published).order_by("key")
    return sorted(found, key=lambda one: one.pk != clinic.questionnaire_id)


def get_draft_or_404(user: Visitor, reference: str) -> QuestionnaireResponse:
    """A draft that its patient may still open, for staff who invite to give a new code for. Raises `Http404`."""
    response = get_response_or_404(user, reference, Permission.INVITE)
    if not still_open().filter(pk=response.pk, status=QuestionnaireResponse.Status.DRAFT).exists():
        raise Http404("There is no such response.")
    return response
