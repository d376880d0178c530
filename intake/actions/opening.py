"""Opening a response to read it."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from intake import access, audit, references
from intake.models import Alert, QuestionnaireResponse, ReviewEntry, SafetyPanelShown, User
from intake.permissions import Permission

from .refusals import NoSuchResponse, NotPermitted, locked

REVIEW, FHIR, FHIR_WITH_SUBSTANCE_USE = "review", "fhir", "fhir_with_substance_use"
SHOWS_NO_CORRECTION = (REVIEW, FHIR, FHIR_WITH_SUBSTANCE_USE)
"""Pages of a review and files for other programs: a correction stays unread until the summary is opened."""


def open_response(
    *, response: QuestionnaireResponse | str, user: User, now: datetime.datetime, as_what: str = "summary"
) -> QuestionnaireResponse:
    """Record that somebody reads a response with its corrections, and who was first. Call it before anything is shown.

    `response` may be its reference, as typed. What was not sent stays the patient's own, unless it called for somebody.
    `as_what` names the form it is read in, such as `summary` or `pdf`; in `SHOWS_NO_CORRECTION`, corrections stay
    unread. Raises `NotPermitted`.
    """
    with transaction.atomic():
        current = _readable(response, user)
        changed = []
        if current.opened_at is None:
            current.opened_at, current.opened_by = now, user
            changed += ["opened_at", "opened_by"]
        if current.unread_corrections and as_what not in SHOWS_NO_CORRECTION:
            current.unread_corrections = 0
            changed += ["unread_corrections"]
        if changed:
            current.save(update_fields=changed)
        audit.record(actor=audit.staff(user), action="response.read", now=now, response=current.pk, read_as=as_what)
    return current


def _readable(response: QuestionnaireResponse | str, user: User) -> QuestionnaireResponse:
    """The row, locked, in the one query that also asks whether this person may read it, and what there is beside it."""
    of_it = {"response": OuterRef("pk")}
    panels = SafetyPanelShown.objects.filter(**of_it).order_by("shown_at")
    readable = access.responses_for(user, Permission.READ_ANSWERS).annotate(
        is_reviewed=Exists(ReviewEntry.objects.filter(**of_it)),
        panel_first_shown_at=Subquery(panels.values("shown_at")[:1]),
    )
    shown = readable.filter(Q(status="sent") | Exists(Alert.objects.filter(**of_it)))
    try:
        if isinstance(response, str):
            return locked(reference=references.normalised(response), even_deleted=True, among=shown)
        return locked(response.pk, even_deleted=True, among=shown)
    except NoSuchResponse as error:
        raise NotPermitted("Your roles do not allow reading answers in this clinic.") from error
