"""A case kept from answers: what it would expect, as the rules say now, for a person to confirm; and storing it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Max

from screening import cases, history, models, rows
from screening.engine.answers import Answer, Answers, write_value
from screening.engine.assessment import Assessment
from screening.exchange.cases import Case, Expectation


class KeyTaken(Exception):  # noqa: N818 (named for the event)
    """The questionnaire has a case of this key already; nothing was stored."""


def answers_of(answers: Answers, day: datetime.date) -> dict[str, Any]:
    """Answers as a case writes them. What was left empty is left out: a case leaves empty all that it does not name.

    >>> given = {"a": Answer(state="answered", value="yes"), "b": Answer(state="skipped")}
    >>> answers_of(given, datetime.date(2026, 3, 2))
    {'a': 'yes'}
    """
    return {name: _plain(answer, day) for name, answer in answers.items() if answer.state != "skipped"}


def _plain(answer: Answer, day: datetime.date) -> Any:
    if answer.state != "answered":
        return {"state": answer.state}
    value = write_value(answer.value)  # type: ignore[arg-type]  # an answered question has one
    if answer.on in (None, day):
        return value
    return {"state": "answered", "value": value, "on": answer.on.isoformat()}  # type: ignore[union-attr]


def expected_of(said: Assessment) -> Expectation:
    """What a case expects when everything that the rules say is right."""
    totals = {name: score.total for name, score in said.scores.items() if score.total is not None}
    return Expectation(
        flags={flag.flag: flag.severity for flag in said.flags},
        unresolved=tuple(dict.fromkeys(flag.flag for flag in said.unresolved)),
        inconsistencies=said.inconsistencies,
        scores=totals or None,
        safety_panel=said.safety_panel,
        alert_at_once=said.alert_at_once,
    )


@transaction.atomic
def keep(*, questionnaire: models.Questionnaire, case: Case, user: AbstractBaseUser | None = None) -> models.Case:
    """Store one more case, after the others. Raises `KeyTaken`."""
    models.Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if questionnaire.cases.filter(key=case.id).exists():
        raise KeyTaken(f"There is a case “{case.id}” already. Choose another key.")
    last = questionnaire.cases.aggregate(last=Max("position"))["last"] or 0
    columns: Mapping[str, Any] = cases.columns_of(case)
    kept = models.Case.objects.create(questionnaire=questionnaire, position=last + rows.GAP, **columns)
    history.note(kept, user, "Kept from a preview.", is_new=True)
    return kept
