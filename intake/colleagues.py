"""The way to the people of a clinic, for who manages or reads about them. The caller has found the clinic through
`access` first."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404

from .models import Clinic, RoleOffer, StaffSession, User


def staff_of(clinic: Clinic) -> QuerySet[User]:
    """Everybody with a role in a clinic, by name."""
    return User.objects.filter(memberships__clinic=clinic).distinct().order_by("name", "pk")


def offers_of(clinic: Clinic) -> QuerySet[RoleOffer]:
    """The roles that somebody was asked to take on in a clinic and has not accepted, the latest first."""
    return RoleOffer.objects.filter(clinic=clinic).select_related("user").order_by("-offered_at", "pk")


def get_colleague_or_404(user_id: uuid.UUID, clinic: Clinic) -> User:
    """One person who works in a clinic. Raises `Http404`."""
    found = staff_of(clinic).filter(pk=user_id).first()
    if found is None:
        raise Http404("There is no such person.")
    return found


def colleague_by_email(email: str, clinics: Iterable[Clinic]) -> User | None:
    """Somebody who works in one of the clinics, by address."""
    return User.objects.filter(email__iexact=email.strip(), memberships__clinic__in=clinics).first()


def named(keys: Iterable[str]) -> QuerySet[User]:
    """Staff by id, to print their names where only ids are kept."""
    return User.objects.filter(pk__in=set(keys))


def sign_ins_of(user: User) -> QuerySet[StaffSession]:
    """Where a person signed in, the latest first."""
    return StaffSession.objects.filter(user=user).order_by("-began_at")


def bounds_of_day(clinic: Clinic, day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """The moments at which a day begins and ends at a clinic."""
    zone = ZoneInfo(clinic.timezone)
    begins = datetime.datetime.combine(day, datetime.time(), tzinfo=zone)
    return begins, datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), tzinfo=zone)
