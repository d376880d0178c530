"""A sent response as plain data, for the clinic's record system: every answer that counts, what the rules said, and
what the patient added after sending. What clinicians did with it (answers they entered, decisions) is not in it.

Substance-use answers can be left out with all that rests on them (42 CFR Part 2). What somebody typed in free text
elsewhere is not read by the program: it stays.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

import msgspec

from screening.engine import journey
from screening.engine.answers import Answer, write_answer
from screening.engine.assessment import Assessment, assessment_json
from screening.engine.definition import Definition, Question
from screening.engine.display import display
from screening.engine.substance_use import about_substance_use

from . import part2, records, rules
from .models import Correction, QuestionnaireResponse

COLUMNS = (
    "reference",
    "questionnaire",
    "version",
    "sent_at",
    "question",
    "wording",
    "state",
    "answer",
    "added_at",
    "notice",
)
_FORMULA = re.compile(r'(?<![^;\t\r\n])(?=(?:"|[^\S\t\r\n])*[=+\-@＝＋－＠])|^(?=[\t\r])')
"""What makes a spreadsheet run a cell as a formula, in their full-width forms too. Where cells are split at semicolons
or tabs, quotes in the middle of a line hold nothing together: what follows one, or a line break, begins a cell, and
quotes at its beginning are taken off."""


def exported(response: QuestionnaireResponse, *, with_substance_use: bool) -> dict[str, Any]:
    """One sent response: who, when, which version, each answer by link_id, and the assessment as `screen` prints it.

    Without substance use, `left_out` is true and what is marked, or rests on what is marked, is not there.
    """
    compiled = rules.compiled_of(response)
    hidden = frozenset() if with_substance_use else about_substance_use(compiled.definition)
    version = f"{compiled.definition.key} {response.version.number}"
    assessment = without(records.read_assessment(response), hidden)
    return {
        "reference": str(response),
        "clinic": response.clinic.slug,
        "questionnaire": compiled.definition.key,
        "version": response.version.number,
        "version_sha256": response.version.sha256,
        "language": response.language,
        "profile": rules.settings_of(response).profile,
        "started_at": response.started_at.isoformat(),
        "sent_at": response.sent_at.isoformat() if response.sent_at else None,
        "as_of": response.as_of.isoformat() if response.as_of else None,
        "substance_use": {
            "left_out": not with_substance_use,
            "notice": part2.REDISCLOSURE if with_substance_use and part2.is_on(response) else "",
        },
        "answers": {
            question.link_id: _answer(question, answer, compiled.definition)
            for question, answer in counting(response, hidden)
        },
        "added_later": added_later(response, hidden),
        "assessment": assessment_json(assessment, version),
    }


def without(assessment: Assessment, hidden: frozenset[str]) -> Assessment:
    """An assessment without what the named questions, scores, flags and notes say."""
    if not hidden:
        return assessment
    return msgspec.structs.replace(
        assessment,
        flags=tuple(flag for flag in assessment.flags if flag.flag not in hidden),
        unresolved=tuple(
            flag for flag in assessment.unresolved if not hidden.intersection((flag.flag, *flag.questions))
        ),
        ruled_out=tuple(flag for flag in assessment.ruled_out if flag not in hidden),
        inconsistencies=tuple(name for name in assessment.inconsistencies if name not in hidden),
        notes=tuple(
            line for line in assessment.notes if not hidden.intersection((line.note, line.flag, *line.questions))
        ),
        scores={name: score for name, score in assessment.scores.items() if name not in hidden},
        not_asked=tuple(name for name in assessment.not_asked if name not in hidden),
        missing=tuple(name for name in assessment.missing if name not in hidden),
    )


def counting(response: QuestionnaireResponse, hidden: frozenset[str]) -> Iterator[tuple[Question, Answer]]:
    """The answers of questions that were asked: what a hidden question holds was not given to the clinic."""
    compiled, answers = rules.compiled_of(response), records.read_answers_of(response)
    as_of = response.as_of or rules.day_at(response.clinic, response.started_at)
    shown = journey.shown(compiled, answers, as_of, rules.settings_of(response))
    for question in compiled.definition.questions():
        answer = answers.get(question.link_id)
        if answer is not None and question.link_id in shown and question.link_id not in hidden:
            yield question, answer


def _answer(question: Question, answer: Answer, definition: Definition) -> dict[str, Any]:
    stored = write_answer(answer)
    return {
        "wording": question.text.get(definition.languages[0], ""),
        "state": answer.state,
        "value": stored.get("value"),
        "in_words": display(question, answer, definition, definition.languages[0]),
    }


def added_later(response: QuestionnaireResponse, hidden: frozenset[str]) -> list[dict[str, Any]]:
    """What the patient added after sending, oldest first."""
    # Sorted here: of an export, the corrections of all its responses were read at once.
    corrections = sorted(response.corrections.all(), key=lambda correction: correction.number)
    return [_added(correction, hidden) for correction in corrections]


def _added(correction: Correction, hidden: frozenset[str]) -> dict[str, Any]:
    """What a patient added after sending: it may say something else than what was sent, and no rule has read it.

    Where its place is left out, its words are too, but never that there are some.
    """
    content = records.read_correction(correction)
    definition = rules.compiled_of(correction.response).definition
    is_left_out = content.about in hidden | _sections_with(definition, hidden)
    return {
        "added_at": correction.created_at.isoformat(),
        "source": correction.source,
        "left_out": is_left_out or not hidden.isdisjoint(content.answers),
        "about": "" if is_left_out else content.about,
        "words": "" if is_left_out else content.words,
        "answers": dict(_late_answers(correction.response, content, hidden)),
    }


def _sections_with(definition: Definition, hidden: frozenset[str]) -> frozenset[str]:
    """The link_ids of the sections that hold a hidden question."""
    return frozenset(
        section.link_id
        for section in definition.sections
        if any(item.link_id in hidden for question in section.questions for item in (question, *question.items))
    )


def _late_answers(
    response: QuestionnaireResponse, content: records.CorrectionContent, hidden: frozenset[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    compiled = rules.compiled_of(response)
    given = {name: value for name, value in content.answers.items() if value is not None and name not in hidden}
    for link_id, answer in records.decoded(response, given).items():
        yield link_id, _answer(compiled.questions[link_id], answer, compiled.definition)


def write_csv(responses: Iterable[dict[str, Any]], output: TextIO) -> None:
    """One line for each answer, so that versions with different questions never share a column; then one for each thing
    added after sending, with the moment it came."""
    writer = csv.writer(output)
    writer.writerow(COLUMNS)
    for one in responses:
        head = (one["reference"], one["questionnaire"], one["version"], one["sent_at"])
        for line in (*_lines(one["answers"], ""), *_added_lines(one["added_later"])):
            writer.writerow([_cell(value) for value in (*head, *line, one["substance_use"]["notice"])])


Line = tuple[str, str, str, str, str]
"""Of a table: question, wording, state, answer, moment of adding."""


def _lines(answers: dict[str, dict[str, Any]], added_at: str) -> Iterator[Line]:
    for link_id, answer in answers.items():
        yield link_id, answer["wording"], answer["state"], answer["in_words"], added_at


def _added_lines(added: Iterable[dict[str, Any]]) -> Iterator[Line]:
    for one in added:
        if one["words"]:
            yield one["about"], "", "added", one["words"], one["added_at"]
        if one["left_out"]:
            yield "", "", "left out", "", one["added_at"]
        yield from _lines(one["answers"], one["added_at"])


def _cell(value: object) -> str:
    """A value that no spreadsheet takes for a formula, also where it would begin a cell anew."""
    return _FORMULA.sub("'", str(value))
