"""Reading the notice about substance-use answers (42 CFR Part 2)."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from intake import audit, part2
from intake.models import QuestionnaireResponse

from .refusals import locked
from .saving import AlreadySent


def acknowledge_part2_notice(
    *, response_id: uuid.UUID | str, language: str, now: datetime.datetime
) -> QuestionnaireResponse:
    """Keep that the person said they had read the notice: its version, its language, when. The first time stands.

    Raises `NoSuchResponse`, `AlreadySent`.
    """
    with transaction.atomic():
        response = locked(response_id)
        if response.is_sent:
            raise AlreadySent("These answers were sent already.")
        if response.part2_acknowledged_at is None:
            response.part2_acknowledged_at = now
            response.part2_notice = f"{part2.VERSION} {language}"
            response.save(update_fields=["part2_acknowledged_at", "part2_notice"])
            audit.record(
                actor=audit.patient(response), action="part2.acknowledged", now=now, response=response.pk,
                notice=response.part2_notice,
            )  # fmt: skip
    return response
