"""Where somebody works, and what their roles allow there."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from intake.models import AlertContact, Clinic, User
from intake.permissions import ROLES, Permission, roles_with

Visitor = User | AbstractBaseUser | AnonymousUser


def clinics_of(user: Visitor, permission: Permission | None = None) -> QuerySet[Clinic]:
    """The clinics where a person works; with `permission`, those where a role of theirs allows it."""
    if not user.is_authenticated or not user.is_active:
        return Clinic.objects.none()
    memberships: dict[str, object] = {"memberships__user": user}
    if permission is not None:
        memberships["memberships__role__in"] = roles_with(permission)
    return Clinic.objects.filter(**memberships).distinct()


def may(user: Visitor, permission: Permission, clinic: Clinic) -> bool:
    """Whether a person may do something in a clinic."""
    return clinics_of(user, permission).filter(pk=clinic.pk).exists()


def may_somewhere(user: Visitor, permission: Permission) -> bool:
    """Whether a person may do something in at least one clinic."""
    return clinics_of(user, permission).exists()


Rights = dict[uuid.UUID, frozenset[Permission]]


def rights_of(user: Visitor) -> Rights:
    """What a person may do in each clinic where they work, in one query."""
    if not isinstance(user, User) or not user.is_active:
        return {}
    return rights_from(user.memberships.values_list("clinic_id", "role"))


def rights_from(roles: Iterable[tuple[uuid.UUID, str]]) -> Rights:
    """What roles add up to, by clinic."""
    found: Rights = {}
    for clinic, role in roles:
        found[clinic] = found.get(clinic, frozenset()) | ROLES[role].permissions
    return found


def clinic_or_404(user: Visitor, permission: Permission, slug: str) -> Clinic:
    """A clinic where a person may do something; without `slug`, the first of them. Raises `Http404`."""
    clinics = clinics_of(user, permission).order_by("name", "pk")
    clinic = clinics.filter(slug=slug).first() if slug else clinics.first()
    if clinic is None:
        raise Http404("There is no such clinic.")
    return clinic


def managed_clinics(user: Visitor) -> QuerySet[Clinic]:
    """The clinics whose settings a person may change."""
    return clinics_of(user, Permission.MANAGE_CLINIC).order_by("name", "slug")


def get_managed_clinic_or_404(user: Visitor, slug: str) -> Clinic:
    """One clinic whose settings a person may change. Raises `Http404`."""
    clinic = managed_clinics(user).filter(slug=slug).first()
    if clinic is None:
        raise Http404("There is no such clinic.")
    return clinic


def contacts_of(clinic: Clinic) -> QuerySet[AlertContact]:
    """Who is on a clinic's alert rota, in the order in which they are told."""
    return clinic.alert_contacts.filter(removed_at=None).order_by("step", "created_at", "pk")


def get_contact_or_404(clinic: Clinic, contact_id: uuid.UUID) -> AlertContact:
    """One contact on a clinic's alert rota. Raises `Http404`."""
    contact = contacts_of(clinic).filter(pk=contact_id).first()
    if contact is None:
        raise Http404("There is no such contact.")
    return contact
