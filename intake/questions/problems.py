"""What is wrong with an entry, in the reader's language: one message per code, which says what to do."""

from __future__ import annotations

from django.utils.translation import gettext

from screening.engine.answer_problems import MESSAGES
from screening.engine.answers import AnswerProblem
from screening.engine.definition import Question
from screening.engine.display import choice_words

CODES = {"state_not_offered": "state", "state_with_value": "state", "choice_exclusive": "option"}
"""The messages that name an answer, and the placeholder that it stands in."""


def problem_text(problem: AnswerProblem, question: Question | None = None, language: str = "en") -> str:
    """The translated message, with the answers of `question` named as the page names them in `language`. It falls back
    to English rather than fail when a translation lost a placeholder."""
    params = problem.params | ({} if question is None else _named(problem, question, language))
    try:
        return gettext(MESSAGES[problem.code]).format_map(params)
    except (KeyError, ValueError, IndexError):
        return problem.message


def _named(problem: AnswerProblem, question: Question, language: str) -> dict[str, str]:
    """What the message calls an answer, in words instead of its code."""
    place = CODES.get(problem.code)
    if place is None:
        return {}
    asked = next((item for item in question.items if item.link_id in problem.part.split(".")), question)
    code = str(problem.params.get("option_code", problem.params[place]))
    return {place: choice_words(asked, code, language)}
