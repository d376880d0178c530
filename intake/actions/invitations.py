"""Inviting a patient with a link."""

from __future__ import annotations

import dataclasses
import datetime
import secrets

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from intake import access, audit
from intake.models import Clinic, Invitation, Person, User
from intake.permissions import Permission
from screening.models import Questionnaire

from .refusals import NotPermitted, Refused

VALID_FOR = datetime.timedelta(days=14)


class QuestionnaireMissing(Refused):
    """The clinic offers no questionnaire that is published."""


@dataclasses.dataclass(frozen=True)
class Invited:
    """A new invitation. The token is in the link and nowhere else: it is not stored and cannot be shown again."""

    invitation: Invitation
    token: str
    url: str


def invite(
    *,
    clinic: Clinic,
    by: User | None,
    now: datetime.datetime,
    language: str,
    questionnaire: Questionnaire | None = None,
    person: Person | None = None,
) -> Invited:
    """Make a link for one person, valid for 14 days. `by` None: somebody at the server's command line.

    `questionnaire` defaults to what the clinic offers; `person` is given when staff know whom they invite.
    Raises `NotPermitted`, `QuestionnaireMissing`, `Refused` for a language the clinic does not offer.
    """
    if by is not None and not access.may(by, Permission.INVITE, clinic):
        raise NotPermitted(f"You cannot invite patients to {clinic.name}.")
    if language not in clinic.languages:
        raise Refused(f"{clinic.name} does not offer “{language}”. It offers {', '.join(clinic.languages)}.")
    offered = questionnaire or clinic.questionnaire
    if offered is None or access.current_version(offered) is None:
        raise QuestionnaireMissing(f"{clinic.name} has no published questionnaire. Publish one first.")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            clinic=clinic,
            questionnaire=offered,
            person=person,
            token_sha256=access.token_hash(token),
            language=language,
            created_at=now,
            invited_by=by,
            expires_at=now + VALID_FOR,
        )
        actor = audit.OPERATOR if by is None else audit.staff(by)
        audit.record(actor=actor, action="invitation.made", now=now, invitation=invitation.pk, clinic=clinic.pk)
    return Invited(invitation, token, settings.SITE_ORIGIN + reverse("patient:invitation", args=[token]))
