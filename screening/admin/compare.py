"""The page Compare: what is different between two versions, or between a version and the draft, also to print."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from screening import comparing, models, publishing
from screening.engine.definition import Definition, canonical_json

DRAFT = "draft"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two that are compared: a version, or the draft."""

    name: str
    title: str
    sha256: str
    definition: Definition
    published_at: datetime.datetime | None = None
    published_by: str = ""


def compare(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """Everything that is different, under the parts of a questionnaire. Without a choice: the latest version and the
    draft."""
    versions = list(questionnaire.versions.order_by("-number").defer("document"))
    shown = {**context, "title": "Compare", "choices": _choices(versions), "now": timezone.now()}
    if not versions:
        return render(request, "admin/screening/compare.html", shown)
    try:
        before = _side(questionnaire, request.GET.get("from") or str(versions[0].number))
        after = _side(questionnaire, request.GET.get("to") or DRAFT)
    except msgspec.ValidationError as error:
        messages.error(request, f"The draft cannot be read: {error}. Open Check, and correct that row.")
        return redirect("admin:screening_questionnaire_change", questionnaire.pk)
    changes = comparing.compare(before.definition, after.definition)
    found = {"before": before, "after": after, "sides": (before, after), "groups": comparing.in_groups(changes)}
    return render(request, "admin/screening/compare.html", {**shown, **found})


def _choices(versions: list[models.QuestionnaireVersion]) -> list[tuple[str, str]]:
    return [(DRAFT, "the draft"), *((str(version.number), f"version {version.number}") for version in versions)]


def _side(questionnaire: models.Questionnaire, name: str) -> Side:
    """The side that a name chooses. Raises `Http404`, and `msgspec.ValidationError` for a draft that cannot be read."""
    if name == DRAFT:
        draft = publishing.definition_from_rows(questionnaire)
        return Side(name=name, title="the draft", sha256=publishing.sha256_of(canonical_json(draft)), definition=draft)
    # The longest number that a database holds has more digits than a person publishes versions.
    version = questionnaire.versions.filter(number=name).first() if name.isdecimal() and len(name) < 9 else None
    if version is None:
        raise Http404("There is no such version.")
    return Side(
        name=name,
        title=f"version {version.number}",
        sha256=version.sha256,
        definition=publishing.definition_of(version),
        published_at=version.published_at,
        published_by=version.published_by,
    )
