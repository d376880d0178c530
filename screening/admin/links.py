"""From a thing of the engine to its page in the admin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import msgspec
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from screening import models
from screening.editing import KINDS
from screening.engine.checks import Problem
from screening.engine.uses import Kind, Thing, Use

PAGES = {kind: (model, column) for model, (kind, column) in KINDS.items()} | {"case": (models.Case, "key")}
ON_THE_PAGE_OF = {"option": "question", "class": "vocabulary", "medicine group": "vocabulary"}


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A problem as a page lists it, with the page on which it is put right; empty where there is none of its own."""

    id: str
    place: str
    message: str
    hint: str
    pointed: str
    url: str


class Links:
    """The addresses of a draft's things; one query for each kind that is asked for."""

    def __init__(self, questionnaire: models.Questionnaire) -> None:
        self.questionnaire = questionnaire
        self._known: dict[str, dict[str, int]] = {}

    def url(self, thing: Thing) -> str:
        """The page on which a thing is edited; empty when there is none."""
        if thing.kind == "questionnaire":
            return reverse("admin:screening_questionnaire_change", args=[self.questionnaire.pk])
        kind = ON_THE_PAGE_OF.get(thing.kind, thing.kind)
        pk = self._rows(kind).get(thing.within if kind != thing.kind else thing.name)
        return reverse(f"admin:screening_{PAGES[kind][0]._meta.model_name}_change", args=[pk]) if pk else ""

    def _rows(self, kind: str) -> dict[str, int]:
        if kind not in self._known:
            model: Any = PAGES[kind][0]
            found = model.objects.filter(**{model.QUESTIONNAIRE: self.questionnaire})
            self._known[kind] = dict(found.values_list(PAGES[kind][1], "pk"))
        return self._known[kind]

    def link(self, thing: Thing, words: str = "") -> SafeString:
        """A link to the thing's page, or its words alone where it has none."""
        url, text = self.url(thing), words or thing.name
        return format_html('<a href="{}">{}</a>', url, text) if url else format_html("{}", text)

    def to_uses(self, found: Iterable[Use]) -> list[SafeString]:
        """Each use as a link to whoever mentions it."""
        return [self.link(use.owner, str(use)) for use in found]

    def placed(self, problem: Problem) -> Placed:
        """A problem with the page of the thing that its place names: “flag stroke, caution rule”."""
        kind, _, name = problem.place.partition(",")[0].partition(" ")
        has_page = kind in PAGES and kind not in ON_THE_PAGE_OF and name
        url = self.url(Thing(cast("Kind", kind), name)) if has_page else ""
        fields = {field: getattr(problem, field) for field in ("id", "place", "message", "hint", "pointed")}
        return Placed(**fields, url=url)
