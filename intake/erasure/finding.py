"""Finding what is to be erased, or what is left of it, by the reference that people read out."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from intake import references
from intake.models import Clinic, Erasure, Person, QuestionnaireResponse

Record = QuestionnaireResponse | Person


def record_named(kind: str, reference: str, clinics: QuerySet[Clinic] | None = None) -> Record | None:
    """A response or a person by a reference as people write it: in these clinics, or for the command line in all."""
    model = Person if kind == Erasure.Kind.PERSON else QuestionnaireResponse
    found: QuerySet[Any] = model._base_manager.select_related("clinic")
    if clinics is not None:
        found = found.filter(clinic__in=clinics)
    record: Record | None = found.filter(reference=references.normalised(reference) or None).first()
    return record


def tombstone_of(kind: str, reference: str, clinics: QuerySet[Clinic] | None = None) -> Erasure | None:
    """What is left of a record that was erased: in these clinics, or for the command line in all."""
    found = Erasure.objects.filter(kind=kind, reference=references.normalised(reference) or None)
    return (found if clinics is None else found.filter(clinic__in=clinics)).first()
