"""Starting a response."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.db import transaction

from intake import access, audit, codes, readiness, records, rules, vault
from intake.models import Clinic, Invitation, QuestionnaireResponse
from screening.engine.answers import Answer
from screening.models import QuestionnaireVersion

from .inserting import insert
from .refusals import NoSuchResponse, Refused, locked

Answering = QuestionnaireResponse.Answering


class DeadInvitation(Refused):
    """The invitation cannot be used: it expired, was revoked, its answers were sent, or it is another clinic's."""


DEAD = "This link cannot be used. Ask the clinic for a new one."


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
    answering: str = "",
    is_on_tablet: bool = False,
) -> Started:
    """Begin an empty draft on one version, with the clinic's settings as they are now.

    `answering` is who fills it in, as `QuestionnaireResponse.Answering`; a question that asks the same (role
    `answered_by`) begins with that answer, so that nobody is asked twice.
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
        response = QuestionnaireResponse(
            clinic=clinic,
            version=version,
            invitation=invitation,
            language=language,
            settings=_settings_of(clinic),
            started_at=now,
            saved_at=now,
            resume_code_hash=hashed,
            answering=answering,
            is_on_tablet=is_on_tablet,
        )
        _save_empty(response)
        audit.record(actor=audit.patient(response), action="response.started", now=now, response=response.pk)
    return Started(response, code)


def start_again(*, invitation: Invitation, now: datetime.datetime) -> Started:
    """A new code for a draft that was begun with an invitation and in which nothing was answered yet: its start page
    was sent twice, or went away before the code was seen. The code of before is over.

    Raises `AlreadyStarted` once anything was saved, `DeadInvitation`, and `NoSuchResponse`.
    """
    code = codes.new_code()
    hashed = codes.hash_code(code)
    with transaction.atomic():
        current = _locked(invitation, now)
        begun = QuestionnaireResponse.objects.filter(invitation=current).values_list("pk", flat=True).first()
        if begun is None:
            raise NoSuchResponse("Nothing was begun with this invitation.")
        response = locked(begun)
        if response.is_sent or response.revision:
            raise AlreadyStarted("This questionnaire has been started. Continue it with the code you were given.")
        response.resume_code_hash = hashed
        response.save(update_fields=["resume_code_hash"])
        audit.record(actor=audit.patient(response), action="response.code_shown", now=now, response=response.pk)
    return Started(response, code)


def _take(invitation: Invitation, clinic: Clinic, now: datetime.datetime) -> None:
    current = _locked(invitation, now)
    if current.clinic_id != clinic.pk:
        raise DeadInvitation(DEAD)
    if QuestionnaireResponse.objects.filter(invitation=current).exists():
        raise AlreadyStarted("This questionnaire has been started. Continue it with the code you were given.")


def _locked(invitation: Invitation, now: datetime.datetime) -> Invitation:
    """The invitation, which nobody else changes until this transaction ends. Its link may have been made anew while a
    code was hashed: whoever holds the one of before begins nothing. Raises `DeadInvitation`."""
    current = Invitation.objects.select_for_update(of=("self",)).select_related("answer_request").get(pk=invitation.pk)
    if current.issue != invitation.issue or not access.is_live(current, now=now):
        raise DeadInvitation(DEAD)
    return current


def _settings_of(clinic: Clinic) -> dict[str, Any]:
    """The clinic's settings that stay with a response whatever becomes of them."""
    return {
        "profile": clinic.profile,
        "parameters": clinic.parameters,
        "part2": clinic.part2_mode != Clinic.Part2Mode.OFF,
        "changed_answers": clinic.shows_changed_answers,
    }


def _save_empty(response: QuestionnaireResponse) -> None:
    """A draft without answers, except to who answers where that was told at the start."""
    key = vault.create_data_key(response)
    records.write_document(response, records.Document(answers=_told_at_start(response), posted=()), key)
    insert(response)


AS_ANSWERED = {Answering.SELF: "patient", Answering.HELPED: "helper", Answering.BEHALF: "helper"}
"""The option of a question about who answers, for each thing that the start page can be told."""


def _told_at_start(response: QuestionnaireResponse) -> dict[str, Answer]:
    """What the start page was told, as the answer of the question that asks the same."""
    code = AS_ANSWERED.get(Answering(response.answering)) if response.answering else None
    on = rules.day_at(response.clinic, response.started_at)
    return {
        question.link_id: Answer(state="answered", value=code, on=on)
        for question in rules.compiled_of(response).definition.questions()
        if question.role == "answered_by" and code in {option.code for option in question.options}
    }
