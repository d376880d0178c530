"""Accepting and withdrawing the offer of a role to somebody who has an account already."""

from __future__ import annotations

import datetime
import uuid

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from intake import access, audit, role_offers, second_factor
from intake.models import Clinic, Membership, RoleOffer, User
from intake.permissions import Permission

from . import staff, staff_sessions
from .refusals import NotPermitted, Refused


class OfferOver(Refused):
    """The offer was accepted or withdrawn, or is too old."""


class OnlyAdministrator(Refused):
    """Roles that must end belong to the only administrator of a clinic."""


def accept_role(
    *, offer_id: uuid.UUID, password: str, has_shown_second_factor: bool, now: datetime.datetime
) -> Membership:
    """Take on the role, as who holds the mailbox. Nobody who got the account's password or second factor another way
    gains by it: the password is new and every session ends. Unless the person has shown the second factor that is set
    up, it goes, and so do the roles they had: the mailbox alone must not open what a second factor protects. What else
    they were offered in the clinic is withdrawn: from now on an administrator gives them more roles at once.

    Raises `OfferOver`, `OnlyAdministrator`, and Django's `ValidationError` for a password that is too weak.
    """
    with transaction.atomic():
        offer = _locked(offer_id, now)
        user = offer.user
        validate_password(password, user)
        offer.delete()
        others = staff.end_offers(user, offer.clinic)
        staff_sessions.end_every_session(of=user, by=user, now=now)
        staff.record_withdrawn(others, user, offer.clinic, user, now)
        if not has_shown_second_factor and second_factor.is_set_up(user):
            _start_afresh(user, now)
        user.set_password(password)
        user.is_active = True
        user.save(update_fields=["password", "is_active"])
        membership, _ = Membership.objects.get_or_create(
            user=user, clinic=offer.clinic, role=offer.role, defaults={"created_at": now}
        )
        staff.follow_roles(user)
        _record("role.accepted", offer, user, now)
    return membership


def withdraw_offer(*, offer_id: uuid.UUID, clinic: Clinic, by: User, now: datetime.datetime) -> None:
    """The link that was mailed stops working. Raises `NotPermitted`, `OfferOver`."""
    with transaction.atomic():
        if not access.may(by, Permission.MANAGE_STAFF, clinic):
            raise NotPermitted("Only an administrator of this clinic manages its staff.")
        offer = RoleOffer.objects.select_for_update(of=("self",)).filter(pk=offer_id, clinic=clinic).first()
        if offer is None:
            raise OfferOver("This was accepted or withdrawn already.")
        offer.delete()
        _record("role.offer_withdrawn", offer, by, now)


def _locked(offer_id: uuid.UUID, now: datetime.datetime) -> RoleOffer:
    """The offer, while nobody else changes the staff of a clinic that accepting may change."""
    user_id = RoleOffer.objects.filter(pk=offer_id).values_list("user", flat=True).first()
    clinics = Clinic.objects.filter(memberships__user=user_id) | Clinic.objects.filter(role_offers=offer_id)
    held = Clinic.objects.select_for_update(no_key=True).filter(pk__in=clinics.values("pk")).order_by("pk")
    list(held.values_list("pk", flat=True))
    # Before anything is recorded: whoever holds the account may wait for the audit record.
    whose = RoleOffer.objects.filter(pk=offer_id).values("user")
    User.objects.select_for_update(no_key=True).filter(pk__in=whose).first()
    found = RoleOffer.objects.select_for_update(of=("self",)).filter(pk=offer_id)
    offer = found.select_related("user", "clinic", "offered_by").first()
    if offer is None or not role_offers.is_live(offer, now=now):
        raise OfferOver("This link cannot be used any more. Ask the clinic to add you again.")
    return offer


def _start_afresh(user: User, now: datetime.datetime) -> None:
    """Second factors and roles end. Raises `OnlyAdministrator`."""
    for clinic in Clinic.objects.filter(memberships__user=user).distinct().order_by("pk"):
        held = list(user.memberships.filter(clinic=clinic).values_list("role", flat=True))
        is_admin = access.may(user, Permission.MANAGE_STAFF, clinic)
        if is_admin and not staff.other_administrators(clinic, user).exists():
            raise OnlyAdministrator(f"You are the only administrator of {clinic.name}. Sign in first, then accept.")
        staff.remove_roles(user, clinic, held, user, now)
    Authenticator.objects.filter(user=user).delete()
    audit.record(actor=audit.staff(user), action="staff.second_factor_changed", now=now, user=user.pk, kind="all")


def _record(action: str, offer: RoleOffer, by: User, now: datetime.datetime) -> None:
    audit.record(
        actor=audit.staff(by),
        action=action,
        now=now,
        user=offer.user_id,
        clinic=offer.clinic_id,
        role=offer.role,
        offered_by=offer.offered_by_id,
    )
