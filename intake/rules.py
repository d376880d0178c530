"""The one place where `intake` meets the engine: a response's pinned version, its frozen settings, its clinic's day."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import msgspec

from screening import publishing
from screening.engine.answers import Answers
from screening.engine.assessment import Assessment, Settings, evaluate, evaluate_calls
from screening.engine.compiler import Compiled

from .models import Clinic, QuestionnaireResponse


def compiled_of(response: QuestionnaireResponse) -> Compiled:
    """The version this response was started on, compiled; the same for its whole life."""
    return publishing.compiled(response.version)


def settings_of(response: QuestionnaireResponse) -> Settings:
    """The clinic's settings as they were when the response was started."""
    return msgspec.convert(response.settings, Settings)


def day_at(clinic: Clinic, now: datetime.datetime) -> datetime.date:
    """The calendar day in the clinic's time zone."""
    return now.astimezone(ZoneInfo(clinic.timezone)).date()


def as_of(response: QuestionnaireResponse, *, now: datetime.datetime) -> datetime.date:
    """The day the rules count from: the day of sending once sent, otherwise today at the clinic."""
    return response.as_of or day_at(response.clinic, now)


def assess(response: QuestionnaireResponse, answers: Answers, *, now: datetime.datetime) -> Assessment:
    """What the rules say about these answers."""
    return evaluate(compiled_of(response), answers, as_of(response, now=now), settings_of(response))


def calls(response: QuestionnaireResponse, answers: Answers, *, now: datetime.datetime) -> Assessment:
    """What staff are called for with these answers; what else the rules say is left out."""
    return evaluate_calls(compiled_of(response), answers, as_of(response, now=now), settings_of(response))
