"""After sending: what somebody corrects or adds is appended, and what was sent stays as it was sent."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

import msgspec
from django.db import transaction

from intake import audit, records, rules, vault
from intake.models import Correction, QuestionnaireResponse
from intake.records import CorrectionContent
from screening.engine.answers import Answer

from . import alerting
from .refusals import Refused, locked

LONGEST_CORRECTION = 4000
"""Characters of one correction."""

MOST = 20
"""Corrections that one person may add to one response; more than that is a call to the clinic."""


class NotSentYet(Refused):
    """The answers were not sent yet: they are changed, not corrected."""


class NothingSaid(Refused):
    """A correction has words."""


class TooLong(Refused):
    """A correction has at most `LONGEST_CORRECTION` characters."""


class TooManyCorrections(Refused):
    """`MOST` corrections have come for this response."""


def add_correction(
    *, response_id: uuid.UUID | str, words: str, about: str, attempt: str, now: datetime.datetime
) -> Correction:
    """Append what a patient wants to correct or add after sending. `about` is the link_id of a question or section, or
    empty for the whole. The same `attempt` again adds nothing.

    Raises `NothingSaid`, `TooLong`, `NotSentYet`, `TooManyCorrections`, `NoSuchResponse`.
    """
    if not words.strip():
        raise NothingSaid("Write what you want to correct or add.")
    if len(words) > LONGEST_CORRECTION:
        raise TooLong(f"Write {LONGEST_CORRECTION:,} characters or fewer.")
    with transaction.atomic():
        response = _sent(response_id)
        earlier = response.corrections.filter(attempt=attempt).first()
        if earlier is not None:
            return earlier
        if response.corrections.filter(source=Correction.Source.WORDS).count() >= MOST:
            raise TooManyCorrections("Call the clinic to correct more.")
        known = about if about in _places(response) else ""
        content = CorrectionContent(words=words.strip(), about=known)
        return _record(_append(response, Correction.Source.WORDS, content, attempt, now), now)


def keep_late_answers(
    *, response_id: uuid.UUID | str, answers: Mapping[str, Answer | None], now: datetime.datetime
) -> Correction | None:
    """Keep what a page said that was still open when the answers were sent, and call staff for what it discloses.

    Only what says something else than what was sent, or kept from a late page before, is kept: None when nothing does.
    Raises `NotSentYet`, `NoSuchResponse`.
    """
    with transaction.atomic():
        response = _sent(response_id)
        stored = records.read_answers_of(response)
        known = {**stored, **_kept_before(response)}
        said = {name: answer for name, answer in answers.items() if says_more(answer, known.get(name))}
        if not said:
            return None
        content = CorrectionContent(answers=records.encoded(said))
        late = _append(response, Correction.Source.LATE_PAGE, content, f"late:{uuid.uuid4()}", now)
        typed = {name: answer for name, answer in said.items() if answer is not None}
        merged = {**known, **typed}
        found = rules.assess(response, merged, now=now)
        alerting.raise_alerts(response, merged, found, before=known, now=now)
        return _record(late, now)


def _kept_before(response: QuestionnaireResponse) -> dict[str, Answer]:
    """What late pages said, by link_id: the latest of each."""
    kept: dict[str, Answer] = {}
    for late in response.corrections.filter(source=Correction.Source.LATE_PAGE).order_by("number"):
        given = records.read_correction(late).answers
        kept |= records.decoded(response, {name: value for name, value in given.items() if value is not None})
    return kept


def _sent(response_id: uuid.UUID | str) -> QuestionnaireResponse:
    response = locked(response_id)
    if not response.is_sent:
        raise NotSentYet("These answers were not sent yet. Change them instead.")
    return response


def _places(response: QuestionnaireResponse) -> frozenset[str]:
    definition = rules.compiled_of(response).definition
    questions = {question.link_id for question in definition.questions()}
    return frozenset(questions | {section.link_id for section in definition.sections})


def says_more(answer: Answer | None, known: Answer | None) -> bool:
    """Whether an answer says something that is not known yet. An empty field takes nothing back: the answer was sent.
    What was typed and could not be read does say something."""
    return answer is not None and answer.says_something and not answer.is_same_as(known)


def append_correction(
    response: QuestionnaireResponse,
    source: Correction.Source,
    content: CorrectionContent,
    *,
    attempt: str,
    now: datetime.datetime,
) -> Correction:
    """Add a correction to a locked response, unread, with its audit record. Call it last in a transaction."""
    return _record(_append(response, source, content, attempt, now), now)


def _append(
    response: QuestionnaireResponse,
    source: Correction.Source,
    content: CorrectionContent,
    attempt: str,
    now: datetime.datetime,
) -> Correction:
    """Add a correction: unread, and under no signature. The caller records it, last in its transaction."""
    number = response.corrections.count() + 1
    correction = Correction(response=response, number=number, source=source, attempt=attempt, created_at=now)
    sealed = vault.data_key(response).seal(msgspec.json.encode(content), row=correction, field="content_ct")
    correction.content_ct = sealed
    correction.save(force_insert=True)
    response.unread_corrections += 1
    response.is_signed = False
    response.save(update_fields=["unread_corrections", "is_signed"])
    return correction


def _record(correction: Correction, now: datetime.datetime) -> Correction:
    response = correction.response
    audit.record(
        actor=audit.patient(response),
        action="response.corrected",
        now=now,
        response=response.pk,
        correction=correction.pk,
        source=correction.source,
    )
    return correction
