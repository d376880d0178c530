"""One store of one size: `python -m benchmarks.store SQLite 1000` prints the milliseconds of each question as JSON."""

from __future__ import annotations

import datetime
import json
import os
import sys
import tempfile
from typing import Any

from benchmarks.figures import median_microseconds

DATABASES = ("SQLite", "PostgreSQL")
WAITING = 200
"""Responses that nobody has opened or signed yet, whatever the size of the store."""
NOW = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC)


def main(database: str, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clinician, reference = _set_up(folder, size)
        print(json.dumps(_asked(clinician, reference)))


def _set_up(folder: str, size: int) -> tuple[Any, str]:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "benchmarks.web.settings", "DATA_DIR": folder}
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    import django
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.web import site

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=True)
    clinic, version = site.make_clinic()
    clinician = _clinician(clinic)
    response = _sent(clinic, version, clinician)
    _copy(response, size - WAITING)
    _copy_waiting(response)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return clinician, response.reference


def _clinician(clinic: Any) -> Any:
    from intake import actions

    return actions.create_staff(email="c@bench.example", name="C", role="clinician", clinic=clinic, now=NOW).user


def _sent(clinic: Any, version: Any, clinician: Any) -> Any:
    """A response that was sent, opened and signed."""
    from intake import vault
    from intake.models import Person, QuestionnaireResponse, SignOff

    person = Person(clinic=clinic, created_at=NOW, name_hash="0", birth_date_hash="0", identity_ct=b"")
    vault.create_data_key(person)
    person.save()
    response = QuestionnaireResponse(
        clinic=clinic, version=version, person=person, language="en", status="sent", settings={}, document_ct=b"",
        assessment_ct=b"", started_at=NOW, saved_at=NOW, sent_at=NOW, as_of=NOW.date(), resume_code_hash="",
        opened_at=NOW, opened_by=clinician,
    )  # fmt: skip
    vault.create_data_key(response)
    response.save(force_insert=True)
    SignOff.objects.create(
        response=response, version_sha256="0" * 64, content_sha256="0" * 64, decision_ct=b"", signed_at=NOW,
        signed_by=clinician,
    )  # fmt: skip
    return response


def _copy(response: Any, number: int) -> None:
    """So many copies of a response and of its signature, made by the database itself."""
    from intake.models import QuestionnaireResponse, SignOff

    _multiply(QuestionnaireResponse, number, first=1, id=_key("n"), reference=_reference("n"))
    _multiply(SignOff, number, first=1, id=_key("n"), response_id=_key("n"))


def _copy_waiting(response: Any) -> None:
    """Those of today: nobody has opened or signed them."""
    from intake.models import QuestionnaireResponse

    unopened = {"opened_at": "NULL", "opened_by_id": "NULL", "top_severity": "n % 5"}
    first = 900_000_000
    _multiply(QuestionnaireResponse, WAITING, first=first, id=_key("n"), reference=_reference("n"), **unopened)


def _multiply(model: Any, number: int, *, first: int, **changed: str) -> None:
    from django.db import connection

    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table, last = model._meta.db_table, first + number - 1
    sql = f"""
        WITH RECURSIVE series(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last}),
        original AS (SELECT * FROM "{table}" LIMIT 1)
        INSERT INTO "{table}" ({names}) SELECT {values} FROM original, series
    """
    if connection.vendor == "sqlite":  # its grammar wants the insert first
        head, insert = sql.split("INSERT INTO", 1)
        into, select = insert.split(" SELECT ", 1)
        sql = f"INSERT INTO {into} {head} SELECT {select}"
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _key(number: str) -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"printf('%032x', {number})"
    return f"lpad(to_hex({number}), 32, '0')::uuid"


def _reference(number: str) -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"printf('%08x', {number})"
    return f"lpad(to_hex({number}), 8, '0')"


def _asked(clinician: Any, reference: str) -> dict[str, float]:
    """The milliseconds of what a clinician asks of the list."""
    from django.db.models import Q

    from intake.clinician import worklist
    from intake.clinician.worklist_filters import Filter

    page = worklist.page_of(clinician)
    asked = {
        "first page of the list with its counts": lambda: worklist.page_of(clinician),
        "the next page": lambda: worklist.page_of(clinician, after=page.next_after),
        "those nobody has opened": lambda: worklist.page_of(clinician, wanted=Filter(state="unopened")),
        "search by reference": lambda: worklist.matching(clinician, Q(reference=reference)),
    }
    return {what: median_microseconds(call, times=5) / 1000 for what, call in asked.items()}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
