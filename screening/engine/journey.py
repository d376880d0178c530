"""The patient's way through a questionnaire: what is asked, what comes next, what is still missing.

A section is one page. It is asked while at least one of its questions is shown. Nothing here is remembered between
calls: the way is worked out from the answers each time, so changing an early answer needs no clean-up, and an answer
that is hidden now is kept and returns when its question is shown again.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

import msgspec

from .compiler import Compiled
from .definition import Question, Section
from .results import Settings
from .reveal import FollowUp, Reveal, potential_follow_ups
from .values import Answer, Answers

__all__ = [
    "FollowUp",
    "Progress",
    "Reveal",
    "Visibility",
    "answerable",
    "first_incomplete_section",
    "incomplete_sections",
    "is_complete",
    "is_section_complete",
    "missing_required",
    "next_section",
    "potential_follow_ups",
    "previous_section",
    "progress",
    "sections",
    "shown",
    "shown_questions",
    "visibility",
    "with_skipped",
]

Visibility = Mapping[str, bool | None]
"""Whether each question is shown, by link_id; None while what decides it is not known yet."""


class Progress(msgspec.Struct, frozen=True):
    """How far a section is: its position from 1 among the `total` sections that are or may still be asked."""

    position: int
    total: int


def visibility(compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings) -> Visibility:
    """Whether each question is shown. A question in a hidden section or group is hidden."""
    return compiled.visibility(answers, as_of, settings)


def shown(compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings) -> frozenset[str]:
    """The link_ids of the questions that are shown now; items of repeating groups belong to their group."""
    found = visibility(compiled, answers, as_of, settings)
    return frozenset(link_id for link_id, is_shown in found.items() if is_shown and link_id in compiled.questions)


def sections(compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings) -> tuple[Section, ...]:
    """The sections that are asked now, in order."""
    return _asked(compiled, visibility(compiled, answers, as_of, settings))


def _asked(compiled: Compiled, found: Visibility) -> tuple[Section, ...]:
    return tuple(section for section in compiled.definition.sections if any(_shown_in(section, found)))


def next_section(
    compiled: Compiled, link_id: str, answers: Answers, as_of: datetime.date, settings: Settings
) -> Section | None:
    """The next section that is asked after the one named; None after the last. Raises `KeyError` for an unknown one."""
    place = _position(compiled, link_id)
    asked = sections(compiled, answers, as_of, settings)
    return next((section for section in asked if _position(compiled, section.link_id) > place), None)


def previous_section(
    compiled: Compiled, link_id: str, answers: Answers, as_of: datetime.date, settings: Settings
) -> Section | None:
    """The nearest section that is asked before the one named; None before the first."""
    place = _position(compiled, link_id)
    asked = reversed(sections(compiled, answers, as_of, settings))
    return next((section for section in asked if _position(compiled, section.link_id) < place), None)


def _position(compiled: Compiled, link_id: str) -> int:
    for position, section in enumerate(compiled.definition.sections):
        if section.link_id == link_id:
            return position
    raise KeyError(link_id)


def shown_questions(
    compiled: Compiled, section: Section, answers: Answers, as_of: datetime.date, settings: Settings
) -> tuple[Question, ...]:
    """The questions of a section that are shown, as the section lists them: a group stands for its items."""
    return tuple(_shown_in(section, visibility(compiled, answers, as_of, settings)))


def _shown_in(section: Section, found: Visibility) -> Iterator[Question]:
    for question in section.questions:
        if not found.get(question.link_id):
            continue
        if _is_heading(question) and not any(found.get(item.link_id) for item in question.items):
            continue
        yield question


def answerable(
    compiled: Compiled, section: Section, answers: Answers, as_of: datetime.date, settings: Settings
) -> tuple[Question, ...]:
    """The shown questions of a section that take an answer; for a group that does not repeat, its shown items."""
    return tuple(_answerable(section, visibility(compiled, answers, as_of, settings)))


def _answerable(section: Section, found: Visibility) -> Iterator[Question]:
    for question in _shown_in(section, found):
        if _is_heading(question):
            yield from (item for item in question.items if found.get(item.link_id))
        else:
            yield question


def _is_heading(question: Question) -> bool:
    return question.type == "group" and not question.repeats


def is_section_complete(
    compiled: Compiled, section: Section, answers: Answers, as_of: datetime.date, settings: Settings
) -> bool:
    """Whether the section was posted: every question shown on it has an entry, be it skipped."""
    return _is_posted(section, answers, visibility(compiled, answers, as_of, settings))


def _is_posted(section: Section, answers: Answers, found: Visibility) -> bool:
    return all(question.link_id in answers for question in _answerable(section, found))


def first_incomplete_section(
    compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings
) -> Section | None:
    """Where to go on: the first of `incomplete_sections`. None when there is none."""
    return next(iter(incomplete_sections(compiled, answers, as_of, settings)), None)


def incomplete_sections(
    compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings
) -> tuple[Section, ...]:
    """The asked sections with a shown question that was not reached, in order."""
    found = visibility(compiled, answers, as_of, settings)
    return tuple(one for one in _asked(compiled, found) if not _is_posted(one, answers, found))


def progress(compiled: Compiled, link_id: str, answers: Answers, as_of: datetime.date, settings: Settings) -> Progress:
    """The position of a section among those that are or may still be asked. `total` never grows while going on,
    except where an earlier answer is changed. Raises `KeyError` for an unknown section."""
    _position(compiled, link_id)
    found = visibility(compiled, answers, as_of, settings)
    possible = [
        section.link_id
        for section in compiled.definition.sections
        if section.link_id == link_id or any(found.get(question.link_id) is not False for question in section.questions)
    ]
    return Progress(possible.index(link_id) + 1, len(possible))


def missing_required(
    compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings
) -> tuple[Question, ...]:
    """Required questions that are shown and were skipped or not reached. "Not sure" and "prefer not to say", where
    they are offered, are answers. They hold back sending, never leaving."""
    found = visibility(compiled, answers, as_of, settings)
    asked = (question for section in compiled.definition.sections for question in _answerable(section, found))
    return tuple(question for question in asked if question.required and not _is_given(answers.get(question.link_id)))


def _is_given(answer: Answer | None) -> bool:
    return answer is not None and answer.state != "skipped"


def is_complete(compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings) -> bool:
    """Whether it can be sent: every asked section was posted and nothing required is missing."""
    is_walked = first_incomplete_section(compiled, answers, as_of, settings) is None
    return is_walked and not missing_required(compiled, answers, as_of, settings)


def with_skipped(compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings) -> dict[str, Answer]:
    """The answers with every shown question that has none marked as skipped, in the order of asking.

    A skipped answer can show or hide later questions, so what is shown is worked out again before each question that
    has a condition, whenever something was marked since.
    """
    filled = dict(answers)
    found, is_fresh = visibility(compiled, filled, as_of, settings), True
    for gates, question in _in_order(compiled):
        if any(gates) and not is_fresh:
            found, is_fresh = visibility(compiled, filled, as_of, settings), True
        if found.get(question.link_id) and question.link_id not in filled:
            filled[question.link_id] = Answer(state="skipped", on=as_of)
            is_fresh = False
    return filled


def _in_order(compiled: Compiled) -> Iterator[tuple[tuple[str, ...], Question]]:
    """Every question that takes an answer, with the conditions around it: its section's, its group's and its own."""
    for section in compiled.definition.sections:
        for question in section.questions:
            around = (section.ask_when, question.ask_when)
            if not _is_heading(question):
                yield around, question
                continue
            for item in question.items:
                yield (*around, item.ask_when), item
