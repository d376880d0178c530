"""Inviting a patient with a link."""

from __future__ import annotations

import dataclasses
import datetime
import secrets
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from intake import access, audit, codes, invitees
from intake.invitees import Details
from intake.models import AnswerRequest, Clinic, Invitation, Person, QuestionnaireResponse, User
from intake.permissions import Permission
from screening.models import Questionnaire

from .mailing import cancel_mails, write_mails
from .refusals import NotPermitted, Refused

DAY = datetime.timedelta(days=1)
VALID_FOR = 14 * DAY


class QuestionnaireMissing(Refused):
    """The clinic offers no questionnaire that is published."""


class AlreadyInvited(Refused):
    """This very invitation was made before: a form was sent twice."""


class InvitationOver(Refused):
    """The answers were sent, or the patient deleted them: there is nothing left to invite to or to revoke."""


class AlreadyRevoked(Refused):
    """The link was revoked before."""


class NoSuchInvitation(Refused):
    """There is no invitation with this id."""


@dataclasses.dataclass(frozen=True)
class Invited:
    """An invitation with a new link. The token is in the link and nowhere else: it cannot be shown again.

    Both are empty when the link goes out by e-mail. `resume_code` is set when a new one was asked for.
    """

    invitation: Invitation
    token: str = dataclasses.field(repr=False)
    url: str = dataclasses.field(repr=False)
    resume_code: str = dataclasses.field(default="", repr=False)


def invite(
    *,
    clinic: Clinic,
    by: User | None,
    now: datetime.datetime,
    language: str,
    questionnaire: Questionnaire | None = None,
    person: Person | None = None,
    details: Details | None = None,
    send: bool = False,
    remind: bool = True,
    invitation_id: uuid.UUID | None = None,
) -> Invited:
    """Make a link for one person, valid for 14 days or until the day after the appointment.

    `by` None: the server's command line. `questionnaire` defaults to the clinic's; `person` is whom staff know already,
    `details` what they say about them. `send`: the worker mails the link, nobody sees it. `invitation_id` makes a form
    idempotent. Raises `NotPermitted`, `QuestionnaireMissing`, `AlreadyInvited`, `TooManyMails`, `Refused` for a
    language that is not offered, and Django's `ValidationError` with everything wrong with the details, by field.
    """
    details = details or Details()
    _refuse_stranger(by, clinic)
    _refuse_mistakes(details, now=now, send=send)
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        pk=invitation_id or uuid.uuid4(),
        clinic=clinic,
        questionnaire=_offered(clinic, language, questionnaire),
        person=person,
        token_sha256=access.token_hash(token),
        language=language,
        created_at=now,
        invited_by=by,
        expires_at=_expiry(details, now),
    )
    with transaction.atomic():
        _store(invitation, details)
        write_mails(invitation, details, now=now, send=send, remind=remind)
        _record("invitation.made", invitation, by, now, send)
    return _invited(invitation, token, send)


def revoke_invitation(*, invitation_id: uuid.UUID, by: User, now: datetime.datetime) -> Invitation:
    """The link stops working at once, also where it is open. A draft is kept, and a new link opens it again.

    Raises `NoSuchInvitation`, `NotPermitted`, `InvitationOver`, `AlreadyRevoked`.
    """
    with transaction.atomic():
        invitation = _locked(invitation_id, by)
        if invitation.revoked_at is not None:
            raise AlreadyRevoked("This link has been revoked already.")
        invitation.revoked_at = now
        invitation.issue += 1
        invitation.save(update_fields=["revoked_at", "issue"])
        cancel_mails(invitation, now=now)
        _record("invitation.revoked", invitation, by, now, None)
    return invitation


