"""Taking responses out of the program, for the clinic's record system."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q

from intake import audit, exporting
from intake.models import Clinic, QuestionnaireResponse


def includes_substance_use(clinic: Clinic) -> bool:
    """Whether an export has substance-use answers where nobody says otherwise: not in 42 CFR Part 2 mode."""
    return clinic.part2_mode == Clinic.Part2Mode.OFF


def export_responses(
    *,
    clinic: Clinic,
    now: datetime.datetime,
    with_substance_use: bool | None = None,
    since: datetime.datetime | None = None,
    form: Callable[..., Any] = exporting.exported,
) -> list[Any]:
    """The clinic's sent responses in a form, oldest first, each recorded as exported by the operator.

    `with_substance_use` None: as the clinic's 42 CFR Part 2 mode says, which leaves such answers out while it is on.
    `since`: only what was sent at that moment or later, or had something added to it.
    """
    is_included = includes_substance_use(clinic) if with_substance_use is None else with_substance_use
    sent = clinic.responses.filter(status=QuestionnaireResponse.Status.SENT).order_by("sent_at", "pk")
    is_new = Q(sent_at__gte=since) | Q(corrections__created_at__gte=since)
    chosen = sent.filter(is_new).distinct() if since else sent
    with transaction.atomic():
        chosen = chosen.select_related("clinic", "version").defer("version__document")
        responses = list(chosen.prefetch_related("corrections"))
        found = [form(response, with_substance_use=is_included) for response in responses]
        for response in responses:
            audit.record(
                actor=audit.OPERATOR, action="response.exported", now=now, response=response.pk,
                substance_use="included" if is_included else "left out",
            )  # fmt: skip
    return found
