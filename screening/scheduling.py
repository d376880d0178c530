"""Publishing at a chosen time: the worker does it if the draft is unchanged and nothing stands in the way then."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable

import msgspec
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from screening import models, publishing
from screening.refusals import problem
from screening.signals import publication_cancelled, publication_held_back, publication_planned


class CannotSchedule(Exception):  # noqa: N818 (named for the event)
    """Nothing was planned. The message says why."""


Right = Callable[[AbstractBaseUser], bool]
"""Whether somebody may publish, now."""

_rights: list[Right] = []


def require_right(right: Right) -> None:
    """What the rest of an installation asks of whoever publishes. Registering it twice is once."""
    if right not in _rights:
        _rights.append(right)


def schedule(
    *,
    questionnaire: models.Questionnaire,
    due_at: datetime.datetime,
    by: str,
    user: AbstractBaseUser,
    note: str,
    seen: str,
    is_unreviewed: bool,
    now: datetime.datetime,
) -> models.ScheduledPublication:
    """Plan to publish the draft whose SHA-256 is `seen`. Raises `CannotSchedule`, and `PublishRefused` with what stands
    in the way now: it would most likely still do then."""
    if due_at <= now:
        raise CannotSchedule("Choose a time that is still to come.")
    publishing.problems_of(questionnaire)  # proofs take seconds: made before anything is locked
    with transaction.atomic():
        questionnaire = models.Questionnaire.objects.select_for_update(no_key=True).get(pk=questionnaire.pk)
        if waiting(questionnaire):
            raise CannotSchedule("A publication is planned already. Cancel it first.")
        if problems := publishing.refusals_of(questionnaire, by=by, seen=seen, as_unreviewed=is_unreviewed):
            raise publishing.PublishRefused(problems)
        planned = models.ScheduledPublication.objects.create(
            questionnaire=questionnaire,
            sha256=seen,
            due_at=due_at,
            publisher=by,
            planned_by=user,
            note=note.strip(),
            is_unreviewed=is_unreviewed,
            planned_at=now,
        )
        publication_planned.send(sender=models.ScheduledPublication, planned=planned, user=user, now=now)
    return planned


def waiting(questionnaire: models.Questionnaire) -> models.ScheduledPublication | None:
    """The publication that is planned, if any."""
    return questionnaire.scheduled_publications.filter(done_at=None).first()


@transaction.atomic
def cancel(*, questionnaire: models.Questionnaire, by: str, user: AbstractBaseUser, now: datetime.datetime) -> None:
    """Take back what is planned. Raises `CannotSchedule` when nothing is."""
    planned = questionnaire.scheduled_publications.select_for_update().filter(done_at=None).first()
    if planned is None:
        raise CannotSchedule("Nothing is planned any more.")
    planned.done_at, planned.outcome = now, f"Cancelled by {by}."
    planned.save(update_fields=["done_at", "outcome"])
    publication_cancelled.send(sender=models.ScheduledPublication, planned=planned, user=user, now=now)


def publish_due(*, now: datetime.datetime) -> list[models.ScheduledPublication]:
    """Publish what is due, each in a transaction of its own; what cannot be says why. Returns what was dealt with."""
    due = models.ScheduledPublication.objects.filter(done_at=None, due_at__lte=now).select_related("questionnaire")
    found = [_carry_out(planned, now) for planned in due.order_by("due_at", "pk")]
    return [planned for planned in found if planned is not None]


def _carry_out(due: models.ScheduledPublication, now: datetime.datetime) -> models.ScheduledPublication | None:
    """None when somebody cancelled it, or another worker dealt with it, in the meantime."""
    with contextlib.suppress(msgspec.ValidationError):  # said again, and kept, below
        publishing.problems_of(due.questionnaire)  # proofs take seconds: made before anything is locked
    with transaction.atomic():
        planned = models.ScheduledPublication.objects.select_for_update().filter(pk=due.pk, done_at=None).first()
        if planned is not None:
            version, planned.outcome = _publish(planned, now)
            planned.done_at = now
            planned.save(update_fields=["outcome", "done_at"])
            if version is None:
                publication_held_back.send(sender=models.ScheduledPublication, planned=planned, now=now)
    return planned


def _publish(
    planned: models.ScheduledPublication, now: datetime.datetime
) -> tuple[models.QuestionnaireVersion | None, str]:
    """The version, or None, and what became of it in words."""
    user = planned.planned_by
    if user is None or not all(right(user) for right in _rights):
        refusal = problem("P107" if user else "P108", "who planned it", name=planned.publisher)
        return None, f"{planned.NOT_PUBLISHED}{refusal.message} {refusal.hint}"
    try:
        version = publishing.publish(
            questionnaire=planned.questionnaire,
            by=planned.publisher,
            user=user,
            now=now,
            note=planned.note,
            seen=planned.sha256,
            as_unreviewed=planned.is_unreviewed,
        )
    except publishing.PublishRefused as refused:
        return None, planned.NOT_PUBLISHED + " ".join(f"{one.place}: {one.message}" for one in refused.problems)
    except msgspec.ValidationError as error:
        return None, f"{planned.NOT_PUBLISHED}the draft cannot be read: {error}."
    return version, f"Published as version {version.number}."
