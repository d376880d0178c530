"""What a draft would have said of past responses: read, opened and replayed a few thousand at a time.

Only sent responses count, each under the version it answered and the settings and day it was sent with. Nothing of
theirs is changed. Findings name responses, so they are kept encrypted with the run's own key.
"""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from django.db.models import F, FilteredRelation, Q, QuerySet, TextField
from django.db.models.functions import Cast

from screening import packing, publishing
from screening.engine.answers import Answers
from screening.engine.compiler import Compiled
from screening.engine.results import Settings
from screening.models import QuestionnaireVersion

from . import packed, records, vault
from .models import ImpactRun, PackedRecord, QuestionnaireResponse

BATCH = 8_000
"""Responses looked at between two saves of the progress."""
LISTED = 200
"""Responses named for each flag and change; the others are only counted."""
FIELD = "findings_ct"


class Findings(msgspec.Struct):
    """What was found so far: for each flag and change how many responses, and the ids of the first of them.

    `affected` responses have any change; `unreadable` ones could not be opened.
    """

    counts: dict[str, dict[str, int]] = {}
    responses: dict[str, dict[str, list[str]]] = {}
    affected: int = 0
    unreadable: int = 0

    def add(self, flag: str, change: str, ids: list[str], count: int) -> None:
        """Count some responses and name as many of them as there is room for."""
        of_flag = self.counts.setdefault(flag, {})
        of_flag[change] = of_flag.get(change, 0) + count
        named = self.responses.setdefault(flag, {}).setdefault(change, [])
        named += ids[: LISTED - len(named)]


class Row(NamedTuple):
    """One response as it is read: ids, keys, what it is judged by, and its packed record if there is one."""

    pk: uuid.UUID
    key_id: str
    wrapped_key: bytes
    version: int
    as_of: datetime.date
    settings: str
    record: uuid.UUID | None
    sealed: bytes | None


def responses_of(run: ImpactRun) -> QuerySet[QuestionnaireResponse]:
    """Every response that a run looks at."""
    found = QuestionnaireResponse.objects.filter(
        status="sent", clinic__in=run.clinics.values("pk"), version__questionnaire=run.questionnaire_id
    )
    return found if run.since is None else found.filter(as_of__gte=run.since)


def read_findings(run: ImpactRun) -> Findings:
    """What a run found so far. Raises `vault.VaultError`."""
    sealed = vault.data_key(run).open(run.findings_ct, row=run, field=FIELD)
    return msgspec.json.decode(sealed, type=Findings)


def seal_findings(run: ImpactRun, findings: Findings) -> bytes:
    """Findings as they are stored."""
    return vault.data_key(run).seal(msgspec.json.encode(findings), row=run, field=FIELD)


def next_rows(run: ImpactRun) -> list[Row]:
    """The next responses after the cursor, in the order of their ids."""
    after = responses_of(run) if run.cursor is None else responses_of(run).filter(pk__gt=run.cursor)
    own = Q(packed_records__layout=packing.LAYOUT, packed_records__version=F("version"))
    found = after.annotate(
        record=FilteredRelation("packed_records", condition=own), written=Cast("settings", TextField())
    )
    columns = ("pk", "key_id", "wrapped_key", "version", "as_of", "written", "record__pk", "record__vector_ct")
    return [Row(*row) for row in found.order_by("pk").values_list(*columns)[:BATCH]]


class Replayer:
    """Replays the rows of one run under its draft."""

    def __init__(self, draft: Compiled) -> None:
        self.draft = draft
        self._opener = vault.Opener(QuestionnaireResponse, PackedRecord, packed.FIELD)
        self._settings: dict[str, Settings] = {}
        self._versions: dict[int, QuestionnaireVersion] = {}

    def look_at(self, rows: Iterable[Row], findings: Findings) -> None:
        """Add what the draft would have changed for these responses."""
        by_version: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_version[row.version].append(row)
        for version, some in by_version.items():
            self._look_at(self._version(version), some, findings)

    def _look_at(self, version: QuestionnaireVersion, rows: list[Row], findings: Findings) -> None:
        from screening import replay  # numpy is loaded only where something is replayed

        vectors = [self._vector(row) for row in rows]
        unreadable: set[int] = set()

        def answers_of(place: int) -> Answers:
            try:
                return records.read_answers_of(QuestionnaireResponse.objects.get(pk=rows[place].pk))
            except (vault.VaultError, QuestionnaireResponse.DoesNotExist):
                unreadable.add(place)
                return {}

        batch = replay.Batch(vectors, [row.as_of for row in rows], [self._chosen(row) for row in rows], answers_of)
        found = replay.replay(packed.layout_of(version), batch, publishing.compiled(version), self.draft)
        findings.unreadable += len(unreadable)
        findings.affected += int(found.affected.sum()) - len(unreadable & set(found.affected.nonzero()[0].tolist()))
        for (flag, change), places in found.rows.items():
            kept = [place for place in places.tolist() if place not in unreadable] if unreadable else places
            findings.add(flag, change, [str(rows[place].pk) for place in kept[:LISTED]], len(kept))

    def _vector(self, row: Row) -> bytes | None:
        if row.record is None or row.sealed is None:
            return None
        try:
            return self._opener.open(row.pk, row.key_id, row.wrapped_key, row.record, row.sealed)
        except vault.VaultError:
            return None  # looked at by itself; if that cannot be opened either, it is counted so

    def _chosen(self, row: Row) -> Settings:
        if row.settings not in self._settings:
            self._settings[row.settings] = msgspec.json.decode(row.settings, type=Settings)
        return self._settings[row.settings]

    def _version(self, pk: int) -> QuestionnaireVersion:
        if pk not in self._versions:
            self._versions[pk] = QuestionnaireVersion.objects.select_related("questionnaire").get(pk=pk)
        return self._versions[pk]
