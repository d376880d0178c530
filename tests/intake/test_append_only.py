"""What was saved stays as it was saved, whoever asks: the ORM, SQL, a console. It goes only with the whole response."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from intake import actions
from intake.models import PackedRecord, QuestionnaireResponse, ReviewEntry, Revision, SignOff, User

from .sample import NOW, Tab

ALL = pytest.mark.parametrize("model", [Revision, PackedRecord, ReviewEntry, SignOff])


@pytest.fixture(autouse=True)
def _reviewed(request: pytest.FixtureRequest, clinician: User) -> None:
    """Somebody wrote a note about every response of the test, and signed it."""
    names = [name for name in ("sent", "second") if name in request.fixturenames]
    for response in map(request.getfixturevalue, names):
        actions.add_note(response_id=response.pk, text="x", by=clinician, now=NOW)
        SignOff.objects.create(
            response=response, version_sha256="", content_sha256="", decision_ct=b"", signed_at=NOW, signed_by=clinician
        )


def refused(statement: str, *values: Any) -> None:
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def table(model: Any) -> str:
    return str(model._meta.db_table)


@pytest.mark.check("C71", required="the database refuses to change answers")
@ALL
def test_it_is_never_changed(model: Any, sent: QuestionnaireResponse) -> None:
    assert model.objects.exists()

    refused(f"UPDATE {table(model)} SET response_id = response_id")


@ALL
def test_it_is_not_deleted_while_its_response_can_be_read(model: Any, sent: QuestionnaireResponse) -> None:
    refused(f"DELETE FROM {table(model)}")


@ALL
def test_the_orm_is_refused_too(model: Any, sent: QuestionnaireResponse) -> None:
    row = model.objects.first()

    for write in (row.save, row.delete, model.objects.all().delete):
        with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
            write()


@ALL
def test_it_goes_once_the_key_of_its_response_is_gone(model: Any, sent: QuestionnaireResponse) -> None:
    QuestionnaireResponse.objects.filter(pk=sent.pk).update(wrapped_key=b"")

    model.objects.filter(response=sent).delete()

    assert not model.objects.exists()


@ALL
def test_another_response_keeps_its_own(model: Any, sent: QuestionnaireResponse, second: QuestionnaireResponse) -> None:
    QuestionnaireResponse.objects.filter(pk=sent.pk).update(wrapped_key=b"")

    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        model.objects.all().delete()

    assert model.objects.filter(response=second).exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="INSERT OR REPLACE is SQLite's")
@ALL
def test_it_is_not_replaced_either(model: Any, sent: QuestionnaireResponse) -> None:
    refused(f"INSERT OR REPLACE INTO {table(model)} SELECT * FROM {table(model)}")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's")
@ALL
def test_it_is_not_emptied_either(model: Any, sent: QuestionnaireResponse) -> None:
    connection.check_constraints()  # PostgreSQL empties no table whose constraints still wait for the commit

    refused(f"TRUNCATE {table(model)} CASCADE")


@pytest.fixture
def second(clinic: Any, version: Any) -> QuestionnaireResponse:
    begun = actions.start(clinic=clinic, version=version, language="en", now=NOW)
    Tab(begun.response).finish(given_name="Bo", family_name="Example", plan_now="no", harm_thoughts="no", low_mood="no")
    return actions.submit(response_id=begun.response.pk, now=NOW)
