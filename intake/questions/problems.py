"""What is wrong with an entry, in the reader's language: one message per code, which says what to do."""

from __future__ import annotations

from django.utils.translation import gettext

from screening.engine.answer_problems import MESSAGES
from screening.engine.answers import AnswerProblem


def problem_text(problem: AnswerProblem) -> str:
    """The translated message. It falls back to English rather than fail when a translation lost a placeholder."""
    try:
        return gettext(MESSAGES[problem.code]).format_map(problem.params)
    except (KeyError, ValueError, IndexError):
        return problem.message
