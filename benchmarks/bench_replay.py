"""Replay of a draft over past responses, end to end from encrypted storage, in a database of its own.

The draft is the starter questionnaire with one threshold moved; the answers are those of its own cases. It is worked
through as a worker does it, with its progress saved after each batch, by one process and by two that share it. What
is done once, compiling both definitions and starting the second process, is told apart from what each response costs.
"""

from __future__ import annotations

import datetime
import os
import resource
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.figures import Figure, amount

CONTENT = Path(__file__).parent.parent / "screening/content/ketamine"
TODAY = datetime.date(2026, 1, 31)
NOW = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC)
NUMBER = amount(small=20_000, full=240_000)


def run() -> Iterator[Figure]:
    """Make the responses, then look at all of them."""
    with tempfile.TemporaryDirectory() as folder:
        _set_up(folder)
        stored = _stored(NUMBER)
        yield Figure(f"replay {NUMBER:,} stored responses, one process", _replayed(stored, 1).rate, "/s")
        shared = _replayed(stored, 2)
    yield Figure(f"replay {NUMBER:,} stored responses, two processes", shared.rate, "/s", at_least=100_000)
    yield Figure("before the first batch is done: compiling, starting", shared.start, "s")
    million = shared.start + 1_000_000 / shared.rate
    yield Figure("a million responses, from that", million, "s", at_most=12)
    yield Figure("responses that the moved threshold changes", shared.affected, "")
    yield Figure("memory of worker and companion process together", _megabytes(), "MB", at_most=500)


class Replayed(NamedTuple):
    """Seconds until the first batch was kept, responses a second in the second half, and how many are affected."""

    start: float
    rate: float
    affected: int


def _replayed(run: Any, processes: int) -> Replayed:
    """One whole run, as a worker does it: claimed, kept after each batch, finished."""
    from django.conf import settings
    from django.utils import timezone

    from intake import actions, impact, replaying
    from intake.models import ImpactRun

    settings.REPLAY_PROCESSES, replaying.WORTH_SHARING = processes, 0
    again = ImpactRun.objects.filter(pk=run.pk)
    blank = impact.seal_findings(run, impact.Findings())
    again.update(state="waiting", finished_at=None, cursor=None, looked_at=0, findings_ct=blank)
    times: list[float] = []

    def clock() -> datetime.datetime:
        times.append(time.perf_counter())
        return timezone.now()

    assert actions.replay_due(clock=clock) == 1
    done = again.get()
    assert (done.state, done.looked_at) == ("done", NUMBER), (done.state, done.looked_at)
    claimed, *kept = times[: -(-NUMBER // impact.BATCH) + 1]
    half = len(kept) // 2
    seconds = kept[-1] - (kept[half - 1] if half else claimed)
    return Replayed(kept[0] - claimed, (NUMBER - half * impact.BATCH) / seconds, impact.read_findings(done).affected)


def _megabytes() -> float:
    """The most that this process took, and the most that its companion process took."""
    own, companion = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + companion) / 1024


def _set_up(folder: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intake.settings")
    os.environ["DATA_DIR"] = folder
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)


def _stored(number: int) -> Any:
    """A run over so many responses to the starter questionnaire, all in storage."""
    from intake import actions, impact, vault
    from intake.models import ImpactRun
    from screening import publishing
    from screening.engine.definition import canonical_json
    from screening.exchange.yaml import load_definition
    from screening.models import QuestionnaireVersion

    definition = load_definition(CONTENT)
    draft = publishing.rows_from_definition(definition)
    document = canonical_json(definition)
    version = QuestionnaireVersion.objects.create(
        questionnaire=draft, number=1, document=document.decode(), sha256=publishing.sha256_of(document),
        published_at=NOW, published_by="Bench",
    )  # fmt: skip
    clinic = actions.create_clinic(
        name="Bench", slug="bench", country="US", timezone="UTC", languages=["en"], alert_email="desk@bench.example",
        questionnaire=draft, now=NOW,
    )  # fmt: skip
    editor = actions.create_staff(email="e@bench.example", name="E", role="admin", clinic=clinic, now=NOW).user
    _send(clinic, version, definition, number)
    run = ImpactRun(questionnaire=draft, document=_moved(document), requested_by=editor, requested_at=NOW, total=number)
    vault.create_data_key(run)
    run.findings_ct = impact.seal_findings(run, impact.Findings())
    run.save(force_insert=True)
    run.clinics.add(clinic)
    return run


def _moved(document: bytes) -> str:
    """The definition with its first parameter raised by a fifth."""
    import msgspec

    from screening.engine.definition import canonical_json, from_json

    definition = from_json(document)
    first, *rest = definition.parameters
    raised = msgspec.structs.replace(first, value=first.value * 1.2)
    return canonical_json(msgspec.structs.replace(definition, parameters=(raised, *rest))).decode()


def _send(clinic: Any, version: Any, definition: Any, number: int) -> None:
    from intake import packed, vault
    from intake.models import PackedRecord, Person, QuestionnaireResponse
    from screening import packing
    from screening.engine.answers import read_answers
    from screening.exchange.yaml import load_cases

    layout = packing.layout_of(definition)
    sets = [read_answers(definition, case.answers, on=case.as_of) for case in load_cases(CONTENT)]
    vectors = [packing.pack(layout, answers, TODAY) for answers in sets]
    person = Person(clinic=clinic, created_at=NOW, name_hash="0", birth_date_hash="0", identity_ct=b"")
    vault.create_data_key(person)
    person.save()
    for first in range(0, number, 5_000):
        made, kept = [], []
        for place in range(first, min(number, first + 5_000)):
            response = QuestionnaireResponse(
                id=uuid.uuid4(), reference=f"{place:08}", clinic=clinic, version=version, person=person, language="en",
                status="sent", settings={"profile": clinic.profile, "parameters": {}, "part2": False}, document_ct=b"",
                assessment_ct=b"", started_at=NOW, saved_at=NOW, sent_at=NOW, as_of=TODAY, resume_code_hash="",
            )  # fmt: skip
            key = vault.create_data_key(response)
            record = PackedRecord(response=response, version=version, layout=packing.LAYOUT)
            record.vector_ct = key.seal(vectors[place % len(vectors)], row=record, field=packed.FIELD)
            made.append(response)
            kept.append(record)
        QuestionnaireResponse.objects.bulk_create(made)
        PackedRecord.objects.bulk_create(kept)
