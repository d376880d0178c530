"""What a draft would have said of past responses: read, opened and replayed a few thousand at a time.

Only sent responses count, each under the version it answered and the settings and day it was sent with. Nothing of
theirs is changed. Findings name responses, so they are kept encrypted with the run's own key.
"""

from __future__ import annotations

import datetime
import functools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

import msgspec
from django.db import connections
from django.db.models import F, FilteredRelation, Q, QuerySet, TextField
from django.db.models.functions import Cast

from screening import packing, publishing
from screening.engine.answers import Answers
from screening.engine.compiler import compile_definition
from screening.engine.definition import from_json
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

    def merge(self, found: Findings) -> None:
        """Add what was found among other responses."""
        self.affected += found.affected
        self.unreadable += found.unreadable
        for flag, changes in found.counts.items():
            for change, count in changes.items():
                self.add(flag, change, found.responses[flag][change], count)


class Row(NamedTuple):
    """One response as it is read: its id, whether it counts, what it is judged by, its key, and its packed record."""

    pk: str
    clinic: str
    status: str
    version: int
    as_of: datetime.date | None
    settings: str
    key_id: str
    wrapped_key: bytes
    record: str
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


class Range(NamedTuple):
    """The responses after one id up to another, of whatever clinic and state: a batch. `database` is the alias of the
    one they are read from."""

    after: str
    upto: str
    database: str


FIRST, LAST = str(uuid.UUID(int=0)), str(uuid.UUID(int=2**128 - 1))


def ranges(run: ImpactRun, database: str) -> Iterator[Range]:
    """All responses after the cursor, a batch at a time, in the order of their ids.

    Only ids are read, and without a filter, along the primary key: a batch costs the same wherever it begins.
    """
    after = FIRST if run.cursor is None else str(run.cursor)
    while after != LAST:
        later = QuestionnaireResponse.objects.using(database).filter(pk__gt=after)
        ids = later.order_by("pk").values_list("pk", flat=True)
        upto = str(next(iter(ids[BATCH - 1 : BATCH]), LAST))
        yield Range(after, upto, database)
        after = upto


def rows_in(some: Range) -> list[Row]:
    """The responses of a range, read without models, which would take longer than all the rest."""
    within = (
        QuestionnaireResponse.objects.using(some.database).filter(pk__gt=some.after, pk__lte=some.upto).order_by("pk")
    )
    own = Q(packed_records__layout=packing.LAYOUT, packed_records__version=F("version"))
    found = within.annotate(
        record=FilteredRelation("packed_records", condition=own),
        day=Cast("as_of", TextField()),
        written=Cast("settings", TextField()),
    )
    columns = ("pk", "clinic", "status", "version", "day", "written", "key_id", "wrapped_key")
    query = found.values_list(*columns, "record__pk", "record__vector_ct").query
    with connections[some.database].cursor() as cursor:
        cursor.execute(*query.get_compiler(some.database).as_sql())
        return [_row(*values) for values in cursor.fetchall()]


def _row(pk: object, clinic: object, status: str, version: int, as_of: str | None, *rest: Any) -> Row:
    settings, key_id, wrapped_key, record, sealed = rest
    return Row(_id(pk), _id(clinic), status, version, _day(as_of), settings, key_id, wrapped_key, _id(record), sealed)


def _id(value: object) -> str:
    """A UUID as text, from PostgreSQL's object or SQLite's digits; empty for none."""
    if isinstance(value, str):
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"
    return str(value or "")


@functools.lru_cache(maxsize=4096)
def _day(value: str | None) -> datetime.date | None:
    return None if value is None else datetime.date.fromisoformat(value)


class Wanted:
    """Which rows a run looks at: the same that `responses_of` finds."""

    def __init__(self, run: ImpactRun) -> None:
        self._since = run.since
        self._clinics = {str(pk) for pk in run.clinics.values_list("pk", flat=True)}
        versions = QuestionnaireVersion.objects.filter(questionnaire=run.questionnaire_id)
        self._versions = set(versions.values_list("pk", flat=True))

    def __contains__(self, row: Row) -> bool:
        if row.status != "sent" or row.as_of is None or row.version not in self._versions:
            return False
        return row.clinic in self._clinics and (self._since is None or row.as_of >= self._since)


class Replayer:
    """Replays the rows of one run under its draft."""

    def __init__(self, run: ImpactRun) -> None:
        from screening import replay  # numpy is loaded only where something is replayed

        self._replay = replay
        self._draft = replay.Plan(compile_definition(from_json(run.document.encode())))
        self._plans: dict[int, replay.Plan] = {}
        self._opener = vault.Opener(QuestionnaireResponse, PackedRecord, packed.FIELD)
        self._settings: dict[str, Settings] = {}
        self._versions: dict[int, QuestionnaireVersion] = {}

    def look_at(self, rows: Iterable[Row], database: str, findings: Findings) -> None:
        """Add what the draft would have changed for these responses, read from the database of this alias."""
        by_version: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_version[row.version].append(row)
        for version, some in by_version.items():
            self._look_at(self._version(version), some, database, findings)

    def _look_at(self, version: QuestionnaireVersion, rows: list[Row], database: str, findings: Findings) -> None:
        if version.pk not in self._plans:
            self._plans[version.pk] = self._replay.Plan(publishing.compiled(version))
        vectors = [self._vector(row) for row in rows]
        unreadable: set[int] = set()

        def answers_of(place: int) -> Answers:
            try:
                return records.read_answers_of(QuestionnaireResponse.objects.using(database).get(pk=rows[place].pk))
            except (vault.VaultError, QuestionnaireResponse.DoesNotExist):
                unreadable.add(place)
                return {}

        batch = self._replay.Batch(
            vectors, [cast(datetime.date, row.as_of) for row in rows], [self._chosen(row) for row in rows], answers_of
        )
        found = self._replay.replay(packed.layout_of(version), batch, self._plans[version.pk], self._draft)
        findings.unreadable += len(unreadable)
        findings.affected += int(found.affected.sum()) - len(unreadable & set(found.affected.nonzero()[0].tolist()))
        for (flag, change), places in found.rows.items():
            kept = [place for place in places.tolist() if place not in unreadable] if unreadable else places
            findings.add(flag, change, [rows[place].pk for place in kept[:LISTED]], len(kept))

    def _vector(self, row: Row) -> bytes | None:
        if row.sealed is None:
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
