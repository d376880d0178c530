"""Database triggers that keep a published version as it was published, whoever asks: the ORM, SQL, a console.

Only the retirement columns may change. The protected columns are read from the model, so a new column is protected
without a thought. Installing again replaces what is there.
"""

from __future__ import annotations

from typing import Any

from django.db import NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "A published questionnaire version cannot be changed or deleted"
NAME = "screening_version"


def install_after_migrate(*, using: str, **_: Any) -> None:
    """Handler of `post_migrate`. Does nothing while the table does not exist (migrated back to zero)."""
    from .models import QuestionnaireVersion

    connection = connections[using]
    if QuestionnaireVersion._meta.db_table in connection.introspection.table_names():
        install(connection)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, replacing earlier ones. Raises `NotSupportedError` for another vendor."""
    _run(connection, [*_statements(connection, "remove"), *_statements(connection, "install")])


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away. For tests that empty the database; `install` puts them back."""
    _run(connection, _statements(connection, "remove"))


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that are not there. Empty while the table does not exist."""
    if _table() not in connection.introspection.table_names():
        return []
    last = "replace" if connection.vendor == "sqlite" else "truncate"
    wanted = [f"{NAME}_no_{event}" for event in ("update", "delete", last)]
    present = names_in(connection)
    return [name for name in wanted if name not in present]


def names_in(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of every trigger of the database that is switched on."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return {row[0] for row in cursor.fetchall()}


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _statements(connection: BaseDatabaseWrapper, action: str) -> list[str]:
    match connection.vendor, action:
        case "sqlite", "install":
            return _sqlite_install()
        case "sqlite", "remove":
            return [f"DROP TRIGGER IF EXISTS {NAME}_no_{event}" for event in ("update", "delete", "replace")]
        case "postgresql", "install":
            return _postgresql_install()
        case "postgresql", "remove":
            return _postgresql_remove()
        case vendor, _:
            raise NotSupportedError(f"No triggers are written for {vendor}. Use SQLite or PostgreSQL.")


def _table() -> str:
    from .models import QuestionnaireVersion

    return QuestionnaireVersion._meta.db_table


def _changed(different: str) -> str:
    """A condition: some column other than retirement has another value than before."""
    from .models import QuestionnaireVersion as Version

    columns = [field.column for field in Version._meta.concrete_fields if field.name not in Version.RETIREMENT]
    return " OR ".join(f'OLD."{column}" {different} NEW."{column}"' for column in columns)


def _sqlite_install() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    # INSERT OR REPLACE deletes the old row without firing delete triggers.
    same = "id = NEW.id OR (questionnaire_id = NEW.questionnaire_id AND number = NEW.number)"
    replaced = f"EXISTS (SELECT 1 FROM {_table()} WHERE {same})"  # noqa: S608 names of our own
    return [
        f"CREATE TRIGGER {NAME}_no_update BEFORE UPDATE ON {_table()} WHEN {_changed('IS NOT')} {refuse}",
        f"CREATE TRIGGER {NAME}_no_delete BEFORE DELETE ON {_table()} {refuse}",
        f"CREATE TRIGGER {NAME}_no_replace BEFORE INSERT ON {_table()} WHEN {replaced} {refuse}",
    ]


def _postgresql_install() -> list[str]:
    execute = f"EXECUTE FUNCTION {NAME}_refuse()"
    return [
        f"CREATE OR REPLACE FUNCTION {NAME}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER {NAME}_no_update BEFORE UPDATE ON {_table()} "
        f"FOR EACH ROW WHEN ({_changed('IS DISTINCT FROM')}) {execute}",
        f"CREATE TRIGGER {NAME}_no_delete BEFORE DELETE ON {_table()} FOR EACH ROW {execute}",
        f"CREATE TRIGGER {NAME}_no_truncate BEFORE TRUNCATE ON {_table()} FOR EACH STATEMENT {execute}",
    ]


def _postgresql_remove() -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {NAME}_no_{event} ON {_table()}" for event in ("update", "delete", "truncate")]
