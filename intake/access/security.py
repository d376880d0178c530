"""Emergency access to a record, and who hears of it."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet
from django.http import Http404

from intake import references
from intake.models import Clinic, EmergencyAccess, QuestionnaireResponse, SecurityNotice, User
from intake.permissions import Permission, roles_with

from .rights import Visitor, clinics_of, rights_of


def colleagues_response_or_404(user: Visitor, reference: str) -> QuestionnaireResponse:
    """A response of a clinic where somebody works, whatever their role there: what emergency access may open. It was
    sent, or called for somebody. Raises `Http404`."""
    normalised = references.normalised(reference)
    found = QuestionnaireResponse.objects.filter(clinic__in=clinics_of(user), reference=normalised or "")
    response = found.filter(Q(status="sent") | Q(alerts__isnull=False)).exclude(status="deleted").distinct().first()
    if response is None:
        raise Http404("There is no such response.")
    return response


def emergency_access_or_404(user: Visitor, access_id: uuid.UUID) -> EmergencyAccess:
    """One's own emergency access, also when it is over, at a clinic where one still works. Raises `Http404`."""
    mine = EmergencyAccess.objects.filter(
        pk=access_id, began_by__pk=str(user.pk), response__clinic__in=clinics_of(user)
    )
    mine = mine.select_related("response__clinic", "response__version", "response__person")
    found = mine.defer("response__version__document").first()
    if found is None:
        raise Http404("There is no such access.")
    return found


TOLD = (Permission.MANAGE_STAFF, Permission.READ_ANSWERS, Permission.READ_AUDIT)
"""Whoever may do one of these in a clinic hears of its security notices."""


def security_notices_for(user: Visitor) -> QuerySet[SecurityNotice]:
    """What the people of a clinic are told of, in the clinics where a person may do one of `TOLD`."""
    clinics = [clinic for clinic, rights in rights_of(user).items() if rights & set(TOLD)]
    related = ("clinic", "user", "seen_by", "access__response")
    return SecurityNotice.objects.filter(clinic__in=clinics).select_related(*related)


def told_of_security(clinic: Clinic) -> QuerySet[User]:
    """Everybody who hears of a clinic's security notices."""
    roles = {role for permission in TOLD for role in roles_with(permission)}
    return User.objects.filter(is_active=True, memberships__clinic=clinic, memberships__role__in=roles).distinct()
