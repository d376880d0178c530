"""Starting a response."""

from __future__ import annotations

import dataclasses
import datetime

from django.db import transaction

from intake import access, audit, codes, readiness, records, vault
from intake.models import Clinic, Invitation, QuestionnaireResponse
from screening.models import QuestionnaireVersion

from .refusals import Refused


class DeadInvitation(Refused):
    """The invitation cannot be used: it expired, was revoked, its answers were sent, or it is another clinic's."""


class AlreadyStarted(Refused):
    """The invitation has a response. It is continued with its resume code."""


class ClinicNotReady(Refused):
    """The clinic's crisis contacts were not confirmed, so nobody may start there yet."""


class LanguageNotOffered(Refused):
    """The clinic does not offer this language."""


@dataclasses.dataclass(frozen=True)
class Started:
    """A new response, and the code that opens it again. The code is shown once and never stored."""

    response: QuestionnaireResponse
    resume_code: str


def start(
    *,
    clinic: Clinic,
    version: QuestionnaireVersion,
    language: str,
    now: datetime.datetime,
    invitation: Invitation | None = None,
) -> Started:
    """Begin an empty draft on one version, with the clinic's settings as they are now.

    Raises `ClinicNotReady`, `LanguageNotOffered`, `DeadInvitation`, `AlreadyStarted`.
    """
    if not readiness.is_ready(clinic):
        raise ClinicNotReady(readiness.UNCONFIRMED.format(name=clinic.name))
    if language not in clinic.languages:
        raise LanguageNotOffered(f"{clinic.name} does not offer “{language}”. Choose one of its languages.")
    code = codes.new_code()
    hashed = codes.hash_code(code)  # slow on purpose, so it is done before the transaction
    with transaction.atomic():
        if invitation is not None:
            _take(invitation, clinic, now)
        response = _draft(clinic, version, language, now, hashed, invitation)
        audit.record(actor=audit.patient(response), action="response.started", now=now, response=response.pk)
    return Started(response, code)


def _take(invitation: Invitation, clinic: Clinic, now: datetime.datetime) -> None:
    current = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if current.clinic_id != clinic.pk or not access.is_live(current, now=now):
        raise DeadInvitation("This link cannot be used. Ask the clinic for a new one.")
    if QuestionnaireResponse.objects.filter(invitation=current).exists():
        raise AlreadyStarted("This questionnaire has been started. Continue it with the code you were given.")


def _draft(
    clinic: Clinic,
    version: QuestionnaireVersion,
    language: str,
    now: datetime.datetime,
    resume_code_hash: str,
    invitation: Invitation | None,
) -> QuestionnaireResponse:
    response = QuestionnaireResponse(
        clinic=clinic,
        version=version,
        invitation=invitation,
        language=language,
        settings={
            "profile": clinic.profile,
            "parameters": clinic.parameters,
            "part2": clinic.part2_mode != Clinic.Part2Mode.OFF,
            "changed_answers": clinic.shows_changed_answers,
        },
        started_at=now,
        saved_at=now,
        resume_code_hash=resume_code_hash,
    )
    key = vault.create_data_key(response)
    records.write_document(response, records.Document(answers={}, posted=()), key)
    response.save(force_insert=True)
    return response
