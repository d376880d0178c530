"""Giving people accounts and roles."""

from __future__ import annotations

import dataclasses
import datetime
import secrets

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from intake import audit
from intake.models import Clinic, Membership, User
from intake.permissions import ROLES


@dataclasses.dataclass(frozen=True)
class CreatedStaff:
    """A person with a role. `password` is set once, when it was made here; it is stored hashed only."""

    user: User
    membership: Membership
    password: str | None


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
    factor. `by` None: somebody at the server's command line. The role `admin` opens the questionnaire editor.

    Raises Django's `ValidationError` with everything that is wrong, by field.
    """
    address = email.strip().lower()
    found = User.objects.filter(email=address).first()
    made = secrets.token_urlsafe(18) if found is None and password is None else None
    _refuse_mistakes(address, name, role, password)
    with transaction.atomic():
        user = found or _account(address, name, password or made, now)
        if role == "admin" and not user.is_staff:
            user.is_staff = True
            user.save(update_fields=["is_staff"])
        membership = Membership(user=user, clinic=clinic, role=role, created_at=now)
        membership.full_clean()
        membership.save(force_insert=True)
        actor = audit.OPERATOR if by is None else audit.staff(by)
        audit.record(actor=actor, action="role.granted", now=now, user=user.pk, clinic=clinic.pk, role=role)
    return CreatedStaff(user, membership, made)


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
