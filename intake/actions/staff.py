"""Giving people accounts and roles."""

from __future__ import annotations

import dataclasses
import datetime
import secrets

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet

from intake import access, audit
from intake.models import Clinic, Membership, RoleOffer, SecurityNotice, User
from intake.permissions import ROLES, Permission, roles_with

from . import security, staff_sessions
from .refusals import NotPermitted, Refused

ASKED_AGAIN_AFTER = datetime.timedelta(hours=1)


@dataclasses.dataclass(frozen=True)
class CreatedStaff:
    """A person with a role, or without `membership` one who was asked to accept it. `password` is set once, when it was
    made here; it is stored hashed only."""

    user: User
    membership: Membership | None
    password: str | None


class AskedAlready(Refused):
    """The person was mailed about this role within the hour."""


def create_staff(
    *,
    email: str,
    name: str,
    role: str,
    clinic: Clinic,
    now: datetime.datetime,
    password: str | None = None,
    by: User | None = None,
) -> CreatedStaff:
    """Give somebody a role in a clinic, and an account if they have none. At the first sign-in they set up a second
    factor. Who left and comes back gets the account of before, opened like a new one. `by` None: somebody at the
    server's command line. The role `admin` opens the questionnaire editor.

    Where an administrator adds somebody whose account another clinic made, nobody knows yet who holds it: that person
    is asked by e-mail (`actions.accept_role`).

    Raises Django's `ValidationError` with everything that is wrong, by field, `NotPermitted`, `NotOwnRole` and
    `AskedAlready`.
    """
    address = email.strip().lower()
    with transaction.atomic():
        take_turn(clinic, by)
        _refuse_mistakes(address, name, role, password)
        found = User.objects.select_for_update(no_key=True).filter(email=address).first()
        is_open = found is not None and found.is_active
        made = secrets.token_urlsafe(18) if not is_open and password is None else None
        if found is not None and by is not None:
            _refuse_own_role(found, clinic, by)
            if is_open and not found.memberships.filter(clinic=clinic).exists():
                _offer(found, clinic, role, by, now)
                return CreatedStaff(found, None, None)
        user = found or _account(address, name, password or made, now)
        if not user.is_active:
            _reopen(user, password or made)
            _record("staff.reactivated", user, clinic, by, now)
        membership = _given(user, clinic, role, by, now)
        if made and by is not None:  # the administrator is about to see the link that sets this person's password
            _record("staff.password_link_shown", user, clinic, by, now)
    return CreatedStaff(user, membership, made)


def _given(user: User, clinic: Clinic, role: str, by: User | None, now: datetime.datetime) -> Membership:
    """The role, which they have from now on."""
    membership = Membership(user=user, clinic=clinic, role=role, created_at=now)
    membership.full_clean()
    membership.save(force_insert=True)
    follow_roles(user)
    if by is not None:
        _tell_of_own_role(user, clinic, role, by, now)
    _record("role.granted", user, clinic, by, now, role=role)
    return membership


def _refuse_mistakes(email: str, name: str, role: str, password: str | None) -> None:
    problems: dict[str, list[str]] = {}
    try:
        validate_email(email)
    except ValidationError as error:
        problems["email"] = error.messages
    if not name.strip():
        problems["name"] = ["Write the person's name."]
    if role not in ROLES:
        problems["role"] = [f"Choose one of {', '.join(ROLES)}."]
    try:
        if password is not None:
            validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        problems["password"] = error.messages
    if problems:
        raise ValidationError(problems)


def _account(email: str, name: str, password: str | None, now: datetime.datetime) -> User:
    user = User.objects.create_user(email=email, password=password, name=name.strip(), created_at=now)
    # Whoever gives out the account vouches for the address; a second factor cannot be added to an unverified one.
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _reopen(user: User, password: str | None) -> None:
    """As a new one: whoever held the old password or second factor meanwhile holds nothing."""
    Authenticator.objects.filter(user=user).delete()
    user.set_password(password)
    user.is_active = True
    user.save(update_fields=["is_active", "password"])


def _offer(user: User, clinic: Clinic, role: str, by: User, now: datetime.datetime) -> None:
    """Have the worker mail the person. Again, once an hour has passed: then the offer lasts from now on."""
    earlier = RoleOffer.objects.filter(user=user, clinic=clinic, role=role)
    if earlier.filter(offered_at__gt=now - ASKED_AGAIN_AFTER).exists():
        raise AskedAlready("They were asked by e-mail within the hour. The role counts once they have accepted it.")
    asked = {"offered_at": now, "offered_by": by, "mailed_at": None, "failed_at": None}
    RoleOffer.objects.update_or_create(user=user, clinic=clinic, role=role, defaults=asked)
    _record("role.offered", user, clinic, by, now, role=role)


