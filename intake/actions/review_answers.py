"""Answers that staff enter under their own name. They stand beside the patient's, which are never touched."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from django.db import transaction

from intake import rules
from intake.models import QuestionnaireResponse, ReviewEntry, User
from intake.permissions import Permission
from intake.reviewing import How, Review
from screening.engine.answers import Answer

from . import alerting
from .refusals import Refused
from .reviewing import Kind, append, review_for
from .saving import UnknownQuestion


class NothingEntered(Refused):
    """No answer was entered."""


def enter_answers(
    *,
    response_id: uuid.UUID | str,
    answers: Mapping[str, Answer],
    how: How,
    by: User,
    now: datetime.datetime,
    note: str = "",
) -> ReviewEntry:
    """Add answers that the patient gave in person, or that were measured or on record. Staff are called as they would
    be had the patient answered so. What was signed before then asks for a new signature.

    Raises `NothingEntered`, `UnknownQuestion`, and what `review_for` raises.
    """
    with transaction.atomic():
        response, review = review_for(response_id, by, Permission.ENTER_ANSWERS)
        if not answers:
            raise NothingEntered("Enter at least one answer.")
        refuse_unknown(response, answers)
        call_staff(review, answers, now=now)
        return append(review, Kind.ANSWERED, by=by, now=now, text=note, answers=answers, how=how)


def refuse_unknown(response: QuestionnaireResponse, answers: Mapping[str, Answer]) -> None:
    """Raises `UnknownQuestion` for a question that the version does not have."""
    unknown = set(answers) - {question.link_id for question in rules.compiled_of(response).definition.questions()}
    if unknown:
        raise UnknownQuestion(f"This questionnaire has no {', '.join(sorted(unknown))}.")


def call_staff(review: Review, answers: Mapping[str, Answer], *, now: datetime.datetime) -> bool:
    """A disclosure is one, whoever typed it: each reason without an alert gets one, due now. Whether any did.

    Called before the entry is added: alerts are locked before the audit record's lock is taken, here and everywhere.
    """
    if not answers:
        return False
    together = {**review.answers, **answers}
    found = review.assess(together)
    return alerting.raise_alerts(review.response, together, found, before=review.answers, now=now)
