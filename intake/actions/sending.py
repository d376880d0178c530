"""Sending: the answers become what the clinic reads."""

from __future__ import annotations

import datetime
import uuid

import msgspec
from django.db import transaction

from intake import audit, packed, people, records, rules, vault
from intake.models import Invitation, Person, QuestionnaireResponse, Revision
from intake.records import Changes, Document
from intake.vault import DataKey
from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.assessment import Assessment, Settings
from screening.engine.compiler import Compiled
from screening.engine.definition import RANKS, Definition

from . import alerting
from .inserting import insert
from .refusals import Refused, locked
from .saving import append_revision

# The revision that closes a response is the same attempt however often sending is tried. No page can take its name:
# a page's client_id has no colon.
_CLIENT = (":sending", 0)


class Incomplete(Refused):
    """Questions that must be answered before sending are not. `missing` are their link_ids, in order."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"Questions to answer before sending: {len(missing)}.")
        self.missing = missing


class Unfinished(Refused):
    """Pages that were never seen: sending them would skip them without a word. `sections` are their link_ids."""

    def __init__(self, sections: tuple[str, ...]) -> None:
        super().__init__(f"Pages to see before sending: {len(sections)}.")
        self.sections = sections


def submit(*, response_id: uuid.UUID | str, now: datetime.datetime) -> QuestionnaireResponse:
    """Send a draft whose every page was seen: the rules are evaluated for the day of sending at the clinic, the person
    is recorded and staff are called. Sending again changes nothing.

    Raises `Unfinished`, `Incomplete`, `NoSuchResponse`.
    """
    with transaction.atomic():
        _hold_invitation(response_id)
        response = locked(response_id)
        if response.is_sent:
            return response
        _send(response, now)
        audit.record(actor=audit.patient(response), action="response.sent", now=now, response=response.pk)
    return response


def _hold_invitation(response_id: uuid.UUID | str) -> None:
    """Whose invitation it is stands until it is sent: staff may be saying that somebody is, or is not, somebody else.
    Locked before the response, as in `erasing`; rows may still name it."""
    invitations = Invitation.objects.select_for_update(of=("self",), no_key=True)
    invitations.filter(response__pk=response_id).first()


def _send(response: QuestionnaireResponse, now: datetime.datetime) -> None:
    key = vault.data_key(response)
    compiled, settings = rules.compiled_of(response), rules.settings_of(response)
    document = records.read_document(response, key)
    response.as_of = rules.day_at(response.clinic, now)
    _refuse_what_is_open(compiled, document, response.as_of, settings)
    answers = dict(journey.with_skipped(compiled, document.answers, response.as_of, settings))
    assessment = rules.assess(response, answers, now=now)
    _close(response, Document(answers=answers, posted=document.posted), document, key, now)
    _conclude(response, assessment, key, now)
    response.person = _person(response, compiled.definition, answers, now)
    response.save()
    packed.keep(response, answers, key)
    alerting.raise_alerts(response, answers, assessment, before=document.answers, now=now, is_sending=True)


def _refuse_what_is_open(compiled: Compiled, document: Document, as_of: datetime.date, settings: Settings) -> None:
    """Looks at the locked row: another window may have brought up a page since this one was drawn."""
    unseen = journey.incomplete_sections(compiled, document.answers, as_of, settings)
    if unseen:
        raise Unfinished(tuple(section.link_id for section in unseen))
    required = journey.missing_required(compiled, document.answers, as_of, settings)
    if required:
        raise Incomplete(tuple(question.link_id for question in required))


def _close(
    response: QuestionnaireResponse, document: Document, before: Document, key: DataKey, now: datetime.datetime
) -> None:
    skipped = {link_id: answer for link_id, answer in document.answers.items() if link_id not in before.answers}
    base = response.revision
    response.revision += 1
    records.write_document(response, document, key)
    append_revision(
        response,
        Changes(answers=records.encoded(skipped)),
        key,
        base=base,
        client=_CLIENT,
        author=None,
        kind=Revision.AuthorKind.SYSTEM,
        now=now,
    )


def _conclude(response: QuestionnaireResponse, assessment: Assessment, key: DataKey, now: datetime.datetime) -> None:
    response.assessment_ct = key.seal(msgspec.json.encode(assessment), row=response, field="assessment_ct")
    response.top_severity = max((RANKS[flag.severity] for flag in assessment.flags), default=0)
    response.has_unresolved_safety = any(flag.not_sure == "NS-2" for flag in assessment.unresolved)
    response.status = QuestionnaireResponse.Status.SENT
    response.sent_at = response.saved_at = now


def _person(
    response: QuestionnaireResponse, definition: Definition, answers: dict[str, Answer], now: datetime.datetime
) -> Person:
    """The person staff invited, or a new one. People are never matched automatically."""
    if response.invitation is not None and response.invitation.person is not None:
        return response.invitation.person
    identity = people.identity_in(definition, answers)
    person = Person(clinic=response.clinic, created_at=now)
    person.name_hash, person.birth_date_hash = people.hashes_of(response.clinic_id, identity)
    key = vault.create_data_key(person)
    person.identity_ct = key.seal(msgspec.json.encode(identity), row=person, field="identity_ct")
    insert(person)
    return person
