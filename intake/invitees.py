"""Whom a link is for, as staff wrote it down. Reading raises `vault.VaultError` when anything was changed."""

from __future__ import annotations

import datetime

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from . import vault
from .models import Clinic, Invitation, Invitee
from .vault import DataKey

LONGEST_NAME = 200
FARTHEST = datetime.timedelta(days=120)
"""How far away an appointment may be; a link lives no longer."""


class Details(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What staff said about the person they invite; all of it may be empty."""

    name: str = ""
    email: str = ""
    appointment_at: datetime.datetime | None = None

    @property
    def is_empty(self) -> bool:
        return self == Details()


def problems(details: Details, *, now: datetime.datetime | None, send: bool) -> dict[str, list[str]]:
    """Everything that is wrong with the details, by field, each with what to do. `send`: an address is needed.

    `now` None: the details were accepted before, and the appointment may be over.
    """
    found: dict[str, list[str]] = {}
    if len(details.name) > LONGEST_NAME:
        found["name"] = [f"Write a name of at most {LONGEST_NAME} characters."]
    if details.email and not is_email(details.email):
        found["email"] = ["Enter an e-mail address, such as name@example.org."]
    if send and not details.email:
        found["email"] = ["Enter the e-mail address to send the link to."]
    if details.appointment_at and now and not now < details.appointment_at < now + FARTHEST:
        found["appointment_at"] = [f"Enter an appointment in the next {FARTHEST.days} days."]
    return found


def is_email(text: str) -> bool:
    """Whether a text can be an e-mail address.

    >>> is_email("rosa@example.org"), is_email("rosa@"), is_email("a@b.org\\nBcc: c@d.org")
    (True, False, False)
    """
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def details_of(invitation: Invitation) -> Details:
    """Whom an invitation is for; empty details when nothing was said."""
    invitee = getattr(invitation, "invitee", None)
    if invitee is None:
        return Details()
    opened = vault.data_key(invitee).open(invitee.details_ct, row=invitee, field="details_ct")
    return msgspec.json.decode(opened, type=Details)


def sealed(invitation: Invitation, details: Details) -> Invitee:
    """A new row that holds the details encrypted. The caller saves it."""
    invitee = Invitee(invitation=invitation, email_hash=email_hash(invitation.clinic, details.email))
    key = vault.create_data_key(invitee)
    invitee.details_ct = key.seal(msgspec.json.encode(details), row=invitee, field="details_ct")
    return invitee


def email_hash(clinic: Clinic, email: str) -> str:
    """The keyed hash of an address within a clinic, whatever its case; empty for none."""
    written = email.strip().casefold()
    return vault.keyed_hash("invited e-mail", str(clinic.pk), written) if written else ""


def open_addresses(clinic: Clinic, *, now: datetime.datetime) -> set[str]:
    """The hashes of the addresses that have a link of this clinic which can still be used."""
    invited = Invitee.objects.filter(
        invitation__clinic=clinic,
        invitation__revoked_at=None,
        invitation__expires_at__gt=now,
        invitation__answer_request=None,
    )
    over = invited.filter(invitation__response__status__in=("sent", "deleted"))
    return set(invited.exclude(pk__in=over).exclude(email_hash="").values_list("email_hash", flat=True))


def key_of(invitation: Invitation) -> DataKey:
    """The key under which everything about the invited person is kept."""
    return vault.data_key(invitation.invitee)
