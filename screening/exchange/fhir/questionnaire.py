"""A whole definition as a FHIR R4 Questionnaire with SDC extensions."""

from __future__ import annotations

import json

import msgspec

from screening.engine.compiler import DefinitionError, rule_problems
from screening.engine.definition import Definition, canonical_json, from_json

from . import structs, urls
from .form import Form, form_of
from .items import section_item
from .report import Finding
from .texts import Json, text_element
from .totals import score_items

WHOLE = (
    "languages", "instruments", "variables", "flags", "notes", "inconsistencies", "safety", "vocabularies",
    "parameters", "profiles", "sources", "review",
)  # fmt: skip
"""What stands in our extension of the whole questionnaire: FHIR has no place for it."""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """Which version of a questionnaire is written: its number, status and day, and the address of the clinic's site."""

    site: str = urls.OWN
    version: str = ""
    status: str = "draft"
    date: str = ""


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """A Questionnaire, and what only our own extensions hold: other readers will not act on it."""

    resource: Json
    findings: tuple[Finding, ...]

    def text(self) -> str:
        """The file."""
        return json.dumps(self.resource, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def export_questionnaire(definition: Definition, release: Release | None = None) -> Exported:
    """The definition as a Questionnaire. `import_questionnaire` reads it back equal.

    Raises `DefinitionError` with every mistake in its rules: FHIR could not say what they mean.
    """
    if problems := rule_problems(definition):
        raise DefinitionError(problems)
    form = form_of(from_json(canonical_json(definition)))
    resource = _resource(form, release or Release())
    findings = tuple(
        Finding(path="Questionnaire.item", item=name, kind="changed", what=f"Other programs always ask it: {reason}")
        if name in form.symbols.questions or name in form.symbols.sections
        else Finding(path="Questionnaire.item", item=name, kind="left out", what=reason)
        for name, reason in form.missed.items()
    )
    return Exported(resource=resource, findings=findings)


def _resource(form: Form, release: Release) -> Json:
    definition = form.definition
    head: Json = {
        "resourceType": "Questionnaire",
        "id": definition.key.replace("_", "-")[:64],
        "language": form.language,
        "extension": [structs.write(definition, urls.extension("questionnaire"), form.language, WHOLE)],
        "url": canonical_url(definition, release),
        "identifier": [{"system": f"{urls.OWN}/questionnaire-key", "value": definition.key}],
        "version": release.version,
        "name": "".join(word.capitalize() for word in definition.key.split("_")),
        **text_element("title", definition.title, form.language),
        "status": release.status,
        "subjectType": ["Patient"],
        "date": release.date,
    }
    items = [*(section_item(form, section) for section in definition.sections), *score_items(form)]
    found = {name: value for name, value in head.items() if value} | {"item": items}
    return found if found["extension"][0]["extension"] else {k: v for k, v in found.items() if k != "extension"}


def canonical_url(definition: Definition, release: Release) -> str:
    """The canonical address, without its version."""
    return f"{release.site}/Questionnaire/{definition.key}"
