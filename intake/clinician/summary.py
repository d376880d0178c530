"""The summary of one response as plain data: the face sheet, then every answer. Templates only loop over it and print.

The software raises points to discuss; only people decide. Nothing here says whether someone may be treated.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import msgspec

from intake import part2
from screening.engine.answers import display
from screening.engine.assessment import Assessment
from screening.engine.definition import Question, Role
from screening.engine.intervals import NotADate, ages, date_interval

from .answer_list import AnswerSection, Show, answer_sections
from .background import Background, background
from .changed import ChangedAnswer, Step, earlier_answers, first_answers, taken_back
from .corrections import CorrectionLine
from .points import PointGroup, point_groups
from .safety import AlertLine, SafetyAnswers, safety_answers, safety_lines
from .unknown import RuledOut, Unknown, ruled_out, unknown
from .wording import (
    LANGUAGE,
    LANGUAGE_NAMES,
    PROFILE_NAMES,
    SHOW_TITLES,
    Reading,
    day,
    figure,
    moment,
    said,
    words,
)

PRINCIPLE = "The software raises points to discuss; only people decide. The absence of a flag is not clearance."
NOT_REVIEWED = "The questions and rules have not yet been reviewed by a clinician. Do not use this summary for care."
NOT_REVIEWED_LIST = (
    "Questions and rules of this list have not yet been reviewed by a clinician. Do not use them for care."
)
NAMED_OTHERWISE = (
    "The name or date of birth given here is not that of the person who was invited. Find out whose answers these are."
)
NOT_SENT = "Not sent yet. The patient is still answering, or has stopped: this is what was saved so far."

LONG_FACT = 44
FEW_POINTS = 6
"""Points, changes and alerts that a sheet of paper holds in print of the usual size."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What the store knows of a response besides its answers, and when the page was drawn. Times are in the clinic's
    zone."""

    reference: str
    clinic: str
    language: str
    version: int
    version_sha256: str
    started_at: datetime.datetime
    drawn_at: datetime.datetime | None = None
    sent_at: datetime.datetime | None = None
    panel_shown_at: datetime.datetime | None = None
    alerts: tuple[AlertLine, ...] = ()
    corrections: tuple[CorrectionLine, ...] = ()
    answering: str = ""
    is_on_tablet: bool = False
    is_named_otherwise: bool = False
    part2_notice: str = ""
    part2_acknowledged_at: datetime.datetime | None = None


class HeaderLine(msgspec.Struct, frozen=True, kw_only=True):
    """A fact about the person or the record. A long one takes the whole width."""

    label: str
    value: str
    is_long: bool = False


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The printable page of one response, as it was at the time `drawn` says."""

    name: str
    reference: str
    clinic: str
    questionnaire: str
    version: str
    drawn: str
    facts: tuple[HeaderLine, ...]
    record: tuple[HeaderLine, ...]
    warnings: tuple[str, ...]
    principle: str
    safety: tuple[AlertLine, ...]
    safety_answers: SafetyAnswers
    corrections: tuple[CorrectionLine, ...]
    groups: tuple[PointGroup, ...]
    changed: tuple[ChangedAnswer, ...]
    background: Background
    unknown: Unknown
    ruled_out: tuple[RuledOut, ...]
    show: Show
    sections: tuple[AnswerSection, ...]
    is_named_otherwise: bool

    @property
    def filled(self) -> tuple[PointGroup, ...]:
        """The groups that have something to read."""
        return tuple(group for group in self.groups if group.points)

    @property
    def has_points(self) -> bool:
        """Whether anything was raised, left open or found inconsistent."""
        return any(group.kind in ("flags", "open") or group.key == "inconsistent" for group in self.filled)

    @property
    def empty(self) -> tuple[str, ...]:
        """The titles of the groups with nothing in them, said in so many words on the face sheet."""
        return tuple(group.title for group in self.groups if not group.points)

    @property
    def show_title(self) -> str:
        """How much of the answers is listed, in words."""
        return SHOW_TITLES[self.show]

    @property
    def is_dense(self) -> bool:
        """Whether there is so much to say that paper needs smaller print to keep the face sheet on one page."""
        points = sum(len(group.points) for group in self.detailed)
        return points + len(self.changed) + len(self.safety) > FEW_POINTS

    @property
    def detailed(self) -> tuple[PointGroup, ...]:
        """The groups whose points have a rule, a reason and sources to print behind the face sheet."""
        return tuple(group for group in self.filled if group.kind in ("flags", "open"))


