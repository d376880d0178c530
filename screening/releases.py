"""A published version in FHIR: under the address of the site, with its number, day and status."""

from __future__ import annotations

from screening import models, publishing
from screening.exchange.fhir.questionnaire import Exported, Release, export_questionnaire


def release_of(version: models.QuestionnaireVersion, *, site: str) -> Release:
    """What FHIR is told of a version besides its content."""
    return Release(
        site=site,
        version=str(version.number),
        status="retired" if version.retired_at else "active",
        date=version.published_at.date().isoformat(),
    )


def fhir_of(version: models.QuestionnaireVersion, *, site: str) -> Exported:
    """The version as a FHIR Questionnaire. Raises `publishing.DocumentChanged` when it is not what was published."""
    return export_questionnaire(publishing.definition_of(version), release_of(version, site=site))
