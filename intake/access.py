"""The one way to anybody's records. A view never asks for a record in any other way.

Staff reach what their clinics hold and their roles allow; everything else does not exist for them: another clinic's
record and a missing one give the same 404.
"""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from screening.models import Questionnaire, QuestionnaireVersion

from . import references
from .models import (
    Alert,
    AlertContact,
    AnswerRequest,
    CheckInSchedule,
    Clinic,
    Correction,
    EmergencyAccess,
    ImpactRun,
    Invitation,
    Person,
    QuestionnaireResponse,
    ReviewEntry,
    SecurityNotice,
    SignOff,
    TreatmentSession,
    User,
)
from .permissions import ROLES, Permission, roles_with

Visitor = User | AbstractBaseUser | AnonymousUser


def clinics_of(user: Visitor, permission: Permission | None = None) -> QuerySet[Clinic]:
    """The clinics where a person works; with `permission`, those where a role of theirs allows it."""
    if not user.is_authenticated or not user.is_active:
        return Clinic.objects.none()
    memberships: dict[str, object] = {"memberships__user": user}
    if permission is not None:
        memberships["memberships__role__in"] = roles_with(permission)
    return Clinic.objects.filter(**memberships).distinct()


def may(user: Visitor, permission: Permission, clinic: Clinic) -> bool:
    """Whether a person may do something in a clinic."""
    return clinics_of(user, permission).filter(pk=clinic.pk).exists()


def may_somewhere(user: Visitor, permission: Permission) -> bool:
    """Whether a person may do something in at least one clinic."""
    return clinics_of(user, permission).exists()


Rights = dict[uuid.UUID, frozenset[Permission]]


def rights_of(user: Visitor) -> Rights:
    """What a person may do in each clinic where they work, in one query."""
    if not isinstance(user, User) or not user.is_active:
        return {}
    return rights_from(user.memberships.values_list("clinic_id", "role"))


def rights_from(roles: Iterable[tuple[uuid.UUID, str]]) -> Rights:
    """What roles add up to, by clinic."""
    found: Rights = {}
    for clinic, role in roles:
        found[clinic] = found.get(clinic, frozenset()) | ROLES[role].permissions
    return found


def is_editor(request: HttpRequest) -> bool:
    """Whether a role allows editing questionnaires now: one taken away closes the editor at the next request."""
    return may_somewhere(request.user, Permission.EDIT_QUESTIONNAIRE)


def may_publish(user: Visitor) -> bool:
    """Whether somebody's account and roles allow publishing now, as for a page of the editor."""
    return bool(user.is_active and getattr(user, "is_staff", False)) and may_somewhere(
        user, Permission.EDIT_QUESTIONNAIRE
    )


def get_draft_questionnaire_or_404(request: HttpRequest, pk: int) -> Questionnaire:
    """A questionnaire for somebody who may edit it. Raises `Http404`."""
    may_edit = bool(getattr(request.user, "is_staff", False)) and is_editor(request)
    found = Questionnaire.objects.filter(pk=pk).first() if may_edit else None
    if found is None:
        raise Http404("There is no such questionnaire.")
    return found


def reviewable_questionnaires(user: Visitor) -> QuerySet[Questionnaire]:
    """The questionnaires whose drafts a person may review: all of them, for those who may sign for patients."""
    return Questionnaire.objects.all() if may_somewhere(user, Permission.SIGN_OFF) else Questionnaire.objects.none()