def summarize(
    *, record: Record, reading: Reading, assessment: Assessment, steps: Sequence[Step] = (), show: Show = "all"
) -> Summary:
    """The whole summary of one response. Pure: the same record, answers and assessment give the same page.

    `steps` are the saves of the patient, in order, where the clinic shows what was changed before sending. `show` says
    how much of the list of answers is wanted; the points are always complete.
    """
    first = first_answers(steps, reading)
    return Summary(
        name=name_of(reading) or "Name not given",
        reference=record.reference,
        clinic=record.clinic,
        questionnaire=words(reading.definition.title),
        version=f"version {record.version}, {record.version_sha256[:8]}",
        drawn=moment(record.drawn_at) if record.drawn_at else "",
        facts=_facts(_by_role(reading), reading),
        record=_record_lines(record, reading),
        warnings=_warnings(record, reading),
        principle=PRINCIPLE,
        safety=safety_lines(
            assessment, record.alerts, panel_shown_at=record.panel_shown_at, is_sent=record.sent_at is not None
        ),
        safety_answers=safety_answers(reading, first),
        corrections=record.corrections,
        groups=point_groups(reading, assessment),
        changed=taken_back(steps, reading, assessment),
        background=background(reading, assessment),
        unknown=unknown(reading, assessment, first),
        ruled_out=ruled_out(reading, assessment),
        show=show,
        sections=answer_sections(reading, earlier=earlier_answers(steps, reading), show=show),
        is_named_otherwise=record.is_named_otherwise,
    )


def name_of(reading: Reading) -> str:
    """The person's name as they wrote it; empty when they gave none."""
    by_role = _by_role(reading)
    parts = (_known(by_role.get("given_name"), reading), _known(by_role.get("family_name"), reading))
    return " ".join(part for part in parts if part)


def _by_role(reading: Reading) -> dict[Role, Question]:
    """The questions that say who it is about."""
    return {question.role: question for question in reading.definition.questions() if question.role}


def _known(question: Question | None, reading: Reading) -> str:
    """The words of an answer that was given; empty for every other state."""
    answer = reading.answers.get(question.link_id) if question else None
    if question is None or answer is None or not answer.is_known:
        return ""
    return display(question, answer, reading.definition, LANGUAGE)


def _said(question: Question | None, reading: Reading) -> str:
    """An answer or its state in words; empty when the questionnaire does not have the question."""
    return "" if question is None else said(question, reading.answers.get(question.link_id), reading.definition)


FACTS: tuple[tuple[Role, str], ...] = (
    ("birth_date", "Date of birth"),
    ("sex", "Sex"),
    ("route", "Route"),
    ("reason", "Reason for coming"),
    ("phone", "Phone"),
    ("whereabouts", "Where they were"),
)


def _facts(by_role: Mapping[Role, Question], reading: Reading) -> tuple[HeaderLine, ...]:
    """Who it is about, in reading order; a question that the version does not have is left out."""
    lines = [_header_line(title, _said(by_role.get(role), reading)) for role, title in FACTS if role in by_role]
    age = _age(by_role.get("birth_date"), reading)
    if age:
        lines.insert(1, _header_line("Age", age))
    return tuple(lines)


def _header_line(title: str, value: str) -> HeaderLine:
    return HeaderLine(label=title, value=value, is_long=len(value) > LONG_FACT)


def _age(question: Question | None, reading: Reading) -> str:
    """Whole years on the day of sending, or the two that a partial date allows."""
    answer = reading.answers.get(question.link_id) if question else None
    if answer is None or not answer.is_known:
        return ""
    try:
        born = date_interval(answer.value, answer.on or reading.as_of)
    except NotADate:
        return ""
    youngest, oldest = ages(*born, reading.as_of)
    return figure(oldest) if youngest == oldest else f"{figure(youngest)} or {figure(oldest)}"


def _record_lines(record: Record, reading: Reading) -> tuple[HeaderLine, ...]:
    profile = reading.settings.profile
    titles = {one.key: words(one.title) for one in reading.definition.profiles}
    sent = moment(record.sent_at) if record.sent_at else "Not sent yet"
    lines = (
        ("Sent", sent),
        ("Filled in", record.answering),
        ("Answered on", "A tablet at the clinic, at least in part" if record.is_on_tablet else ""),
        ("Answered in", LANGUAGE_NAMES.get(record.language, record.language)),
        ("Label profile", titles.get(profile) or PROFILE_NAMES.get(profile, profile)),
        ("Questionnaire", f"version {record.version} · {record.version_sha256[:8]}"),
        ("Rules applied as of", "" if record.sent_at else day(reading.as_of)),
        ("Part 2 notice", _notice(record) if reading.part2 else ""),
    )
    return tuple(_header_line(title, value) for title, value in lines if value)


def _notice(record: Record) -> str:
    """Whether and when the patient said they had read the notice about substance-use answers."""
    if record.part2_acknowledged_at is None:
        return "Not acknowledged by the patient"
    version, _, language = record.part2_notice.partition(" ")
    read_in = LANGUAGE_NAMES.get(language, language)
    return f"Version {version} ({read_in}) read on {moment(record.part2_acknowledged_at)}"


def _warnings(record: Record, reading: Reading) -> tuple[str, ...]:
    checks = (
        (reading.part2, part2.REDISCLOSURE),
        (not record.sent_at, NOT_SENT),
        (record.is_named_otherwise, NAMED_OTHERWISE),
        (not reading.definition.review.clinical, NOT_REVIEWED),
    )
    return tuple(text for applies, text in checks if applies)
