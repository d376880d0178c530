"""Decisions: made by people, signed once for what was read, added to afterwards, never changed."""

from __future__ import annotations

import datetime
import uuid

import msgspec
from django.db import transaction

from intake import vault
from intake.models import ReviewEntry, SignOff, User
from intake.permissions import Permission
from intake.reviewing import Decision, Review, Signature

from .refusals import Refused
from .reviewing import AlreadySigned, Kind, TextMissing, append, refuse_signed, review_for


class NotReady(Refused):
    """Something must be done before anybody signs: points to acknowledge, or an alert that waits."""


class ContentChanged(Refused):
    """What was read is not what would be signed: something new arrived."""


class UnknownDisposition(Refused):
    """The clinic's list has no such decision."""


class NotSigned(Refused):
    """There is no signature on what is known now."""


class OwnSignature(Refused):
    """A second signature comes from a second person."""


def sign_off(
    *,
    response_id: uuid.UUID | str,
    content: str,
    disposition: str,
    rationale: str,
    by: User,
    now: datetime.datetime,
) -> SignOff:
    """Sign a decision on exactly what was read. `content` is what the signer's page named; one signature for each.

    Raises `AlreadySigned`, `ContentChanged`, `NotReady`, `UnknownDisposition`, `TextMissing`, and what `review_for`
    raises.
    """
    with transaction.atomic():
        response, review = review_for(response_id, by, Permission.SIGN_OFF)
        _refuse_signing(review, content)
        if disposition not in response.clinic.dispositions:
            raise UnknownDisposition("Choose one of the clinic's decisions.")
        if not rationale.strip():
            raise TextMissing("Write why you decide so.")
        decision = Decision(disposition=disposition, rationale=rationale.strip())
        return _sign(review, decision, by, now)


def _refuse_signing(review: Review, content: str) -> None:
    refuse_signed(review)
    if content != review.content:
        raise ContentChanged("New information arrived while you were reading. Read it before you sign.")
    if review.unseen or review.alerts_waiting:
        raise NotReady("Acknowledge every point and alert that is listed before you sign.")


def _sign(review: Review, decision: Decision, by: User, now: datetime.datetime) -> SignOff:
    response = review.response
    signed = SignOff(
        response=response,
        version_sha256=response.version.sha256,
        content_sha256=review.content,
        signed_at=now,
        signed_by=by,
    )
    sealed = vault.data_key(response).seal(msgspec.json.encode(decision), row=signed, field="decision_ct")
    signed.decision_ct = sealed
    signed.save(force_insert=True)
    bound_to = {"version": signed.version_sha256, "content": signed.content_sha256}
    append(review, Kind.SIGNED, by=by, now=now, sign_off=signed, recorded=bound_to)
    return signed


def cosign(
    *, response_id: uuid.UUID | str, content: str, by: User, now: datetime.datetime, note: str = ""
) -> ReviewEntry:
    """Sign a colleague's decision as well, on the same content.

    Raises `NotSigned`, `ContentChanged`, `OwnSignature`, `AlreadySigned` for somebody who did, and what `review_for`
    raises.
    """
    with transaction.atomic():
        _, review = review_for(response_id, by, Permission.SIGN_OFF)
        signed = _signed(review)
        if content != review.content:
            raise ContentChanged("New information arrived while you were reading. Read it before you sign.")
        if signed.by == by:
            raise OwnSignature("You signed this decision. A second signature comes from a second person.")
        if any(entry.by == by for entry in signed.cosigned):
            raise AlreadySigned("You have signed this decision.")
        return append(review, Kind.COSIGNED, by=by, now=now, text=note, sign_off=signed.row)


def add_addendum(*, response_id: uuid.UUID | str, text: str, by: User, now: datetime.datetime) -> ReviewEntry:
    """Add to the latest signed decision, in one's own name.

    Raises `NotSigned`, `TextMissing`, and what `review_for` raises.
    """
    with transaction.atomic():
        _, review = review_for(response_id, by, Permission.SIGN_OFF)
        if review.latest is None:
            raise NotSigned("Nothing was signed yet.")
        if not text.strip():
            raise TextMissing("Write the addendum.")
        return append(review, Kind.ADDENDUM, by=by, now=now, text=text, sign_off=review.latest.row)


def _signed(review: Review) -> Signature:
    if review.current is None:
        raise NotSigned("There is no signature on what is known now.")
    return review.current
