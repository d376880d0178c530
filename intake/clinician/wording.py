"""Words and small values that the summary's parts share. Nothing here knows a person or a request."""

from __future__ import annotations

import datetime

import msgspec

from screening.engine.answers import Answer, display
from screening.engine.assessment import Settings
from screening.engine.compiler import Compiled
from screening.engine.definition import Definition, Question, Text
from screening.engine.english import in_english
from screening.engine.language import RuleError, parse

LANGUAGE = "en"
"""What clinicians read. What the patient wrote stays as written; all else is in this language."""

SEVERITY_TITLES = {
    "urgent": "Urgent",
    "contraindication": "Contraindication",
    "caution": "Caution",
    "information": "Information",
}

STATE_TITLES = {
    "answered": "Answered",
    "not_sure": "Not sure",
    "declined": "Prefer not to say",
    "skipped": "Skipped",
    "unreadable": "Could not be read",
    "not_reached": "Not reached yet",
}

CORRECTED = "Corrected after sending, see above"
"""Stands beside a question whose answer was corrected: the answer itself stays as it was sent."""

SHOW_TITLES = {
    "all": "Everything",
    "asked": "All that was asked",
    "positive": "Only what is not a plain no",
}

PROFILE_NAMES = {"us": "United States", "eu": "European Union"}
LANGUAGE_NAMES = {"en": "English", "es": "Spanish"}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One set of answers under one version on one day: what every part of the summary is made from.

    `part2`: answers about substance use are marked, and the page says that they may not be shared further.
    `corrected` are the questions and sections that the patient corrected or added to after sending. `drawn_on` is the
    day that the page is drawn on, where it is of answers that were sent.
    """

    compiled: Compiled
    answers: dict[str, Answer]
    settings: Settings
    as_of: datetime.date
    part2: bool = False
    corrected: frozenset[str] = frozenset()
    drawn_on: datetime.date | None = None

    @property
    def definition(self) -> Definition:
        """The content of the version that was answered."""
        return self.compiled.definition


def words(text: Text, language: str = LANGUAGE) -> str:
    """One text in the clinician's language, or in the first that it has; empty when it has none.

    >>> words({"en": "Stroke", "es": "Derrame"}), words({"es": "Derrame"}), words({})
    ('Stroke', 'Derrame', '')
    """
    return text.get(language) or next(iter(text.values()), "")


def label(question: Question) -> str:
    """The clinician's wording of a question, or the patient's when there is no other."""
    return words(question.short) or words(question.text)


def marked(question: Question, reading: Reading) -> str:
    """The clinician's wording of a question, with a mark where the answer is protected by 42 CFR Part 2, or where the
    patient corrected it after sending."""
    marks = ((reading.part2 and question.part2, "Part 2"), (question.link_id in reading.corrected, CORRECTED))
    return " · ".join([label(question), *(text for applies, text in marks if applies)])


def is_no(question: Question, answer: Answer | None) -> bool:
    """Whether a question was answered with "no", or a list with nothing but "none of these"."""
    if answer is None or not answer.is_known:
        return False
    return answer.value == "no" or answer.value in [(option.code,) for option in question.options if option.exclusive]


def state_of(answer: Answer | None) -> str:
    """An answer's state for a reader: as stored, `not_reached` without one, `unreadable` when its entry made no sense.

    >>> state_of(None), state_of(Answer(state="skipped")), state_of(Answer(state="skipped", typed={"": "abc"}))
    ('not_reached', 'skipped', 'unreadable')
    """
    if answer is None:
        return "not_reached"
    if answer.state == "skipped" and any((answer.typed or {}).values()):
        return "unreadable"
    return answer.state


def said(question: Question, answer: Answer | None, definition: Definition) -> str:
    """An answer in the patient's words, or its state in words that tell each state from every other."""
    state = state_of(answer)
    if answer is None or state == "skipped":
        return STATE_TITLES[state]
    return display(question, answer, definition, LANGUAGE)


def rule_in_words(text: str, reading: Reading) -> str:
    """A rule read back in plain English; the rule itself when it cannot be read (it is shown, never hidden)."""
    try:
        return in_english(parse(text), reading.compiled.symbols, LANGUAGE)
    except RuleError:
        return text


def figure(number: float, decimals: int = 0) -> str:
    """A number as a reader writes it.

    >>> figure(15.0), figure(3.333, 1), figure(7.0, 1)
    ('15', '3.3', '7.0')
    """
    return f"{number:.{decimals}f}"


def day(date: datetime.date) -> str:
    """A date without doubt about which part is the month.

    >>> day(datetime.date(1980, 2, 9))
    '9 Feb 1980'
    """
    return f"{date.day} {date:%b %Y}"


def times(count: int) -> str:
    """How often: “once”, “3 times”."""
    return "once" if count == 1 else f"{count} times"


def moment(at: datetime.datetime) -> str:
    """A day and a time, in the time zone that `at` carries."""
    return f"{day(at)}, {at:%H:%M}"
