"""The migration that first wrote the facts of the worklist, told by rows that were there before it: the worklist
believes these facts and asks nobody again."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from intake import triggers
from intake.models import Clinic, QuestionnaireResponse, User
from intake.models.listing import KINDS
from screening.models import QuestionnaireVersion

from .impact_samples import send_many
from .sample import NOW, later

BEFORE, AFTER = "0016_erasure", "0017_worklist"

Insert = Callable[["Rows"], None]


class Rows:
    """What earlier actions left about one response, written as the models were before the migration."""

    def __init__(self, apps: Any, response: QuestionnaireResponse, by: User) -> None:
        self.apps, self.by, self.number = apps, by, 0
        self.of = {"response_id": response.pk}

    def alert(self, kind: str, *, is_acknowledged: bool) -> Rows:
        about = {"acknowledged_at": NOW, "acknowledged_by_id": self.by.pk, "note_ct": b"-"} if is_acknowledged else {}
        return self._add("Alert", kind=kind, severity=4, reason_ct=b"-", created_at=NOW, due_at=NOW, **about)

    def signed(self, at: datetime.datetime) -> Rows:
        content = f"{at:%H:%M}"
        return self._add("SignOff", content_sha256=content, decision_ct=b"-", signed_at=at, signed_by_id=self.by.pk)

    def entry(self, kind: str, at: datetime.datetime) -> Rows:
        return self._add("ReviewEntry", number=True, kind=kind, body_ct=b"-", done_at=at, done_by_id=self.by.pk)

    def corrected(self, at: datetime.datetime) -> Rows:
        return self._add("Correction", number=True, source="words", attempt=str(at), content_ct=b"-", created_at=at)

    def _add(self, model: str, *, number: bool = False, **values: Any) -> Rows:
        self.number += 1
        numbered = {"number": self.number} if number else {}
        self.apps.get_model("intake", model).objects.create(**self.of, **numbered, **values)
        return self


FIRST, SECOND, THIRD = later(hours=1), later(hours=2), later(hours=3)
CASES: dict[str, tuple[Insert, set[str]]] = {
    "plain": (lambda rows: None, set()),
    "waits": (
        lambda rows: rows.alert("at_once", is_acknowledged=False).alert("urgent", is_acknowledged=True),
        {"alert_waits", "alerted_at_once", "alerted_urgent"},
    ),
    "acknowledged": (
        lambda rows: rows.alert("unresolved_safety", is_acknowledged=True).alert("safety_panel", is_acknowledged=True),
        {"alerted_unresolved_safety", "alerted_safety_panel"},
    ),
    "signed": (lambda rows: rows.signed(FIRST), {"is_signed"}),
    "signed, corrected": (lambda rows: rows.signed(FIRST).corrected(SECOND), set()),
    "corrected, signed": (lambda rows: rows.corrected(FIRST).signed(SECOND), {"is_signed"}),
    "signed, entered": (lambda rows: rows.signed(FIRST).entry("answered", SECOND), set()),
    "signed, noted": (lambda rows: rows.signed(FIRST).entry("noted", SECOND), {"is_signed"}),
    "signed again": (lambda rows: rows.signed(FIRST).corrected(SECOND).signed(THIRD), {"is_signed"}),
    "alerted, signed": (
        lambda rows: rows.alert("urgent", is_acknowledged=True).signed(FIRST),
        {"alerted_urgent", "is_signed"},
    ),
}


def migrate(*targets: tuple[str, str]) -> Any:
    """Bring the tables to these migrations; gives back the models as they are then."""
    executor = MigrationExecutor(connection)
    return executor.migrate(list(targets) or executor.loader.graph.leaf_nodes()).apps


@pytest.fixture
def sent(clinic: Clinic, version: QuestionnaireVersion) -> list[QuestionnaireResponse]:
    return send_many(clinic, version, [{} for _ in CASES])


@pytest.fixture
def before(transactional_db: None, sent: list[QuestionnaireResponse], clinician: User) -> Iterator[Any]:
    """The models as they were; afterwards every table is again what it is for the other tests."""
    triggers.remove(connection)
    try:
        yield migrate(("intake", BEFORE))
    finally:
        migrate()


def test_the_facts_are_those_of_the_rows(before: Any, sent: list[QuestionnaireResponse], clinician: User) -> None:
    for response, (insert, _) in zip(sent, CASES.values(), strict=True):
        insert(Rows(before, response, clinician))

    responses = migrate(("intake", AFTER)).get_model("intake", "QuestionnaireResponse").objects

    names = ("alert_waits", "is_signed", *(f"alerted_{kind}" for kind in KINDS))
    stored = {row.pop("pk"): {name for name in row if row[name]} for row in responses.values("pk", *names)}
    found = {case: stored[response.pk] for case, response in zip(CASES, sent, strict=True)}
    assert found == {case: facts for case, (_, facts) in CASES.items()}
