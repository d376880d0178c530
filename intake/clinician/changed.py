"""Answers that the patient changed before sending, and what the earlier answers had raised.

A changed answer is nobody's fault and may well be a correction; but a disclosure that was taken back is worth asking
about, so the earlier answer is shown beside the one that was sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.assessment import Assessment, RaisedFlag, evaluate
from screening.engine.definition import SEVERITIES, Question

from .wording import SEVERITY_TITLES, Reading, marked, said, words

SHOWN_AT_MOST = 3
"""Earlier texts that are printed with one answer; the others are counted, and stay in the record."""
FREE_TEXT = frozenset({"text", "long_text", "phone", "email"})


class Step(Protocol):
    """One save: the answers that it set, None for those taken back."""

    @property
    def answers(self) -> Mapping[str, Answer | None]: ...


class ChangedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A question whose earlier answer had raised what the answer that was sent does not: `raised` says what."""

    question: str
    before: tuple[str, ...]
    now: str
    raised: tuple[str, ...]


def earlier_answers(steps: Sequence[Step], reading: Reading) -> dict[str, tuple[str, ...]]:
    """What was answered before, in words and in order, for each question whose answer is not what it first was.

    Text that somebody was still typing is not an earlier answer: only what was rewritten is.
    """
    given: dict[str, list[str]] = {}
    for step in steps:
        for link_id, answer in step.answers.items():
            question = reading.compiled.questions.get(link_id)
            if question is not None and answer is not None and answer.state != "skipped":
                given.setdefault(link_id, []).append(said(question, answer, reading.definition))
    found = {link_id: _former(texts, link_id, reading) for link_id, texts in given.items()}
    return {link_id: texts for link_id, texts in found.items() if texts}


def first_answers(steps: Sequence[Step], reading: Reading) -> dict[str, tuple[str, ...]]:
    """The same, and what was answered to a question that is not asked any more because another answer was changed."""
    found = earlier_answers(steps, reading)
    shown = journey.visibility(reading.compiled, reading.answers, reading.as_of, reading.settings)
    for link_id in {link_id for step in steps for link_id in step.answers if shown.get(link_id) is False}:
        question, answer = reading.compiled.questions.get(link_id), reading.answers.get(link_id)
        if question is not None and answer is not None and answer.is_known and answer.value != "no":
            found[link_id] = (*found.get(link_id, ()), said(question, answer, reading.definition))
    return found


def sent_as(question: Question, reading: Reading) -> str:
    """The answer that was sent, in words; of a question that is not asked any more, that."""
    shown = journey.visibility(reading.compiled, reading.answers, reading.as_of, reading.settings)
    is_asked = shown.get(question.link_id) is not False
    return said(question, reading.answers.get(question.link_id), reading.definition) if is_asked else "not asked"


def _former(texts: list[str], link_id: str, reading: Reading) -> tuple[str, ...]:
    question = reading.compiled.questions[link_id]
    answer = reading.answers.get(link_id)
    now = said(question, answer, reading.definition) if answer is not None else ""
    former = list(dict.fromkeys(text for text in _settled(texts, question) if text != now))
    if question.type in FREE_TEXT:
        former = [text for text in former if not now.startswith(text)]
    if len(former) <= SHOWN_AT_MOST:
        return tuple(former)
    return (*former[:SHOWN_AT_MOST], f"and {len(former) - SHOWN_AT_MOST} more, kept in the record")


def _settled(texts: list[str], question: Question) -> Iterator[str]:
    """Of free text saved while it was typed, only where the writer turned back."""
    for text, following in zip(texts, [*texts[1:], ""], strict=True):
        if question.type not in FREE_TEXT or not following.startswith(text):
            yield text


def taken_back(steps: Sequence[Step], reading: Reading, assessment: Assessment) -> tuple[ChangedAnswer, ...]:
    """The changes of an answer that had raised a point and raises it no more, or made it less severe: each question
    once, in the order of the version. The point may still be raised by other answers: what was taken back counts."""
    raised = _raised_before(steps, reading, assessment)
    earlier = earlier_answers(steps, reading) if raised else {}
    return tuple(
        _changed(question, raised[question.link_id], earlier[question.link_id], reading)
        for question in reading.definition.questions()
        if question.link_id in raised and question.link_id in earlier
    )


def _changed(question: Question, flags: list[str], before: tuple[str, ...], reading: Reading) -> ChangedAnswer:
    now = sent_as(question, reading)
    return ChangedAnswer(question=marked(question, reading), before=before, now=now, raised=tuple(flags))


def _raised_before(steps: Sequence[Step], reading: Reading, assessment: Assessment) -> dict[str, list[str]]:
    """By question: the points that its answer raised just before it was changed, and does not raise now."""
    final = {flag.flag: flag for flag in assessment.flags}
    document: dict[str, Answer] = {}
    found: dict[str, list[str]] = {}
    for step in steps:
        replaced = {link_id for link_id, answer in step.answers.items() if _is_replaced(document, link_id, answer)}
        for flag in _flags_of(document, reading) if replaced else ():
            for link_id in replaced & _behind(flag, reading):
                title = _title(flag, reading)
                is_gone = _is_gone(final.get(flag.flag), flag, link_id, reading)
                if is_gone and title not in found.setdefault(link_id, []):
                    found[link_id].append(title)
        _apply(document, step.answers)
    return {link_id: titles for link_id, titles in found.items() if titles}


def _behind(flag: RaisedFlag, reading: Reading) -> set[str]:
    """The questions behind a point: those it names, and the items of a score it names."""
    items = {score.link_id: score.items for score in reading.definition.scores}
    return {name for reason in flag.because for name in (reason.question, *items.get(reason.question, ()))}


def _is_replaced(document: Mapping[str, Answer], link_id: str, answer: Answer | None) -> bool:
    before = document.get(link_id)
    return before is not None and before.is_known and (answer is None or answer.value != before.value)


def _apply(document: dict[str, Answer], changes: Mapping[str, Answer | None]) -> None:
    for link_id, answer in changes.items():
        if answer is None:
            document.pop(link_id, None)
        else:
            document[link_id] = answer


def _flags_of(document: dict[str, Answer], reading: Reading) -> tuple[RaisedFlag, ...]:
    return evaluate(reading.compiled, document, reading.as_of, reading.settings).flags


def _is_gone(now: RaisedFlag | None, before: RaisedFlag, link_id: str, reading: Reading) -> bool:
    """Whether a point is not raised any more, at a lower severity than it was, or for other answers than this one."""
    if now is None or SEVERITIES.index(now.severity) > SEVERITIES.index(before.severity):
        return True
    return link_id not in _behind(now, reading)


def _title(flag: RaisedFlag, reading: Reading) -> str:
    title = next(words(one.title) for one in reading.definition.flags if one.link_id == flag.flag)
    return f"{title} ({SEVERITY_TITLES[flag.severity].lower()})"
