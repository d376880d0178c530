"""Whom a link is for, as staff wrote it down. Reading raises `vault.VaultError` when anything was changed."""

from __future__ import annotations

import datetime

import msgspec

from . import vault
from .models import Clinic, Invitation, Invitee
from .vault import DataKey


class Details(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What staff said about the person they invite; all of it may be empty."""

    name: str = ""
    email: str = ""
    appointment_at: datetime.datetime | None = None

    @property
    def is_empty(self) -> bool:
        return self == Details()


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


def key_of(invitation: Invitation) -> DataKey:
    """The key under which everything about the invited person is kept."""
    return vault.data_key(invitation.invitee)
