"""Responses to review, and what a clinician does with them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from intake import actions, reviewing
from intake.models import Alert, QuestionnaireResponse, ReviewEntry, SignOff, User
from intake.reviewing import Review, token_of
from tests.intake.sample import NOW, Tab, later, unknown

STROKE = "raised stroke_ever contraindication"
HARM = "open harm_to_others urgent"
PROCEED = "Proceed to consultation"


def review(response: QuestionnaireResponse) -> Review:
    return reviewing.review_of(QuestionnaireResponse.objects.select_related("clinic", "version").get(pk=response.pk))


def see(response: QuestionnaireResponse, key: str, by: User, **more: Any) -> ReviewEntry:
    return actions.acknowledge_point(
        response_id=response.pk, point=token_of(response, key), by=by, now=more.pop("now", NOW), **more
    )


def discuss(response: QuestionnaireResponse, key: str, by: User, learned: str = "", **answers: Any) -> ReviewEntry:
    return actions.discuss_point(
        response_id=response.pk, point=token_of(response, key), by=by, now=NOW, learned=learned, answers=answers
    )


def enter(response: QuestionnaireResponse, by: User, *, now: datetime.datetime = NOW, **answers: Any) -> ReviewEntry:
    return actions.enter_answers(response_id=response.pk, answers=answers, how="measured", by=by, now=now)


def sign(response: QuestionnaireResponse, by: User, **more: Any) -> SignOff:
    given = {
        "content": review(response).content,
        "disposition": PROCEED,
        "rationale": "Stroke was in 2009.",
        "now": later(minutes=5),
    }
    return actions.sign_off(response_id=response.pk, by=by, **{**given, **more})


@pytest.fixture
def unsure(tab: Tab) -> QuestionnaireResponse:
    """Somebody who is not sure about thoughts of harming others, with the alert acknowledged."""
    tab.finish(family_name="Díaz", plan_now="no", harm_thoughts=unknown("not_sure"), low_mood="no", stroke="no")
    return actions.submit(response_id=tab.response.pk, now=NOW)


@pytest.fixture
def calm(unsure: QuestionnaireResponse, clinician: User) -> QuestionnaireResponse:
    """The same, after the alert was acknowledged."""
    for alert in Alert.objects.all():
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Seen.", now=NOW)
    return unsure


@pytest.fixture
def signed(sent: QuestionnaireResponse, clinician: User) -> QuestionnaireResponse:
    see(sent, STROKE, clinician)
    sign(sent, clinician)
    return sent
