"""What stands beside a response: the saves that led to it, what the patient added after sending, and what they were
asked again. A page that shows all three reads them together, in one query whatever their number (`read_together`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import CharField, DateTimeField, Model, UUIDField, Value
from django.db.models.functions import Cast

from .models import AnswerRequest, Correction, Invitation, QuestionnaireResponse, Revision, User

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclasses.dataclass(frozen=True)
class History:
    """Each in order, and each of the same response."""

    revisions: list[Revision]
    corrections: list[Correction]
    requests: list[AnswerRequest]


def revisions_of(response: QuestionnaireResponse) -> list[Revision]:
    """Every save in order."""
    beside = _beside(response)
    return list(response.revisions.order_by("number")) if beside is None else beside.revisions


def corrections_of(response: QuestionnaireResponse) -> list[Correction]:
    """Everything that the patient added after sending, in the order of coming."""
    beside = _beside(response)
    return list(response.corrections.order_by("number")) if beside is None else beside.corrections


def requests_of(response: QuestionnaireResponse) -> list[AnswerRequest]:
    """Every time that the patient was asked again, in order, with who asked and the link."""
    beside = _beside(response)
    if beside is not None:
        return beside.requests
    return list(response.answer_requests.select_related("asked_by", "invitation").order_by("asked_at"))


def _beside(response: QuestionnaireResponse) -> History | None:
    return getattr(response, "history", None)


def read_together(response: QuestionnaireResponse) -> QuestionnaireResponse:
    """The same response with its history beside it, as it is now; what was read before is forgotten."""
    read: dict[str, Callable[..., Any]] = {"revision": _revision, "correction": _correction, "request": _request}
    found: dict[str, list[Any]] = {kind: [] for kind in read}
    for kind, *columns in _rows(response):
        row = read[kind](*columns)
        row.response = response
        found[kind].append(row)
    response.history = History(  # type: ignore[attr-defined]
        revisions=sorted(found["revision"], key=lambda one: one.number),
        corrections=sorted(found["correction"], key=lambda one: one.number),
        requests=sorted(found["request"], key=lambda one: one.asked_at),
    )
    return response


def _rows(response: QuestionnaireResponse) -> Any:
    """Of each row: what it is, id, time, ciphertext, number and kind, and then what only a request has."""
    kinds = (UUIDField, CharField, UUIDField, DateTimeField, DateTimeField, DateTimeField)
    nothing = [Cast(Value(None), kind()) for kind in kinds]
    revisions = response.revisions.values_list(
        Value("revision"), "id", "created_at", "changes_ct", "number", "author_kind", *nothing
    )
    corrections = response.corrections.values_list(
        Value("correction"), "id", "created_at", "content_ct", "number", "source", *nothing
    )
    asked = ("asked_by", "asked_by__name", "invitation", "invitation__expires_at", "invitation__revoked_at")
    requests = response.answer_requests.values_list(
        Value("request"), "id", "asked_at", "questions_ct", Value(0), Value(""), *asked, "answered_at"
    )
    return revisions.union(corrections, requests, all=True)


def _revision(pk: Any, at: Any, sealed: Any, number: int, kind: str, *_: Any) -> Revision:
    return _row(Revision, id=pk, number=number, author_kind=kind, changes_ct=sealed, created_at=at)


def _correction(pk: Any, at: Any, sealed: Any, number: int, kind: str, *_: Any) -> Correction:
    return _row(Correction, id=pk, number=number, source=kind, content_ct=sealed, created_at=at)


def _request(pk: Any, at: Any, sealed: Any, number: int, kind: str, *of_request: Any) -> AnswerRequest:
    asked_by, name, invitation, expires_at, revoked_at, answered_at = of_request
    request = _row(AnswerRequest, id=pk, questions_ct=sealed, asked_at=at, answered_at=answered_at)
    request.asked_by = _row(User, id=asked_by, name=name)
    request.invitation = _row(Invitation, id=invitation, expires_at=expires_at, revoked_at=revoked_at)
    return request


def _row(model: type[AnyModel], **columns: Any) -> AnyModel:
    """A row of which only these columns were read; any other is fetched when somebody asks for it."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return model.from_db(DEFAULT_DB_ALIAS, names, [columns[name] for name in names])
