"""Who is asked again by a schedule, and how that stands: what failed and what is overdue first."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import access, actions, people, records
from intake.models import CheckInSchedule, Invitation, InvitationMail
from intake.permissions import Permission

from .wording import moment

DAY = datetime.timedelta(days=1)
LATE_AFTER = 7 * DAY
"""An answer that takes longer is overdue; and so is one that is missing on the day before a session."""
MOST_SHOWN = 100


class State(msgspec.Struct, frozen=True):
    """How a schedule stands: `key` names the shape in the style sheet, `place` where it stands in the list."""

    key: str
    title: str
    place: int


FAILED = State("waiting", "Could not be sent", 0)
OVERDUE = State("urgent", "Overdue", 1)
DUE = State("caution", "Due now", 2)
ASKED = State("information", "Asked", 3)
PLANNED = State("none", "Planned", 4)
IDLE = State("none", "Nothing planned", 5)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One person on the list. `link` is the id of the invitation that waits; empty for none."""

    who: str
    reference: str
    clinic: str
    state: State
    text: str
    reminded: str
    link: str = ""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One schedule with what is known of it: the latest invitation by it, and the next session."""

    schedule: CheckInSchedule
    asked: Invitation | None
    session: datetime.datetime | None
    now: datetime.datetime

    @property
    def is_unanswered(self) -> bool:
        if self.asked is None:
            return False
        response = getattr(self.asked, "response", None)
        return response is None or response.status == response.Status.DRAFT

    @property
    def is_late(self) -> bool:
        """Whether an answer that was asked for should be here."""
        assert self.asked is not None
        is_dead = not access.is_usable(self.asked, now=self.now)
        is_long_ago = self.now - self.asked.created_at >= LATE_AFTER
        return is_dead or is_long_ago or (self.session is not None and self.session - self.now <= DAY)

    @property
    def state(self) -> State:
        if self.schedule.failed_at is not None:
            return FAILED
        if self.is_unanswered:
            return OVERDUE if self.is_late else ASKED
        if self.schedule.next_at is None:
            return IDLE
        return DUE if self.schedule.next_at <= self.now else PLANNED

    @property
    def place(self) -> tuple[int, datetime.datetime, str]:
        """What cannot wait first, and within it the oldest."""
        at = self.asked.created_at if self.asked and self.is_unanswered else self.schedule.next_at
        return self.state.place, at or self.schedule.set_at, str(self.schedule.pk)


@require_safe
def check_ins(request: HttpRequest) -> HttpResponse:
    """Everybody of my clinics who is asked again by a schedule."""
    if not access.may_somewhere(request.user, Permission.READ_ANSWERS):
        raise Http404("There is no such list.")
    now = timezone.now()
    due = sorted(_due(list(access.schedules_for(request.user)), now), key=lambda one: one.place)
    lines = [_line(one) for one in due[:MOST_SHOWN]]
    actions.open_check_ins(user=request.user, shown=len(lines), now=now)
    context = {
        "lines": lines,
        "left_out": max(len(due) - MOST_SHOWN, 0),
        "shows_clinic": len({line.clinic for line in lines}) > 1,
    }
    return render(request, "clinician/check_ins.html", context)


def _due(schedules: list[CheckInSchedule], now: datetime.datetime) -> Iterable[Due]:
    people_ids = [schedule.person_id for schedule in schedules]
    asked = _latest(people_ids)
    sessions = _next_sessions(people_ids, now)
    for one in schedules:
        latest = asked.get((one.person_id, one.questionnaire_id))
        is_by_it = latest is not None and latest.created_at >= one.set_at
        yield Due(schedule=one, asked=latest if is_by_it else None, session=sessions.get(one.person_id), now=now)


def _latest(people_ids: list[uuid.UUID]) -> dict[tuple[uuid.UUID, int], Invitation]:
    """The latest invitation of each person to each questionnaire, with its e-mails."""
    ordered = access.invitations_of_people(people_ids).order_by("created_at", "pk")
    return {(one.person_id, one.questionnaire_id): one for one in ordered if one.person_id}


def _next_sessions(people_ids: list[uuid.UUID], now: datetime.datetime) -> dict[uuid.UUID, datetime.datetime]:
    planned = access.sessions_of_people(people_ids).filter(at__gt=now)
    return dict(planned.order_by("-at").values_list("person", "at"))


def _line(due: Due) -> Line:
    person = due.schedule.person
    zone = ZoneInfo(person.clinic.timezone)
    return Line(
        who=records.or_said(lambda: people.name_of(person), records.INSTEAD) or str(person),
        reference=str(person),
        clinic=person.clinic.name,
        state=due.state,
        text=_text(due, zone),
        reminded=_reminded(due, zone),
        link=str(due.asked.pk) if due.asked and due.is_unanswered else "",
    )


def _text(due: Due, zone: ZoneInfo) -> str:
    """What was asked and what comes next, in a few words."""
    parts = []
    if due.asked is not None:
        parts.append(f"Asked on {_at(due.asked.created_at, zone)}{'' if due.is_unanswered else ', answered'}")
    if due.session is not None:
        parts.append(f"session on {_at(due.session, zone)}")
    if due.schedule.next_at is not None and not due.is_unanswered:
        parts.append(f"next link on {_at(due.schedule.next_at, zone)}")
    text = "; ".join(parts) or "No session is planned"
    return text[0].upper() + text[1:]


def _reminded(due: Due, zone: ZoneInfo) -> str:
    if due.asked is None or not due.is_unanswered:
        return ""
    kind = InvitationMail.Kind.REMINDER
    sent = sorted(mail.sent_at for mail in due.asked.mails.all() if mail.kind == kind and mail.sent_at)
    if not sent:
        return "Not reminded yet"
    return f"Reminded {len(sent)} time{'' if len(sent) == 1 else 's'}, latest on {_at(sent[-1], zone)}"


def _at(at: datetime.datetime, zone: ZoneInfo) -> str:
    return moment(at.astimezone(zone))
