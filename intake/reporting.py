"""Counts about a clinic over a span of days. No count under five is told, nor one that another count would give away.
What tells of answers is told in steps, so that the response of somebody known to have sent just now seldom shows.

Times and states are plain columns; what stands in answers is opened for the latest responses only, `OPENED_AT_MOST`.
"""

from __future__ import annotations

import datetime
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial

import msgspec
from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from . import invitees, records, rules
from .models import Alert, Clinic, QuestionnaireResponse

FEWEST = 5
OPENED_AT_MOST = 500
HIDDEN = "fewer than 5"
HELD_BACK = "not told, so that none of the others can be worked out"
SPANS = ((15, "up to 15 minutes"), (30, "15 to 30 minutes"), (60, "30 to 60 minutes"), (24 * 60, "1 to 24 hours"))
SEVERITIES = {4: "Urgent", 3: "Contraindication", 2: "Caution", 1: "Information", 0: "Nothing raised"}
STATES = {"sent": "Sent", "draft": "Not sent", "deleted": "Deleted by the patient"}


class Line(msgspec.Struct, frozen=True):
    """One count in words."""

    title: str
    count: str


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Counts under a heading, with how many they are counted among."""

    title: str
    note: str
    lines: tuple[Line, ...]


def told(counts: Mapping[str, int], *, are_parts: bool = True) -> tuple[Line, ...]:
    """Counts as they may be told. `are_parts`: they add up to something known, so that one alone cannot be hidden.

    >>> [line.count for line in told({"a": 12, "b": 2, "c": 7})] == ["12", HIDDEN, HELD_BACK]
    True
    >>> [line.count for line in told({"a": 12, "b": 2, "c": 3})] == ["12", HIDDEN, HIDDEN]
    True
    """
    small = {title for title, count in counts.items() if count < FEWEST}
    large = sorted((title for title in counts if title not in small), key=lambda title: counts[title])
    held_back = set(large[:1]) if are_parts and len(small) == 1 else set()
    words = {title: HIDDEN if title in small else HELD_BACK for title in small | held_back}
    return tuple(Line(title, words.get(title, str(count))) for title, count in counts.items())


def in_steps(count: int, among: int | None = None) -> str:
    """A count as the step of five it is in: two that differ by one response are told alike, nearly always.

    >>> in_steps(12), in_steps(12, 100), in_steps(12, 12), in_steps(5, 5)
    ('10 to 14', '10 to 14', '10 to 12', '5')
    """
    low = count // FEWEST * FEWEST
    high = low + FEWEST - 1 if among is None else min(low + FEWEST - 1, among)
    return f"{low} to {high}" if low < high else str(low)


def told_in_steps(counts: Mapping[str, int], *, among: int | None = None, are_parts: bool = True) -> tuple[Line, ...]:
    """Counts that tell what people answered. `among`: of how many responses, where that is told; what all of them
    share, or all but a few, tells of each and is held back.

    >>> [line.count for line in told_in_steps({"a": 12, "b": 6, "c": 2, "d": 0}, among=20)] == [
    ...     "10 to 14", "5 to 9", HIDDEN, HIDDEN]
    True
    >>> [line.count for line in told_in_steps({"a": 18, "b": 2, "c": 0}, among=20)] == [HELD_BACK, HIDDEN, HIDDEN]
    True
    """
    lines = told(counts, are_parts=are_parts)
    shared = {title for title, count in counts.items() if among is not None and 0 <= among - count < FEWEST}
    words = {title: HELD_BACK if title in shared else in_steps(count) for title, count in counts.items()}
    return tuple(line if line.count in (HIDDEN, HELD_BACK) else Line(line.title, words[line.title]) for line in lines)


def report(clinic: Clinic, *, days: int, now: datetime.datetime, database: str = DEFAULT_DB_ALIAS) -> tuple[Table, ...]:
    """All tables of a clinic for what was started within the last days, read from the database of this alias."""
    begun = clinic.responses.using(database).filter(started_at__gte=now - datetime.timedelta(days=days))
    sent = begun.filter(status="sent").order_by("-sent_at")
    opened = list(_opened(sent).select_related("invitation__invitee"))
    return (
        _completion(begun),
        _last_pages(begun),
        _durations(sent),
        _top(sent),
        _points(opened),
        _acknowledgement(_alerts_of(clinic, days, now).using(database)),
        _before_appointment(opened, now),
    )


def _opened(found: QuerySet[QuestionnaireResponse]) -> QuerySet[QuestionnaireResponse]:
    """The first of what is found, to be opened. The text of a version is long, and known to the process already."""
    return found.select_related("version", "clinic").defer("version__document")[:OPENED_AT_MOST]


def _completion(begun: QuerySet[QuestionnaireResponse]) -> Table:
    found = Counter(begun.values_list("status", flat=True))
    counts = {title: found[state] for state, title in STATES.items()}
    return Table(title="Completion", note="Of what was started.", lines=told(counts))


def _last_pages(begun: QuerySet[QuestionnaireResponse]) -> Table:
    """Where people stopped: the last page that each draft has posted."""
    drafts = _opened(begun.filter(status="draft").order_by("-saved_at"))
    counts = Counter(records.or_said(partial(_last_page, draft), records.INSTEAD) for draft in drafts)
    lines = told(dict(counts.most_common()))
    return Table(title="Last page of what was not sent", note="The page after it was not finished.", lines=lines)


def _last_page(draft: QuestionnaireResponse) -> str:
    posted = records.read_document(draft).posted
    sections = rules.compiled_of(draft).definition.sections
    titles = {section.link_id: section.title.get("en", section.link_id) for section in sections}
    return titles.get(posted[-1], posted[-1]) if posted else "None: stopped before the first page was sent"


def _durations(sent: QuerySet[QuestionnaireResponse]) -> Table:
    minutes = [(end - start).total_seconds() / 60 for start, end in sent.values_list("started_at", "sent_at")]
    median = f"Median: {statistics.median(minutes):.0f} minutes." if len(minutes) >= FEWEST else ""
    return Table(title="Time from start to sending", note=median, lines=told(_in_spans(minutes, "longer")))


def _in_spans(minutes: Iterable[float], longer: str) -> dict[str, int]:
    found = Counter(next((title for limit, title in SPANS if each <= limit), longer) for each in minutes)
    return {title: found[title] for title in (*(title for _, title in SPANS), longer)}


def _top(sent: QuerySet[QuestionnaireResponse]) -> Table:
    found = Counter(sent.order_by().values_list("top_severity", flat=True))
    counts = {title: found[rank] for rank, title in SEVERITIES.items()}
    return Table(
        title="Highest point", note="Of what was sent.", lines=told_in_steps(counts, among=sum(counts.values()))
    )


def _points(opened: list[QuestionnaireResponse]) -> Table:
    """How often each point was raised; their order tells no more than the steps do."""
    found: Counter[str] = Counter()
    for response in opened:
        found.update(records.or_said(partial(_raised, response), {records.INSTEAD}))
    ordered = dict(sorted(found.items(), key=lambda each: (-(each[1] // FEWEST), each[0])))
    lines = told_in_steps(ordered, among=len(opened), are_parts=False)
    kept = [line for line in lines if line.count != HIDDEN]
    others = (Line("Every other point", HIDDEN),) if len(kept) < len(lines) else ()
    return Table(title="Points by kind", note=f"Of the latest {OPENED_AT_MOST} sent at most.", lines=(*kept, *others))


def _raised(response: QuestionnaireResponse) -> set[str]:
    flags = rules.compiled_of(response).definition.flags
    titles = {flag.link_id: flag.title.get("en", flag.link_id) for flag in flags}
    return {titles.get(flag.flag, flag.flag) for flag in records.read_assessment(response).flags}


def _alerts_of(clinic: Clinic, days: int, now: datetime.datetime) -> QuerySet[Alert]:
    return Alert.objects.filter(response__clinic=clinic, created_at__gte=now - datetime.timedelta(days=days))


def _acknowledgement(raised: QuerySet[Alert]) -> Table:
    times = list(raised.values_list("created_at", "acknowledged_at"))
    minutes = [(end - start).total_seconds() / 60 for start, end in times if end]
    counts = _in_spans(minutes, "longer") | {"not acknowledged yet": sum(end is None for _, end in times)}
    return Table(title="Alerts: time to acknowledgement", note="From the answer.", lines=told_in_steps(counts))


def _before_appointment(opened: list[QuestionnaireResponse], now: datetime.datetime) -> Table:
    counts = {"opened before the appointment": 0, "not opened before the appointment": 0}
    for response in opened:
        at = records.or_said(partial(_appointment, response), None)
        if at and at <= now:
            is_read = response.opened_at is not None and response.opened_at <= at
            counts["opened before the appointment" if is_read else "not opened before the appointment"] += 1
    return Table(title="Read in time", note="Where the invitation names an appointment.", lines=told(counts))


def _appointment(response: QuestionnaireResponse) -> datetime.datetime | None:
    return invitees.details_of(response.invitation).appointment_at if response.invitation else None
