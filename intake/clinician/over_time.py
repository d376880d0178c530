"""A person over time: what they sent before, what changed since, how scores went, and who they may be the same as.

It costs a page one query: earlier responses, and those of people with the same name and date of birth.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec

from intake import part2, people, records, rules
from intake.models import QuestionnaireResponse
from screening.engine.assessment import Assessment
from screening.engine.scores import bounds

from .over_time_changes import Changes, Taken, changes_between
from .over_time_chart import TRENDS, Point, Trend, point_of, trend_of
from .wording import Reading, day, words

MOST = 25
"""Responses that are read: two years of monthly ones."""


class EarlierLine(msgspec.Struct, frozen=True, kw_only=True):
    """One response of the person: what it was and when it was sent."""

    reference: str
    questionnaire: str
    day: str


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be the same person."""

    reference: str
    since: str


class OverTime(msgspec.Struct, frozen=True, kw_only=True):
    """What a page shows of a person over time. `changes` is None without an earlier response to compare with."""

    person: str
    earlier: tuple[EarlierLine, ...]
    trends: tuple[Trend, ...]
    alike: tuple[Likeness, ...]
    compared_with: EarlierLine | None = None
    changes: Changes | None = None
    now_with: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.earlier and not self.alike


def over_time_of(response: QuestionnaireResponse) -> OverTime | None:
    """What came before one sent response. None for a draft, which belongs to nobody yet."""
    if response.person is None:
        return None
    found = list(people.earlier_or_alike(response)[:MOST])
    earlier = [one for one in found if one.person_id == response.person_id]
    before = _to_compare(response, earlier)
    changes = changes_between(taken_of(before), taken_of(response)) if before else None
    return OverTime(
        person=str(response.person),
        earlier=tuple(line_of(one) for one in earlier),
        trends=trends_of([response, *earlier]),
        alike=_alike([one for one in found if one.person_id != response.person_id]),
        compared_with=line_of(before) if before else None,
        changes=changes,
    )


def _alike(responses: Sequence[QuestionnaireResponse]) -> tuple[Likeness, ...]:
    """Whom staff may find to be the same person, each once."""
    persons = {one.person_id: one.person for one in responses if one.person is not None}
    zone = ZoneInfo(responses[0].clinic.timezone) if responses else None
    return tuple(Likeness(reference=str(one), since=day(one.created_at.astimezone(zone))) for one in persons.values())


def _to_compare(
    response: QuestionnaireResponse, earlier: Sequence[QuestionnaireResponse]
) -> QuestionnaireResponse | None:
    """The latest earlier answers to the same questionnaire, or else the latest to any."""
    same = [one for one in earlier if one.version.questionnaire_id == response.version.questionnaire_id]
    return next(iter([*same, *earlier]), None)


def line_of(response: QuestionnaireResponse) -> EarlierLine:
    """One response in a list."""
    assert response.as_of is not None  # only what was sent is listed
    title = words(rules.compiled_of(response).definition.title)
    return EarlierLine(reference=str(response), questionnaire=title, day=day(response.as_of))


def taken_of(response: QuestionnaireResponse) -> Taken:
    """The answers of a response and what the rules made of them on sending."""
    reading = Reading(
        compiled=rules.compiled_of(response),
        answers=records.read_answers_of(response),
        settings=rules.settings_of(response),
        as_of=response.as_of or rules.day_at(response.clinic, response.saved_at),
        part2=part2.is_on(response),
    )
    return Taken(reading=reading, assessment=records.read_assessment(response))


def trends_of(responses: Sequence[QuestionnaireResponse]) -> tuple[Trend, ...]:
    """Each followed score that has two results or more, from the first to the latest."""
    taken = [(one, records.read_assessment(one)) for one in sorted(responses, key=_sent)]
    found = (_trend(link_id, taken) for link_id in TRENDS)
    return tuple(trend for trend in found if trend is not None)


def _trend(link_id: str, taken: Sequence[tuple[QuestionnaireResponse, Assessment]]) -> Trend | None:
    points: list[Point] = []
    most, score = 0.0, None
    for response, assessment in taken:
        compiled = rules.compiled_of(response)
        result = assessment.scores.get(link_id)
        score_now = next((one for one in compiled.definition.scores if one.link_id == link_id), None)
        if result is None or score_now is None or response.as_of is None:
            continue
        highest = [bounds(compiled.questions[item])[1] for item in score_now.items]
        most = max(most, sum(highest) / (len(highest) if score_now.method == "mean" else 1))
        score = score_now
        points.append(point_of(response.as_of, str(response), score_now, result))
    return trend_of(score, points, most=most) if score and len(points) > 1 and most else None


def _sent(response: QuestionnaireResponse) -> tuple[object, object]:
    return (response.sent_at, response.pk)
