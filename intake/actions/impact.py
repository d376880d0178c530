"""Asking what a draft would have said of past responses, giving up on it, and working it out in the background."""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing

import msgspec
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, transaction
from django.db.models import Q

from intake import access, audit, impact, replaying, replica, vault
from intake.impact import Findings
from intake.models import ImpactRun, User
from intake.permissions import Permission
from intake.replaying import Looked
from screening import publishing
from screening.engine.checks import Problem, errors
from screening.engine.definition import canonical_json
from screening.models import Questionnaire
from screening.refusals import problem

from .refusals import NotPermitted, Refused

logger = logging.getLogger(__name__)

LEASE = datetime.timedelta(seconds=90)
"""How long a worker has a run to itself after its last sign of life."""
KEPT = ("looked_at", "cursor", "leased_until", "findings_ct")
"""What is saved of a run after each batch."""

State = ImpactRun.State


class DraftUnready(Refused):
    """The draft cannot be evaluated; `problems` are the errors in it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("The draft has errors: open Check and correct them first.")
        self.problems = problems


class ReplicaFailed(Exception):  # noqa: N818 (named for the event)
    """The replica could not be read to the end; `error` is what it said."""

    def __init__(self, error: DatabaseError) -> None:
        super().__init__()
        self.error = error


class NothingToReplay(Refused):
    """No response was sent that the person may replay."""


def start_impact(
    *, questionnaire: Questionnaire, by: User, now: datetime.datetime, since: datetime.date | None = None
) -> ImpactRun:
    """Ask for a replay of the responses of the clinics that a person may edit for, all or those sent since a day.

    Raises `NotPermitted`, `DraftUnready`, `NothingToReplay`.
    """
    clinics = list(access.clinics_of(by, Permission.EDIT_QUESTIONNAIRE))
    if not clinics:
        raise NotPermitted("Only those who edit questionnaires can see the impact of a draft.")
    run = ImpactRun(questionnaire=questionnaire, document=_document(questionnaire), since=since)
    run.requested_by, run.requested_at, run.total = by, now, 0
    vault.create_data_key(run)
    run.findings_ct = impact.seal_findings(run, Findings())
    with transaction.atomic():
        run.save(force_insert=True)
        run.clinics.set(clinics)
        run.total = impact.responses_of(run).count()
        if not run.total:
            raise NothingToReplay("No response was sent in that time at the clinics you work for.")
        run.save(update_fields=["total"])
        audit.record(actor=audit.staff(by), action="impact.started", now=now, impact=run.pk, responses=run.total)
    return run


def _document(questionnaire: Questionnaire) -> str:
    """The draft as one document. Raises `DraftUnready`."""
    try:
        definition = publishing.definition_from_rows(questionnaire)
    except msgspec.ValidationError as error:
        raise DraftUnready((problem("P104", f"draft {questionnaire.key}", reason=error),)) from error
    if found := errors(definition):
        raise DraftUnready(tuple(found))
    return canonical_json(definition).decode()


def cancel_impact(*, run_id: uuid.UUID, by: User, now: datetime.datetime) -> ImpactRun:
    """Give up on a replay: what was found so far stays. One that is over stays as it is."""
    with transaction.atomic():
        run = ImpactRun.objects.select_for_update().get(pk=run_id)
        if not run.is_over:
            _end(run, State.CANCELLED, now)
            audit.record(actor=audit.staff(by), action="impact.cancelled", now=now, impact=run.pk)
    return run


def read_impact(*, run: ImpactRun, by: User, now: datetime.datetime) -> None:
    """Record that somebody looked at which responses a draft would change."""
    with transaction.atomic():
        audit.record(actor=audit.staff(by), action="impact.read", now=now, impact=run.pk)


def replay_due(*, clock: Callable[[], datetime.datetime], until: Callable[[], bool] = lambda: False) -> int:
    """Work through the replays that wait, and those whose worker is gone. Returns how many were finished.

    `until` true: stop soon; another round goes on where this one stopped.
    """
    finished = 0
    while not until() and (run := _claim(clock())) is not None:
        try:
            finished += _go_on(run, clock, until)
        except Exception as error:
            # A draft or response that cannot be replayed must not keep the others from it.
            logger.error("A replay failed: %s", type(error).__name__)
            _fail(run, clock())
    return finished


def _claim(now: datetime.datetime) -> ImpactRun | None:
    """The oldest run that nobody works on, now leased."""
    with transaction.atomic():
        is_free = Q(leased_until=None) | Q(leased_until__lt=now)
        open_runs = ImpactRun.objects.filter(is_free, state__in=[State.WAITING, State.RUNNING])
        run = open_runs.select_for_update(skip_locked=True).order_by("requested_at", "pk").first()
        if run is not None:
            run.state, run.leased_until = State.RUNNING, now + LEASE
            run.save(update_fields=["state", "leased_until"])
    return run


def _go_on(run: ImpactRun, clock: Callable[[], datetime.datetime], until: Callable[[], bool]) -> bool:
    """Look at batch after batch, keeping the place after each. False when it was cancelled or has to stop."""
    database = replica.holding(run)
    try:
        return _share(run, database, clock, until)
    except ReplicaFailed as failed:
        replica.say_failed(failed.error)
        return _share(run, DEFAULT_DB_ALIAS, clock, until)


def _share(run: ImpactRun, database: str, clock: Callable[[], datetime.datetime], until: Callable[[], bool]) -> bool:
    """Alone, or with companions while they last; all read from the database of this alias."""
    processes = settings.REPLAY_PROCESSES if run.total >= replaying.WORTH_SHARING else 1
    try:
        return _look(run, processes, database, clock, until)
    except replaying.CompanionGone:
        if until():
            _let_go(run)  # everything is told to stop, and a companion was the first to
            return False
        logger.warning("A process that shares a replay is gone: it goes on in one, from the place that was kept")
        return _look(run, 1, database, clock, until)


def _look(
    run: ImpactRun,
    processes: int,
    database: str,
    clock: Callable[[], datetime.datetime],
    until: Callable[[], bool],
) -> bool:
    with closing(replaying.look(run, processes=processes, database=database)) as batches:
        return _keep_each(run, _read(batches, database), clock, until) and _finish(run, clock())


def _read(batches: Iterator[Looked], database: str) -> Iterator[Looked]:
    """The same batches. Raises `ReplicaFailed` for an error while one is read, and not for one while it is kept."""
    try:
        yield from batches
    except DatabaseError as error:
        if database == DEFAULT_DB_ALIAS:
            raise
        raise ReplicaFailed(error) from error


def _keep_each(
    run: ImpactRun, batches: Iterator[Looked], clock: Callable[[], datetime.datetime], until: Callable[[], bool]
) -> bool:
    findings = impact.read_findings(run)
    for looked in batches:
        findings.merge(looked.findings)
        if not _keep(run, findings, looked_at=looked.looked_at, cursor=uuid.UUID(looked.cursor), now=clock()):
            return False
        if until():
            _let_go(run)
            return False
    return True


def _mine(run: ImpactRun) -> ImpactRun | None:
    """The row, locked, while it is still this worker's: neither cancelled nor taken over."""
    current = ImpactRun.objects.select_for_update().filter(pk=run.pk, state=State.RUNNING).first()
    return current if current is not None and current.leased_until == run.leased_until else None


