"""The styleguide: every component of the patient pages in every state, drawn by the templates that the pages use.

For development: elsewhere its address does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from intake.questions.controls import Control
from intake.questions.elements import Page, Problem
from intake.questions.kinds import KINDS
from intake.questions.words import Words
from screening.engine.definition import Medicine, MedicineClass, MedicineGroup, Option, Question, Vocabulary

MESSAGE = "What is wrong, and what to do about it."
FILLED: dict[str, Mapping[str, str | list[str]]] = {
    "yes_no": {"": "yes"},
    "choice": {"": "one"},
    "multiple_choice": {"": ["one", "two"]},
    "integer": {"": "3"},
    "decimal": {"": "7.5"},
    "text": {"": "Rosa"},
    "phone": {"": "555 010 0199"},
    "email": {"": "rosa@example.org"},
    "long_text": {"": "Two lines\nof text."},
    "blood_pressure": {"systolic": "120", "diastolic": "80"},
    "date": {"day": "17", "month": "5", "year": "1985"},
    "partial_date": {"year": "1985", "state": "not_sure"},
    "height": {"ft": "5", "in": "7"},
    "weight": {"kg": "70"},
    "ago": {"number": "6", "unit": "weeks"},
    "medicines": {"0.name": "Zoloft", "1.name": "klonipin", "1.dose": "1"},
    "acknowledgement": {"": "on"},
    "group": {"0.which": "Knee", "1.which": "Hip"},
}
OPTIONS = (
    Option(code="one", text={"en": "First option"}),
    Option(code="two", text={"en": "Second option"}, hint={"en": "With a hint of its own"}),
    Option(code="none", text={"en": "None of these"}, exclusive=True),
)
VOCABULARY = Vocabulary(
    key="all",
    classes=(MedicineClass(key="ssri", title={"en": "SSRI"}),),
    groups=(MedicineGroup(key="mood", title={"en": "Mood pills"}, medicines=("sertraline",)),),
    medicines=(
        Medicine(code="sertraline", name="sertraline", brands=("Zoloft",), classes=("ssri",)),
        Medicine(code="clonazepam", name="clonazepam", brands=("Klonopin",), ask_dose=True),
    ),
)


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """The page. It shows nobody's answers; on an installation that people use it is not there."""
    if not (settings.DEBUG or settings.IS_EMBEDDED):
        raise Http404
    context = {
        "tokens": tokens(),
        "types": [(kind, [_drawn(kind, state) for state in ("empty", "filled", "wrong")]) for kind in KINDS],
        "rows": [_drawn("yes_no", state, compact=True) for state in ("compact", "compact_filled")],
        "problems": [("styleguide", MESSAGE, "The question it is about")],
        "answers": _answers(),
        "languages": ["en"],
        "language": "en",
        "step": {"position": 3, "total": 17},
    }
    return render(request, "styleguide.html", context)


def tokens() -> list[tuple[str, str]]:
    """Every custom property of the style sheet with its value in light colours, in the order of the file.

    >>> dict(tokens())["--target"]
    '2.75rem'
    """
    found = finders.find("intake/site.css")
    root = re.search(r":root \{(.*?)\n\}", Path(str(found)).read_text(), re.DOTALL)
    return re.findall(r"(--[\w-]+): ([^;]+);", root[1]) if root else []


def _drawn(kind: str, state: str, *, compact: bool = False) -> Control:
    """A question of one type: `empty`, `filled` as somebody would, or `wrong` with a message."""
    question = Question(
        link_id=f"{kind}_{state}",
        type=kind,
        text={"en": f"A question: {kind.replace('_', ' ')}, {state.replace('_', ' ')}"},
        hint={"en": "A hint says what is meant."} if state == "empty" else {},
        explanation={"en": "Why we ask, for those who want to know."} if state == "empty" else {},
        options=OPTIONS if kind in ("choice", "multiple_choice") else (),
        items=(Question(link_id="which", type="text", text={"en": f"Which one? ({state})"}),)
        if kind == "group"
        else (),
        repeats=kind == "group",
        vocabulary="all" if kind == "medicines" else "",
        unit="cups" if kind == "integer" else "",
        compact=compact,
    )
    problems = (Problem("", MESSAGE),) if state == "wrong" else ()
    parts = {} if state in ("empty", "compact") else FILLED[kind]
    return Control(question, question.link_id, Page("en", "US", {"all": VOCABULARY}), parts, problems)


def _answers() -> dict[str, Any]:
    rows = [("A question that was answered", "Yes", False), ("A question without an answer", "No answer", True)]
    return {
        "title": Words("A section"),
        "rows": [
            {"question": Words(question), "answer": answer, "is_empty": is_empty, "change": "#main"}
            for question, answer, is_empty in rows
        ],
    }
