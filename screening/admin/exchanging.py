"""Downloads in FHIR: of a draft, and of a published version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from screening import models, publishing
from screening.engine.compiler import DefinitionError

if TYPE_CHECKING:
    from screening.exchange.fhir.questionnaire import Exported


def draft_fhir(request: HttpRequest, questionnaire: models.Questionnaire, context: dict[str, Any]) -> HttpResponse:
    """The draft as a FHIR Questionnaire."""
    from screening.exchange.fhir.questionnaire import Release, export_questionnaire  # loaded only where it is used

    try:
        definition = publishing.definition_from_rows(questionnaire)
        exported = export_questionnaire(definition, Release(site=settings.SITE_ORIGIN))
    except msgspec.ValidationError as error:
        messages.error(request, f"The draft cannot be read: {error}. Open Check, and correct that row.")
        return redirect("admin:screening_questionnaire_change", questionnaire.pk)
    except DefinitionError as error:
        messages.error(request, f"{len(error.problems)} rules have mistakes. Open Check, and correct them.")
        return redirect("admin:screening_check", questionnaire.pk)
    return _file(exported, f"{questionnaire.key}.fhir.json")


def version_fhir(request: HttpRequest, version: models.QuestionnaireVersion, context: dict[str, Any]) -> HttpResponse:
    """A published version as a FHIR Questionnaire."""
    from screening import releases

    exported = releases.fhir_of(version, site=settings.SITE_ORIGIN)
    return _file(exported, f"{version.questionnaire.key}_{version.number}.fhir.json")


def _file(exported: Exported, name: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(exported.text(), content_type="application/fhir+json; charset=utf-8", headers=disposition)
