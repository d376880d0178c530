"""Saving answers: nothing typed is lost, nothing is overwritten unseen, and a repeated request changes nothing."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import msgspec
from django.db import transaction
from django.db.models import Max

from intake import records, rules, vault
from intake.models import QuestionnaireResponse, Revision, User, listing
from intake.records import Changes, Document
from intake.vault import DataKey
from screening.engine.answers import Answer

from . import alerting
from .refusals import Refused, locked

Author = User | Literal["patient"]
PAGE = 36
"""How many characters of a client id name the page, as a UUID does; what follows tells its attempts apart."""


@dataclasses.dataclass(frozen=True)
class Saved:
    """What was committed: the response, the number of the revision, the document as it is now, and what was typed and
    kept beside it: another window answered differently, or the same page had already sent something newer."""

    response: QuestionnaireResponse
    revision: int
    document: Document
    beside: Mapping[str, Answer]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Clash:
    """One question that somebody else changed meanwhile: what is stored, and what was sent and not applied."""

    link_id: str
    stored: Answer | None
    submitted: Answer | None


class Conflict(Refused):
    """Some answers were changed elsewhere since the page was loaded. They stay as stored; all others were saved.

    The person chooses, and the page is sent again with `saved.revision` as its base.
    """

    def __init__(self, clashes: tuple[Clash, ...], saved: Saved) -> None:
        super().__init__("Some answers were changed in another window. Choose which to keep.")
        self.clashes = clashes
        self.saved = saved


class AlreadySent(Refused):
    """The answers were sent; they can no longer be changed here."""


class UnknownQuestion(Refused):
    """The version this response was started on has no such question, or no such section."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Attempt:
    """One request to save."""

    answers: Mapping[str, Answer | None]
    posted: str | None
    base: int
    client: str
    sequence: int
    now: datetime.datetime
    by: Author
    unseen: Collection[str]


def save_answers(
    *,
    response_id: uuid.UUID | str,
    answers: Mapping[str, Answer | None],
    posted_section: str | None,
    base_revision: int,
    client_id: str,
    client_sequence: int,
    now: datetime.datetime,
    by: Author = "patient",
    unseen: Collection[str] = (),
) -> Saved:
    """Merge answers into a draft and call staff if they must be called, in one transaction.

    `answers` by link_id; None takes an answer back (the question counts as not reached). `base_revision` is the
    revision the page showed. `unseen` are questions for which it does not show what is stored: they clash as well,
    unless that page stored it itself. `client_id` and `client_sequence` name the attempt: repeated with the same
    answers it changes nothing. An older sequence never replaces a newer one of the same client.
    Raises `Conflict` after saving everything that does not clash; `AlreadySent`; `UnknownQuestion`; `NoSuchResponse`.
    """
    attempt = _Attempt(
        answers=answers,
        posted=posted_section,
        base=base_revision,
        client=client_id,
        sequence=client_sequence,
        now=now,
        by=by,
        unseen=unseen,
    )
    with transaction.atomic():
        response = locked(response_id, among=QuestionnaireResponse.objects.defer(*listing.COLUMNS))
        saved, clashes = _save(response, attempt)
    if clashes:
        raise Conflict(clashes, saved)
    return saved


def _save(response: QuestionnaireResponse, attempt: _Attempt) -> tuple[Saved, tuple[Clash, ...]]:
    _refuse_what_cannot_be(response, attempt)
    key = vault.data_key(response)
    document = records.read_document(response, key)
    earlier = Revision.objects.filter(
        response=response, client_id=attempt.client, client_sequence=attempt.sequence
    ).first()
    if earlier is not None:
        changes = records.read_changes(earlier, key)
        if _is_same(changes, attempt):
            return _outcome(response, document, attempt, changes, earlier.number)
        # Another entry under a used number: a page brought back by the Back button. It is a save of its own.
        attempt = dataclasses.replace(attempt, sequence=_next_sequence(response, attempt.client))
    changes = _sorted_out(response, document, attempt, key)
    before, document = document, _merged(response, document, changes)
    _store(response, document, changes, attempt, key)
    outcome = _outcome(response, document, attempt, changes, response.revision)
    _call_staff(response, before, outcome[0], attempt.now)
    return outcome


def _refuse_what_cannot_be(response: QuestionnaireResponse, attempt: _Attempt) -> None:
    if response.is_sent:
        raise AlreadySent("These answers were sent. Call the clinic to correct something.")
    definition = rules.compiled_of(response).definition
    unknown = set(attempt.answers) - {question.link_id for question in definition.questions()}
    if attempt.posted is not None:
        unknown |= {attempt.posted} - {section.link_id for section in definition.sections}
    if unknown:
        raise UnknownQuestion(f"This questionnaire has no {', '.join(sorted(unknown))}.")


def _is_same(changes: Changes, attempt: _Attempt) -> bool:
    """Whether a stored attempt brought the same. The day is left out: a retry may come after midnight."""
    submitted = records.encoded(attempt.answers)
    return changes.posted == attempt.posted and _undated(changes.answers) == _undated(submitted)


def _undated(answers: Mapping[str, Mapping[str, object] | None]) -> dict[str, dict[str, object] | None]:
    return {
        link_id: None if answer is None else {part: value for part, value in answer.items() if part != "on"}
        for link_id, answer in answers.items()
    }


