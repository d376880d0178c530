"""Asking a patient again for named answers that are missing, and taking what they answer. What was sent stays."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping

import msgspec
from django.db import transaction

from intake import access, audit, records, reviewing, vault
from intake.invitees import Details
from intake.models import AnswerRequest, Correction, QuestionnaireResponse, User
from intake.permissions import Permission
from intake.records import CorrectionContent
from screening.engine.answers import Answer

from . import correcting
from .correcting import MOST, NothingSaid, TooManyCorrections
from .invitations import Invited, invite
from .mailing import cancel_mails
from .refusals import Refused, locked
from .review_answers import call_staff
from .reviewing import review_for
from .saving import UnknownQuestion
from .starting import DeadInvitation


class NothingAsked(Refused):
    """No question was chosen."""


class NotMissing(Refused):
    """A chosen question has an answer by now, or is not asked."""


class AlreadyAsked(Refused):
    """An earlier link that asks for missing answers can still be used. `invitation_id` is whose it is."""

    def __init__(self, invitation_id: uuid.UUID) -> None:
        super().__init__("The patient has a link for missing answers already. Make it anew, or revoke it first.")
        self.invitation_id = invitation_id


def ask_again(
    *,
    response_id: uuid.UUID | str,
    questions: Iterable[str],
    by: User,
    now: datetime.datetime,
    details: Details,
    send: bool = False,
    remind: bool = True,
    invitation_id: uuid.UUID | None = None,
) -> Invited:
    """Make a link that opens only these questions of a sent response. It goes the way of every invitation: mailed by
    the worker, or shown once.

    Raises what `actions.invite` does, and `NothingAsked`, `NotMissing`, `AlreadyAsked`, `NotSent`, `NoSuchResponse`.
    """
    with transaction.atomic():
        response, review = review_for(response_id, by, Permission.ENTER_ANSWERS, Permission.INVITE)
        asked = _chosen(review, set(questions))
        _refuse_second(response, now)
        offers = response.clinic.languages
        invited = invite(
            clinic=response.clinic,
            by=by,
            now=now,
            language=response.language if response.language in offers else offers[0],
            questionnaire=response.version.questionnaire,
            details=details,
            send=send,
            remind=remind,
            invitation_id=invitation_id,
        )
        request = AnswerRequest(response=response, invitation=invited.invitation, asked_at=now, asked_by=by)
        sealed = vault.data_key(response).seal(msgspec.json.encode(asked), row=request, field="questions_ct")
        request.questions_ct = sealed
        request.save(force_insert=True)
        named = {"response": response.pk, "request": request.pk, "invitation": invited.invitation.pk}
        audit.record(actor=audit.staff(by), action="response.asked_again", now=now, **named)
    return invited


def _chosen(review: reviewing.Review, chosen: set[str]) -> tuple[str, ...]:
    """The chosen questions in the order of the questionnaire. Raises `NothingAsked`, `NotMissing`."""
    if not chosen:
        raise NothingAsked("Choose at least one question.")
    missing = review.missing
    if chosen - set(missing):
        raise NotMissing("One of these questions has an answer by now. Choose again.")
    return tuple(link_id for link_id in missing if link_id in chosen)


def _refuse_second(response: QuestionnaireResponse, now: datetime.datetime) -> None:
    for earlier in AnswerRequest.objects.filter(response=response).select_related("invitation"):
        if access.is_usable(earlier.invitation, now=now):
            raise AlreadyAsked(earlier.invitation_id)


def answer_request(
    *, request_id: uuid.UUID, answers: Mapping[str, Answer | None], is_finished: bool, now: datetime.datetime
) -> Correction | None:
    """Append what a patient answered to what was asked again, and call staff for what it discloses. The same again
    adds nothing: then None. `is_finished` ends the link, once anything was answered.

    Raises `DeadInvitation`, `UnknownQuestion`, `NothingSaid`, `TooManyCorrections`.
    """
    with transaction.atomic():
        response = locked(AnswerRequest.objects.values_list("response", flat=True).get(pk=request_id))
        request = AnswerRequest.objects.select_related("invitation").get(pk=request_id)
        request.response = response
        _refuse_over(request, now)
        kept = _kept_before(request)
        said = _new_in(request, answers, kept)
        if is_finished and not said and not kept:
            raise NothingSaid("Answer at least one question.")
        if is_finished and request.answered_at is None:
            request.answered_at = now
            request.save(update_fields=["answered_at"])
            cancel_mails(request.invitation, now=now)
        return _keep(request, said, now) if said else None


def _refuse_over(request: AnswerRequest, now: datetime.datetime) -> None:
    if request.invitation.revoked_at is not None or now >= request.invitation.expires_at:
        raise DeadInvitation("This link cannot be used any more. Ask the clinic for a new one.")


def _mine(request: AnswerRequest) -> list[Correction]:
    mine = request.response.corrections.filter(source=Correction.Source.ASKED, attempt__startswith=f"{request.pk}:")
    return list(mine.order_by("number"))


def _kept_before(request: AnswerRequest) -> dict[str, Answer]:
    """What the patient answered to this request so far, by link_id."""
    kept: dict[str, Answer] = {}
    for earlier in _mine(request):
        given = records.read_correction(earlier).answers
        kept |= records.decoded(request.response, {k: value for k, value in given.items() if value is not None})
    return kept


def _new_in(
    request: AnswerRequest, answers: Mapping[str, Answer | None], kept: Mapping[str, Answer]
) -> dict[str, Answer]:
    asked = records.read_request(request)
    if strange := set(answers) - set(asked):
        raise UnknownQuestion(f"This link does not ask {', '.join(sorted(strange))}.")
    return {k: one for k, one in answers.items() if one is not None and correcting.says_more(one, kept.get(k))}


def _keep(request: AnswerRequest, said: Mapping[str, Answer], now: datetime.datetime) -> Correction:
    number = len(_mine(request)) + 1
    readable = {link_id: answer for link_id, answer in said.items() if answer.state != "skipped"}
    is_called_for = call_staff(reviewing.review_of(request.response), readable, now=now)
    if number > MOST and not is_called_for:  # what staff must hear of is never one too many
        raise TooManyCorrections("Call the clinic to add more.")
    content = CorrectionContent(answers=records.encoded(said))
    return correcting.append_correction(
        request.response, Correction.Source.ASKED, content, attempt=f"{request.pk}:{number}", now=now
    )
