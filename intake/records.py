"""What is kept encrypted, as it is read and written. Reading raises `vault.VaultError` when anything was changed."""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from screening.engine.answers import Answer, read_answers, write_answer
from screening.engine.assessment import Assessment

from . import history, rules, vault
from .models import (
    Alert,
    AnswerRequest,
    CheckInSchedule,
    Correction,
    EmergencyAccess,
    Person,
    QuestionnaireResponse,
    Revision,
)
from .vault import DataKey

Read = TypeVar("Read")
logger = logging.getLogger(__name__)
INSTEAD = "Cannot be read"
"""Stands in a list where a name would: one record that was changed hides no other."""


def or_said(read: Callable[[], Read], instead: Read) -> Read:
    """What is read, or something else where it does not open, which the log says without any value."""
    try:
        return read()
    except vault.VaultError as error:
        table, _, field = vault.place_of(error)
        logger.error("A stored value does not open: %s %s", table, field)
        return instead


@dataclasses.dataclass(frozen=True)
class Document:
    """The present answers of a response and the sections whose pages were posted, in order of first posting."""

    answers: dict[str, Answer]
    posted: tuple[str, ...]


class Changes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one revision brought. `answers` are JSON values in storage form; None takes an answer back.

    `withheld` were not applied because somebody else had changed them meanwhile, and `late` because the same client
    had already sent a newer value. Both stay here so that nothing typed is lost.
    """

    answers: dict[str, dict[str, Any] | None]
    posted: str | None = None
    withheld: tuple[str, ...] = ()
    late: tuple[str, ...] = ()

    @property
    def applied(self) -> dict[str, dict[str, Any] | None]:
        """The answers that became part of the document."""
        return {key: value for key, value in self.answers.items() if key not in (*self.withheld, *self.late)}


@dataclasses.dataclass(frozen=True)
class PastChange:
    """One revision as it can be shown: who, when, and the answers it set (None: taken back)."""

    number: int
    author_kind: str
    at: datetime.datetime
    answers: dict[str, Answer | None]


class CorrectionContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one correction says: words in the patient's language, with the question or section they are about (empty:
    the whole), or answers in storage form: those of a late page, or to what was asked again."""

    words: str = ""
    about: str = ""
    answers: dict[str, dict[str, Any] | None] = {}


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person's invitations go, as staff wrote it down."""

    email: str


def read_document(response: QuestionnaireResponse, key: DataKey | None = None) -> Document:
    """The present document of a response."""
    key = key or vault.data_key(response)
    stored = msgspec.json.decode(key.open(response.document_ct, row=response, field="document_ct"))
    return Document(answers=decoded(response, stored["answers"]), posted=tuple(stored["posted"]))


def write_document(response: QuestionnaireResponse, document: Document, key: DataKey) -> None:
    """Put a document on a response. The caller saves the row."""
    stored = {"answers": encoded(document.answers), "posted": document.posted}
    response.document_ct = key.seal(msgspec.json.encode(stored), row=response, field="document_ct")


def read_answers_of(response: QuestionnaireResponse) -> dict[str, Answer]:
    """Every answer of a response by link_id, those of hidden questions included."""
    return read_document(response).answers


def read_assessment(response: QuestionnaireResponse) -> Assessment:
    """What the rules said on the day of sending. Raises `ValueError` for a draft, which has none."""
    if response.assessment_ct is None:
        raise ValueError("A draft has no stored assessment; evaluate its answers instead.")
    key = vault.data_key(response)
    return msgspec.json.decode(key.open(response.assessment_ct, row=response, field="assessment_ct"), type=Assessment)


def read_changes(revision: Revision, key: DataKey) -> Changes:
    """What one revision brought."""
    return msgspec.json.decode(key.open(revision.changes_ct, row=revision, field="changes_ct"), type=Changes)


def history_of(response: QuestionnaireResponse) -> tuple[PastChange, ...]:
    """Every revision in order, so that a reader can see which answers were changed before sending."""
    key = vault.data_key(response)
    return tuple(_past(response, revision, key) for revision in history.revisions_of(response))


def _past(response: QuestionnaireResponse, revision: Revision, key: DataKey) -> PastChange:
    applied = read_changes(revision, key).applied
    given = decoded(response, {link_id: value for link_id, value in applied.items() if value is not None})
    answers = {link_id: given.get(link_id) for link_id in applied}
    return PastChange(revision.number, revision.author_kind, revision.created_at, answers)


def read_identity(person: Person) -> dict[str, str]:
    """Who a person is, by role of the question: given_name, family_name, birth_date (ISO), phone, email."""
    sealed = vault.data_key(person).open(person.identity_ct, row=person, field="identity_ct")
    return msgspec.json.decode(sealed, type=dict[str, str])


def read_reason(alert: Alert) -> str:
    """Why an alert was raised: a flag's link_id, or the kind of the alert."""
    return vault.data_key(alert.response).open(alert.reason_ct, row=alert, field="reason_ct").decode()


def read_correction(correction: Correction) -> CorrectionContent:
    """What a patient added after sending."""
    sealed = vault.data_key(correction.response).open(correction.content_ct, row=correction, field="content_ct")
    return msgspec.json.decode(sealed, type=CorrectionContent)


def read_request(request: AnswerRequest) -> tuple[str, ...]:
    """The link_ids of the questions that a patient is asked again, in the order of the questionnaire."""
    sealed = vault.data_key(request.response).open(request.questions_ct, row=request, field="questions_ct")
    return msgspec.json.decode(sealed, type=tuple[str, ...])


def read_emergency_reason(access: EmergencyAccess) -> str:
    """Why somebody opened a response that their roles do not open."""
    return vault.data_key(access.response).open(access.reason_ct, row=access, field="reason_ct").decode()


def read_note(alert: Alert) -> str:
    """What the person who acknowledged an alert wrote; empty while nobody has."""
    if alert.note_ct is None:
        return ""
    return vault.data_key(alert.response).open(alert.note_ct, row=alert, field="note_ct").decode()


def read_contact(schedule: CheckInSchedule) -> Contact:
    """The address of a schedule."""
    opened = vault.data_key(schedule).open(schedule.contact_ct, row=schedule, field="contact_ct")
    return msgspec.json.decode(opened, type=Contact)


def write_contact(schedule: CheckInSchedule, contact: Contact) -> None:
    """Put an address on a new schedule. The caller saves the row."""
    key = vault.create_data_key(schedule)
    schedule.contact_ct = key.seal(msgspec.json.encode(contact), row=schedule, field="contact_ct")


def encoded(answers: Mapping[str, Answer | None]) -> dict[str, dict[str, Any] | None]:
    """Answers in storage form: the long form of `write_answer`; None stays None."""
    return {link_id: None if answer is None else write_answer(answer) for link_id, answer in answers.items()}


def decoded(response: QuestionnaireResponse, stored: Mapping[str, Any]) -> dict[str, Answer]:
    """Answers from storage form, read with the response's own version."""
    definition = rules.compiled_of(response).definition
    return read_answers(definition, stored, on=rules.day_at(response.clinic, response.started_at))