class NotOwnRole(Refused):
    """Nobody takes a role away from themselves, or gives themselves one: another administrator does. So a clinic
    always keeps one, and a second person knows. Where there is no other, a role may be given; everybody is told."""


def grant_role(*, user: User, clinic: Clinic, role: str, by: User, now: datetime.datetime) -> Membership:
    """One more role for somebody who works in the clinic. The same role again changes nothing. An administrator who
    gives themselves a role needs another one; where there is none, everybody with rights in the clinic is told.

    Raises `NotPermitted`, `NotOwnRole`, and Django's `ValidationError` for a role that does not exist.
    """
    with transaction.atomic():
        take_turn(clinic, by)
        if not user.memberships.filter(clinic=clinic).exists():
            raise NotPermitted("This person does not work in this clinic.")
        if found := user.memberships.filter(clinic=clinic, role=role).first():
            return found
        _refuse_own_role(user, clinic, by)
        return _given(user, clinic, role, by, now)


def _refuse_own_role(user: User, clinic: Clinic, by: User) -> None:
    if user == by and other_administrators(clinic, by).exists():
        raise NotOwnRole("Another administrator must give you this role.")


def _tell_of_own_role(user: User, clinic: Clinic, role: str, by: User, now: datetime.datetime) -> None:
    if user == by:
        security.notify(clinic, SecurityNotice.Kind.OWN_ROLE, by, now, detail=role)


def other_administrators(clinic: Clinic, by: User) -> QuerySet[User]:
    roles = roles_with(Permission.MANAGE_STAFF)
    return User.objects.filter(is_active=True, memberships__clinic=clinic, memberships__role__in=roles).exclude(
        pk=by.pk
    )


def revoke_role(*, user: User, clinic: Clinic, role: str, by: User, now: datetime.datetime) -> None:
    """Take one role away; it ends with the next request. Raises `NotPermitted`, `NotOwnRole`."""
    with transaction.atomic():
        take_turn(clinic, by)
        if user == by:
            raise NotOwnRole("Another administrator must take your own roles away.")
        remove_roles(user, clinic, [role], by, now)


def remove_staff(*, user: User, clinic: Clinic, by: User, now: datetime.datetime) -> None:
    """Somebody leaves the clinic: all roles there end, also those that were only offered, and the account closes when
    it was their last clinic.

    Raises `NotPermitted`, `NotOwnRole`.
    """
    with transaction.atomic():
        take_turn(clinic, by)
        if user == by:
            raise NotOwnRole("Another administrator must remove you.")
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)  # another clinic may be adding them
        roles = list(user.memberships.filter(clinic=clinic).values_list("role", flat=True))
        offered = end_offers(user, clinic)
        staff_sessions.end_every_session(of=user, by=by, now=now)
        record_withdrawn(offered, user, clinic, by, now)
        remove_roles(user, clinic, roles, by, now)
        if not user.memberships.exists():
            user.is_active = False
            user.save(update_fields=["is_active"])
            _record("staff.deactivated", user, clinic, by, now)


def remove_roles(user: User, clinic: Clinic, roles: list[str], by: User, now: datetime.datetime) -> None:
    held = user.memberships.filter(clinic=clinic, role__in=roles)
    taken = list(held.order_by("created_at", "pk").values_list("role", flat=True))
    held.delete()
    follow_roles(user)
    for role in taken:
        _record("role.revoked", user, clinic, by, now, role=role)


def end_offers(user: User, clinic: Clinic) -> list[str]:
    """The roles that somebody was asked to take on in a clinic, and did not: their links stop working. Record it once
    their sessions have ended, which must not wait for whoever holds the audit record."""
    offers = RoleOffer.objects.select_for_update(of=("self",)).filter(user=user, clinic=clinic).order_by("pk")
    roles = list(offers.values_list("role", flat=True))
    offers.delete()
    return roles


def record_withdrawn(roles: list[str], user: User, clinic: Clinic, by: User, now: datetime.datetime) -> None:
    for role in roles:
        _record("role.offer_withdrawn", user, clinic, by, now, role=role)


def follow_roles(user: User) -> None:
    """Only administrators reach the questionnaire editor."""
    is_staff = user.memberships.filter(role="admin").exists()
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])


def take_turn(clinic: Clinic, by: User | None) -> None:
    """One change to a clinic's staff at a time: two administrators who remove each other would leave nobody. Whether
    `by` may is asked after waiting; None is somebody at the server's command line."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    if by is not None and not access.may(by, Permission.MANAGE_STAFF, clinic):
        raise NotPermitted("Only an administrator of this clinic manages its staff.")


def _record(action: str, user: User, clinic: Clinic, by: User | None, now: datetime.datetime, **more: str) -> None:
    actor = audit.staff_or_operator(by)
    audit.record(actor=actor, action=action, now=now, user=user.pk, clinic=clinic.pk, **more)