def _keep(run: ImpactRun, findings: Findings, *, looked_at: int, cursor: uuid.UUID, now: datetime.datetime) -> bool:
    with transaction.atomic():
        current = _mine(run)
        if current is None:
            return False
        current.looked_at, current.cursor, current.leased_until = run.looked_at + looked_at, cursor, now + LEASE
        current.findings_ct = impact.seal_findings(run, findings)
        current.save(update_fields=KEPT)
    for name in KEPT:  # what was not saved was not kept: whoever goes on starts from the row
        setattr(run, name, getattr(current, name))
    return True


def _let_go(run: ImpactRun) -> None:
    with transaction.atomic():
        if (current := _mine(run)) is not None:
            current.leased_until = None
            current.save(update_fields=["leased_until"])


def _finish(run: ImpactRun, now: datetime.datetime) -> bool:
    with transaction.atomic():
        current = _mine(run)
        if current is None:
            return False
        _end(current, State.DONE, now)
        audit.record(actor=audit.SYSTEM, action="impact.finished", now=now, impact=run.pk, responses=run.looked_at)
    return True


def _fail(run: ImpactRun, now: datetime.datetime) -> None:
    with transaction.atomic():
        if (current := _mine(run)) is not None:
            _end(current, State.FAILED, now)
            audit.record(actor=audit.SYSTEM, action="impact.failed", now=now, impact=run.pk)


def _end(run: ImpactRun, state: ImpactRun.State, now: datetime.datetime) -> None:
    run.state, run.finished_at, run.leased_until = state, now, None
    run.save(update_fields=["state", "finished_at", "leased_until"])
