"""The names of a published vocabulary, for the suggestions of a script: about nobody, so any cache may keep them."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from screening import publishing
from screening.models import QuestionnaireVersion

YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def medicine_names(request: HttpRequest, sha256: str, key: str) -> HttpResponse:
    """JSON: for each medicine a list of its name and brands. The address holds the version's hash, so it stays true."""
    version = get_object_or_404(QuestionnaireVersion, sha256=sha256)
    return HttpResponse(_names(version, key), content_type="application/json")


def _names(version: QuestionnaireVersion, key: str) -> str:
    vocabularies = publishing.compiled(version).definition.vocabularies
    medicines = [medicine for each in vocabularies if each.key == key for medicine in each.medicines]
    return json.dumps(
        [[medicine.name, *medicine.brands] for medicine in medicines], ensure_ascii=False, separators=(",", ":")
    )
