"""What a signature is on: one keyed hash of everything that a decision on a response rests on."""

from __future__ import annotations

from typing import Any

import msgspec

from . import history, vault
from .models import QuestionnaireResponse
from .vault import DataKey

Entered = list[tuple[int, dict[str, dict[str, Any]]]]
"""Answers that staff entered: the number of the entry, and the answers in storage form by link_id."""


def content_of(response: QuestionnaireResponse, entered: Entered) -> str:
    """A keyed SHA-256 of everything a decision on this response rests on. Anything new gives another one.

    It covers the version, the day and settings of the rules, the patient's answers and what was made of them, what the
    patient corrected or answered afterwards, and every answer that staff entered. What clinicians wrote about them
    changes nothing.
    """
    key = vault.data_key(response)
    parts = {
        "version": response.version.sha256,
        "as_of": str(response.as_of),
        "settings": response.settings,
        "document": _opened(response, key, "document_ct"),
        "assessment": _opened(response, key, "assessment_ct"),
        "staff": entered,
        "corrections": _corrections(response, key),
    }
    canonical = msgspec.json.encode(parts, order="deterministic").decode()
    return vault.keyed_hash("content", str(response.pk), canonical)


def _corrections(response: QuestionnaireResponse, key: DataKey) -> list[list[Any]]:
    """What the patient added after sending."""
    found = history.corrections_of(response)
    return [[one.number, key.open(one.content_ct, row=one, field="content_ct").decode()] for one in found]


def _opened(response: QuestionnaireResponse, key: DataKey, field: str) -> Any:
    sealed = getattr(response, field)
    return None if sealed is None else msgspec.json.decode(key.open(sealed, row=response, field=field))
