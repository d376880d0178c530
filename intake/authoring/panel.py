"""What the rules say of a walk, in words: beside the page that a patient would see. For staff only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from screening.engine import language
from screening.engine.assessment import RaisedFlag, ScoreResult, UnresolvedFlag
from screening.engine.definition import Severity
from screening.engine.text import number_text

from .walk import Walk


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One flag: its severity, title, the answers behind it, the rule in words, and what would settle it."""

    name: str
    title: str
    severity: Severity
    because: tuple[tuple[str, str], ...] = ()
    rule: str = ""
    would_settle: tuple[str, ...] = ()
    reason: str = ""


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the rules say. `waiting` are flags whose questions were not reached yet."""

    raised: tuple[Line, ...]
    left_open: tuple[Line, ...]
    waiting: tuple[Line, ...]
    ruled_out: tuple[str, ...]
    inconsistencies: tuple[str, ...]
    notes: tuple[str, ...]
    scores: tuple[tuple[str, str], ...]
    help_first: bool
    alert_at_once: bool


def panel_of(walk: Walk) -> Panel:
    """The panel of a walk, in the questionnaire's first language."""
    said = walk.assessment
    left = [(one, _open(walk, one)) for one in said.unresolved]
    titles = _titles(walk)
    checks = {one.link_id: _first(walk, one.text) for one in walk.definition.inconsistencies}
    return Panel(
        raised=tuple(_raised(walk, one) for one in said.flags),
        left_open=tuple(line for one, line in left if _is_answered(walk, one)),
        waiting=tuple(line for one, line in left if not _is_answered(walk, one)),
        ruled_out=tuple(titles[name] for name in said.ruled_out),
        inconsistencies=tuple(checks.get(name, name) for name in said.inconsistencies),
        notes=tuple(_note(walk, note.text, note.questions) for note in said.notes),
        scores=tuple(_scores(walk, said.scores)),
        help_first=said.safety_panel,
        alert_at_once=said.alert_at_once,
    )


def _is_answered(walk: Walk, flag: UnresolvedFlag) -> bool:
    """Whether an answer (not sure, declined, left empty) leaves the flag open, and not only a page to come."""
    return bool(flag.reason) or any(name in walk.answers for name in flag.questions)


def _first(walk: Walk, text: dict[str, str]) -> str:
    return text.get(walk.definition.languages[0]) or next(iter(text.values()), "")


def _titles(walk: Walk) -> dict[str, str]:
    return {flag.link_id: _first(walk, flag.title) or flag.link_id for flag in walk.definition.flags}


def _raised(walk: Walk, flag: RaisedFlag) -> Line:
    because = tuple((_question(walk, one.question), one.answer) for one in flag.because)
    rule = language.to_english(language.parse(flag.rule), walk.definition, walk.definition.languages[0])
    title = _titles(walk).get(flag.flag, flag.flag)
    return Line(name=flag.flag, title=title, severity=flag.severity, because=because, rule=rule)


def _open(walk: Walk, flag: UnresolvedFlag) -> Line:
    return Line(
        name=flag.flag,
        title=_titles(walk).get(flag.flag, flag.flag.replace("_", " ").capitalize()),
        severity=flag.severity,
        would_settle=tuple(_question(walk, name) for name in flag.questions),
        reason=flag.reason,
    )


def _question(walk: Walk, name: str) -> str:
    question = walk.compiled.questions.get(name)
    return (_first(walk, question.short) or _first(walk, question.text)) if question else name


def _note(walk: Walk, text: str, questions: Iterable[str]) -> str:
    about = ", ".join(_question(walk, name) for name in questions)
    return f"{text or 'Not sure'}: {about}" if about else text


def _scores(walk: Walk, scores: dict[str, ScoreResult]) -> Iterator[tuple[str, str]]:
    titles = {score.link_id: _first(walk, score.title) for score in walk.definition.scores}
    for name, score in scores.items():
        yield titles.get(name, name), _score(score)


def _score(score: ScoreResult) -> str:
    if score.total is not None:
        return f"{number_text(score.total)}{f', {score.band}' if score.band else ''}"
    low, high = (number_text(end) for end in score.possible)
    return f"{score.answered} of {score.of} answered, {low} to {high} possible"
