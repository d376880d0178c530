"""From a stored response to the summary: decrypt, take the version and settings it was answered under, and sum up."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from intake import part2, people, records, rules
from intake.models import Alert, QuestionnaireResponse, Revision

from .alert_lines import alert_lines
from .answer_list import Show
from .changed import Step
from .corrections import Corrections, corrected_places, correction_lines, read_corrections
from .safety import AlertLine
from .summary import Record, Summary, summarize
from .wording import Reading


def summary_of(
    response: QuestionnaireResponse,
    *,
    now: datetime.datetime,
    show: Show = "all",
    alerts: Sequence[Alert] | None = None,
) -> Summary:
    """The summary of a response as it is now. A draft is assessed for today, a sent response as it was on sending.

    `alerts` are those of the response, where the caller has read them; `show` says how much of the answers is listed.
    """
    corrections = read_corrections(response)
    reading = Reading(
        compiled=rules.compiled_of(response),
        answers=records.read_answers_of(response),
        settings=rules.settings_of(response),
        as_of=rules.as_of(response, now=now),
        part2=part2.is_on(response),
        corrected=corrected_places(corrections),
        drawn_on=rules.day_at(response.clinic, now) if response.is_sent else None,
    )
    if response.is_sent:
        assessment = records.read_assessment(response)
    else:
        assessment = rules.assess(response, reading.answers, now=now)
    found = alerts_of(response) if alerts is None else alerts
    lines = alert_lines(response, list(found), reading, assessment)
    record = _record(response, reading, lines, corrections, now=now)
    return summarize(record=record, reading=reading, assessment=assessment, steps=_steps(response), show=show)


def _steps(response: QuestionnaireResponse) -> tuple[Step, ...]:
    """The patient's own saves, where they were told when they started that changes may be seen. None of a draft that
    they deleted, though a legal hold may keep them."""
    if response.is_deleted or not response.settings.get("changed_answers", True):
        return ()
    return tuple(step for step in records.history_of(response) if step.author_kind == Revision.AuthorKind.PATIENT)


def alerts_of(response: QuestionnaireResponse) -> QuerySet[Alert]:
    """The alerts of a response in the order they were raised."""
    return response.alerts.select_related("acknowledged_by").order_by("created_at", "pk")


def _record(
    response: QuestionnaireResponse,
    reading: Reading,
    alerts: tuple[AlertLine, ...],
    corrections: Corrections,
    *,
    now: datetime.datetime,
) -> Record:
    zone = ZoneInfo(response.clinic.timezone)
    shown_at = _panel_first_shown_at(response)
    return Record(
        reference=str(response),
        clinic=response.clinic.name,
        language=response.language,
        version=response.version.number,
        version_sha256=response.version.sha256,
        drawn_at=now.astimezone(zone),
        started_at=response.started_at.astimezone(zone),
        sent_at=response.sent_at.astimezone(zone) if response.sent_at else None,
        panel_shown_at=shown_at.astimezone(zone) if shown_at else None,
        alerts=alerts,
        corrections=correction_lines(corrections, response, reading, zone),
        answering=response.get_answering_display() if response.answering else "",
        is_on_tablet=response.is_on_tablet,
        is_named_otherwise=_is_named_otherwise(response, reading),
        part2_notice=response.part2_notice,
        part2_acknowledged_at=(
            response.part2_acknowledged_at.astimezone(zone) if response.part2_acknowledged_at else None
        ),
    )


def _is_named_otherwise(response: QuestionnaireResponse, reading: Reading) -> bool:
    if response.person is None:
        return False
    return people.is_named_otherwise(response.person, people.identity_in(reading.definition, reading.answers))


def _panel_first_shown_at(response: QuestionnaireResponse) -> datetime.datetime | None:
    """A response that was opened (`actions.open_response`) has it beside it."""
    if hasattr(response, "panel_first_shown_at"):
        return response.panel_first_shown_at
    return response.panels_shown.order_by("shown_at").values_list("shown_at", flat=True).first()
