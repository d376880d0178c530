"""The database itself keeps a published version as it was, whoever asks."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, NotSupportedError, connection, transaction
from django.db.models import ProtectedError

from screening import models, triggers
from tests.screening.samples import NOW

pytestmark = pytest.mark.django_db

TABLE = models.QuestionnaireVersion._meta.db_table
KEPT = [
    field.column
    for field in models.QuestionnaireVersion._meta.concrete_fields
    if field.name not in models.QuestionnaireVersion.RETIREMENT
]
OTHER = {"id": 99, "questionnaire_id": 99, "number": 7, "published_at": NOW.replace(year=2020)}


def refused(statement: str, *parameters: object) -> bool:
    """Whether the database refuses a statement with our sentence."""
    with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return True


@pytest.mark.check("C13", required="a published version refuses every change")
@pytest.mark.parametrize("column", KEPT)
def test_no_column_can_be_changed_by_sql(version, column):
    assert refused(f'UPDATE {TABLE} SET "{column}" = %s WHERE id = %s', OTHER.get(column, "x"), version.pk)


def test_it_cannot_be_deleted_by_sql(version):
    assert refused(f"DELETE FROM {TABLE}")


def test_it_cannot_be_emptied_or_replaced_by_sql(version):
    if connection.vendor == "postgresql":
        connection.check_constraints()  # a table with foreign keys still to be checked cannot be emptied anyway
        assert refused(f"TRUNCATE {TABLE} CASCADE")
        return
    columns = ", ".join(f'"{name}"' for name in KEPT)
    assert refused(f"INSERT OR REPLACE INTO {TABLE} ({columns}, retired_by) SELECT {columns}, '' FROM {TABLE}")
    others = ", ".join(f'"{name}"' for name in KEPT if name != "id")
    assert refused(f"INSERT OR REPLACE INTO {TABLE} ({others}, retired_by) SELECT {others}, '' FROM {TABLE}")


def test_it_cannot_be_changed_or_deleted_by_the_orm(version):
    version.note = "Another note"
    for attempt in (
        version.save,
        version.delete,
        lambda: models.QuestionnaireVersion.objects.update(document="{}"),
        models.QuestionnaireVersion.objects.all().delete,
    ):
        with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic():
            attempt()

    version.refresh_from_db()
    assert version.note == "First"


def test_a_questionnaire_with_versions_cannot_be_deleted(version):
    with pytest.raises(ProtectedError):
        version.questionnaire.delete()

    assert models.QuestionnaireVersion.objects.count() == 1


def test_retirement_can_be_written(version):
    models.QuestionnaireVersion.objects.update(retired_at=NOW, retired_by="Ada")

    assert models.QuestionnaireVersion.objects.get().retired_by == "Ada"


def test_retirement_names_both_when_and_who(version):
    with pytest.raises(DatabaseError, match="version_retired_at_with_retired_by"), transaction.atomic():
        models.QuestionnaireVersion.objects.update(retired_at=NOW)


def test_installing_again_changes_nothing(version):
    triggers.install(connection)
    triggers.install(connection)

    assert refused(f"DELETE FROM {TABLE}")


def test_migrating_puts_back_what_was_lost(version):
    triggers.remove(connection)

    call_command("migrate", verbosity=0)

    assert refused(f"DELETE FROM {TABLE}")


def test_removing_lets_tests_empty_the_database(version):
    triggers.remove(connection)

    models.QuestionnaireVersion.objects.all().delete()

    assert not models.QuestionnaireVersion.objects.exists()


def test_it_does_nothing_without_the_table(monkeypatch):
    monkeypatch.setattr(type(connection.introspection), "table_names", lambda *_: [])
    monkeypatch.setattr(triggers, "install", lambda _: pytest.fail("installed"))

    triggers.install_after_migrate(using="default")


def test_it_refuses_a_database_it_has_no_triggers_for(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "oracle", raising=False)

    with pytest.raises(NotSupportedError, match="oracle"):
        triggers.install(connection)
