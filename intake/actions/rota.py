"""Changing who is told about alerts, when and how. Each change is an administrator's, and recorded."""

from __future__ import annotations

import dataclasses
import datetime
import secrets
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction

from intake import access, audit, vault
from intake.alerts import escalation
from intake.alerts import rota as plans
from intake.alerts.channels import CHANNELS
from intake.models import AlertContact, AlertDelivery, AlertRota, Clinic, User
from intake.permissions import Permission

from .refusals import ChangedMeanwhile, NotPermitted, Refused, managed

Hours = list[list[str] | None]

NO_RIGHT = "Only an administrator of this clinic can change who is told about alerts."


class NoSuchContact(Refused):
    """The contact is not on the clinic's rota (any more)."""


@dataclasses.dataclass(frozen=True)
class AddedContact:
    """A contact on the rota, and the secret that signs what it gets: shown once; empty where nothing is signed."""

    contact: AlertContact
    secret: str


def set_rota(
    *,
    clinic: Clinic,
    hours: Hours,
    first_wait_minutes: int,
    second_wait_minutes: int,
    repeat_minutes: int,
    by: User,
    now: datetime.datetime,
    seen: AlertRota | None = None,
) -> AlertRota:
    """Set when the clinic reads urgent answers, by weekday from Monday, and the times of its ladder.
    `seen`: those that `by` looked at, an unsaved one where there were none.

    Raises `NotPermitted`, `ChangedMeanwhile`, and Django's `ValidationError` for hours or times that cannot be.
    """
    stored = AlertRota(
        clinic=clinic,
        hours=_checked(hours),
        first_wait_minutes=first_wait_minutes,
        second_wait_minutes=second_wait_minutes,
        repeat_minutes=repeat_minutes,
        changed_at=now,
        changed_by=by,
    )
    stored.full_clean(validate_unique=False)
    with transaction.atomic():
        managed(clinic, by, refusal=NO_RIGHT)
        current = AlertRota.objects.filter(clinic=clinic).first()
        if seen and (current and current.changed_at) != seen.changed_at:
            raise ChangedMeanwhile("Somebody changed these hours meanwhile. Look at the page again.")
        stored.save(force_insert=current is None)
        audit.record(actor=audit.staff(by), action="clinic.rota_changed", now=now, clinic=clinic.pk)
    return stored


def add_contact(
    *, clinic: Clinic, name: str, channel: str, address: str, step: int, duty: str, by: User, now: datetime.datetime
) -> AddedContact:
    """Put somebody on the rota. What has not reached the clinic's own address goes to the rota at once.

    Raises `NotPermitted`, and Django's `ValidationError` by field.
    """
    with transaction.atomic():
        _refuse_others(by, clinic)
        added = _added(clinic, name, channel, address, step, duty, now)
        escalation.tell_now(AlertDelivery.objects.filter(clinic=clinic, contact=None, delivered_at=None), now=now)
        audit.record(
            actor=audit.staff(by), action="clinic.contact_added", now=now, clinic=clinic.pk, contact=added.contact.pk
        )
    return added


def change_contact(
    *,
    contact: AlertContact,
    name: str,
    channel: str,
    address: str,
    step: int,
    duty: str,
    by: User,
    now: datetime.datetime,
) -> AddedContact:
    """Put a contact on the rota anew, in the place of the one there was: what was sent keeps naming the old one.

    A webhook keeps its secret. Raises `NotPermitted`, `NoSuchContact`, and Django's `ValidationError` by field.
    """
    with transaction.atomic():
        old = _removed(contact, by, now)
        keeps = old.secret_sealed if old.channel == channel else ""
        added = _added(old.clinic, name, channel, address, step, duty, now, secret_sealed=keeps)
        audit.record(
            actor=audit.staff(by),
            action="clinic.contact_changed",
            now=now,
            clinic=old.clinic_id,
            contact=added.contact.pk,
            instead_of=old.pk,
        )
    return added


def remove_contact(*, contact: AlertContact, by: User, now: datetime.datetime) -> AlertContact:
    """Take somebody off the rota. What still waits for them goes to the others at once.

    Raises `NotPermitted`, `NoSuchContact`.
    """
    with transaction.atomic():
        removed = _removed(contact, by, now)
        audit.record(
            actor=audit.staff(by),
            action="clinic.contact_removed",
            now=now,
            clinic=removed.clinic_id,
            contact=removed.pk,
        )
    return removed


def send_test(*, contact: AlertContact, by: User, now: datetime.datetime) -> AlertDelivery:
    """Put a test message to a contact into the outbox. Raises `NotPermitted`, `NoSuchContact`."""
    with transaction.atomic():
        current = _current(contact)
        _refuse_others(by, current.clinic)
        delivery = escalation.planned(plans.contact_of(current), clinic_id=current.clinic_id, now=now)
        delivery.asked_by = by
        delivery.save(force_insert=True)
        audit.record(
            actor=audit.staff(by), action="clinic.test_sent", now=now, clinic=current.clinic_id, contact=current.pk
        )
    return delivery


def _refuse_others(by: User, clinic: Clinic) -> None:
    if not access.may(by, Permission.MANAGE_CLINIC, clinic):
        raise NotPermitted(NO_RIGHT)


def _current(contact: AlertContact) -> AlertContact:
    # Not locked against rows that name it: the worker, which locks an alert first, never waits for us here.
    rows = AlertContact.objects.select_for_update(of=("self",), no_key=True).select_related("clinic")
    found = rows.get(pk=contact.pk)
    if found.removed_at is not None:
        raise NoSuchContact("This contact is not on the rota any more. Somebody removed or changed it meanwhile.")
    return found


def _removed(contact: AlertContact, by: User, now: datetime.datetime) -> AlertContact:
    found = _current(contact)
    _refuse_others(by, found.clinic)
    found.removed_at, found.removed_by = now, by
    found.save(update_fields=["removed_at", "removed_by"])
    escalation.tell_now(AlertDelivery.objects.pending().filter(contact=found), now=now)
    return found


def _added(
    clinic: Clinic,
    name: str,
    channel: str,
    address: str,
    step: int,
    duty: str,
    now: datetime.datetime,
    *,
    secret_sealed: str = "",
) -> AddedContact:
    if channel not in CHANNELS:
        raise ValidationError({"channel": "Choose one of the channels."})
    if problem := CHANNELS[channel].problem_with(address):
        raise ValidationError({"address": problem})
    secret = ""
    if CHANNELS[channel].SIGNS and not secret_sealed:
        secret = secrets.token_urlsafe(32)
        secret_sealed = vault.seal_text(secret, purpose=plans.SECRET)
    contact = AlertContact(
        id=uuid.uuid4(),
        clinic=clinic,
        name=name.strip(),
        channel=channel,
        address_sealed=vault.seal_text(address, purpose=plans.ADDRESS),
        secret_sealed=secret_sealed,
        step=step,
        duty=duty,
        created_at=now,
    )
    contact.full_clean(exclude=["removed_at", "removed_by"])
    contact.save(force_insert=True)
    return AddedContact(contact, secret)


def _checked(hours: Hours) -> Hours:
    if len(hours) != len(plans.DAYS):
        raise ValidationError({"hours": "Give the hours of each of the seven days."})
    for day, span in zip(plans.DAYS, hours, strict=True):
        if span is not None and not _is_span(span):
            raise ValidationError({"hours": f"{day}: the closing time must be later than the opening time."})
    return hours


def _is_span(span: list[str]) -> bool:
    try:
        opens, closes = map(datetime.time.fromisoformat, span)
    except (TypeError, ValueError):
        return False
    return opens < closes or closes == datetime.time(0)
