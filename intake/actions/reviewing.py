"""What every step of a review shares: it is for sent responses, by a named person with the right, and only appended."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

import msgspec

from intake import access, audit, records, reviewing, vault
from intake.models import QuestionnaireResponse, ReviewEntry, SignOff, User
from intake.permissions import Permission
from intake.reviewing import Body, How, Review
from screening.engine.answers import Answer

from .refusals import NotPermitted, Refused, locked

Kind = ReviewEntry.Kind
SECOND_CLICK = datetime.timedelta(minutes=5)
"""The same words about the same thing within so short a time are one click that was repeated."""


class NotSent(Refused):
    """What was not sent is still the patient's: nobody reviews it."""


class TextMissing(Refused):
    """The words that make this worth keeping are missing."""


class AlreadySigned(Refused):
    """This content was signed: nothing about it changes any more."""


def review_for(
    response_id: uuid.UUID | str, by: User, *permissions: Permission
) -> tuple[QuestionnaireResponse, Review]:
    """A sent response that nobody else writes until this transaction ends, and its review.

    Raises `NoSuchResponse`, `NotPermitted`, `NotSent`.
    """
    response = locked(response_id)
    if not all(access.may(by, permission, response.clinic) for permission in (Permission.READ_ANSWERS, *permissions)):
        raise NotPermitted("Your roles do not allow this in this clinic.")
    if not response.is_sent:
        raise NotSent("The patient has not sent these answers yet.")
    return response, reviewing.review_of(response)


def append(
    review: Review,
    kind: Kind,
    *,
    by: User,
    now: datetime.datetime,
    point: str = "",
    text: str = "",
    answers: Mapping[str, Answer] | None = None,
    how: How = "",
    sign_off: SignOff | None = None,
    recorded: Mapping[str, str] | None = None,
) -> ReviewEntry:
    """Add one entry with its audit record, which names what is `recorded` besides.

    The same entry as the person's latest of this kind and point is a second click, if it comes soon after that and
    nobody entered other answers to the same questions meanwhile.
    """
    response = review.response
    body = Body(point=point, text=text.strip(), how=how, answers=_stored(answers or {}))
    if (repeated := _repeated(review, kind, body, by, sign_off, now)) is not None:
        return repeated
    number = review.entries[-1].number + 1 if review.entries else 1
    entry = ReviewEntry(response=response, number=number, kind=kind, sign_off=sign_off, done_at=now, done_by=by)
    entry.body_ct = vault.data_key(response).seal(msgspec.json.encode(body), row=entry, field="body_ct")
    entry.save(force_insert=True)
    _note_signed(response, is_signed=kind == Kind.SIGNED or (response.is_signed and not body.answers))
    named = {"response": str(response.pk), "entry": str(entry.pk), **(recorded or {})}
    audit.record(actor=audit.staff(by), action=f"review.{kind.value}", now=now, **named)
    return entry


def _note_signed(response: QuestionnaireResponse, *, is_signed: bool) -> None:
    """Keep with the response whether a signature is on all that is known: new answers are on none."""
    if response.is_signed != is_signed:
        response.is_signed = is_signed
        response.save(update_fields=["is_signed"])


def _stored(answers: Mapping[str, Answer]) -> dict[str, dict[str, object]]:
    return {link_id: value for link_id, value in records.encoded(answers).items() if value is not None}


def _repeated(
    review: Review, kind: Kind, body: Body, by: User, sign_off: SignOff | None, now: datetime.datetime
) -> ReviewEntry | None:
    mine = [entry for entry in review.entries if entry.kind == kind and entry.by == by and entry.sign_off == sign_off]
    mine = [entry for entry in mine if entry.body.point == body.point]
    if not mine or mine[-1].body != body or now - mine[-1].at > SECOND_CLICK:
        return None
    since = [entry for entry in review.entries if entry.number > mine[-1].number]
    if any(entry.answers.keys() & mine[-1].answers.keys() for entry in since):
        return None
    return review.response.review_entries.get(number=mine[-1].number)


def refuse_signed(review: Review) -> None:
    """Raises `AlreadySigned` when what is known now was signed."""
    if review.current is not None:
        raise AlreadySigned("This was signed. Add to it with an addendum, or enter new answers.")
