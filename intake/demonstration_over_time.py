"""Check-ins of a made-up patient, so that the demo shows answers and scores over time. Nothing is made twice."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from screening import publishing
from screening.engine.answers import Answer, read_answers
from screening.exchange.cases import Case
from screening.models import Questionnaire

from . import access, actions, records
from .models import Clinic, Invitation, QuestionnaireResponse

FORTNIGHT = datetime.timedelta(days=14)
CASES = ("Low mood and worry more than half the days", "Low mood and worry some days")
"""Two weeks apart, by title."""


def send_check_ins(*, clinic: Clinic, questionnaire: Questionnaire, cases: Mapping[str, Case]) -> None:
    """Two check-ins of whoever was first, each through an invitation of their own."""
    first = QuestionnaireResponse.objects.filter(clinic=clinic, status="sent").order_by("sent_at", "pk").first()
    if first is None or Invitation.objects.filter(clinic=clinic, questionnaire=questionnaire).exists():
        return
    by_title = {case.title: case for case in cases.values()}
    for number, title in enumerate(CASES, start=1):
        _send(first, questionnaire, by_title[title], first.sent_at + number * FORTNIGHT)


def _send(first: QuestionnaireResponse, questionnaire: Questionnaire, case: Case, now: datetime.datetime) -> None:
    version = access.current_version(questionnaire)
    assert version is not None  # it was published a moment ago
    clinic, definition = first.clinic, publishing.definition_of(version)
    given = {**case.answers, **records.read_identity(first.person)} if first.person else case.answers
    given = {link_id: value for link_id, value in given.items() if link_id not in ("birth_date", "email")}
    answers = read_answers(definition, given, on=now.date())
    invited = actions.invite(
        clinic=clinic, by=None, now=now, language="en", questionnaire=questionnaire, person=first.person
    )
    started = actions.start(clinic=clinic, version=version, language="en", now=now, invitation=invited.invitation)
    for number, section in enumerate(definition.sections, start=1):
        asked = {question.link_id for question in section.questions}
        part: dict[str, Answer | None] = {link_id: given for link_id, given in answers.items() if link_id in asked}
        actions.save_answers(
            response_id=started.response.pk,
            answers=part,
            posted_section=section.link_id,
            base_revision=number - 1,
            client_id="demo",
            client_sequence=number,
            now=now,
        )
    actions.submit(response_id=started.response.pk, now=now)
