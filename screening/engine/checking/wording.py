"""How patients are spoken to: plainly, and with no word that shames, frightens, judges or promises. English only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screening.engine.reading_level import grade

from .catalogue import Problem
from .subject import Subject, problem
from .texts import Written, texts

HARDEST_GRADE = 8
FEWEST_WORDS = 6
"""A grade means nothing for a word or two, such as a title or a short option."""

UNSAFE = {
    "shames or judges": (
        "abuse", "abuser", "addict", "crazy", "fail", "failed", "insane", "junkie",
    ),
    "sounds like a verdict": (
        "approved", "denied", "disqualify", "eligible", "high risk", "ineligible", "qualify", "risk level", "score",
    ),
    "speaks of suicide in a way that can harm": (
        "attempt suicide", "commit", "commit suicide", "committed", "gun", "hang", "jump", "overdose",
    ),
    "promises what nobody can": (
        "confidential", "cure", "guarantee", "secret",
    ),
}  # fmt: skip
"""The safe-messaging rules of the clinical specification, section 4.2, as words not to use."""

_UNSAFE = {
    what: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE) for what, words in UNSAFE.items()
}
_KETAMINE = re.compile(r"\bketamine\b", re.IGNORECASE)
_SUICIDAL = re.compile(r"\bsuicid|\bend (?:my|your) life\b", re.IGNORECASE)


def hard_to_read(subject: Subject) -> Iterator[Problem]:
    """Q205."""
    for written in _ours(subject):
        text = written.text["en"]
        if len(text.split()) >= FEWEST_WORDS and grade(text) > HARDEST_GRADE:
            level = f"{grade(text):.0f}"
            yield problem("Q205", written.place, written.link_id, field=written.field, grade=level)


def unsafe(subject: Subject) -> Iterator[Problem]:
    """Q206 and Q207."""
    for written in _ours(subject):
        text = written.text["en"]
        for what, pattern in _UNSAFE.items():
            if found := pattern.search(text):
                yield problem("Q206", written.place, written.link_id, field=written.field, word=found[0], what=what)
        if _KETAMINE.search(text) and _SUICIDAL.search(text):
            yield problem("Q207", written.place, written.link_id, field=written.field)


def _ours(subject: Subject) -> Iterator[Written]:
    """What patients read in our own words: published wording is not ours to change."""
    for written in texts(subject):
        if written.is_for_patients and not written.instrument and written.text.get("en", "").strip():
            yield written
