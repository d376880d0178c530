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


class ChangedMeanwhile(Exception):  # noqa: N818 (named for the event)
    """Somebody else saved the case after it was opened; nothing was stored. `edits`: its count of edits now."""

    def __init__(self, edits: int) -> None:
        super().__init__(
            "Somebody else saved this case after you had opened it. Nothing of yours was saved, and it is all still "
            "here. Open the case in another tab to see what they wrote; to replace it with yours, keep it again."
        )
        self.edits = edits


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
    models.Questionnaire.objects.select_for_update(no_key=True).get(pk=questionnaire.pk)
    if questionnaire.cases.filter(key=case.id).exists():
        raise KeyTaken(f"There is a case “{case.id}” already. Choose another key.")
    last = questionnaire.cases.aggregate(last=Max("position"))["last"] or 0
    columns: Mapping[str, Any] = cases.columns_of(case)
    kept = models.Case.objects.create(questionnaire=questionnaire, position=last + rows.GAP, **columns)
    history.note(kept, user, "Kept from a preview.", is_new=True)
    return kept


@transaction.atomic
def replace(
    *, questionnaire: models.Questionnaire, case: Case, seen: int | None, user: AbstractBaseUser | None = None
) -> models.Case:
    """Give the stored case of this key what `case` has. `seen`: its count of edits when it was opened.

    Raises `ChangedMeanwhile`, and `models.Case.DoesNotExist` when somebody removed it.
    """
    models.Questionnaire.objects.select_for_update(no_key=True).get(pk=questionnaire.pk)
    stored = questionnaire.cases.get(key=case.id)
    if stored.edits != seen:
        raise ChangedMeanwhile(stored.edits)
    columns: Mapping[str, Any] = cases.columns_of(case)
    questionnaire.cases.filter(pk=stored.pk).update(**columns, edits=stored.edits + 1)
    history.note(stored, user, "Answers and what must come out: kept from a preview.")
    return stored
