"""Points of a summary: seen by a named person, discussed with the patient."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from django.db import transaction

from intake.models import ReviewEntry, User
from intake.permissions import Permission
from intake.reviewing import How, Review, token_of
from screening.engine.answers import Answer

from .refusals import Refused
from .review_answers import call_staff, refuse_unknown
from .reviewing import Kind, TextMissing, append, refuse_signed, review_for


class NoSuchPoint(Refused):
    """The answers raise no such point, or no longer do."""


def acknowledge_point(
    *, response_id: uuid.UUID | str, point: str, by: User, now: datetime.datetime, note: str = ""
) -> ReviewEntry:
    """Say that a named person has seen a point. `point` is its token.

    Raises `NoSuchPoint`, `AlreadySigned`, and what `review_for` raises.
    """
    with transaction.atomic():
        _, review = review_for(response_id, by, Permission.ACKNOWLEDGE)
        key = _key_of(review, point)
        refuse_signed(review)
        return append(review, Kind.ACKNOWLEDGED, by=by, now=now, point=key, text=note)


def discuss_point(
    *,
    response_id: uuid.UUID | str,
    point: str,
    by: User,
    now: datetime.datetime,
    learned: str,
    answers: Mapping[str, Answer] | None = None,
    how: How = "told",
) -> ReviewEntry:
    """Keep what was learned about a point, with the answers that may settle it, in the name of who asked.

    Raises `TextMissing` when nothing was learned, `NoSuchPoint`, `AlreadySigned`, `UnknownQuestion`, and what
    `review_for` raises.
    """
    with transaction.atomic():
        response, review = review_for(response_id, by, Permission.ACKNOWLEDGE, Permission.ENTER_ANSWERS)
        key = _key_of(review, point)
        refuse_signed(review)
        if not learned.strip() and not answers:
            raise TextMissing("Write what you learned, or enter an answer.")
        refuse_unknown(response, answers or {})
        how = how if answers else ""
        call_staff(review, answers or {}, now=now)
        return append(review, Kind.DISCUSSED, by=by, now=now, point=key, text=learned, answers=answers, how=how)


def _key_of(review: Review, token: str) -> str:
    for key in review.points:
        if token_of(review.response, key) == token:
            return key
    raise NoSuchPoint("There is no such point in this summary.")
