"""A clinic's crisis contacts. A change is proposed: patients see it once a named person has confirmed it."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from intake import audit, crisis_contacts
from intake.crisis_contacts import Contact
from intake.models import Clinic, User

from .refusals import Refused, managed

MOST = 12
"""Contacts of one clinic: a person in distress reads no longer list."""

Change = Callable[[list[Contact]], list[Contact]]

NO_RIGHT = "Only an administrator of this clinic changes its crisis contacts."

CRISIS = ("crisis_contacts", "crisis_proposed", "crisis_confirmed_at", "crisis_confirmed_by")


class NoSuchCrisisContact(Refused):
    """The clinic has no such crisis contact (any more)."""


class TooManyContacts(Refused):
    """The clinic has `MOST` crisis contacts."""


class ContactsChanged(Refused):
    """Other crisis contacts than those that were looked at wait to be confirmed."""


def add_crisis_contact(*, clinic: Clinic, contact: dict[str, Any], by: User, now: datetime.datetime) -> Clinic:
    """Propose one more contact, last. Its key is made here. Raises `NotPermitted`, `TooManyContacts`, and Django's
    `ValidationError` for one that cannot be used."""
    added = {**contact, "key": f"{crisis_contacts.OWN}{secrets.token_hex(4)}"}

    def change(contacts: list[Contact]) -> list[Contact]:
        if len(contacts) >= MOST:
            raise TooManyContacts(f"A clinic shows at most {MOST} crisis contacts. Remove one first.")
        return [*_no_other_emergency(contacts, added), added]

    return _propose(clinic, change, "added", added, by, now)


def change_crisis_contact(*, clinic: Clinic, contact: dict[str, Any], by: User, now: datetime.datetime) -> Clinic:
    """Propose other words or numbers for the contact with this key. Raises `NotPermitted`, `NoSuchCrisisContact`, and
    Django's `ValidationError` for one that cannot be used."""

    def change(contacts: list[Contact]) -> list[Contact]:
        place = _place(contacts, contact["key"])
        others = _no_other_emergency(contacts, contact)
        return [*others[:place], contact, *others[place + 1 :]]

    return _propose(clinic, change, "changed", contact, by, now)


def remove_crisis_contact(*, clinic: Clinic, key: str, by: User, now: datetime.datetime) -> Clinic:
    """Propose the contacts without one of them. Raises `NotPermitted`, `NoSuchCrisisContact`."""

    def change(contacts: list[Contact]) -> list[Contact]:
        place = _place(contacts, key)
        return [*contacts[:place], *contacts[place + 1 :]]

    return _propose(clinic, change, "removed", None, by, now)


def move_crisis_contact(*, clinic: Clinic, key: str, is_up: bool, by: User, now: datetime.datetime) -> Clinic:
    """Propose another order: one contact goes one place up or down. Raises `NotPermitted`, `NoSuchCrisisContact`."""

    def change(contacts: list[Contact]) -> list[Contact]:
        place = _place(contacts, key)
        others = [*contacts[:place], *contacts[place + 1 :]]
        target = max(place - 1, 0) if is_up else place + 1
        return [*others[:target], contacts[place], *others[target:]]

    return _propose(clinic, change, "moved", None, by, now)


def discard_crisis_contacts(*, clinic: Clinic, by: User, now: datetime.datetime) -> Clinic:
    """Drop what was proposed: the confirmed contacts stay as they are. Raises `NotPermitted`."""
    with transaction.atomic():
        current = managed(clinic, by, refusal=NO_RIGHT)
        if current.crisis_proposed is not None:
            current.crisis_proposed = None
            _store(current, "discarded", by, now)
    return current


def confirm_crisis_contacts(
    *, clinic: Clinic, by: User, now: datetime.datetime, contacts: list[dict[str, Any]] | None = None, shown: str = ""
) -> Clinic:
    """A named person says that they dialled or checked every contact. From now on patients see the proposed ones where
    there are any, or `contacts`, which replace them. `shown` names what the person looked at
    (`crisis_contacts.mark_of`).

    Raises `NotPermitted`, `ContactsChanged`, and Django's `ValidationError` for contacts that cannot be used.
    """
    with transaction.atomic():
        current = managed(clinic, by, refusal="Only an administrator of this clinic can confirm its crisis contacts.")
        if contacts is None:
            contacts = _looked_at(current, shown)
        current.crisis_contacts, current.crisis_proposed = contacts, None
        if found := crisis_contacts.problems(current.crisis_contacts, current.languages):
            raise ValidationError({"crisis_contacts": found})
        current.crisis_confirmed_at, current.crisis_confirmed_by = now, by
        current.save(update_fields=CRISIS)
        audit.record(actor=audit.staff(by), action="clinic.crisis_confirmed", now=now, clinic=current.pk)
    return current


def _looked_at(clinic: Clinic, shown: str) -> list[dict[str, Any]]:
    """What waits to be confirmed, or else what stands, if it is what the person saw. Without `shown` nobody saw a page;
    then only what patients see already can be confirmed. Raises `ContactsChanged`."""
    waiting: list[dict[str, Any]] = clinic.crisis_contacts
    if clinic.crisis_proposed is not None:
        waiting = clinic.crisis_proposed
    if (shown or clinic.crisis_proposed is not None) and shown != crisis_contacts.mark_of(waiting):
        raise ContactsChanged("Somebody changed the contacts meanwhile. Look at them again, then confirm.")
    return waiting


def _propose(
    clinic: Clinic, change: Change, what: str, contact: Contact | None, by: User, now: datetime.datetime
) -> Clinic:
    with transaction.atomic():
        current = managed(clinic, by, refusal=NO_RIGHT)
        if contact is not None and (found := crisis_contacts.problems_of_one(contact, current.languages)):
            raise ValidationError(found)
        proposed = current.crisis_contacts if current.crisis_proposed is None else current.crisis_proposed
        current.crisis_proposed = change(proposed)
        _store(current, what, by, now)
    return current


def _store(clinic: Clinic, what: str, by: User, now: datetime.datetime) -> None:
    clinic.save(update_fields=["crisis_proposed"])
    audit.record(
        actor=audit.staff(by), action="clinic.crisis_contacts_proposed", now=now, clinic=clinic.pk, change=what
    )


def _place(contacts: list[Contact], key: str) -> int:
    for place, contact in enumerate(contacts):
        if contact["key"] == key:
            return place
    raise NoSuchCrisisContact("This contact was removed meanwhile.")


def _no_other_emergency(contacts: list[Contact], new: Contact) -> list[Contact]:
    """The others as they are, or without their mark where the new one is the emergency number: there is one."""
    if not new.get("is_emergency"):
        return contacts
    return [{name: value for name, value in one.items() if name != "is_emergency"} for one in contacts]