def _next_sequence(response: QuestionnaireResponse, client: str) -> int:
    highest = Revision.objects.filter(response=response, client_id=client).aggregate(Max("client_sequence"))
    return int(highest["client_sequence__max"]) + 1


def _sorted_out(response: QuestionnaireResponse, document: Document, attempt: _Attempt, key: DataKey) -> Changes:
    """Which of the answers may be applied, given what was saved since the page was loaded."""
    withheld, late = set(), set()
    for revision in _saved_since(response, attempt.base):
        touched = set(records.read_changes(revision, key).applied) & set(attempt.answers)
        if revision.client_id != attempt.client:
            withheld |= {link_id for link_id in touched if _differs(document, attempt, link_id)}
        elif revision.client_sequence > attempt.sequence:
            late |= touched
    withheld |= {name for name in _stored_elsewhere(response, attempt, key) if _differs(document, attempt, name)}
    return Changes(
        answers=records.encoded(attempt.answers),
        posted=attempt.posted,
        withheld=tuple(sorted(withheld - late)),
        late=tuple(sorted(late)),
    )


def _saved_since(response: QuestionnaireResponse, base: int) -> Iterable[Revision]:
    """The revisions that a page did not know when it was loaded. Most know the latest: nothing is looked for."""
    return response.revisions.filter(number__gt=base).order_by("number") if base < response.revision else ()


def _stored_elsewhere(response: QuestionnaireResponse, attempt: _Attempt, key: DataKey) -> set[str]:
    """Which of the questions that the page does not show as stored another page answered last."""
    sought, elsewhere = set(attempt.unseen) & attempt.answers.keys(), set()
    latest_first = response.revisions.order_by("-number").iterator() if sought else iter(())
    while sought and (revision := next(latest_first, None)):
        found = sought & records.read_changes(revision, key).applied.keys()
        sought -= found
        if revision.client_id[:PAGE] != attempt.client[:PAGE]:
            elsewhere |= found
    return elsewhere


def _differs(document: Document, attempt: _Attempt, link_id: str) -> bool:
    stored, submitted = document.answers.get(link_id), attempt.answers[link_id]
    return stored is not None if submitted is None else not submitted.is_same_as(stored)


def _merged(response: QuestionnaireResponse, document: Document, changes: Changes) -> Document:
    applied = changes.applied
    answers = {link_id: answer for link_id, answer in document.answers.items() if link_id not in applied}
    answers |= records.decoded(response, {link_id: value for link_id, value in applied.items() if value is not None})
    posted = document.posted
    if changes.posted is not None and changes.posted not in posted:
        posted = (*posted, changes.posted)
    return Document(answers=answers, posted=posted)


def _store(
    response: QuestionnaireResponse, document: Document, changes: Changes, attempt: _Attempt, key: DataKey
) -> None:
    # After an older backup was put back, a page may know a newer revision than there is.
    base = min(attempt.base, response.revision)
    response.revision += 1
    response.saved_at = attempt.now
    records.write_document(response, document, key)
    response.save(update_fields=["revision", "saved_at", "document_ct"])
    append_revision(
        response,
        changes,
        key,
        base=base,
        client=(attempt.client, attempt.sequence),
        author=None if attempt.by == "patient" else attempt.by,
        kind=Revision.AuthorKind.PATIENT if attempt.by == "patient" else Revision.AuthorKind.STAFF,
        now=attempt.now,
    )


def append_revision(
    response: QuestionnaireResponse,
    changes: Changes,
    key: DataKey,
    *,
    base: int,
    client: tuple[str, int],
    author: User | None,
    kind: Revision.AuthorKind,
    now: datetime.datetime,
) -> None:
    """Add the revision `response.revision` to the history. It is its own record of who and when: no audit beside it."""
    revision = Revision(
        response=response,
        number=response.revision,
        base_revision=base,
        client_id=client[0],
        client_sequence=client[1],
        author_kind=kind,
        author=author,
        created_at=now,
    )
    revision.changes_ct = key.seal(msgspec.json.encode(changes), row=revision, field="changes_ct")
    revision.save(force_insert=True)


def _outcome(
    response: QuestionnaireResponse, document: Document, attempt: _Attempt, changes: Changes, number: int
) -> tuple[Saved, tuple[Clash, ...]]:
    clashes = tuple(
        Clash(link_id=link_id, stored=document.answers.get(link_id), submitted=attempt.answers[link_id])
        for link_id in changes.withheld
        if _differs(document, attempt, link_id)
    )
    kept = (*changes.withheld, *changes.late)
    beside = {link_id: answer for link_id in kept if (answer := attempt.answers[link_id]) is not None}
    return Saved(response, number, document, beside), clashes


def _call_staff(response: QuestionnaireResponse, before: Document, saved: Saved, now: datetime.datetime) -> None:
    """Raise the alerts of what was saved, and of what was typed and kept beside: a disclosure counts either way."""
    said = [saved.document.answers]
    if saved.beside:
        said.append({**saved.document.answers, **saved.beside})
    for answers in said:
        found = rules.calls(response, answers, now=now)
        alerting.raise_alerts(response, answers, found, before=before.answers, now=now)
