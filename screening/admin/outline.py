"""The page Outline: a draft's sections and questions in order, who depends on whom, and what is wrong with each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString

from screening import arranging, editing, models, rulebook
from screening.engine import checks, language
from screening.engine.checks import Problem
from screening.engine.outline import NO_TIES, Ties, outline

from .links import Links

TIES = {
    "waits_for": "Waits for", "asks": "Others wait for it", "flags": "Flags", "scores": "Scores", "others": "Also in",
}  # fmt: skip
"""What the ties of a question are called on the page."""


@dataclass
class Entry:
    """One section or question as the page shows it."""

    row: Any
    kind: str
    text: str
    asked: str
    ties: list[tuple[str, list[SafeString]]]
    problems: list[Problem]
    inside: list[Entry] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What the buttons send, and the address of the entry within the page."""
        return f"{self.kind}-{self.row.pk}"

    @property
    def name(self) -> str:
        """The link_id."""
        return str(self.row.link_id)

    @property
    def remove_url(self) -> str:
        """The page that removes it, or says why it cannot be removed."""
        return reverse(f"admin:screening_{self.kind}_delete", args=[self.row.pk])

    @property
    def url(self) -> str:
        """Its own page."""
        return reverse(f"admin:screening_{self.kind}_change", args=[self.row.pk])


class Outline:
    """The entries of one draft. A draft that cannot be read has no ties, and its problem stands elsewhere."""

    def __init__(self, questionnaire: models.Questionnaire) -> None:
        self.definition = rulebook.definition_of(questionnaire)
        self.links = Links(questionnaire)
        self.ties: dict[str, Ties] = outline(self.definition) if self.definition else {}
        self.problems: dict[str, list[Problem]] = defaultdict(list)
        for found in checks.check(self.definition) if self.definition else ():
            self.problems[found.link_id].append(found)
        self.questions = _questions(questionnaire)
        sections = questionnaire.sections.order_by("position", "pk")
        self.sections = [self._entry(one, "section", one.title, self._in(one.pk, None)) for one in sections]

    def _in(self, section: int, parent: int | None) -> list[Entry]:
        return [
            self._entry(one, "question", one.text, self._in(section, one.pk) if one.type == "group" else [])
            for one in self.questions[section, parent]
        ]

    def _entry(self, row: Any, kind: str, text: dict[str, str], inside: list[Entry]) -> Entry:
        return Entry(
            row=row,
            kind=kind,
            text=next(iter(text.values()), ""),
            asked=self._in_words(row),
            ties=self._linked(self.ties.get(row.link_id, NO_TIES)),
            problems=self.problems.get(row.link_id, []),
            inside=inside,
        )

    def _in_words(self, row: Any) -> str:
        """When it is asked, in plain English; the rule itself while something is wrong with it."""
        is_wrong = any(found.pointed for found in self.problems.get(row.link_id, ()))
        if not row.ask_when or is_wrong or self.definition is None:
            return str(row.ask_when)
        return language.to_english(language.parse(row.ask_when), self.definition, self.definition.languages[0])

    def _linked(self, ties: Ties) -> list[tuple[str, list[SafeString]]]:
        named = ((title, getattr(ties, name)) for name, title in TIES.items())
        return [(title, [self.links.link(thing) for thing in things]) for title, things in named if things]

    @property
    def elsewhere(self) -> int:
        """How many problems belong to no section or question."""
        shown = {entry.name for section in self.sections for entry in _all(section)}
        return sum(len(found) for link_id, found in self.problems.items() if link_id not in shown)


def _questions(questionnaire: models.Questionnaire) -> dict[tuple[int, int | None], list[models.Question]]:
    """Questions by their section and group, in order; one query."""
    found: dict[tuple[int, int | None], list[models.Question]] = defaultdict(list)
    for one in models.Question.objects.filter(section__questionnaire=questionnaire).order_by("position", "pk"):
        found[one.section_id, one.parent_id].append(one)
    return found


def _all(entry: Entry) -> list[Entry]:
    return [entry, *(inner for one in entry.inside for inner in _all(one))]


def outline_page(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """Shows the outline; a POST moves or duplicates one entry and comes back to it."""
    if request.method == "POST":
        return _change(request, questionnaire)
    shown = {**context, "title": "Outline", "outline": Outline(questionnaire)}
    return render(request, "admin/screening/outline.html", shown)


def _change(request: HttpRequest, questionnaire: models.Questionnaire) -> HttpResponse:
    here = reverse("admin:screening_outline", args=[questionnaire.pk])
    try:
        row, said = _done(request, questionnaire)
    except editing.EditRefused as refused:
        messages.error(request, " ".join(refused.reasons))
        return redirect(here)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    messages.success(request, said)
    return redirect(f"{here}#{row._meta.model_name}-{row.pk}")


def _done(request: HttpRequest, questionnaire: models.Questionnaire) -> tuple[Any, str]:
    """The row that was moved or made, and what to say. Buttons send `question-12 up`, dragging also `before`."""
    whose: Any = {"questionnaire": questionnaire, "user": request.user}
    if copied := request.POST.get("duplicate"):
        question = _row(copied, questionnaire)
        if not isinstance(question, models.Question):
            raise Http404
        copy = arranging.duplicate(question=question, **whose)
        return copy, f"“{copy}” is a copy of “{question}”. Rename it on its page."
    key, _, direction = request.POST.get("move", "").partition(" ")
    row = _row(key, questionnaire)
    match direction:
        case "up" | "down":
            return row, arranging.move(row=row, direction=direction, **whose)
        case "before":
            before = _row(request.POST.get("before", ""), questionnaire)
            return row, arranging.put(row=row, before=before, section=None, **whose)
        case "last":
            section = _row(request.POST.get("section", ""), questionnaire)
            return row, arranging.put(row=row, before=None, section=section, **whose)
        case _:
            raise Http404


def _row(key: str, questionnaire: models.Questionnaire) -> Any:
    """The section or question that a key such as `question-12` names."""
    kind, _, pk = key.partition("-")
    model: Any = {"section": models.Section, "question": models.Question}.get(kind)
    if model is None or not pk.isdecimal():
        raise Http404
    return get_object_or_404(model, **{model.QUESTIONNAIRE: questionnaire}, pk=int(pk))
