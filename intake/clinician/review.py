"""The review of a summary as plain data: what was seen and discussed, what is left before signing, what was signed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from intake import part2, reviewing, rules
from intake.models import QuestionnaireResponse, ReviewEntry
from intake.reviewing import Entry, How, Review, Signature, token_of
from screening.engine.answers import Answer
from screening.engine.assessment import Assessment

from .points import FlagPoint, OpenPoint, point_groups
from .review_asked import Asked, asked_again
from .wording import SEVERITY_TITLES, Reading, marked, moment, said, words

Kind = ReviewEntry.Kind

HOW_TITLES: dict[How, str] = {"told": "told by the patient", "measured": "measured here", "record": "from a record"}


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """Words that somebody added: who and when in one line, and what they wrote."""

    who: str
    text: str


class LaterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One question with the answer as it was sent and the one that came later, side by side."""

    question: str
    patient: str
    later: str
    who: str
    note: str = ""
    is_by_staff: bool = True


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What was done about one point. `is_left`: nobody may sign before it is acknowledged."""

    token: str
    reference: str
    title: str
    severity: str
    level: str
    done: tuple[Added, ...]
    answers: tuple[LaterAnswer, ...]
    is_left: bool
    is_open: bool


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A flag that stands differently with the answers that came later."""

    title: str
    own: str
    now: str


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """One signature as it is printed."""

    who: str
    disposition: str
    rationale: str
    version: str
    content: str
    is_current: bool
    cosigned: tuple[Added, ...]
    addenda: tuple[Added, ...]


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a review that its page shows."""

    reference: str
    state: str
    is_signed: bool
    is_outdated: bool
    may_be_signed: bool
    marks: dict[str, Mark]
    left: tuple[Mark, ...]
    alerts: int
    answers: tuple[LaterAnswer, ...]
    changes: tuple[Change, ...]
    arrived: tuple[FlagPoint | OpenPoint, ...]
    notes: tuple[Added, ...]
    signatures: tuple[Signed, ...]
    points: tuple[FlagPoint | OpenPoint, ...] = ()
    signers: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()

    @property
    def before(self) -> str:
        """What must come first, counted in words; empty when nothing must."""
        counts = ((len(self.left), "point", "to acknowledge"), (self.alerts, "alert", "to see to"))
        return " and ".join(f"{n} {one}{'' if n == 1 else 's'} {what}" for n, one, what in counts if n)

    @property
    def reviewed(self) -> tuple[Mark, ...]:
        """The points about which something was done."""
        return tuple(mark for mark in self.marks.values() if mark.done)

    def mark_of(self, point: FlagPoint | OpenPoint) -> Mark | None:
        """What was done about a point; None for what is no point of this review."""
        return self.marks.get(key_of(point))


def key_of(point: FlagPoint | OpenPoint) -> str:
    """The name of a point of the face sheet, as `reviewing.Point` has it."""
    state = "raised" if isinstance(point, FlagPoint) else "open"
    return f"{state} {point.link_id} {point.severity}"


def review_page(
    response: QuestionnaireResponse, *, review: Review | None = None, alerts_waiting: int | None = None
) -> ReviewPage:
    """The review of a sent response as its page shows it. `alerts_waiting` where the caller has counted them."""
    return _Drawing(review or reviewing.review_of(response, alerts_waiting=alerts_waiting)).page()


def reading_of(response: QuestionnaireResponse, answers: dict[str, Answer]) -> Reading:
    """Answers of a sent response, to be read as of the day of sending."""
    return Reading(
        compiled=rules.compiled_of(response),
        answers=answers,
        settings=rules.settings_of(response),
        as_of=rules.as_of(response, now=response.saved_at),
        part2=part2.is_on(response),
    )


class _Drawing:
    """Draws one review. Times are in the clinic's zone."""

    def __init__(self, review: Review) -> None:
        self.review, self.response = review, review.response
        self.zone = ZoneInfo(self.response.clinic.timezone)
        self.own = reading_of(self.response, review.patient_answers)
        self.own_points = points_by_key(self.own, review.own)
        self.now_points = self.own_points
        if review.later_answers:
            self.now_points = points_by_key(reading_of(self.response, review.answers), review.with_later)

    def page(self) -> ReviewPage:
        review = self.review
        marks = {key: self._mark(key, point) for key, point in {**self.now_points, **self.own_points}.items()}
        return ReviewPage(
            reference=str(self.response),
            state=self._state(),
            is_signed=review.current is not None,
            is_outdated=review.is_outdated,
            may_be_signed=review.may_be_signed,
            marks=marks,
            left=tuple(marks[point.key] for point in review.unseen),
            alerts=review.alerts_waiting,
            answers=(*self._asked_answers(), *self._answers(review.staff_answers)),
            changes=tuple(self._changes()),
            arrived=tuple(point for key, point in self.now_points.items() if key not in self.own_points),
            notes=tuple(self._added(entry) for entry in review.entries if entry.kind == Kind.NOTED),
            signatures=tuple(self._signed(one) for one in review.signatures),
            points=tuple({**self.now_points, **self.own_points}.values()),
            signers=self._signers(),
            asked=tuple(asked_again(self.response, self.own, self.zone)),
        )

    def _state(self) -> str:
        latest = self.review.latest
        if latest is None:
            return "Not signed yet."
        signed = f"Signed by {self._by(latest.by.name, latest.at)}: {latest.decision.disposition}."
        return f"{signed} Then new information arrived: it is not signed." if self.review.is_outdated else signed

    def _signers(self) -> tuple[str, ...]:
        """The e-mail addresses of those who signed what is known now: nobody is asked twice."""
        current = self.review.current
        return () if current is None else (current.by.email, *(entry.by.email for entry in current.cosigned))

    def _by(self, name: str, at: datetime.datetime) -> str:
        return f"{name} on {moment(at.astimezone(self.zone))}"

    def _added(self, entry: Entry, verb: str = "") -> Added:
        who = self._by(entry.by.name, entry.at)
        return Added(who=f"{verb} by {who}" if verb else who, text=entry.body.text)

    def _mark(self, key: str, point: FlagPoint | OpenPoint) -> Mark:
        verbs = {Kind.ACKNOWLEDGED: "Acknowledged", Kind.DISCUSSED: "Discussed"}
        done = self.review.done(key, *verbs)
        severity = "unresolved-safety" if self._is_safety(key) else _severity_mark(point)
        return Mark(
            token=token_of(self.response, key),
            reference=str(self.response),
            title=point.title,
            severity=severity,
            level=LEVELS.get(severity) or SEVERITY_TITLES[point.severity],
            done=tuple(self._added(entry, verbs[entry.kind]) for entry in done),
            answers=self._answers({name: (answer, entry) for entry in done for name, answer in entry.answers.items()}),
            is_left=key in {one.key for one in self.review.unseen},
            is_open=isinstance(point, OpenPoint),
        )

    def _is_safety(self, key: str) -> bool:
        return key in self.review.points and self.review.points[key].is_safety

    def _answers(self, given: dict[str, tuple[Answer, Entry]]) -> tuple[LaterAnswer, ...]:
        return tuple(self._answer(link_id, *found) for link_id, found in given.items())

    def _answer(self, link_id: str, answer: Answer, entry: Entry) -> LaterAnswer:
        question = self.own.compiled.questions[link_id]
        how = HOW_TITLES.get(entry.body.how, "")
        who = self._by(entry.by.name, entry.at)
        return LaterAnswer(
            question=marked(question, self.own),
            patient=said(question, self.own.answers.get(link_id), self.own.definition),
            later=said(question, answer, self.own.definition),
            who=f"{who}, {how}" if how else who,
            note=entry.body.text if entry.kind == Kind.ANSWERED else "",
        )

    def _asked_answers(self) -> Iterable[LaterAnswer]:
        """What the patient answered when asked again."""
        for link_id, (answer, at) in self.review.asked_answers.items():
            question = self.own.compiled.questions[link_id]
            yield LaterAnswer(
                question=marked(question, self.own),
                patient=said(question, self.own.answers.get(link_id), self.own.definition),
                later=said(question, answer, self.own.definition),
                who=f"{self._by('the patient', at)}, asked again",
                is_by_staff=False,
            )

    def _changes(self) -> Iterable[Change]:
        if not self.review.later_answers:
            return
        titles = {flag.link_id: words(flag.title) for flag in self.own.definition.flags}
        own, now = _states(self.review.own), _states(self.review.with_later)
        for link_id in dict.fromkeys((*own, *now)):
            if own.get(link_id) != now.get(link_id):
                title = titles.get(link_id, link_id.replace("_", " ").capitalize())
                yield Change(title=title, own=own.get(link_id, RULED_OUT), now=now.get(link_id, RULED_OUT))

    def _signed(self, signature: Signature) -> Signed:
        return Signed(
            who=self._by(signature.by.name, signature.at),
            disposition=signature.decision.disposition,
            rationale=signature.decision.rationale,
            version=f"version {self.response.version.number}, {signature.version_sha256[:8]}",
            content=signature.content[:8],
            is_current=self.review.current == signature,
            cosigned=tuple(self._added(entry) for entry in signature.cosigned),
            addenda=tuple(self._added(entry) for entry in signature.addenda),
        )


RULED_OUT = "Ruled out"
LEVELS = {"unresolved-safety": "Unresolved safety", "not-ruled-out": "Could not be ruled out"}


def points_by_key(reading: Reading, assessment: Assessment) -> dict[str, FlagPoint | OpenPoint]:
    """Every flag of a face sheet by the name of its point."""
    groups = point_groups(reading, assessment)
    found = (point for group in groups for point in group.points if isinstance(point, FlagPoint | OpenPoint))
    return {key_of(point): point for point in found}


def _severity_mark(point: FlagPoint | OpenPoint) -> str:
    return point.severity if isinstance(point, FlagPoint) else "not-ruled-out"


def _states(assessment: Assessment) -> dict[str, str]:
    """How each flag stands, in words; those that are ruled out are left out."""
    states = {flag.flag: SEVERITY_TITLES[flag.severity] for flag in assessment.flags}
    for flag in assessment.unresolved:
        left = f"could be {SEVERITY_TITLES[flag.severity].lower()}"
        raised = states.get(flag.flag)
        states[flag.flag] = f"{raised}, {left}" if raised else f"Could not be ruled out ({left})"
    return states
