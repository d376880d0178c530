"""One person's page as plain data: responses, scores over time, sessions, schedule, and who they may be."""

from __future__ import annotations

import datetime
import uuid
from zoneinfo import ZoneInfo

import msgspec

from intake import people, records
from intake.models import CheckInSchedule, Person, PersonMatch

from .over_time import EarlierLine, Likeness, line_of, trends_of
from .over_time_chart import Trend
from .wording import day, moment

FOLLOWED = 25
"""Responses that are shown and drawn."""


class SessionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One session in words. A withdrawn one stays in the list and says so."""

    id: uuid.UUID
    text: str
    is_withdrawn: bool


class DecisionLine(msgspec.Struct, frozen=True, kw_only=True):
    """What was said about this person and another, by whom, and whether it stands."""

    id: uuid.UUID
    text: str
    other: str
    stands: bool


class PersonPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page. `now_with` is the person to whom this one's responses were moved."""

    reference: str
    name: str
    born: str
    clinic: str
    responses: tuple[EarlierLine, ...]
    trends: tuple[Trend, ...]
    alike: tuple[Likeness, ...]
    decisions: tuple[DecisionLine, ...]
    sessions: tuple[SessionLine, ...]
    schedule: str
    trouble: str
    now_with: str


def page_of(person: Person, *, now: datetime.datetime) -> PersonPage:
    """The page of one person."""
    zone = ZoneInfo(person.clinic.timezone)
    identity = records.read_identity(person)
    responses = list(people.sent_by(person.pk)[:FOLLOWED])
    schedule = current_schedule(person)
    joined = people.now_with(person)
    return PersonPage(
        reference=str(person),
        name=people.name_of(person) or "Name not given",
        born=identity.get("birth_date", ""),
        clinic=person.clinic.name,
        responses=tuple(line_of(one) for one in responses),
        trends=trends_of(responses),
        alike=tuple(
            Likeness(reference=str(one), since=day(one.created_at.astimezone(zone)))
            for one in people.suggested_for(person)
            if responses
        ),
        decisions=tuple(_decision(one, person, zone) for one in people.decisions_on(person)),
        sessions=_sessions(person, zone, now),
        schedule=_in_words(schedule, zone) if schedule else "",
        trouble=_trouble(schedule, zone),
        now_with=str(joined) if joined else "",
    )


def current_schedule(person: Person) -> CheckInSchedule | None:
    """The schedule that counts now."""
    return person.schedules.filter(ended_at=None).select_related("questionnaire", "set_by").first()


def address_of(person: Person, schedule: CheckInSchedule | None) -> str:
    """Where links go now; else the address that the person gave, for staff to ask about."""
    if schedule is not None:
        return records.read_contact(schedule).email
    return records.read_identity(person).get("email", "")


def _decision(match: PersonMatch, person: Person, zone: ZoneInfo) -> DecisionLine:
    other = match.other if match.person_id == person.pk else match.person
    what = "The same person as" if match.decision == PersonMatch.Decision.SAME else "Not the same person as"
    text = f"{what} {other}: {match.decided_by.name}, {moment(match.decided_at.astimezone(zone))}"
    undone = getattr(match, "undone_by", None)
    if undone is not None:
        text += f"; taken back by {undone.decided_by.name}, {moment(undone.decided_at.astimezone(zone))}"
    return DecisionLine(id=match.pk, text=text, other=str(other), stands=undone is None)


def _sessions(person: Person, zone: ZoneInfo, now: datetime.datetime) -> tuple[SessionLine, ...]:
    rows = person.sessions.select_related("recorded_by", "withdrawn_by").order_by("-at")
    lines = []
    for row in rows:
        text = f"{moment(row.at.astimezone(zone))}, {'planned' if row.at > now else 'took place'}"
        text += f" (recorded by {row.recorded_by.name})"
        if row.withdrawn_by is not None:
            text += f", withdrawn by {row.withdrawn_by.name}"
        lines.append(SessionLine(id=row.pk, text=text, is_withdrawn=row.withdrawn_at is not None))
    return tuple(lines)


def _in_words(schedule: CheckInSchedule, zone: ZoneInfo) -> str:
    days = f"every {schedule.days} days, counted from the latest session"
    when = days if schedule.kind == CheckInSchedule.Kind.EVERY_DAYS else "before every planned session"
    planned = "nothing is planned yet"
    if schedule.next_at:
        planned = f"the next link is sent on {moment(schedule.next_at.astimezone(zone))}"
    return f"Asked {when}; {planned}. Set by {schedule.set_by.name} on {day(schedule.set_at.astimezone(zone))}."


def _trouble(schedule: CheckInSchedule | None, zone: ZoneInfo) -> str:
    if schedule is None or schedule.failed_at is None:
        return ""
    at = moment(schedule.failed_at.astimezone(zone))
    return f"The link could not be made on {at}. It is tried again. Setting the schedule anew may help."