def get_reviewable_questionnaire_or_404(request: HttpRequest, pk: int) -> Questionnaire:
    """A questionnaire for somebody who may sign for patients, and so may review it. Raises `Http404`."""
    found = reviewable_questionnaires(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such questionnaire.")
    return found


def responses_for(user: Visitor, permission: Permission = Permission.READ_ANSWERS) -> QuerySet[QuestionnaireResponse]:
    """The responses of the clinics where a person may read answers, or do what `permission` says instead."""
    clinics = clinics_of(user, permission)
    return QuestionnaireResponse.objects.filter(clinic__in=clinics).select_related("clinic", "version", "person")


def get_response_or_404(
    user: Visitor, reference: str, permission: Permission = Permission.READ_ANSWERS
) -> QuestionnaireResponse:
    """One response by its reference, as typed or as in an address. Raises `Http404`."""
    normalised = references.normalised(reference)
    response = responses_for(user, permission).filter(reference=normalised).first() if normalised else None
    if response is None:
        raise Http404("There is no such response.")
    return response


def people_for(user: Visitor) -> QuerySet[Person]:
    """The people of the clinics where somebody may read answers."""
    return Person.objects.filter(clinic__in=clinics_of(user, Permission.READ_ANSWERS)).select_related("clinic")


def get_person_or_404(user: Visitor, reference: str) -> Person:
    """One person by their reference, as typed or as in an address. Raises `Http404`."""
    normalised = references.normalised(reference)
    person = people_for(user).filter(reference=normalised).first() if normalised else None
    if person is None:
        raise Http404("There is no such person.")
    return person


def alerts_for(user: Visitor) -> QuerySet[Alert]:
    """The alerts that a person may acknowledge."""
    clinics = clinics_of(user, Permission.ACKNOWLEDGE)
    return Alert.objects.filter(response__clinic__in=clinics).select_related("response", "response__clinic")


def with_acknowledgeable(alerts: QuerySet[Alert], user: Visitor) -> QuerySet[Alert]:
    """Alerts of a record that was opened, each with `is_acknowledgeable`: it waits, and this person may settle it."""
    clinics = clinics_of(user, Permission.ACKNOWLEDGE).values("pk")
    return alerts.annotate(is_acknowledgeable=Q(acknowledged_at=None, response__clinic__in=clinics))


def clinic_or_404(user: Visitor, permission: Permission, slug: str) -> Clinic:
    """A clinic where a person may do something; without `slug`, the first of them. Raises `Http404`."""
    clinics = clinics_of(user, permission).order_by("name", "pk")
    clinic = clinics.filter(slug=slug).first() if slug else clinics.first()
    if clinic is None:
        raise Http404("There is no such clinic.")
    return clinic


def sign_offs_for(user: Visitor) -> QuerySet[SignOff]:
    """The signatures that a person may read."""
    return SignOff.objects.filter(response__clinic__in=clinics_of(user, Permission.READ_ANSWERS))


def review_entries_for(user: Visitor) -> QuerySet[ReviewEntry]:
    """What clinicians did with the responses that a person may read."""
    return ReviewEntry.objects.filter(response__clinic__in=clinics_of(user, Permission.READ_ANSWERS))


def corrections_for(user: Visitor) -> QuerySet[Correction]:
    """What patients added after sending, to the responses that a person may read."""
    return Correction.objects.filter(response__clinic__in=clinics_of(user, Permission.READ_ANSWERS))


def colleagues_response_or_404(user: Visitor, reference: str) -> QuestionnaireResponse:
    """A response of a clinic where somebody works, whatever their role there: what emergency access may open. It was
    sent, or called for somebody. Raises `Http404`."""
    normalised = references.normalised(reference)
    found = QuestionnaireResponse.objects.filter(clinic__in=clinics_of(user), reference=normalised or "")
    response = found.filter(Q(status="sent") | Q(alerts__isnull=False)).exclude(status="deleted").distinct().first()
    if response is None:
        raise Http404("There is no such response.")
    return response


def emergency_access_or_404(user: Visitor, access_id: uuid.UUID) -> EmergencyAccess:
    """One's own emergency access, also when it is over, at a clinic where one still works. Raises `Http404`."""
    mine = EmergencyAccess.objects.filter(
        pk=access_id, began_by__pk=str(user.pk), response__clinic__in=clinics_of(user)
    )
    found = mine.select_related("response__clinic", "response__version", "response__person").first()
    if found is None:
        raise Http404("There is no such access.")
    return found


TOLD = (Permission.MANAGE_STAFF, Permission.READ_ANSWERS, Permission.READ_AUDIT)
"""Whoever may do one of these in a clinic hears of its security notices."""


def security_notices_for(user: Visitor) -> QuerySet[SecurityNotice]:
    """What the people of a clinic are told of, in the clinics where a person may do one of `TOLD`."""
    clinics = [clinic for clinic, rights in rights_of(user).items() if rights & set(TOLD)]
    related = ("clinic", "user", "seen_by", "access__response")
    return SecurityNotice.objects.filter(clinic__in=clinics).select_related(*related)


def told_of_security(clinic: Clinic) -> QuerySet[User]:
    """Everybody who hears of a clinic's security notices."""
    roles = {role for permission in TOLD for role in roles_with(permission)}
    return User.objects.filter(is_active=True, memberships__clinic=clinic, memberships__role__in=roles).distinct()


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
    alert = alerts_for(user).filter(pk=alert_id).first()
    if alert is None:
        raise Http404("There is no such alert.")
    return alert


def invitations_for(user: Visitor) -> QuerySet[Invitation]:
    """The invitations of the clinics where a person may invite, with whom they are for and what became of them."""
    clinics = clinics_of(user, Permission.INVITE)
    related = ("clinic", "questionnaire", "invited_by", "invitee", "response", "answer_request__response")
    return Invitation.objects.filter(clinic__in=clinics).select_related(*related)


def get_invitation_or_404(user: Visitor, invitation_id: uuid.UUID) -> Invitation:
    """One invitation that a person may change. Raises `Http404`."""
    invitation = invitations_for(user).filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404("There is no such invitation.")
    return invitation


def questionnaires_offered(clinic: Clinic) -> list[Questionnaire]:
    """What a clinic's patients may be invited to: everything published, what the clinic offers by itself first."""
    published = QuestionnaireVersion.objects.in_use().values("questionnaire")
    found = Questionnaire.objects.filter(pk__in=published).order_by("key")
    return sorted(found, key=lambda one: one.pk != clinic.questionnaire_id)


def impact_runs_for(user: Visitor) -> QuerySet[ImpactRun]:
    """The replays whose every clinic is one that a person edits questionnaires for."""
    mine = clinics_of(user, Permission.EDIT_QUESTIONNAIRE).values("pk")
    found = ImpactRun.objects.filter(clinics__in=mine).exclude(clinics__in=Clinic.objects.exclude(pk__in=mine))
    return found.distinct().select_related("questionnaire", "requested_by")


def get_impact_run_or_404(user: Visitor, impact_id: uuid.UUID) -> ImpactRun:
    """One replay that a person may see the counts of. Raises `Http404`."""
    run = impact_runs_for(user).filter(pk=impact_id).first()
    if run is None:
        raise Http404("There is no such replay.")
    return run


def get_impact_to_review_or_404(user: Visitor, impact_id: uuid.UUID) -> ImpactRun:
    """One replay of responses some of which a person may read. Raises `Http404`."""
    readable = clinics_of(user, Permission.READ_ANSWERS).values("pk")
    run = ImpactRun.objects.filter(pk=impact_id, clinics__in=readable).select_related("questionnaire").first()
    if run is None:
        raise Http404("There is no such replay.")
    return run


def reads_all_of(user: Visitor, run: ImpactRun) -> bool:
    """Whether a person may read every response that a replay looked at."""
    readable = clinics_of(user, Permission.READ_ANSWERS).values("pk")
    return not run.clinics.exclude(pk__in=readable).exists()


def questionnaires() -> QuerySet[Questionnaire]:
    """Every draft: whoever edits questionnaires edits all of them."""
    return Questionnaire.objects.order_by("key")


def managed_clinics(user: Visitor) -> QuerySet[Clinic]:
    """The clinics whose settings a person may change."""
    return clinics_of(user, Permission.MANAGE_CLINIC).order_by("name", "slug")


def get_managed_clinic_or_404(user: Visitor, slug: str) -> Clinic:
    """One clinic whose settings a person may change. Raises `Http404`."""
    clinic = managed_clinics(user).filter(slug=slug).first()
    if clinic is None:
        raise Http404("There is no such clinic.")
    return clinic


def contacts_of(clinic: Clinic) -> QuerySet[AlertContact]:
    """Who is on a clinic's alert rota, in the order in which they are told."""
    return clinic.alert_contacts.filter(removed_at=None).order_by("step", "created_at", "pk")


def get_contact_or_404(clinic: Clinic, contact_id: uuid.UUID) -> AlertContact:
    """One contact on a clinic's alert rota. Raises `Http404`."""
    contact = contacts_of(clinic).filter(pk=contact_id).first()
    if contact is None:
        raise Http404("There is no such contact.")
    return contact


def get_draft_or_404(user: Visitor, reference: str) -> QuestionnaireResponse:
    """A draft that its patient may still open, for staff who invite to give a new code for. Raises `Http404`."""
    response = get_response_or_404(user, reference, Permission.INVITE)
    if not still_open().filter(pk=response.pk, status=QuestionnaireResponse.Status.DRAFT).exists():
        raise Http404("There is no such response.")
    return response


# --- patients: what a link opens ---


def token_hash(token: str) -> str:
    """What is stored of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def live_invitation(token: str, *, now: datetime.datetime) -> Invitation | None:
    """The invitation that a token opens. None when it is unknown, expired, revoked, or its answers were sent or
    deleted, or what it asks again was answered."""
    invitation = (
        Invitation.objects.select_related("clinic", "questionnaire", "response", "answer_request")
        .filter(token_sha256=token_hash(token))
        .first()
    )
    return invitation if invitation and is_usable(invitation, now=now) else None


def is_live(invitation: Invitation, *, now: datetime.datetime) -> bool:
    """Whether a link may still begin or continue a response. One that asks for missing answers does neither."""
    return getattr(invitation, "answer_request", None) is None and is_usable(invitation, now=now)


def is_usable(invitation: Invitation, *, now: datetime.datetime) -> bool:
    """Whether a link may still be used, for a response or for the answers that are missing in one."""
    if invitation.revoked_at is not None or now >= invitation.expires_at:
        return False
    asked = getattr(invitation, "answer_request", None)
    if asked is not None:
        return asked.answered_at is None
    response = getattr(invitation, "response", None)
    return response is None or response.status == QuestionnaireResponse.Status.DRAFT


def current_version(questionnaire: Questionnaire | None) -> QuestionnaireVersion | None:
    """The published version that a new response begins on. None when there is none, or it was retired."""
    if questionnaire is None:
        return None
    return QuestionnaireVersion.objects.latest_of(questionnaire.key)


def response_of_session(response_id: str | None) -> QuestionnaireResponse | None:
    """The response that a patient's session opens. None when it holds none, or it may not be opened (any more)."""
    if not response_id:
        return None
    # The version's text is compiled once per process: it is not read again with each page.
    found = still_open().select_related("clinic", "version").defer("version__document")
    return found.filter(pk=response_id).first()


def still_open() -> QuerySet[QuestionnaireResponse]:
    """What a patient may open: neither deleted, nor begun with a link that was revoked."""
    return QuestionnaireResponse.objects.exclude(status="deleted").exclude(invitation__revoked_at__isnull=False)


def invitation_of_session(invitation_id: str | None, *, now: datetime.datetime) -> Invitation | None:
    """The invitation that was exchanged in this session, while it may still be used."""
    if not invitation_id:
        return None
    invitation = (
        Invitation.objects.select_related("clinic", "questionnaire", "response", "answer_request")
        .filter(pk=invitation_id)
        .first()
    )
    return invitation if invitation and is_live(invitation, now=now) else None


def request_of_session(invitation_id: str | None, *, now: datetime.datetime) -> AnswerRequest | None:
    """What is asked again in this session, also once it was answered; None when the link was revoked or expired."""
    if not invitation_id:
        return None
    return (
        AnswerRequest.objects.select_related("response__clinic", "response__version", "invitation")
        .filter(invitation__pk=invitation_id, invitation__revoked_at=None, invitation__expires_at__gt=now)
        .first()
    )


def clinic_of_invitation(invitation_id: str | None) -> Clinic | None:
    """The clinic whose link was opened in this session, also once the link may no longer be used."""
    if not invitation_id:
        return None
    return Clinic.objects.filter(invitations__pk=invitation_id).first()


def crisis_contacts_of_every_clinic() -> list[list[dict[str, Any]]]:
    """The stored crisis contacts of each clinic: no secret, every start page shows its own."""
    return list(Clinic.objects.order_by("pk").values_list("crisis_contacts", flat=True))


def get_clinic_or_404(slug: str) -> Clinic:
    """The clinic of a public start page. Raises `Http404`."""
    clinic = Clinic.objects.select_related("questionnaire").filter(slug=slug).first()
    if clinic is None:
        raise Http404("There is no such clinic.")
    return clinic