def reissue_invitation(
    *,
    invitation_id: uuid.UUID,
    by: User,
    now: datetime.datetime,
    send: bool = False,
    remind: bool = True,
    new_code: bool = False,
) -> Invited:
    """A new link for the same invitation and, if it was begun, the same draft. The old link stops working at once, also
    where it is open; a draft that was begun with it stays open there, unless it gets a new code.

    `new_code`: the code to come back is lost. A new one is returned for staff to tell the person, once they know who
    it is; it never travels with the link. Also ends a revocation: then a draft always has a new code, so that whoever
    had begun it does not come back with the new link.

    Raises `NoSuchInvitation`, `NotPermitted`, `InvitationOver`, `QuestionnaireMissing`, `TooManyMails`, and Django's
    `ValidationError` when it is to be sent and no address is known.
    """
    token = secrets.token_urlsafe(32)
    code = codes.new_code()
    hashed = codes.hash_code(code)  # slow on purpose, so it is done before the transaction
    with transaction.atomic():
        invitation = _locked(invitation_id, by)
        details = invitees.details_of(invitation)
        response = QuestionnaireResponse.objects.select_for_update().filter(invitation=invitation).first()
        if response is None and access.current_version(invitation.questionnaire) is None:
            raise QuestionnaireMissing(f"{invitation.clinic.name} has no published questionnaire. Publish one first.")
        _refuse_mistakes(details, now=None, send=send)
        invitation.token_sha256 = access.token_hash(token)
        new_code = response is not None and (new_code or invitation.revoked_at is not None)
        invitation.expires_at, invitation.revoked_at = _expiry(details, now), None
        invitation.issue += 1
        invitation.save(update_fields=["token_sha256", "expires_at", "revoked_at", "issue"])
        if response is not None and new_code:
            _replace_code(response, hashed)
        write_mails(invitation, details, now=now, send=send, remind=remind)
        _record("invitation.reissued", invitation, by, now, send, new_code="yes" if new_code else "no")
    return _invited(invitation, token, send, code if new_code else "")


def _refuse_mistakes(details: Details, *, now: datetime.datetime | None, send: bool) -> None:
    if problems := invitees.problems(details, now=now, send=send):
        raise ValidationError(problems)


def _refuse_stranger(by: User | None, clinic: Clinic) -> None:
    if by is not None and not access.may(by, Permission.INVITE, clinic):
        raise NotPermitted(f"You cannot invite patients to {clinic.name}.")


def _offered(clinic: Clinic, language: str, questionnaire: Questionnaire | None) -> Questionnaire:
    """What somebody is invited to. Raises `Refused`, `QuestionnaireMissing`."""
    if language not in clinic.languages:
        raise Refused(f"{clinic.name} does not offer “{language}”. It offers {', '.join(clinic.languages)}.")
    offered = questionnaire or clinic.questionnaire
    if offered is None or access.current_version(offered) is None:
        raise QuestionnaireMissing(f"{clinic.name} has no published questionnaire. Publish one first.")
    return offered


def _store(invitation: Invitation, details: Details) -> None:
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError as error:  # two requests at one moment also end here
        raise AlreadyInvited("This invitation has been made already.") from error
    if not details.is_empty:
        invitees.sealed(invitation, details).save(force_insert=True)


def _locked(invitation_id: uuid.UUID, by: User) -> Invitation:
    """An invitation that nobody else changes until this transaction ends, and that may still be changed."""
    invitations = Invitation.objects.select_for_update(of=("self",)).select_related("clinic", "questionnaire")
    invitation = invitations.filter(pk=invitation_id).first()
    if invitation is None:
        raise NoSuchInvitation("There is no such invitation.")
    _refuse_stranger(by, invitation.clinic)
    if QuestionnaireResponse.objects.filter(invitation=invitation).exclude(status="draft").exists():
        raise InvitationOver("The answers were sent or deleted already. Make a new invitation to ask again.")
    if AnswerRequest.objects.filter(invitation=invitation, answered_at__isnull=False).exists():
        raise InvitationOver("What was asked again has been answered. Open the response to ask for more.")
    return invitation


def _replace_code(response: QuestionnaireResponse, hashed: str) -> None:
    response.resume_code_hash = hashed
    response.resume_tries_of_day = 0
    codes.forget_tries(response)
    response.save(update_fields=["resume_code_hash", *codes.TRY_FIELDS])


def _expiry(details: Details, now: datetime.datetime) -> datetime.datetime:
    after_visit = details.appointment_at + DAY if details.appointment_at else now
    return max(now + VALID_FOR, min(after_visit, now + invitees.FARTHEST))


def _record(
    action: str, invitation: Invitation, by: User | None, now: datetime.datetime, send: bool | None, **more: str
) -> None:
    actor = audit.staff_or_operator(by)
    way = {} if send is None else {"way": "mail" if send else "link"}
    audit.record(
        actor=actor, action=action, now=now, invitation=invitation.pk, clinic=invitation.clinic_id, **way, **more
    )


def _invited(invitation: Invitation, token: str, send: bool, code: str = "") -> Invited:
    """With the link, unless the worker is to make and send another: then nobody ever holds this one."""
    if send:
        return Invited(invitation, "", "", code)
    return Invited(invitation, token, settings.SITE_ORIGIN + reverse("patient:invitation", args=[token]), code)
