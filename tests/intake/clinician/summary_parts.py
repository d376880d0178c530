"""The parts of a summary, found by name."""

from __future__ import annotations

from typing import Any

from intake.clinician.summary import Summary, summarize
from screening.engine.assessment import evaluate

from . import sample
from .sample import reading_of, record


def group(summary: Summary, key: str) -> Any:
    return next(one for one in summary.groups if one.key == key)


def line(summary: Summary, question: str) -> Any:
    """The line of a question in the list of all answers."""
    lines = [one for section in summary.sections for one in section.lines]
    return next(one for one in lines if question in (getattr(one, "question", ""), *getattr(one, "questions", ())))


def header(summary: Summary, label: str) -> str:
    return next(one.value for one in (*summary.facts, *summary.record) if one.label == label)


def shown(show: Any, changes: dict[str, Any] | None = None) -> Summary:
    reading = reading_of(changes)
    assessment = evaluate(reading.compiled, reading.answers, sample.TODAY, reading.settings)
    return summarize(record=record(), reading=reading, assessment=assessment, show=show)
