"""The names of a published vocabulary, for the suggestions of a script: about nobody, so any cache may keep them."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from screening import publishing
from screening.engine.definition import Definition
from screening.models import QuestionnaireVersion

YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def medicine_names(request: HttpRequest, sha256: str, key: str) -> HttpResponse:
    """JSON: for each medicine a list of its name and brands. The address holds the version's hash, so it stays true."""
    version = get_object_or_404(QuestionnaireVersion, sha256=sha256)
    definition = publishing.compiled(version).definition
    return HttpResponse(names_of(definition, key), content_type="application/json")


def names_of(definition: Definition, key: str) -> str:
    """The names of one vocabulary, as JSON."""
    medicines = [medicine for each in definition.vocabularies if each.key == key for medicine in each.medicines]
    return json.dumps(
        [[medicine.name, *medicine.brands] for medicine in medicines], ensure_ascii=False, separators=(",", ":")
    )
