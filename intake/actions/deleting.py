"""Deleting a draft: what somebody wrote and did not send is theirs to take back.

What is left is a tombstone: that there was a draft, when, and what the audit record says. Where an answer had called
for staff, they keep what they need to look after the person, and nothing else (docs/decisions/0020-deleted-drafts.md).
While a legal hold is on it, its history stays as it was saved: shut to the patient, shown to no staff, gone afterwards.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from django.db import transaction

from intake import audit, records, rules, vault
from intake.erasure import erased_list
from intake.models import Alert, EmergencyAccess, QuestionnaireResponse
from intake.records import Document
from screening.engine.definition import Definition

from .holding import OnLegalHold, is_on_hold
from .refusals import locked
from .saving import AlreadySent

NO_CODE = "!"
"""Matches no code: what is deleted is not opened again."""

NOTHING = Document(answers={}, posted=())

KEPT_ROLES = ("given_name", "family_name", "birth_date", "phone", "email", "whereabouts")
"""Whom staff were called to, and how to reach them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Kept:
    """What staff who were called may still read: who it is, and each alert with its reason and note.

    Why somebody took emergency access stays on record too, whether or not anybody was called.
    """

    document: Document
    alerts: tuple[tuple[Alert, str, str], ...]
    opened: tuple[tuple[EmergencyAccess, str], ...]


def delete_draft(
    *, response_id: uuid.UUID | str, now: datetime.datetime, even_on_hold: bool = False
) -> QuestionnaireResponse:
    """Take a draft back for good: answers, history and key. Alerts stay. Again: nothing changes. On legal hold it
    is closed to the patient at once, and goes when the hold is lifted (`finish_deletion`). `even_on_hold`: it went
    before, and an older backup brought it back with a hold that was lifted since.

    Raises `NoSuchResponse`, `AlreadySent`.
    """
    with transaction.atomic():
        response = locked(response_id, even_deleted=True)
        if response.is_sent:
            raise AlreadySent("These answers were sent. Ask the clinic about its records.")
        if response.is_deleted:
            return response
        response.status, response.deleted_at = QuestionnaireResponse.Status.DELETED, now
        response.resume_code_hash = NO_CODE
        if is_on_hold(response) and not even_on_hold:
            _shut(response)
        else:
            _take_away(response, now)
        audit.record(actor=audit.patient(response), action="response.deleted", now=now, response=response.pk)
    return response


def finish_deletion(*, response_id: uuid.UUID, now: datetime.datetime) -> bool:
    """Delete what only a legal hold kept of a draft that its patient had deleted. Whether there was anything.

    Raises `NoSuchResponse`, and `OnLegalHold` as long as there is one.
    """
    with transaction.atomic():
        response = locked(response_id, even_deleted=True)
        if not response.is_deleted or not response.revisions.exists():
            return False
        if is_on_hold(response):
            raise OnLegalHold("What the patient deleted is on legal hold. Lift it first.")
        _take_away(response, now)
        audit.record(actor=audit.SYSTEM, action="response.deletion_finished", now=now, response=response.pk)
    return True


def _shut(response: QuestionnaireResponse) -> None:
    """Whatever reads the draft finds what it would find had it gone; the saves stay, under the key that there is."""
    kept = _kept_for_staff(response)
    records.write_document(response, kept.document if kept else NOTHING, vault.data_key(response))
    response.save()


def _take_away(response: QuestionnaireResponse, now: datetime.datetime) -> None:
    kept = _kept_for_staff(response)
    _forget(response)
    if kept is not None:
        _keep(response, kept)
    # On the list: a restored older backup leaves it deleted.
    erased_list.append([erased_list.draft(response.pk, response.deleted_at or now)])


def kept_questions(definition: Definition) -> frozenset[str]:
    """The link_ids that stay with an alert: who somebody is, and the whole page that asks how to reach them, because a
    number without "do not leave a message" can do harm."""
    pages = [
        section
        for section in definition.sections
        if any(question.role in ("phone", "whereabouts") for question in section.questions)
    ]
    about_reaching = {question.link_id for section in pages for question in section.questions}
    return frozenset(about_reaching | {one.link_id for one in definition.questions() if one.role in KEPT_ROLES})


def _kept_for_staff(response: QuestionnaireResponse) -> _Kept | None:
    """Read before the key goes. None when nobody was called and nobody opened it in an emergency."""
    alerts = response.alerts.select_for_update().order_by("created_at", "pk")
    found = tuple((alert, records.read_reason(alert), records.read_note(alert)) for alert in alerts)
    accesses = EmergencyAccess.objects.select_for_update().filter(response=response).order_by("began_at", "pk")
    opened = tuple((access, records.read_emergency_reason(access)) for access in accesses)
    if not found and not opened:
        return None
    names = kept_questions(rules.compiled_of(response).definition) if found else frozenset()
    answers = records.read_answers_of(response)
    kept = {link_id: answer for link_id, answer in answers.items() if link_id in names}
    return _Kept(document=Document(answers=kept, posted=()), alerts=found, opened=opened)


def _forget(response: QuestionnaireResponse) -> None:
    """Without its key nothing of a response can be read; then the database lets its history go."""
    response.wrapped_key = response.document_ct = b""
    response.save()
    response.revisions.all().delete()


def _keep(response: QuestionnaireResponse, kept: _Kept) -> None:
    """Seal what stays under a new key."""
    key = vault.create_data_key(response)
    records.write_document(response, kept.document, key)
    response.save(update_fields=["key_id", "wrapped_key", "document_ct"])
    for alert, reason, note in kept.alerts:
        alert.reason_ct = key.seal(reason.encode(), row=alert, field="reason_ct")
        if alert.note_ct is not None:
            alert.note_ct = key.seal(note.encode(), row=alert, field="note_ct")
        alert.save(update_fields=["reason_ct", "note_ct"])
    for access, reason in kept.opened:
        access.reason_ct = key.seal(reason.encode(), row=access, field="reason_ct")
        access.save(update_fields=["reason_ct"])
