"""What clinicians did with a response, read back: its points, the answers they added, its signatures, what is left.

The patient's answers and what the rules made of them on sending are never touched. Answers entered by staff are kept
apart, and the same pure engine is asked a second time with them.
"""

from __future__ import annotations

import dataclasses
import datetime
from functools import cached_property

import msgspec

from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.assessment import Assessment

from . import contents, history, records, rules, vault
from .models import Correction, QuestionnaireResponse, ReviewEntry
from .review_parts import AskedAgain, Body, Decision, Entry, How, Kind, Point, Signature
from .vault import DataKey

__all__ = ["AskedAgain", "Body", "Decision", "Entry", "How", "Kind", "Point", "Review", "Signature"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Review:
    """Everything clinicians did with one sent response. `own` is what the rules make of the patient's answers."""

    response: QuestionnaireResponse
    patient_answers: dict[str, Answer]
    own: Assessment
    entries: tuple[Entry, ...]
    signatures: tuple[Signature, ...]
    alerts_waiting: int
    asked: tuple[AskedAgain, ...] = ()

    # --- answers ---

    @cached_property
    def staff_answers(self) -> dict[str, tuple[Answer, Entry]]:
        """The latest answer that staff entered to each question, and the entry that brought it."""
        return {link_id: (answer, entry) for entry in self.entries for link_id, answer in entry.answers.items()}

    @cached_property
    def asked_answers(self) -> dict[str, tuple[Answer, datetime.datetime]]:
        """The latest answer that the patient gave to each question when asked again, and when."""
        return {link_id: (answer, one.at) for one in self.asked for link_id, answer in one.answers.items()}

    @cached_property
    def later_answers(self) -> dict[str, Answer]:
        """The latest of what came after sending, from staff or the patient, question by question. "Not sure" takes the
        place of no answer that is known: who asked in person may have learned it while the patient had the link."""
        given = [(one.at, one.answers) for one in self.entries] + [(one.at, one.answers) for one in self.asked]
        ordered = sorted(given, key=lambda one: one[0])
        found: dict[str, Answer] = {}
        for link_id, answer in ((name, answer) for _, answers in ordered for name, answer in answers.items()):
            if answer.is_known or link_id not in found or not found[link_id].is_known:
                found[link_id] = answer
        return found

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """The answers as they were sent, with the later ones over them."""
        return {**self.patient_answers, **self.later_answers}

    @cached_property
    def with_later(self) -> Assessment:
        """What the rules make of all answers on the day of sending; of those that were sent when none came later."""
        if not self.later_answers:
            return self.own
        return self.assess(self.answers)

    @property
    def missing(self) -> tuple[str, ...]:
        """The link_ids of the questions that are asked and whose answer is not known, in order. An acknowledgement,
        which only the patient can give while answering, is none of them."""
        compiled, response = rules.compiled_of(self.response), self.response
        as_of, settings = rules.as_of(response, now=response.saved_at), rules.settings_of(response)
        return tuple(
            question.link_id
            for section in compiled.definition.sections
            for question in journey.answerable(compiled, section, self.answers, as_of, settings)
            if question.type != "acknowledgement" and not _is_known(self.answers.get(question.link_id))
        )

    def assess(self, answers: dict[str, Answer]) -> Assessment:
        """What the rules make of answers on the day of sending, which is the day they count from for good."""
        return rules.assess(self.response, answers, now=self.response.saved_at)

    # --- points ---

    @cached_property
    def points(self) -> dict[str, Point]:
        """Every point by key: those of the patient's own answers, then those that came with later ones."""
        return {point.key: point for point in (*points_of(self.own), *points_of(self.with_later))}

    @cached_property
    def now_points(self) -> frozenset[str]:
        """The keys of the points that stand with every answer known now."""
        return frozenset(point.key for point in points_of(self.with_later))

    def done(self, key: str, *kinds: Kind) -> tuple[Entry, ...]:
        """What was done about a point."""
        return tuple(entry for entry in self.entries if entry.body.point == key and entry.kind in kinds)

    def is_seen(self, key: str) -> bool:
        """Whether a named person acknowledged a point, or discussed it."""
        return bool(self.done(key, Kind.ACKNOWLEDGED, Kind.DISCUSSED))

    @cached_property
    def unseen(self) -> tuple[Point, ...]:
        """The points that somebody must acknowledge before signing. An open one that staff settled needs nobody."""
        return tuple(
            point
            for point in self.points.values()
            if point.must_be_seen
            and not self.is_seen(point.key)
            and (point.state == "raised" or point.key in self.now_points)
        )

    # --- signatures ---

    @cached_property
    def content(self) -> str:
        """What a signature would be on now."""
        entered = [(entry.number, entry.body.answers) for entry in self.entries if entry.body.answers]
        return contents.content_of(self.response, entered)

    @property
    def latest(self) -> Signature | None:
        """The latest signature, whatever it was on."""
        return self.signatures[-1] if self.signatures else None

    @property
    def current(self) -> Signature | None:
        """The signature on what is known now."""
        return next((signed for signed in reversed(self.signatures) if signed.content == self.content), None)

    @property
    def is_outdated(self) -> bool:
        """Signed, then new information arrived."""
        return self.latest is not None and self.current is None

    @property
    def may_be_signed(self) -> bool:
        """Whether nothing that must come first is left."""
        return not self.unseen and not self.alerts_waiting and self.current is None


def _is_known(answer: Answer | None) -> bool:
    return answer is not None and answer.is_known


def points_of(assessment: Assessment) -> tuple[Point, ...]:
    """Every point of an assessment: raised flags, then what could not be ruled out."""
    raised = [Point(state="raised", flag=flag.flag, severity=flag.severity) for flag in assessment.flags]
    left = [
        Point(state="open", flag=flag.flag, severity=flag.severity, is_safety=flag.not_sure == "NS-2")
        for flag in assessment.unresolved
    ]
    return (*raised, *left)


def token_of(response: QuestionnaireResponse, key: str) -> str:
    """A point's name in addresses and forms: it tells nothing to whoever sees it."""
    return vault.keyed_hash("point", str(response.pk), key)[:20]


def review_of(response: QuestionnaireResponse, *, alerts_waiting: int | None = None) -> Review:
    """The review of a sent response; `alerts_waiting` where the caller has counted them.

    Raises `ValueError` for a draft: there is nothing to review yet.
    """
    key = vault.data_key(response)
    own = records.read_assessment(response)
    document = records.read_document(response, key)
    entries = _entries(response, key)
    if alerts_waiting is None:
        alerts_waiting = response.alerts.unacknowledged().count()
    return Review(
        response=response,
        patient_answers=document.answers,
        own=own,
        entries=entries,
        signatures=tuple(_signature(entry, entries, key) for entry in entries if entry.kind == Kind.SIGNED),
        alerts_waiting=alerts_waiting,
        asked=_asked_again(response),
    )


def _asked_again(response: QuestionnaireResponse) -> tuple[AskedAgain, ...]:
    """What came in answer to what was asked again, in order."""
    rows = [row for row in history.corrections_of(response) if row.source == Correction.Source.ASKED]
    return tuple(_asked_at(response, row) for row in rows)


def _asked_at(response: QuestionnaireResponse, row: Correction) -> AskedAgain:
    given = {name: value for name, value in records.read_correction(row).answers.items() if value is not None}
    answers = records.decoded(response, given)
    return AskedAgain(at=row.created_at, answers={k: one for k, one in answers.items() if one.state != "skipped"})


def _entries(response: QuestionnaireResponse, key: DataKey) -> tuple[Entry, ...]:
    """Every entry in order. A response read with `is_reviewed` beside it spares a query where there is none."""
    if not getattr(response, "is_reviewed", True):
        return ()
    rows = response.review_entries.select_related("done_by", "sign_off").order_by("number")
    return tuple(_entry(response, row, key) for row in rows)


def _entry(response: QuestionnaireResponse, row: ReviewEntry, key: DataKey) -> Entry:
    body = msgspec.json.decode(key.open(row.body_ct, row=row, field="body_ct"), type=Body)
    return Entry(
        number=row.number,
        kind=Kind(row.kind),
        at=row.done_at,
        by=row.done_by,
        body=body,
        answers=records.decoded(response, body.answers),
        sign_off=row.sign_off,
    )


def _signature(signed: Entry, entries: tuple[Entry, ...], key: DataKey) -> Signature:
    row = signed.sign_off
    assert row is not None
    mine = [entry for entry in entries if entry.sign_off == row]
    return Signature(
        row=row,
        at=row.signed_at,
        by=signed.by,
        content=row.content_sha256,
        version_sha256=row.version_sha256,
        decision=msgspec.json.decode(key.open(row.decision_ct, row=row, field="decision_ct"), type=Decision),
        cosigned=tuple(entry for entry in mine if entry.kind == Kind.COSIGNED),
        addenda=tuple(entry for entry in mine if entry.kind == Kind.ADDENDUM),
    )
