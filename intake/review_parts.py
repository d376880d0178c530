"""The parts of a review as plain data: points, entries, signatures, and what came when the patient was asked again."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Literal

import msgspec

from screening.engine.answers import Answer
from screening.engine.definition import Severity

from .models import ReviewEntry, SignOff, User

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
class AskedAgain:
    """What the patient answered at one time when they were asked again. What could not be read is left out."""

    at: datetime.datetime
    answers: dict[str, Answer]


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
