"""What is known about the person's safety: what they said, what was shown to them, who was called."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import msgspec

from screening.engine import journey
from screening.engine.assessment import Assessment
from screening.engine.definition import Question

from .changed import sent_as
from .points import Fact
from .wording import Reading, is_no, marked, moment, words

NOT_SHOWN = "These answers call for crisis contacts first, but that they were shown is not recorded."
NOT_CALLED = "No alert to the clinic is recorded for these answers. Nobody may know of them yet."


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """An alert to the clinic in words: what became of it and when. `is_open` while nobody has acknowledged it.

    `alert` is its id; empty for what is no alert and needs nobody's acknowledgement.
    """

    text: str
    is_open: bool
    alert: str = ""


class SafetyAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered about safety: each answer but a plain "no", and the questions that were answered with that.

    A "no" that was first something else is not plain: it says what was answered first.
    """

    told: tuple[Fact, ...]
    denied: tuple[str, ...]


def safety_answers(reading: Reading, earlier: Mapping[str, tuple[str, ...]] | None = None) -> SafetyAnswers:
    """What was answered to each question about safety that was asked, in their order. `earlier`: what was first
    answered to those that were changed before sending.

    About safety is what brings help first or calls staff at once: what the content's rules for that look at, and the
    questions of class NS-2.
    """
    before = earlier or {}
    shown = journey.visibility(reading.compiled, reading.answers, reading.as_of, reading.settings)
    about = _about_safety(reading)
    asked = [
        one for one in about if shown.get(one.link_id) is not False or set(before.get(one.link_id, ())) - _nones(one)
    ]
    denied = [one for one in asked if one.link_id not in before and is_no(one, reading.answers.get(one.link_id))]
    return SafetyAnswers(
        told=tuple(_fact(one, reading, before.get(one.link_id, ())) for one in asked if one not in denied),
        denied=tuple(marked(question, reading) for question in denied),
    )


def _about_safety(reading: Reading) -> list[Question]:
    compiled = reading.compiled
    about = {name for rule in compiled.rules.safety.values() for name in compiled.dependencies.questions(rule)}
    about |= set(compiled.safety_questions)
    return [question for question in reading.definition.questions() if question.link_id in about]


def _nones(question: Question) -> set[str]:
    """How a list says that there is nothing. That this was said first, of what is not asked any more, tells nothing."""
    return {words(option.text) for option in question.options if option.exclusive}


def _fact(question: Question, reading: Reading, before: tuple[str, ...]) -> Fact:
    answer = sent_as(question, reading)
    first = f" (first answered: {', then '.join(before)})" if before else ""
    return Fact(question=marked(question, reading), answer=f"{answer}{first}")


def safety_lines(
    assessment: Assessment,
    alerts: Sequence[AlertLine],
    *,
    panel_shown_at: datetime.datetime | None,
    is_sent: bool,
) -> tuple[AlertLine, ...]:
    """What was done about a disclosure: help that was shown, each alert with what became of it, and what is missing."""
    lines = list(alerts)
    if panel_shown_at:
        text = f"The patient was shown crisis contacts before anything else on {moment(panel_shown_at)}."
        lines.insert(0, AlertLine(text=text, is_open=False))
    elif assessment.safety_panel:
        lines.insert(0, AlertLine(text=NOT_SHOWN, is_open=True))
    if assessment.safety_panel and is_sent and not alerts:
        lines.append(AlertLine(text=NOT_CALLED, is_open=True))
    return tuple(lines)
