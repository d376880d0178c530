"""A clinic's rota as plain data: who is on duty at a time, and whom each step of the ladder tells.

Nothing here asks the time. A clinic without contacts tells its `alert_email` at all hours.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from zoneinfo import ZoneInfo

from intake import vault
from intake.models import AlertContact, AlertRota, Clinic

ADDRESS = "address of an alert contact"
SECRET = "secret of an alert contact"  # noqa: S105 names what is sealed
"""What addresses and secrets are sealed for (`vault.seal_text`)."""

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OFFICE_HOURS: tuple[tuple[str, str] | None, ...] = (*[("09:00", "17:00")] * 5, None, None)
"""What the form starts from; nothing a clinic did not save itself is ever promised to a patient."""
FALLBACK_NAME = "The clinic’s alert address"

Span = tuple[datetime.time, datetime.time]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to tell. `address` is sealed; `id` is None for the clinic's `alert_email`."""

    id: uuid.UUID | None
    name: str
    channel: str
    address: str
    step: int = 1
    duty: str = AlertContact.Duty.ALWAYS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rota:
    """`hours` by weekday from Monday, in `zone`; None where the clinic has stated none. `waits` after each step."""

    zone: ZoneInfo
    hours: tuple[Span | None, ...] | None
    contacts: tuple[Contact, ...]
    waits: tuple[datetime.timedelta, datetime.timedelta, datetime.timedelta]

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether somebody reads at this time. Without stated hours: always."""
        if self.hours is None:
            return True
        local = at.astimezone(self.zone)
        span = self.hours[local.weekday()]
        return span is not None and span[0] <= local.time() and (local.time() < span[1] or span[1] == datetime.time(0))

    def next_opening(self, at: datetime.datetime) -> datetime.datetime | None:
        """When reading begins next after a time, in the clinic's zone; None when it never does."""
        local = at.astimezone(self.zone)
        for ahead in range(8):
            date = local.date() + datetime.timedelta(days=ahead)
            span = (self.hours or (None,) * 7)[date.weekday()]
            if span and (opening := datetime.datetime.combine(date, span[0], self.zone)) > local:
                return opening
        return None

    def has_on_call(self) -> bool:
        """Whether somebody on the rota is told outside reading hours. The clinic's own address is nobody in person."""
        return any(contact.duty != AlertContact.Duty.HOURS and contact.id is not None for contact in self.contacts)

    def on_duty(self, at: datetime.datetime) -> tuple[Contact, ...]:
        """Who is told at this time. With nobody on duty, everyone: a message that waits is better than none."""
        now = AlertContact.Duty.HOURS if self.is_open(at) else AlertContact.Duty.OUT_OF_HOURS
        found = tuple(each for each in self.contacts if each.duty in (now, AlertContact.Duty.ALWAYS))
        return found or self.contacts

    def told_at(self, rung: int, at: datetime.datetime) -> tuple[Contact, ...]:
        """Whom the step `rung` (from 1) tells: one step of those on duty after the other, then everyone, each time."""
        duty = self.on_duty(at)
        steps = sorted({contact.step for contact in duty})
        if rung > len(steps):
            return self.contacts
        return tuple(contact for contact in duty if contact.step == steps[rung - 1])

    def wait_after(self, rung: int) -> datetime.timedelta:
        """How long the step `rung` may stay without an acknowledgement."""
        return self.waits[min(rung, len(self.waits)) - 1]


def of(clinic: Clinic) -> Rota:
    """The rota of a clinic as it is now."""
    stored = AlertRota.objects.filter(clinic=clinic).first()
    contacts = tuple(
        map(contact_of, clinic.alert_contacts.filter(removed_at=None).order_by("step", "created_at", "pk"))
    )
    times = stored or AlertRota()
    minutes = (times.first_wait_minutes, times.second_wait_minutes, times.repeat_minutes)
    return Rota(
        zone=zone_of(clinic),
        hours=tuple(map(_span, stored.hours)) if stored else None,
        contacts=contacts or (_fallback(clinic),),
        waits=(_minutes(minutes[0]), _minutes(minutes[1]), _minutes(minutes[2])),
    )


def zone_of(clinic: Clinic) -> ZoneInfo:
    """The clinic's time zone."""
    return ZoneInfo(clinic.timezone)


def contact_of(row: AlertContact) -> Contact:
    """A stored contact as plain data."""
    return Contact(
        id=row.pk, name=row.name, channel=row.channel, address=row.address_sealed, step=row.step, duty=row.duty
    )


def _fallback(clinic: Clinic) -> Contact:
    address = vault.seal_text(clinic.alert_email, purpose=ADDRESS)
    return Contact(id=None, name=FALLBACK_NAME, channel="email", address=address)


def _span(written: list[str] | None) -> Span | None:
    if not written:
        return None
    return datetime.time.fromisoformat(written[0]), datetime.time.fromisoformat(written[1])


def _minutes(number: int) -> datetime.timedelta:
    return datetime.timedelta(minutes=number)
