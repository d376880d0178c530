"""Publishing at a chosen time: the worker does it if the draft is unchanged and nothing stands in the way then."""

from __future__ import annotations

import contextlib
import datetime

import msgspec
from django.db import transaction

from screening import models, publishing, sign_off


class CannotSchedule(Exception):  # noqa: N818 (named for the event)
    """Nothing was planned. The message says why."""


@transaction.atomic
def schedule(
    *,
    questionnaire: models.Questionnaire,
    due_at: datetime.datetime,
    by: str,
    note: str,
    seen: str,
    is_unreviewed: bool,
    now: datetime.datetime,
) -> models.ScheduledPublication:
    """Plan to publish the draft whose SHA-256 is `seen`. Raises `CannotSchedule`, and `PublishRefused` with what stands
    in the way now: it would most likely still do then."""
    questionnaire = models.Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if due_at <= now:
        raise CannotSchedule("Choose a time that is still to come.")
    if waiting(questionnaire):
        raise CannotSchedule("A publication is planned already. Cancel it first.")
    if problems := publishing.refusals_of(questionnaire, by=by, seen=seen, as_unreviewed=is_unreviewed):
        raise publishing.PublishRefused(problems)
    return models.ScheduledPublication.objects.create(
        questionnaire=questionnaire,
        sha256=sign_off.hash_of(questionnaire),
        due_at=due_at,
        publisher=by,
        note=note.strip(),
        is_unreviewed=is_unreviewed,
        planned_at=now,
    )


def waiting(questionnaire: models.Questionnaire) -> models.ScheduledPublication | None:
    """The publication that is planned, if any."""
    return questionnaire.scheduled_publications.filter(done_at=None).first()


def cancel(*, questionnaire: models.Questionnaire, by: str, now: datetime.datetime) -> None:
    """Take back what is planned. Raises `CannotSchedule` when nothing is."""
    planned = questionnaire.scheduled_publications.filter(done_at=None)
    if not planned.update(done_at=now, outcome=f"Cancelled by {by}."):
        raise CannotSchedule("Nothing is planned any more.")


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
            planned.outcome, planned.done_at = _publish(planned, now), now
            planned.save(update_fields=["outcome", "done_at"])
    return planned


def _publish(planned: models.ScheduledPublication, now: datetime.datetime) -> str:
    try:
        version = publishing.publish(
            questionnaire=planned.questionnaire,
            by=planned.publisher,
            now=now,
            note=planned.note,
            seen=planned.sha256,
            as_unreviewed=planned.is_unreviewed,
        )
    except publishing.PublishRefused as refused:
        return "Not published: " + " ".join(f"{one.place}: {one.message}" for one in refused.problems)
    except msgspec.ValidationError as error:
        return f"Not published: the draft cannot be read: {error}."
    return f"Published as version {version.number}."
