"""Nothing a patient types is readable anywhere in the database's files, nor in the log."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from intake import actions

from .sample import NOW, Tab

CANARY = "Xylophonia-Quetzal"


def everything() -> bytes:
    """Every byte the database keeps."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return b"".join(path.read_bytes() for path in Path(name).parent.glob(Path(name).name + "*"))
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows).encode()


@pytest.mark.check("C36", required="0 in the database's files and the log")
@pytest.mark.usefixtures("transactional_db")
def test_no_answer_or_name_is_readable_at_rest(tab: Tab, clinician: object, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        born = datetime.date(1947, 11, 23)  # of nobody in the stored cases
        tab.finish(given_name=CANARY, family_name=f"{CANARY}-Fam", birth_date=born, plan_now="yes")
        actions.submit(response_id=tab.response.pk, now=NOW)
        actions.open_response(response=tab.response, user=clinician, now=NOW)  # type: ignore[arg-type]
        call_command("worker", "--once")

    stored = everything().lower()
    assert tab.response.reference.lower().encode() in stored  # the search does find what is there
    for word in (CANARY.lower(), "1947-11-23"):
        assert word.encode() not in stored
        assert word not in caplog.text.lower()
