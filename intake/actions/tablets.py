"""Handing a clinic's tablet to a patient."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from intake import access, audit, codes, readiness
from intake.models import Clinic, Invitation, QuestionnaireResponse, User
from intake.permissions import Permission

from .invitations import QuestionnaireMissing
from .refusals import NotPermitted, locked
from .saving import AlreadySent
from .starting import ClinicNotReady, DeadInvitation, LanguageNotOffered


def open_tablet(
    *, clinic: Clinic, by: User, language: str, now: datetime.datetime, invitation: Invitation | None = None
) -> None:
    """Record that a member of staff hands a tablet to somebody, who begins by themselves.

    Raises `NotPermitted`, `ClinicNotReady`, `LanguageNotOffered`, `QuestionnaireMissing`, `DeadInvitation`.
    """
    if not access.may(by, Permission.INVITE, clinic):
        raise NotPermitted("Only staff who invite patients can hand over a tablet.")
    if not readiness.is_ready(clinic):
        raise ClinicNotReady(readiness.UNCONFIRMED.format(name=clinic.name))
    if language not in clinic.languages:
        raise LanguageNotOffered(f"{clinic.name} does not offer “{language}”.")
    offered = invitation.questionnaire if invitation is not None else clinic.questionnaire
    if access.current_version(offered) is None:
        raise QuestionnaireMissing(f"{clinic.name} has no published questionnaire. Publish one first.")
    if invitation is not None and (invitation.clinic_id != clinic.pk or not access.is_live(invitation, now=now)):
        raise DeadInvitation("This invitation cannot be used any more.")
    named = {"invitation": invitation.pk} if invitation is not None else {}
    with transaction.atomic():
        audit.record(actor=audit.staff(by), action="tablet.opened", now=now, clinic=clinic.pk, **named)


def continue_on_tablet(*, response_id: uuid.UUID | str, by: User, now: datetime.datetime) -> QuestionnaireResponse:
    """Open an unsent draft on a tablet for the person it belongs to, whom staff know to be there.

    Raises `NoSuchResponse`, `NotPermitted`, `AlreadySent`.
    """
    with transaction.atomic():
        response = locked(response_id)
        if not access.may(by, Permission.INVITE, response.clinic):
            raise NotPermitted("Only staff who invite patients can hand over a tablet.")
        if response.is_sent:
            raise AlreadySent("These answers were sent; there is nothing to continue.")
        response.is_on_tablet = True
        response.save(update_fields=["is_on_tablet"])
        audit.record(
            actor=audit.staff(by),
            action="tablet.continued",
            now=now,
            clinic=response.clinic_id,
            response=response.pk,
        )
    return response


def show_own_code(*, response_id: uuid.UUID | str, now: datetime.datetime) -> str:
    """A code for somebody on a tablet who wants to finish elsewhere: none was shown there. An earlier one is over.

    Raises `NoSuchResponse`, `AlreadySent`, `NotPermitted` for a response that is not on a tablet.
    """
    code = codes.new_code()
    hashed = codes.hash_code(code)
    with transaction.atomic():
        response = locked(response_id)
        if response.is_sent:
            raise AlreadySent("These answers were sent; there is nothing to continue.")
        if not response.is_on_tablet:
            raise NotPermitted("The code was shown at the start. The clinic can give a new one.")
        response.resume_code_hash = hashed
        response.save(update_fields=["resume_code_hash"])
        audit.record(actor=audit.patient(response), action="response.code_shown", now=now, response=response.pk)
    return code
