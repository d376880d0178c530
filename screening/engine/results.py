"""What the rules say about one set of answers: flags with the answers behind them, and what could not be ruled out.

An `Assessment` raises points to discuss; only people decide. `assessment.evaluate` makes one.

>>> Assessment().safety_panel
False
"""

from __future__ import annotations

import msgspec

from .definition import NotSure, Severity


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a clinic chose, frozen with each response: the label profile and its own values of named parameters.

    `part2`: the clinic is a 42 CFR Part 2 programme. It changes what is said about substance-use answers, never a rule.
    """

    profile: str = "us"
    parameters: dict[str, float] = {}
    part2: bool = False


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """One answer behind a flag, in the patient's words. `value` is its JSON value."""

    question: str
    answer: str


class RaisedFlag(msgspec.Struct, frozen=True, kw_only=True):
    """A flag, the highest severity whose rule is true, the answers that made it so, and the rule's text."""

    flag: str
    severity: Severity
    because: tuple[Because, ...]
    rule: str


class UnresolvedFlag(msgspec.Struct, frozen=True, kw_only=True):
    """A flag that could not be ruled out: the highest severity still open and the questions that would settle it.

    `rule_severity` is that of the open rule itself where it is listed lower (classes NS-1 and NS-4); None where it is
    listed at its own, and in assessments made before it was kept. `reason` is empty, or "rule error" when the rule
    itself failed.
    """

    flag: str
    severity: Severity
    questions: tuple[str, ...]
    not_sure: NotSure
    reason: str = ""
    rule_severity: Severity | None = None

    @property
    def severity_of_rule(self) -> Severity:
        """The severity of the flag's rule that is open: what it says and asks for is looked up by this."""
        return self.rule_severity or self.severity


class NoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line for the clinician: a definition's note, or a low-stakes unknown (`note` is then `not_sure`, class NS-3).

    `note` is `rule_error` when a note or inconsistency could not be worked out. `text` is in the default language.
    """

    note: str
    flag: str = ""
    questions: tuple[str, ...] = ()
    text: str = ""


class ScoreResult(msgspec.Struct, frozen=True, kw_only=True):
    """A score. `total` is None while incomplete; `possible` is then the lowest and highest total the answers allow.

    `band` is the band's title in the default language; with `at_least` the true total may be in a higher one.
    """

    total: float | None
    possible: tuple[float, float]
    answered: int
    of: int
    band: str | None
    at_least: bool = False


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the rules say about one set of answers on one day."""

    flags: tuple[RaisedFlag, ...] = ()
    unresolved: tuple[UnresolvedFlag, ...] = ()
    ruled_out: tuple[str, ...] = ()
    inconsistencies: tuple[str, ...] = ()
    notes: tuple[NoteLine, ...] = ()
    scores: dict[str, ScoreResult] = {}
    safety_panel: bool = False
    alert_at_once: bool = False
    alert_because: tuple[Because, ...] = ()
    not_asked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
