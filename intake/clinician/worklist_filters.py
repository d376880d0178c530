"""What of the worklist somebody wants to see: a state, a severity, a kind of alert, a day of appointments."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Q

from intake import access, invitees, records
from intake.access import listing
from intake.models import Alert, Clinic, QuestionnaireResponse, User
from intake.models.listing import Urgency
from intake.permissions import Permission
from screening.engine.definition import RANKS

STATE_TITLES = {
    "all": "All",
    "waiting": "Not acknowledged",
    "unopened": "Not opened",
    "unsigned": "Not signed",
    "mine": "Mine",
    "nobody": "Nobody’s",
    "unsent": "Not sent",
}
FOR_ANYONE = frozenset({"all", "unopened"})
"""States that tell nothing of answers."""
RARE = frozenset({"waiting", "mine", "unsent"})
"""States that few responses are in, however many there are."""
SEVERITY_TITLES = {
    "urgent": "Urgent",
    "unresolved": "Unresolved safety",
    "contraindication": "Contraindication",
    "caution": "Caution",
    "information": "Information",
    "none": "Nothing raised",
}
SEVERITY_RANKS = {**RANKS, "none": 0}
KIND_TITLES = {
    Alert.Kind.AT_ONCE.value: "An answer that cannot wait",
    Alert.Kind.URGENT.value: "Urgent answers",
    Alert.Kind.UNRESOLVED_SAFETY.value: "Unresolved safety",
    Alert.Kind.SAFETY_PANEL.value: "Crisis contacts shown",
}
MOST_APPOINTMENTS = 1000
"""Appointments are encrypted: to find those of a day, this many of the latest of each clinic are opened."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One state to choose, with how many there are (one more than `listing.MOST_COUNTED` stands for any more), and the
    rest of the address that chooses it."""

    title: str
    count: int
    query: str
    is_chosen: bool

    @property
    def said(self) -> str:
        return f"{listing.MOST_COUNTED:,}+" if self.count > listing.MOST_COUNTED else f"{self.count:,}"


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen. Empty: no narrowing. Anything that is not offered counts as not chosen."""

    state: str = "all"
    severity: str = ""
    kind: str = ""
    day: str = ""

    @property
    def query(self) -> str:
        """The filter as part of an address; it names no person and no answer."""
        return urlencode(
            {key: value for key, value in msgspec.structs.asdict(self).items() if value not in ("", "all")}
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.query)

    @property
    def tells_nothing(self) -> bool:
        """Whether what is left tells nothing of answers."""
        return self.state in FOR_ANYONE and not (self.severity or self.kind)

    @property
    def date(self) -> datetime.date | None:
        return datetime.date.fromisoformat(self.day) if self.day else None


def chosen(given: Mapping[str, str]) -> Filter:
    """The filter of an address.

    >>> chosen({"state": "mine", "severity": "doom", "day": "soon"}).query
    'state=mine'
    """
    state, severity, kind = (given.get(name, "") for name in ("state", "severity", "kind"))
    return Filter(
        state=state if state in STATE_TITLES else "all",
        severity=severity if severity in SEVERITY_TITLES else "",
        kind=kind if kind in KIND_TITLES else "",
        day=_day(given.get("day", "")),
    )


def _day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def parts(reach: listing.Reach, wanted: Filter, reader: User) -> list[listing.Part]:
    """The lists of somebody's clinics, narrowed. What tells of answers finds only what the person may read."""
    found = [listing.part(clinic, *_of_readers(wanted, reader)) for clinic in reach.readable]
    if wanted.tells_nothing:
        of_others = [Q(plain_urgency=Urgency.UNOPENED)] if wanted.state == "unopened" else []
        found += [listing.part(clinic, *of_others, rank="plain_urgency") for clinic in reach.plain]
    if wanted.date is None:
        return found
    keys = _with_appointment(reach, wanted.date, reader)
    return [each.among(keys) for each in found]


def _of_readers(wanted: Filter, reader: User) -> list[Q]:
    """What is asked of a line, the rarest first: the first has its index, the others are looked at line by line."""
    states = {
        "waiting": Q(urgency__lte=Urgency.WAITING),
        "unopened": Q(is_unopened=True),
        "unsigned": Q(sent_at__isnull=False, is_signed=False),
        "mine": Q(assigned_to=reader),
        "nobody": Q(assigned_to__isnull=True),
        "unsent": Q(sent_at__isnull=True),
    }
    asked = {
        "state": states.get(wanted.state),
        "kind": Q(**{f"alerted_{wanted.kind}": True}) if wanted.kind else None,
        "severity": _severity(wanted.severity) if wanted.severity else None,
    }
    rarest = ("state", "kind", "severity") if wanted.state in RARE else ("kind", "severity", "state")
    return [q for name in rarest if (q := asked[name]) is not None]


def _severity(severity: str) -> Q:
    return Q(is_unresolved=True) if severity == "unresolved" else Q(shown_severity=SEVERITY_RANKS[severity])


def _with_appointment(reach: listing.Reach, day: datetime.date, reader: User) -> list[uuid.UUID]:
    """The keys of the responses whose invitation names an appointment on a day at the clinic; one that cannot be read
    may be on any day."""
    keys = listing.invited(reach, most=MOST_APPOINTMENTS)
    found = access.responses_for(reader, Permission.SEE_WHO_HAS_SENT).filter(pk__in=keys)
    invited = found.select_related(None).select_related("clinic", "invitation__invitee").only("clinic", "invitation")
    return [each.pk for each in invited if records.or_said(partial(_appointment_day, each), day) == day]


def _appointment_day(response: QuestionnaireResponse) -> datetime.date | None:
    at = invitees.details_of(response.invitation).appointment_at if response.invitation else None
    return at.astimezone(_zone(response.clinic)).date() if at else None


def _zone(clinic: Clinic) -> ZoneInfo:
    return ZoneInfo(clinic.timezone)


def offered(reach: listing.Reach, reader: User) -> dict[str, list[listing.Part]]:
    """The list of each state that somebody may choose: for those who read no answers, only what is plain."""
    states = [state for state in STATE_TITLES if reach.readable or state in FOR_ANYONE]
    return {state: parts(reach, Filter(state=state), reader) for state in states}


def choices(counts: Mapping[str, int], wanted: Filter) -> tuple[Choice, ...]:
    """Each state with how many responses are in it."""
    return tuple(
        Choice(
            title=STATE_TITLES[state],
            count=count,
            query=msgspec.structs.replace(wanted, state=state).query,
            is_chosen=state == wanted.state,
        )
        for state, count in counts.items()
    )
