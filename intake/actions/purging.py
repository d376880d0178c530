"""Deleting by the calendar what was kept long enough. One thing that cannot go keeps nothing else from going."""

from __future__ import annotations

import collections
import datetime
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import Model

from intake import audit, retention
from intake.erasure import registry, traces
from intake.erasure.registry import Scope
from intake.models import Invitation, QuestionnaireResponse, WorkerHeartbeat

from .deleting import finish_deletion
from .erasing import (
    AlertStillOpen,
    NoticeNotSeen,
    erase_by_calendar,
    finish_erasures,
    locked_with_all,
    refuse_to_erase,
    scope_of,
)
from .holding import OnLegalHold

logger = logging.getLogger(__name__)

DAY = datetime.timedelta(days=1)
LONG = datetime.timedelta(days=3)
"""Since the latest round. By then the worker was away, or the clock is wrong."""
NAME = "purge"
WAITING = "purge_waiting"
"""When it was first noticed that the latest round is long ago."""

Purged = collections.Counter[str]
"""How many went, by kind, and how many that were due stayed: on_hold, alert_open, notice_unseen,
failed. Numbers only."""


def purge_expired(*, now: datetime.datetime) -> Purged:
    """Delete everything that is due, and complete erasures that were stopped half-way."""
    done: Purged = collections.Counter()
    _try(done, "erasures", lambda: bool(finish_erasures(now=now)))
    for response in retention.drafts_due(now):
        _try(done, "drafts", partial(_purge_draft, response, now))
    for response in retention.taken_back(now):
        _try(done, "taken_back", partial(finish_deletion, response_id=response.pk, now=now))
    for response in retention.responses_due(now):
        _try(done, "responses", partial(_purge_sent, response, now))
    for invitation in retention.invitations_due(now):
        _try(done, "invitations", partial(_purge_invitation, invitation, now))
    for row in (*retention.sessions_due(now), *retention.sign_ins_due(now)):
        _try(done, "sessions", partial(_delete_row, row))
    for path in retention.files_due(now):
        _try(done, "files", partial(_delete_file, path))
    with transaction.atomic():
        audit.record(actor=audit.SYSTEM, action="purge.done", now=now, **done)
        WorkerHeartbeat.objects.update_or_create(name=NAME, defaults={"beat_at": now})
    traces.press_out()
    return done


def purge_daily(*, now: datetime.datetime) -> Purged | None:
    """The same once a day, however often it is called; None when it was done, or is put off because the clock may be
    wrong. A clock put back does it again."""
    latest = _moment_of(NAME)
    if latest is not None and now >= latest + LONG:
        return purge_expired(now=now) if _has_waited(latest, now) else None
    _forget_waiting()
    if latest is not None and latest <= now < latest + DAY:
        return None
    return purge_expired(now=now)


def _forget_waiting() -> None:
    """The clock is right again: if it is wrong another time, that waits a whole day as well."""
    waiting = WorkerHeartbeat.objects.filter(name=WAITING)
    if waiting.exists():  # looked at every few seconds: deleting nothing would still lock SQLite
        waiting.delete()


def _has_waited(latest: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether the clock has said for a whole day that the latest round is long ago. What a clock that is wrong for
    once deletes is gone for good; a worker that was away for days may be one day late."""
    since = _moment_of(WAITING)
    if since is not None and since <= now < since + LONG:
        return now >= since + DAY
    with transaction.atomic():
        WorkerHeartbeat.objects.update_or_create(name=WAITING, defaults={"beat_at": now})
    logger.warning(
        "By the clock it is %s, and the latest round of deleting was on %s. The next waits a day: look at the clock",
        now.date(),
        latest.date(),
    )
    return False


def _moment_of(name: str) -> datetime.datetime | None:
    return WorkerHeartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()


def _try(done: Purged, kind: str, act: Callable[[], bool]) -> None:
    """Do one thing and count it. What fails is counted and logged by its kind only."""
    try:
        if act():
            done[kind] += 1
    except OnLegalHold:
        done["on_hold"] += 1
    except AlertStillOpen:
        done["alert_open"] += 1
    except NoticeNotSeen:
        done["notice_unseen"] += 1
    except Exception as error:
        done["failed"] += 1
        logger.error("Something of the kind %s could not be deleted: %s", kind, type(error).__name__)


def _delete_row(row: Model) -> bool:
    row.delete()
    return True


def _delete_file(path: Path) -> bool:
    path.unlink(missing_ok=True)
    return True


def _purge_draft(response: QuestionnaireResponse, now: datetime.datetime) -> bool:
    with transaction.atomic():
        scope = locked_with_all(response, _with_their_people)
        found = retention.drafts_due(now).filter(pk=response.pk).first()
        return found is not None and _erase(found, scope, False, now)


def _purge_sent(response: QuestionnaireResponse, now: datetime.datetime) -> bool:
    with transaction.atomic():
        scope = locked_with_all(response, scope_of)
        found = retention.responses_due(now).filter(pk=response.pk).first()
        return found is not None and _erase(found, scope, True, now)


def _erase(response: QuestionnaireResponse, scope: Scope, is_listed: bool, now: datetime.datetime) -> bool:
    refuse_to_erase(scope)
    erase_by_calendar(clinic=response.clinic, scope=scope, is_listed=is_listed, now=now)
    return True


def _with_their_people(row: QuestionnaireResponse | Invitation) -> Scope:
    """A draft, or a link that nobody used, and its person when it was the last of theirs."""
    if isinstance(row, Invitation):
        return registry.with_people(Scope(invitations=frozenset({row.pk})))
    return registry.with_people(registry.only_response(row))


def _purge_invitation(invitation: Invitation, now: datetime.datetime) -> bool:
    """Nobody began with it: a link that was made anew meanwhile, or used, is left."""
    with transaction.atomic():
        scope = locked_with_all(invitation, _with_their_people)
        if not retention.invitations_due(now).filter(pk=invitation.pk).exists():
            return False
        refuse_to_erase(scope)
        erase_by_calendar(clinic=invitation.clinic, scope=scope, is_listed=False, now=now)
        named = {"invitation": invitation.pk, "clinic": invitation.clinic_id}
        audit.record(actor=audit.SYSTEM, action="invitation.erased", now=now, reason="retention", **named)
    return True
