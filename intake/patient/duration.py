"""About how long a questionnaire takes, worked out from the published version.

The typical path is what is asked of somebody who answers every yes-or-no question with "no" and has said nothing else
yet: the pages that nearly everybody sees, without the follow-ups of a "yes". Each question counts for the time it takes
to read and tap or type (`SECONDS`); the sum is rounded up to five minutes. It is an estimate: the page says "about".
"""

from __future__ import annotations

import datetime
import math

from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.assessment import Settings
from screening.engine.compiler import Compiled
from screening.engine.definition import Question

TAPPED, TYPED, LISTED = 8, 20, 120
"""Seconds to read and answer: by a tap, by typing, as a list of medicines."""

SECONDS = {"yes_no": TAPPED, "choice": TAPPED, "multiple_choice": 12, "acknowledgement": 15, "medicines": LISTED}
STEP = 5


def minutes_for(compiled: Compiled, settings: Settings, on: datetime.date) -> int:
    """Minutes of the typical path, rounded up to five; never less than five."""
    seconds = sum(_seconds(question) for question in _typical_path(compiled, settings, on))
    return max(STEP, math.ceil(seconds / 60 / STEP) * STEP)


def _typical_path(compiled: Compiled, settings: Settings, on: datetime.date) -> list[Question]:
    no = Answer(state="answered", value="no", on=on)
    answers = {link_id: no for link_id, question in compiled.questions.items() if question.type == "yes_no"}
    shown = journey.shown(compiled, answers, on, settings)
    return [question for link_id, question in compiled.questions.items() if link_id in shown]


def _seconds(question: Question) -> int:
    if question.type == "group" and not question.repeats:
        return 0  # its items are counted
    return SECONDS.get(question.type, TYPED)
