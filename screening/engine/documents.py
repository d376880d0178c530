"""Whole documents of answers by link_id: `screen` files, cases and storage."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import msgspec

from .answer_problems import AnswerProblem, InvalidAnswer, InvalidAnswers, answer_problem, printable
from .context import type_name
from .definition import Definition, Question, Vocabulary
from .hints import did_you_mean
from .kinds import parse_value
from .measures import BMI
from .values import Answer, Answers, Height, Weight


def decode_answers(data: bytes | str) -> object:
    """JSON text as a document for `read_answers`. Raises `InvalidAnswers` for text that is not ordinary JSON."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError) as error:
        reason = printable(error, 200)
    except RecursionError:
        reason = "it is nested too deeply"
    raise InvalidAnswers([answer_problem("document_not_read", reason=reason)])


def read_answers(definition: Definition, data: object, *, on: datetime.date) -> dict[str, Answer]:
    """Every answer of a document. `on` is the day of the answers that do not carry their own.

    Raises `InvalidAnswers` with all problems, each naming its question, entry and part.
    """
    if not isinstance(data, Mapping):
        raise InvalidAnswers([answer_problem("document_not_read", reason=f"it is {type_name(data)}")])
    questions = {question.link_id: question for question in definition.questions()}
    problems: list[AnswerProblem] = []
    answers: dict[str, Answer] = {}
    for key, raw in data.items():
        if key in questions:
            _read_one(definition, questions[key], raw, on, answers, problems)
        else:
            problems.append(_unknown(key, questions))
    if problems:
        raise InvalidAnswers(problems)
    return answers


def _read_one(
    definition: Definition,
    question: Question,
    raw: object,
    on: datetime.date,
    answers: dict[str, Answer],
    problems: list[AnswerProblem],
) -> None:
    try:
        vocabulary = vocabulary_of(definition, question)
        answers[question.link_id] = parse_value(question, raw, on=on, vocabulary=vocabulary)
    except InvalidAnswer as invalid:
        problems.extend(invalid.problems)


def _unknown(key: object, questions: dict[str, Question]) -> AnswerProblem:
    name = printable(key)
    return answer_problem("question_unknown", key=name, hint=did_you_mean(name, questions))


def vocabulary_of(definition: Definition, question: Question) -> Vocabulary | None:
    """The vocabulary that a question names, or the only one there is."""
    if question.vocabulary:
        return next((v for v in definition.vocabularies if v.key == question.vocabulary), None)
    return definition.vocabularies[0] if len(definition.vocabularies) == 1 else None


def cross_problems(definition: Definition, answers: Answers) -> tuple[AnswerProblem, ...]:
    """What is implausible only together: a body mass index below 12 or above 80 (specification 1.2, rule 5).

    The problem is placed on the weight question. Nothing is reported while height or weight is unknown.
    """
    roles = {question.role: question.link_id for question in definition.questions() if question.role}
    height, weight = _known(answers, roles.get("height")), _known(answers, roles.get("weight"))
    if not isinstance(height, Height) or not isinstance(weight, Weight):
        return ()
    bmi = weight.in_kg / (height.in_cm / 100) ** 2
    if BMI[0] <= bmi <= BMI[1]:
        return ()
    return (answer_problem("body_mass_range", question=roles["weight"], bmi=round(bmi, 1)),)


def _known(answers: Answers, link_id: str | None) -> object:
    answer = answers.get(link_id or "")
    return answer.value if answer is not None and answer.is_known else None
