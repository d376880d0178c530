"""What staff see of a draft that called for somebody and was then deleted by its patient."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake import records, rules
from intake.models import QuestionnaireResponse

from .reading import summary_of
from .summary import HeaderLine
from .wording import label, moment, said


def deleted_context(response: QuestionnaireResponse, *, now: datetime.datetime) -> dict[str, Any]:
    """The page's own part of a template context: the alerts, and what was kept to look after the person."""
    at = response.deleted_at or now
    return {
        "summary": summary_of(response, now=now),
        "kept": _kept(response),
        "is_on_hold": response.revisions.exists(),
        "deleted_at": moment(at.astimezone(ZoneInfo(response.clinic.timezone))),
    }


def _kept(response: QuestionnaireResponse) -> tuple[HeaderLine, ...]:
    """Every answer that is still there: who it is, and how to reach them."""
    definition, answers = rules.compiled_of(response).definition, records.read_answers_of(response)
    return tuple(
        HeaderLine(label=label(question), value=said(question, answers[question.link_id], definition))
        for question in definition.questions()
        if question.link_id in answers
    )
