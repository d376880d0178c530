"""Every question of every section with its state, as plain data: nothing that was asked is left out, nothing is cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Literal

import msgspec

from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.definition import Question, Section

from .wording import CORRECTED, Reading, label, marked, rule_in_words, said, state_of, words

LONG = 90
"""Characters from which an answer gets a line of its own instead of standing beside its question."""

Show = Literal["all", "asked", "positive"]
"""Every question; only those that were asked; or those of them that were not simply answered with a no."""


class AnswerLine(msgspec.Struct, frozen=True, kw_only=True):
    """One question and its answer in the patient's words, or its state in words. `asked` is the patient's wording.

    `before` is what was answered first and changed. `is_negative`: a plain "no", "none of these" or "not at all".
    """

    kind: Literal["answer", "long", "entries", "heading"]
    question: str
    asked: str
    answer: str = ""
    state: str = "answered"
    entries: tuple[tuple[AnswerLine, ...], ...] = ()
    before: tuple[str, ...] = ()
    is_negative: bool = False

    @property
    def template(self) -> str:
        """The component that shows a line of this kind."""
        return f"clinician/_line_{self.kind}.html"


class NotAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Questions next to each other that were not asked, and the one reason why."""

    kind: Literal["not_asked"] = "not_asked"
    questions: tuple[str, ...]
    why: str

    @property
    def template(self) -> str:
        """The component that shows a line of this kind."""
        return f"clinician/_line_{self.kind}.html"


class AnswerSection(msgspec.Struct, frozen=True, kw_only=True):
    """A section with all its questions."""

    link_id: str
    title: str
    lines: tuple[AnswerLine | NotAsked, ...]


class _Asked(msgspec.Struct, frozen=True):
    """A question, whether it was shown (None: it could not be known), and the condition it hangs on."""

    question: Question
    is_shown: bool | None
    condition: str


def answer_sections(
    reading: Reading, *, earlier: Mapping[str, tuple[str, ...]] | None = None, show: Show = "all"
) -> tuple[AnswerSection, ...]:
    """All sections in order, those that were not asked included. `earlier` is what was answered before, by link_id."""
    visibility = journey.visibility(reading.compiled, reading.answers, reading.as_of, reading.settings)
    return tuple(
        AnswerSection(
            link_id=section.link_id,
            title=_title(section, reading),
            lines=_wanted(_lines(_asked(section, visibility), reading, earlier or {}), show),
        )
        for section in reading.definition.sections
    )


def _title(section: Section, reading: Reading) -> str:
    title = words(section.title)
    return f"{title} · {CORRECTED}" if section.link_id in reading.corrected else title


def _wanted(lines: list[AnswerLine | NotAsked], show: Show) -> tuple[AnswerLine | NotAsked, ...]:
    if show == "all":
        return tuple(lines)
    asked = [line for line in lines if isinstance(line, AnswerLine)]
    if show == "asked":
        return tuple(asked)
    return tuple(line for line in asked if line.kind != "heading" and (line.before or not line.is_negative))


def _asked(section: Section, visibility: journey.Visibility) -> list[_Asked]:
    """Every question of a section, flat; a whole section that was not asked hangs on the section's own condition."""
    flat = list(_flat(section.questions, section.ask_when))
    is_section_hidden = bool(section.ask_when) and not visibility.get(section.link_id)
    return [
        _Asked(question, visibility.get(question.link_id), section.ask_when if is_section_hidden else condition)
        for question, condition in flat
    ]


def _flat(questions: Iterable[Question], outer: str) -> Iterable[tuple[Question, str]]:
    """Questions with the items of groups that do not repeat, each with everything its showing depends on."""
    for question in questions:
        condition = _both(outer, question.ask_when)
        yield question, condition
        if question.type == "group" and not question.repeats:
            yield from _flat(question.items, condition)


def _both(first: str, second: str) -> str:
    return f"({first}) and ({second})" if first and second else first or second


def _lines(
    asked: list[_Asked], reading: Reading, earlier: Mapping[str, tuple[str, ...]]
) -> list[AnswerLine | NotAsked]:
    """A line for each question that was shown, one for each run of questions that were not for the same reason."""
    lines: list[AnswerLine | NotAsked] = []
    for (is_shown, condition), run in groupby(
        asked, key=lambda one: (one.is_shown, "" if one.is_shown else one.condition)
    ):
        questions = [one.question for one in run]
        if is_shown:
            found = (_line(question, reading.answers.get(question.link_id), reading) for question in questions)
            lines.extend(
                msgspec.structs.replace(line, before=earlier.get(question.link_id, ()))
                for question, line in zip(questions, found, strict=True)
            )
        else:
            names = tuple(label(question) for question in questions)
            lines.append(NotAsked(questions=names, why=why_not(is_shown, condition, reading)))
    return lines


def why_not(is_shown: bool | None, condition: str, reading: Reading) -> str:
    """Why a question was not asked, in words."""
    if not condition:
        return "not part of this questionnaire’s path"
    rule = rule_in_words(condition, reading)
    return f"only if {rule}" if is_shown is False else f"only if {rule}, which could not be known"


def _line(question: Question, answer: Answer | None, reading: Reading) -> AnswerLine:
    if question.type == "group" and not question.repeats:
        return AnswerLine(kind="heading", question=marked(question, reading), asked=words(question.text))
    state = state_of(answer)
    if question.type == "group" and answer is not None and answer.is_known:
        return _entries(question, answer, reading)
    text = said(question, answer, reading.definition)
    kind: Literal["answer", "long"] = "long" if len(text) >= LONG or "\n" in text else "answer"
    return AnswerLine(
        kind=kind,
        question=marked(question, reading),
        asked=words(question.text),
        answer=text,
        state=state,
        is_negative=_is_negative(question, answer),
    )


def _is_negative(question: Question, answer: Answer | None) -> bool:
    """Whether an answer says no, none of these, or the lowest of a scored scale. An unknown never does."""
    if answer is None or not answer.is_known or answer.typed:
        return False
    if question.type == "yes_no":
        return answer.value == "no"
    chosen = answer.value if isinstance(answer.value, tuple) else (answer.value,)
    options = {option.code: option for option in question.options}
    picked = [options[code] for code in chosen if isinstance(code, str) and code in options]
    return bool(picked) and all(option.exclusive or option.score == 0 for option in picked)


def _entries(question: Question, answer: Answer, reading: Reading) -> AnswerLine:
    """A repeating group: one list of lines for each entry that was made."""
    values = answer.value if isinstance(answer.value, tuple) else ()
    entries = tuple(
        tuple(_line(item, entry.get(item.link_id), reading) for item in question.items if item.link_id in entry)
        for entry in values
        if isinstance(entry, dict)
    )
    return AnswerLine(
        kind="entries",
        question=marked(question, reading),
        asked=words(question.text),
        answer=str(len(entries)),
        entries=entries,
    )
