"""What is known about the person's safety: what they said, what was shown to them, who was called."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec

from screening.engine import journey
from screening.engine.assessment import Assessment

from .points import Fact
from .wording import Reading, label, moment, said

NOT_SHOWN = "These answers call for crisis contacts first, but that they were shown is not recorded."
NOT_CALLED = "No alert to the clinic is recorded for these answers. Nobody may know of them yet."


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """An alert to the clinic in words: what became of it and when. `is_open` while nobody has acknowledged it.

    `alert` is its id; empty for what is no alert and needs nobody's acknowledgement.
    """

    text: str
    is_open: bool
    alert: str = ""


def safety_answers(reading: Reading) -> tuple[Fact, ...]:
    """What was answered to each question that decides by itself whether help comes first, a "no" as well.

    These are the questions of the content's `panel_when` that were asked, in their order.
    """
    rule = reading.compiled.rules.safety.get("panel_when")
    if rule is None:
        return ()
    deciding = reading.compiled.dependencies.questions(rule)
    shown = journey.visibility(reading.compiled, reading.answers, reading.as_of, reading.settings)
    return tuple(
        Fact(question=label(question), answer=said(question, reading.answers.get(question.link_id), reading.definition))
        for question in reading.definition.questions()
        if question.link_id in deciding and shown.get(question.link_id) is not False
    )


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
        text = f"Crisis contacts were put first for the patient on {moment(panel_shown_at)}."
        lines.insert(0, AlertLine(text=text, is_open=False))
    elif assessment.safety_panel:
        lines.insert(0, AlertLine(text=NOT_SHOWN, is_open=True))
    if assessment.safety_panel and is_sent and not alerts:
        lines.append(AlertLine(text=NOT_CALLED, is_open=True))
    return tuple(lines)
