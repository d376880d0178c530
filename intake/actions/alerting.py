"""Calling staff: alerts are written with the answers that cause them, and acknowledged by a named person."""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from django.db import transaction

from intake import access, audit, vault
from intake.models import Alert, QuestionnaireResponse, User
from intake.permissions import Permission
from screening.engine.answers import Answers
from screening.engine.assessment import Assessment
from screening.engine.definition import SEVERITIES, Severity

from .refusals import NotPermitted, Refused

ALERT_AT_ONCE = "alert_at_once"
"""The reason that stands for the condition as a whole, where it could not be worked out which answer it was."""


class AlreadyAcknowledged(Refused):
    """Somebody acknowledged this alert before."""


class NoteMissing(Refused):
    """An alert is acknowledged with a note of what was done."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Reason:
    kind: Alert.Kind
    text: str
    severity: Severity
    is_at_once: bool = False


def rank(severity: Severity | None) -> int:
    """A severity as a number to sort by: urgent 4, contraindication 3, caution 2, information 1, nothing 0."""
    return 0 if severity is None else len(SEVERITIES) - SEVERITIES.index(severity)


def raise_alerts(
    response: QuestionnaireResponse,
    answers: Answers,
    assessment: Assessment,
    *,
    now: datetime.datetime,
    is_sending: bool = False,
) -> None:
    """Write an alert for each reason that has none yet, and on sending make the waiting ones due now.

    From a draft, a reason that cannot wait is due at once and any other when the clinic's stated time has passed.
    An alert stays whatever is answered later. Runs inside the transaction that stores the answers.
    """
    waiting_until = now + datetime.timedelta(minutes=response.clinic.draft_alert_minutes)
    if is_sending:
        # Rows are locked before the audit record's lock is taken, here and everywhere: so no two writers wait for
        # each other.
        response.alerts.unsent().filter(due_at__gt=now).update(due_at=now)
    for reason in _reasons(answers, assessment, is_sending):
        due_at = now if is_sending or reason.is_at_once else waiting_until
        _write(response, reason, now=now, due_at=due_at)


def _reasons(answers: Answers, assessment: Assessment, is_sending: bool) -> list[_Reason]:
    reasons = [
        _Reason(kind=Alert.Kind.AT_ONCE, text=text, severity="urgent", is_at_once=True)
        for text in _what_cannot_wait(assessment)
    ]
    for flag in assessment.flags:
        if flag.severity == "urgent":
            reasons.append(_Reason(kind=Alert.Kind.URGENT, text=flag.flag, severity="urgent"))
    for open_flag in assessment.unresolved:
        # In a draft, a question that was not reached yet is no reason: only one that was seen and left open.
        is_left_open = is_sending or any(_is_left_open(answers, link_id) for link_id in open_flag.questions)
        if open_flag.not_sure == "NS-2" and is_left_open:
            reasons.append(_Reason(kind=Alert.Kind.UNRESOLVED_SAFETY, text=open_flag.flag, severity=open_flag.severity))
    if assessment.safety_panel and not reasons:
        # Whoever was shown help is also seen by staff, even if no flag says why.
        reasons.append(_Reason(kind=Alert.Kind.SAFETY_PANEL, text="safety_panel", severity="urgent"))
    return reasons


def _what_cannot_wait(assessment: Assessment) -> list[str]:
    """The questions whose answers cannot wait, each a reason of its own: a second disclosure is not the first again."""
    if not assessment.alert_at_once:
        return []
    return [reason.question for reason in assessment.alert_because] or [ALERT_AT_ONCE]


def _is_left_open(answers: Answers, link_id: str) -> bool:
    answer = answers.get(link_id)
    return answer is not None and answer.state != "answered"


def _write(
    response: QuestionnaireResponse, reason: _Reason, *, now: datetime.datetime, due_at: datetime.datetime
) -> None:
    reason_hash = vault.keyed_hash("alert reason", str(response.pk), reason.text)
    if response.alerts.filter(kind=reason.kind, reason_hash=reason_hash).exists():
        return
    alert = Alert(
        response=response,
        kind=reason.kind,
        severity=rank(reason.severity),
        reason_hash=reason_hash,
        created_at=now,
        due_at=due_at,
    )
    alert.reason_ct = vault.data_key(response).seal(reason.text.encode(), row=alert, field="reason_ct")
    alert.save(force_insert=True)
    audit.record(actor=audit.SYSTEM, action="alert.raised", now=now, alert=alert.pk, response=response.pk)


def acknowledge_alert(*, alert_id: uuid.UUID | str, by: User, note: str, now: datetime.datetime) -> Alert:
    """Say that a named person has seen an alert and what they did. Raises `NoteMissing`, `NotPermitted`,
    `AlreadyAcknowledged`."""
    if not note.strip():
        raise NoteMissing("Write what was done about this alert.")
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",)).select_related("response__clinic").get(pk=alert_id)
        if not access.may(by, Permission.ACKNOWLEDGE, alert.response.clinic):
            raise NotPermitted("Only clinicians of this clinic can acknowledge its alerts.")
        if alert.acknowledged_at is not None:
            raise AlreadyAcknowledged("Somebody has acknowledged this alert.")
        alert.acknowledged_at, alert.acknowledged_by = now, by
        alert.note_ct = vault.data_key(alert.response).seal(note.strip().encode(), row=alert, field="note_ct")
        alert.save(update_fields=["acknowledged_at", "acknowledged_by", "note_ct"])
        audit.record(
            actor=audit.staff(by), action="alert.acknowledged", now=now, alert=alert.pk, response=alert.response_id
        )
    return alert
