"""Which follow-ups were not asked because of a doubtful "no", and who answered for the patient."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from screening.engine import journey
from screening.engine.assessment import Assessment
from screening.engine.definition import Note, Question
from screening.engine.tree import Expr, Is, parts

from .beside import answered_beside
from .wording import Reading, said

NO = "no"
HELPER = "helper"
"""The option of a question with the role `answered_by` for somebody who answers for the patient."""


def _is_asked_because_of(names: Collection[str], question: Question, reading: Reading) -> bool:
    condition = reading.compiled.ask_when.get(question.link_id)
    return condition is not None and _depends(condition, names, reading)


def _depends(expr: Expr, names: Collection[str], reading: Reading) -> bool:
    return not reading.compiled.dependencies.questions(expr).isdisjoint(names)


def behind_a_doubtful_no(reading: Reading, assessment: Assessment, earlier: Collection[str]) -> tuple[Question, ...]:
    """The questions that were not asked only because of a "no" that the page tells to check: one that contradicts
    another answer, or one about safety that was first something else (`earlier`)."""
    compiled, answers = reading.compiled, reading.answers
    contradicted = (compiled.rules.inconsistencies[one] for one in assessment.inconsistencies)
    named = {name for rule in contradicted for name in _denied(rule)}
    named |= set(earlier).intersection(compiled.safety_questions)
    doubtful = {name for name in named if name in answers and answers[name].value == NO}
    shown = journey.visibility(compiled, answers, reading.as_of, reading.settings)
    return tuple(
        question
        for question in reading.definition.questions()
        if shown.get(question.link_id) is False and _is_asked_because_of(doubtful, question, reading)
    )


def _denied(expr: Expr) -> Iterator[str]:
    """The questions that a condition wants answered with no. What a named condition looks at is not among them: it
    names exceptions ("no other reason for the medicine"), which nothing contradicts."""
    if isinstance(expr, Is) and expr.codes == (NO,):
        yield expr.question.name
    for part in parts(expr):
        yield from _denied(part)


def someone_else(reading: Reading) -> str:
    """Who answered for the patient, as they said it, after "someone else"; empty where the patient did.

    They are named by what follows up the question of the role `answered_by`.
    """
    for question in reading.definition.questions():
        answer = reading.answers.get(question.link_id)
        if question.role == "answered_by" and answer is not None and answer.value == HELPER:
            named = [
                said(one, reading.answers.get(one.link_id), reading.definition)
                for one in answered_beside({question.link_id}, reading)
            ]
            return ": ".join(["someone else", *named[:1]])
    return ""


def is_about_helper(note: Note, reading: Reading) -> bool:
    """Whether a note hangs on who answered."""
    named = [one.link_id for one in reading.definition.questions() if one.role == "answered_by"]
    condition = reading.compiled.rules.notes.get(note.link_id)
    return condition is not None and _depends(condition, named, reading)
