"""What a page asks while a rule is typed: how it reads in plain English, and which names there are."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from screening import models, rulebook
from screening.engine.completion import Completion, completion

NOTHING = Completion(names=(), codes={})


def read_rule(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """A posted rule in plain English, or its mistakes with a caret each. `entry`: an item of a group, form only."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    text = request.POST.get("text", "").replace("\r\n", "\n")
    definition = rulebook.definition_of(questionnaire)
    mistakes = rulebook.mistakes_in(text, None if "entry" in request.POST else definition) if text.strip() else []
    return JsonResponse({"words": "" if mistakes else rulebook.in_words(text, definition), "mistakes": mistakes})


def names(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """Everything that a rule of this draft can name. Nothing when a row of the draft cannot be read."""
    definition = rulebook.definition_of(questionnaire)
    found = completion(definition) if definition else NOTHING
    return HttpResponse(msgspec.json.encode(found), content_type="application/json")
