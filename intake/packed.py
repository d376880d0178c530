"""Packed records in storage: kept when a response is sent, and made anew for responses that have none."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from screening import packing, publishing
from screening.engine.answers import Answers
from screening.models import QuestionnaireVersion
from screening.packing import Layout

from . import records, vault
from .models import PackedRecord, QuestionnaireResponse
from .vault import DataKey

FIELD = "vector_ct"
BATCH = 500


def keep(response: QuestionnaireResponse, answers: Answers, key: DataKey) -> None:
    """Store the packed record of a response being sent. Called in the transaction of sending."""
    if response.as_of is None:
        raise ValueError("Only what was sent is packed.")
    record = PackedRecord(response=response, version=response.version, layout=packing.LAYOUT)
    vector = packing.pack(layout_of(response.version), answers, response.as_of)
    record.vector_ct = key.seal(vector, row=record, field=FIELD)
    record.save(force_insert=True)


_layouts: dict[str, Layout] = {}


def layout_of(version: QuestionnaireVersion) -> Layout:
    """The layout of a version's records, worked out once in each process."""
    if version.sha256 not in _layouts:
        while len(_layouts) >= publishing.CACHED:
            _layouts.pop(next(iter(_layouts)), None)
        _layouts[version.sha256] = packing.layout_of(publishing.compiled(version).definition)
    return _layouts[version.sha256]


def unpacked() -> QuerySet[QuestionnaireResponse]:
    """Sent responses without a packed record of the present layout."""
    present = PackedRecord.objects.filter(response=OuterRef("pk"), version=OuterRef("version"), layout=packing.LAYOUT)
    found = QuestionnaireResponse.objects.filter(~Exists(present), status="sent")
    return found.select_related("version", "clinic").defer("version__document")


def rebuild(response_id: uuid.UUID) -> bool:
    """Make the packed record of one response; False when it has one by now. Raises `vault.VaultError`."""
    with transaction.atomic():
        response = unpacked().select_for_update(of=("self",)).filter(pk=response_id).first()
        if response is None:
            return False
        key = vault.data_key(response)
        keep(response, records.read_document(response, key).answers, key)
    return True


def rebuild_all() -> tuple[int, list[uuid.UUID]]:
    """Make every packed record that is missing: how many were made, and the responses that cannot be opened."""
    made, failed = 0, []
    waiting = unpacked().order_by("pk")
    while batch := list(waiting.values_list("pk", flat=True)[:BATCH]):
        for response_id in batch:
            try:
                made += rebuild(response_id)
            except vault.VaultError:
                failed.append(response_id)
        waiting = waiting.filter(pk__gt=batch[-1])
    return made, failed
