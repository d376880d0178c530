"""The decisions that a clinic's clinicians choose from when they sign."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from intake import audit
from intake.models import Clinic, User

from .refusals import ChangedMeanwhile, managed

MOST, LONGEST = 20, 100


def set_dispositions(
    *,
    clinic: Clinic,
    dispositions: Sequence[str],
    by: User,
    now: datetime.datetime,
    seen: Sequence[str] | None = None,
) -> Clinic:
    """Replace a clinic's list, in the order to be shown. What was signed keeps its words. `seen`: the list that `by`
    looked at.

    Raises `NotPermitted`, `ChangedMeanwhile`, and Django's `ValidationError` for a list that nobody could choose from.
    """
    wanted = [" ".join(title.split()) for title in dispositions if title.strip()]
    with transaction.atomic():
        current = managed(clinic, by, refusal="Only an administrator of this clinic can change its list of decisions.")
        if found := _problems(wanted):
            raise ValidationError({"dispositions": found})
        if seen is not None and current.dispositions not in (list(seen), wanted):
            raise ChangedMeanwhile("Somebody changed the list meanwhile. Look at the page again.")
        current.dispositions = wanted
        current.save(update_fields=["dispositions"])
        audit.record(actor=audit.staff(by), action="clinic.dispositions_changed", now=now, clinic=current.pk)
    return current


def _problems(wanted: list[str]) -> list[str]:
    checks = (
        (len(wanted) < 2, "Name at least two decisions: with one there is nothing to choose."),
        (len(wanted) > MOST, f"Name at most {MOST} decisions."),
        (len({title.casefold() for title in wanted}) < len(wanted), "Name each decision once."),
        (any(len(title) > LONGEST for title in wanted), f"Keep each decision within {LONGEST} characters."),
    )
    return [message for is_wrong, message in checks if is_wrong]
