"""One line of the worklist: who, when, what to see first, and who looks after it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from intake import invitees, records
from intake.models import QuestionnaireResponse

from .wording import moment
from .worklist_filters import SEVERITY_RANKS, SEVERITY_TITLES

TOP_TITLES = {rank: (severity, SEVERITY_TITLES[severity]) for severity, rank in SEVERITY_RANKS.items()}
UNRESOLVED = ("unresolved-safety", "Unresolved safety")
PANEL_SHOWN = ("caveat", "Crisis contacts shown")


class Mark(msgspec.Struct, frozen=True):
    """A word with a shape: `key` names the shape in the style sheet."""

    key: str
    title: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. What comes from answers is empty for those who may not read them."""

    reference: str
    who: str
    clinic: str
    when: str
    is_sent: bool
    is_deleted: bool
    is_unopened: bool
    has_correction: bool
    can_read: bool
    appointment: str = ""
    is_waiting: bool = False
    is_signed: bool = False
    marks: tuple[Mark, ...] = ()
    alert: str = ""
    assigned: str = ""
    is_mine: bool = False
    is_asked_again: bool = False


def row_of(response: Any, *, can_read: bool, reader: Any) -> Row:
    """A line for a response as the worklist reads it."""
    zone = ZoneInfo(response.clinic.timezone)
    at = (response.sent_at or response.started_at).astimezone(zone)
    plain = Row(
        reference=str(response),
        who=records.or_said(lambda: who(response), records.INSTEAD) or str(response),
        clinic=response.clinic.name,
        when=moment(at) if response.is_sent else f"Started {moment(at)}",
        is_sent=response.is_sent,
        is_deleted=response.is_deleted,
        is_unopened=response.is_unopened,
        has_correction=response.unread_corrections > 0,
        can_read=can_read,
        appointment=records.or_said(lambda: _appointment(response, zone), records.INSTEAD),
    )
    return _with_what_answers_say(plain, response, reader) if can_read else plain


def _with_what_answers_say(row: Row, response: Any, reader: Any) -> Row:
    return msgspec.structs.replace(
        row,
        is_waiting=response.alert_waits,
        is_signed=response.is_signed,
        marks=_marks(response),
        alert=_alert_state(response),
        assigned=response.assigned_to.name if response.assigned_to else "",
        is_mine=response.assigned_to_id == reader.pk,
        is_asked_again=response.is_asked_again,
    )


def who(response: QuestionnaireResponse) -> str:
    """The name a person gave on sending; empty for a draft."""
    identity = records.read_identity(response.person) if response.person else {}
    return " ".join(part for part in (identity.get("given_name"), identity.get("family_name")) if part)


def _appointment(response: QuestionnaireResponse, zone: ZoneInfo) -> str:
    at = invitees.details_of(response.invitation).appointment_at if response.invitation else None
    return moment(at.astimezone(zone)) if at else ""


def _marks(response: Any) -> tuple[Mark, ...]:
    """What to see first: the top severity and unresolved safety, or for a draft what its alerts are about."""
    if response.is_sent:
        top = TOP_TITLES[response.top_severity]
    else:
        top = TOP_TITLES[4] if response.shown_severity == 4 else PANEL_SHOWN
    if not response.is_unresolved:
        return (Mark(*top),)
    return (Mark(*UNRESOLVED),) if top in (TOP_TITLES[0], PANEL_SHOWN) else (Mark(*top), Mark(*UNRESOLVED))


def _alert_state(response: Any) -> str:
    """What became of the alerts of one response, in a few words; empty when there were none."""
    if response.alert_waits:
        if response.waits_undelivered:
            return "Alert could not be delivered"
        return "Alert sent" if response.waits_delivered else "Alert waiting to be sent"
    return f"Acknowledged by {response.acknowledged_name}" if response.acknowledged_name else ""
