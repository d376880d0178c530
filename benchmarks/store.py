"""One store of one size, in a process that waits for questions: `python -m benchmarks.store 1000`.

It prints what can be asked, as JSON, as soon as it is filled. Each line that it reads afterwards is one of these; it is
asked `TIMES` times, and how many milliseconds each took is printed, as JSON. It ends with its input.
"""

from __future__ import annotations

import datetime
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from benchmarks.figures import microseconds

TIMES = 10
WAITING = 200
"""Responses that nobody has opened or signed yet, whatever the size of the store."""
NOW = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC)


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        questions = _questions(_set_up(folder, size), size)
        print(json.dumps(list(questions)), flush=True)
        for line in sys.stdin:
            asked = questions[line.strip()]
            print(json.dumps([microseconds(asked) / 1000 for _ in range(TIMES)]), flush=True)


def _set_up(folder: str, size: int) -> Any:
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
    _sent(clinic, version, clinician)
    logging.disable(logging.ERROR)  # the identity of a copy does not open: it takes as long, and says so each time
    _fill(size)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    return clinician


def _clinician(clinic: Any) -> Any:
    from intake import actions

    return actions.create_staff(email="c@bench.example", name="C", role="clinician", clinic=clinic, now=NOW).user


def _sent(clinic: Any, version: Any, clinician: Any) -> Any:
    """A response that was sent, opened and signed."""
    from intake import vault
    from intake.models import Person, QuestionnaireResponse

    person = Person(clinic=clinic, created_at=NOW, name_hash="0" * 64, birth_date_hash="0" * 64, identity_ct=b"")
    vault.create_data_key(person)
    person.save()
    response = QuestionnaireResponse(
        clinic=clinic, version=version, person=person, language="en", status="sent", settings={}, document_ct=b"",
        assessment_ct=b"", started_at=NOW, saved_at=NOW, sent_at=NOW, as_of=NOW.date(), resume_code_hash="",
        opened_at=NOW, opened_by=clinician, is_signed=True,
    )  # fmt: skip
    vault.create_data_key(response)
    response.save(force_insert=True)
    return response


def _fill(number: int) -> None:
    """So many people who sent one response each, copied by the database itself. The latest `WAITING` were opened by
    nobody; every tenth of those calls for somebody."""
    from intake.models import Person, QuestionnaireResponse

    _multiply(Person, number, id=_key(), reference=_reference(), name_hash=_hash(), birth_date_hash=_hash())
    of_each = {"id": _key(), "reference": _reference(), "person_id": _key(), "sent_at": _moment()}
    waiting = {
        "opened_at": "NULL", "opened_by_id": "NULL", "top_severity": "n % 5", "is_signed": "n < 0",
        "alert_waits": "n % 10 = 0", "alerted_urgent": "n % 10 = 0",
    }  # fmt: skip
    _multiply(QuestionnaireResponse, WAITING, **of_each, **waiting)
    _multiply(QuestionnaireResponse, number - WAITING, first=WAITING + 1, **of_each)


def _multiply(model: Any, number: int, *, first: int = 1, **changed: str) -> None:
    from django.db import connection

    columns = [field.column for field in model._meta.concrete_fields if not field.generated]
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


def _hex(digits: int) -> str:
    from django.db import connection

    return f"printf('%0{digits}x', n)" if connection.vendor == "sqlite" else f"lpad(to_hex(n), {digits}, '0')"


def _key() -> str:
    from django.db import connection

    return _hex(32) if connection.vendor == "sqlite" else f"{_hex(32)}::uuid"


def _reference() -> str:
    return _hex(8)


def _hash() -> str:
    return _hex(64)


def _moment() -> str:
    """A second earlier for each."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"datetime('{NOW:%Y-%m-%d %H:%M:%S}', '-' || n || ' seconds')"
    return f"'{NOW.isoformat()}'::timestamptz - n * interval '1 second'"


def _questions(clinician: Any, size: int) -> dict[str, Callable[[], object]]:
    """What a clinician asks of the list, by what it is called in the results."""
    from django.db.models import Q

    from intake.clinician import worklist
    from intake.clinician.worklist_filters import Filter

    middle = f"{size // 2:x}"
    page, deep = worklist.page_of(clinician), _deep(size)
    by_name = Q(person__clinic__in=[clinician.memberships.get().clinic_id], person__name_hash__in=[middle.zfill(64)])
    return {
        "first page of the list with its counts": lambda: worklist.page_of(clinician),
        "the next page": lambda: worklist.page_of(clinician, after=page.next_after),
        "a page nine tenths down": lambda: worklist.page_of(clinician, after=deep),
        "those nobody has opened": lambda: worklist.page_of(clinician, wanted=Filter(state="unopened")),
        "nobody's, with nothing raised": lambda: worklist.page_of(
            clinician, wanted=Filter(state="nobody", severity="none")
        ),
        "search by reference": lambda: worklist.matching(clinician, Q(reference=middle.zfill(8))),
        "search by name": lambda: worklist.matching(clinician, by_name),
    }


def _deep(size: int) -> str:
    """The place of a line far down the list."""
    from intake.access.listing import Place
    from intake.clinician import worklist
    from intake.models import QuestionnaireResponse

    lines = QuestionnaireResponse.objects.filter(urgency__isnull=False).order_by("urgency", "listed_at", "pk")
    return worklist.written(Place(*lines.values_list("urgency", "listed_at", "pk")[size * 9 // 10]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
