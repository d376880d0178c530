"""What clinicians did with a response, read back: its points, the answers they added, its signatures, what is left.

The patient's answers and what the rules made of them on sending are never touched. Answers entered by staff are kept
apart, and the same pure engine is asked a second time with them.
"""

from __future__ import annotations

import dataclasses
import datetime
from functools import cached_property
from typing import Any, Literal

import msgspec

from screening.engine.answers import Answer
from screening.engine.assessment import Assessment
from screening.engine.definition import Severity

from . import records, rules, vault
from .models import QuestionnaireResponse, ReviewEntry, SignOff, User
from .vault import DataKey

Kind = ReviewEntry.Kind
How = Literal["", "told", "measured", "record"]
"""Where an answer that staff entered came from: the patient said it, it was measured here, or it was on record."""

MUST_BE_SEEN: tuple[Severity, ...] = ("urgent", "contraindication")
"""Raised flags of these severities are acknowledged before anybody signs; and so is unresolved safety."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to discuss: a flag as it is raised, or as it could not be ruled out."""

    state: Literal["raised", "open"]
    flag: str
    severity: Severity
    is_safety: bool = False

    @property
    def key(self) -> str:
        """Its name. The same flag at another severity is another point: what was seen of one says nothing of it.

        >>> Point(state="raised", flag="stroke", severity="caution").key
        'raised stroke caution'
        """
        return f"{self.state} {self.flag} {self.severity}"

    @property
    def must_be_seen(self) -> bool:
        """Whether nobody may sign before a named person has acknowledged it."""
        return self.is_safety if self.state == "open" else self.severity in MUST_BE_SEEN


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one entry says. `answers` are in storage form by link_id."""

    point: str = ""
    text: str = ""
    how: How = ""
    answers: dict[str, dict[str, Any]] = {}


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided, in the clinic's words of that day, and why."""

    disposition: str
    rationale: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry, opened."""

    number: int
    kind: Kind
    at: datetime.datetime
    by: User
    body: Body
    answers: dict[str, Answer]
    sign_off: SignOff | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Signature:
    """One signed decision with what was added to it. `content` names what the signer had read."""

    row: SignOff
    at: datetime.datetime
    by: User
    content: str
    version_sha256: str
    decision: Decision
    cosigned: tuple[Entry, ...]
    addenda: tuple[Entry, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Review:
    """Everything clinicians did with one sent response. `own` is what the rules make of the patient's answers."""

    response: QuestionnaireResponse
    patient_answers: dict[str, Answer]
    own: Assessment
    entries: tuple[Entry, ...]
    signatures: tuple[Signature, ...]
    alerts_waiting: int

    # --- answers ---

    @cached_property
    def staff_answers(self) -> dict[str, tuple[Answer, Entry]]:
        """The latest answer that staff entered to each question, and the entry that brought it."""
        return {link_id: (answer, entry) for entry in self.entries for link_id, answer in entry.answers.items()}

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """The patient's answers with those of staff over them."""
        return {**self.patient_answers, **{link_id: answer for link_id, (answer, _) in self.staff_answers.items()}}

    @cached_property
    def with_staff(self) -> Assessment:
        """What the rules make of all answers on the day of sending; the patient's own when staff entered none."""
        if not self.staff_answers:
            return self.own
        return self.assess(self.answers)

    def assess(self, answers: dict[str, Answer]) -> Assessment:
        """What the rules make of answers on the day of sending, which is the day they count from for good."""
        return rules.assess(self.response, answers, now=self.response.saved_at)

    # --- points ---

    @cached_property
    def points(self) -> dict[str, Point]:
        """Every point by key: those of the patient's own answers, then those that came with staff's."""
        return {point.key: point for point in (*points_of(self.own), *points_of(self.with_staff))}

    @cached_property
    def now_points(self) -> frozenset[str]:
        """The keys of the points that stand with every answer known now."""
        return frozenset(point.key for point in points_of(self.with_staff))

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
        return content_of(self.response, self.entries)

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
    )


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


# --- what a signature is on ---


def content_of(response: QuestionnaireResponse, entries: tuple[Entry, ...] | None = None) -> str:
    """A keyed SHA-256 of everything a decision on this response rests on. Anything new gives another one.

    It covers the version, the day and settings of the rules, the patient's answers and what was made of them, what the
    patient corrected afterwards, and every answer that staff entered. What clinicians wrote about them changes nothing.
    """
    key = vault.data_key(response)
    if entries is None:
        entries = _entries(response, key)
    parts = {
        "version": response.version.sha256,
        "as_of": str(response.as_of),
        "settings": response.settings,
        "document": _opened(response, key, "document_ct"),
        "assessment": _opened(response, key, "assessment_ct"),
        "staff": [[entry.number, entry.body.answers] for entry in entries if entry.body.answers],
        "corrections": _corrections(response, key),
    }
    canonical = msgspec.json.encode(parts, order="deterministic").decode()
    return vault.keyed_hash("content", str(response.pk), canonical)


def _corrections(response: QuestionnaireResponse, key: DataKey) -> list[list[Any]]:
    """What the patient added after sending."""
    found = sorted(response.corrections.all(), key=lambda one: one.number)
    return [[one.number, key.open(one.content_ct, row=one, field="content_ct").decode()] for one in found]


def _opened(response: QuestionnaireResponse, key: DataKey, field: str) -> Any:
    sealed = getattr(response, field)
    return None if sealed is None else msgspec.json.decode(key.open(sealed, row=response, field=field))
