"""The clinical sign-off of a draft: who read it, when, and exactly which content, by its hash."""

from __future__ import annotations

import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from screening import models, publishing
from screening.engine.definition import canonical_json
from screening.refusals import problem
from screening.signals import draft_reviewed


@transaction.atomic
def sign_off(
    *,
    questionnaire: models.Questionnaire,
    by: str,
    now: datetime.datetime,
    note: str = "",
    seen: str,
    user: AbstractBaseUser | None = None,
) -> models.ClinicalReview:
    """Record that `by` read the draft whose SHA-256 is `seen`, and name them in it as its clinical reviewer.

    The hash that is recorded is that of the draft with their name in it, so that the published document says itself who
    reviewed it. Raises `PublishRefused` when nobody is named, or when the draft changed since it was shown.
    """
    if not by.strip():
        raise publishing.PublishRefused([problem("P101", "name")])
    draft = models.Questionnaire.objects.select_for_update(no_key=True).get(pk=questionnaire.pk)
    if hash_of(draft) != seen:
        raise publishing.PublishRefused([problem("P102", "draft")])
    draft.review_clinical = f"{by.strip()}, {now:%Y-%m-%d}"
    draft.edits += 1
    draft.save(update_fields=["review_clinical", "edits"])
    review = models.ClinicalReview.objects.create(
        questionnaire=draft, sha256=hash_of(draft), reviewed_by=by.strip(), reviewed_at=now, note=note.strip()
    )
    draft_reviewed.send(sender=models.ClinicalReview, review=review, user=user, now=now)
    return review


def hash_of(questionnaire: models.Questionnaire) -> str:
    """The SHA-256 of the draft as it is now. Raises `msgspec.ValidationError`."""
    return publishing.sha256_of(canonical_json(publishing.definition_from_rows(questionnaire)))
