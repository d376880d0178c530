"""Calling staff: alerts are written with the answers that cause them, and acknowledged by a named person."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable
from functools import partial

import msgspec
from django.db import transaction

from intake import access, audit, rules, vault
from intake.models import Alert, QuestionnaireResponse, User
from intake.permissions import Permission
from screening.engine.answers import Answer, Answers, write_value
from screening.engine.assessment import Assessment, UnresolvedFlag
from screening.engine.definition import RANKS, Severity

from .refusals import NotPermitted, Refused, locked

Held = dict[tuple[Alert.Kind, str], frozenset[tuple[str, str]]]
"""Reasons by kind and text, with their grounds."""

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
    grounds: frozenset[tuple[str, str]] = frozenset()
    """The questions and answers behind it."""


def raise_alerts(
    response: QuestionnaireResponse,
    answers: Answers,
    assessment: Assessment,
    *,
    before: Answers | None = None,
    now: datetime.datetime,
    is_sending: bool = False,
) -> bool:
    """Write an alert for each reason that has no open one, and on sending make the waiting ones due now.

    From a draft, a reason that cannot wait is due at once and any other when the clinic's stated time has passed.
    An alert stays whatever is answered later. Where somebody acknowledged the reason already, only a new disclosure
    alerts again: one that the answers stored `before` did not hold. Runs in the transaction that stores the answers.
    `is_sending`: these are sent now, and were a draft until now. After sending every reason is due at once as well.

    Returns whether any was written.
    """
    _note_disclosure(response, answers, assessment, now)
    waiting_until = now + datetime.timedelta(minutes=response.clinic.draft_alert_minutes)
    if response.is_sent:
        # Rows are locked before the audit record's lock is taken, here and everywhere: so no two writers wait for
        # each other.
        response.alerts.unsent().filter(due_at__gt=now).update(due_at=now)
    reasons = _reasons(answers, assessment, is_sent=response.is_sent)
    held = partial(_held, response, before or {}, now, was_sent=response.is_sent and not is_sending)
    to_raise = _to_raise(response, reasons, held)
    _note_alerted(response, {reason.kind for reason, _ in to_raise})
    for reason, reason_hash in to_raise:
        due_at = now if response.is_sent or reason.is_at_once else waiting_until
        _write(response, reason, reason_hash, now=now, due_at=due_at)
    return bool(to_raise)


def _note_disclosure(
    response: QuestionnaireResponse, answers: Answers, assessment: Assessment, now: datetime.datetime
) -> None:
    """Keep when something was first disclosed that staff must hear of.

    It is read from the assessment and not from the alerts, so that a disclosure without an alert can be found.
    """
    is_left_open = any(_is_reason(flag, answers, is_sent=response.is_sent) for flag in assessment.unresolved)
    is_disclosure = assessment.safety_panel or assessment.alert_at_once or is_left_open
    if is_disclosure and response.disclosed_at is None:
        response.disclosed_at = now
        response.save(update_fields=["disclosed_at"])


def _note_alerted(response: QuestionnaireResponse, kinds: set[Alert.Kind]) -> None:
    """Keep with the response what the worklist orders by: that an alert waits, and of which kinds there were some."""
    if kinds:
        facts = ["alert_waits", *(f"alerted_{kind}" for kind in sorted(kinds))]
        for fact in facts:
            setattr(response, fact, True)
        response.save(update_fields=facts)


def _to_raise(
    response: QuestionnaireResponse, reasons: list[_Reason], held_before: Callable[[], Held]
) -> list[tuple[_Reason, str]]:
    """The reasons that need an alert of their own, each with its hash."""
    if not reasons:
        return []
    hashed = [(reason, vault.keyed_hash("alert reason", str(response.pk), reason.text)) for reason in reasons]
    stored = list(response.alerts.values_list("kind", "reason_hash", "acknowledged_at"))
    is_open = {(kind, reason_hash) for kind, reason_hash, at in stored if at is None}
    is_known = {(kind, reason_hash) for kind, reason_hash, _ in stored}
    waiting = [(reason, mark) for reason, mark in hashed if (reason.kind, mark) not in is_open]
    if not any((reason.kind, mark) in is_known for reason, mark in waiting):
        return waiting
    held = held_before()
    return [(reason, mark) for reason, mark in waiting if (reason.kind, mark) not in is_known or _is_new(reason, held)]


def _held(response: QuestionnaireResponse, before: Answers, now: datetime.datetime, *, was_sent: bool) -> Held:
    """The reasons that there were before, with their grounds: those of a draft, or of what was sent."""
    reasons = _reasons(before, rules.calls(response, before, now=now), is_sent=was_sent)
    return {(each.kind, each.text): each.grounds for each in reasons}


def _is_new(reason: _Reason, held: Held) -> bool:
    """Whether a reason that was acknowledged is disclosed anew: it was taken back meanwhile, or has other grounds."""
    earlier = held.get((reason.kind, reason.text))
    return earlier is None or bool(reason.grounds - earlier)


def _reasons(answers: Answers, assessment: Assessment, *, is_sent: bool) -> list[_Reason]:
    reasons = _what_cannot_wait(assessment)
    for flag in assessment.flags:
        if flag.severity == "urgent":
            grounds = frozenset((each.question, each.answer) for each in flag.because)
            reasons.append(_Reason(kind=Alert.Kind.URGENT, text=flag.flag, severity="urgent", grounds=grounds))
    for left in assessment.unresolved:
        if _is_reason(left, answers, is_sent=is_sent):
            kind, grounds = Alert.Kind.UNRESOLVED_SAFETY, _said(answers, left)
            reasons.append(_Reason(kind=kind, text=left.flag, severity=left.severity, grounds=grounds))
    if assessment.safety_panel and not reasons:
        # Whoever was shown help is also seen by staff, even if no flag says why.
        reasons.append(_Reason(kind=Alert.Kind.SAFETY_PANEL, text="safety_panel", severity="urgent"))
    return reasons


def _what_cannot_wait(assessment: Assessment) -> list[_Reason]:
    """The questions whose answers cannot wait, each a reason of its own: a second disclosure is not the first again."""
    if not assessment.alert_at_once:
        return []
    given: dict[str, set[tuple[str, str]]] = {}
    for each in assessment.alert_because:
        given.setdefault(each.question, set()).add((each.question, each.answer))
    return [
        _Reason(kind=Alert.Kind.AT_ONCE, text=text, severity="urgent", is_at_once=True, grounds=frozenset(grounds))
        for text, grounds in (given or {ALERT_AT_ONCE: set()}).items()
    ]


def _is_reason(left: UnresolvedFlag, answers: Answers, *, is_sent: bool) -> bool:
    """In a draft, a question that was not reached yet is no reason: only one that was seen and left open."""
    said = [answers[link_id] for link_id in left.questions if link_id in answers]
    return left.not_sure == "NS-2" and (is_sent or any(not answer.is_known for answer in said))


def _said(answers: Answers, left: UnresolvedFlag) -> frozenset[tuple[str, str]]:
    """What was said to the questions behind an unresolved flag: how they were left open, or a known answer that does
    not settle it, such as a year."""
    said = {link_id: answers[link_id] for link_id in left.questions if link_id in answers}
    return frozenset((link_id, _in_short(answer)) for link_id, answer in said.items())


def _in_short(answer: Answer) -> str:
    if answer.value is None:
        return answer.state
    return msgspec.json.encode(write_value(answer.value)).decode()


def _write(
    response: QuestionnaireResponse,
    reason: _Reason,
    reason_hash: str,
    *,
    now: datetime.datetime,
    due_at: datetime.datetime,
) -> None:
    alert = Alert(
        response=response,
        kind=reason.kind,
        severity=RANKS[reason.severity],
        reason_hash=reason_hash,
        created_at=now,
        due_at=due_at,
    )
    alert.reason_ct = vault.data_key(response).seal(reason.text.encode(), row=alert, field="reason_ct")
    alert.save(force_insert=True)
    audit.record(actor=audit.SYSTEM, action="alert.raised", now=now, alert=alert.pk, response=response.pk)


def acknowledge_alert(*, alert_id: uuid.UUID | str, by: User, note: str, now: datetime.datetime) -> Alert:
    """Say that a named person has seen an alert and what they did.

    Raises `NoteMissing`, `NotPermitted`, `AlreadyAcknowledged`, and for one that was erased `Alert.DoesNotExist` or
    `NoSuchResponse`.
    """
    if not note.strip():
        raise NoteMissing("Write what was done about this alert.")
    with transaction.atomic():
        alert = _locked(alert_id)
        if not access.may(by, Permission.ACKNOWLEDGE, alert.response.clinic):
            raise NotPermitted("Only clinicians of this clinic can acknowledge its alerts.")
        if alert.acknowledged_at is not None:
            raise AlreadyAcknowledged("Somebody has acknowledged this alert.")
        alert.acknowledged_at, alert.acknowledged_by = now, by
        key = vault.data_key(alert.response)
        alert.note_ct = key.seal(note.strip().encode(), row=alert, field="note_ct")
        alert.save(update_fields=["acknowledged_at", "acknowledged_by", "note_ct"])
        alert.response.alert_waits = alert.response.alerts.unacknowledged().exists()
        alert.response.save(update_fields=["alert_waits"])
        audit.record(
            actor=audit.staff(by), action="alert.acknowledged", now=now, alert=alert.pk, response=alert.response_id
        )
    return alert


def _locked(alert_id: uuid.UUID | str) -> Alert:
    """An alert with its response, which nobody else writes until this transaction ends: of two who acknowledge two
    alerts at once, the second sees that none waits any more. The response is locked first, here and everywhere.
    """
    response = locked(Alert.objects.values_list("response", flat=True).get(pk=alert_id), even_deleted=True)
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    alert.response = response
    return alert
