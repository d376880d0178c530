"""How the databases find a page of the worklist: in an index, in its order, from where the page begins.

A plan says what a clock cannot: that the work stays the same however many responses there are.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client

from intake import reporting
from intake.clinician import worklist
from intake.clinician.worklist_filters import chosen
from intake.models import Clinic, Membership, Person, QuestionnaireResponse, User
from intake.models.listing import KINDS
from screening.models import QuestionnaireVersion
from tests.intake.sample import NOW

TABLE = "intake_questionnaireresponse"
MANY = 1_500

ONE_INDEX = {
    "": "worklist_all",
    "state=waiting": "worklist_all",
    "state=unopened": "worklist_unopened",
    "state=unsigned": "worklist_unsigned",
    "state=mine": "worklist_assigned",
    "state=nobody": "worklist_nobodys",
    "state=unsent": "worklist_unsent",
    "severity=urgent": "worklist_severity",
    "severity=none": "worklist_severity",
    "severity=unresolved": "worklist_unresolved",
    **{f"kind={kind}": f"worklist_{kind}" for kind in KINDS},
}
"""Each filter and the index that serves it, in the order of the list."""
SEVERAL = {
    "severity=caution&state=nobody": "worklist_severity",
    "severity=urgent&state=mine": "worklist_assigned",
    "kind=urgent&severity=urgent&state=unopened": "worklist_urgent",
}


@pytest.fixture
def store(
    clinic: Clinic, other_clinic: Clinic, version: QuestionnaireVersion, clinician: User, colleague: User
) -> None:
    """Two clinics with many responses of every kind, and a database that has counted them.

    No filter leaves most of a list: there the index of the whole list would serve as well.
    """
    takers = {1: clinician, 4: None, 9: None}
    rows = [
        _response(n, clinic if n % 3 else other_clinic, version, clinician, takers.get(n % 11, colleague))
        for n in range(MANY)
    ]
    people = [
        Person(clinic=row.clinic, name_hash=f"{n:064x}", identity_ct=b"", created_at=NOW) for n, row in enumerate(rows)
    ]
    Person.objects.bulk_create(people)
    for row, person in list(zip(rows, people, strict=True))[MANY // 8 :]:
        row.status, row.sent_at, row.as_of = "sent", row.started_at, NOW.date()
        row.person, row.assessment_ct = person, b""
    QuestionnaireResponse.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":  # so small a table would be read or sorted whole, and rightly
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")


def _response(
    number: int, clinic: Clinic, version: QuestionnaireVersion, by: User, taker: User | None
) -> QuestionnaireResponse:
    """A response that stands somewhere on the list, or a draft that does not."""
    began = NOW + datetime.timedelta(minutes=number)
    is_opened = number % 7 > 0
    return QuestionnaireResponse(
        clinic=clinic, version=version, language="en", settings={}, document_ct=b"", started_at=began, saved_at=began,
        resume_code_hash="", key_id="", wrapped_key=b"", opened_at=NOW if is_opened else None,
        opened_by=by if is_opened else None, assigned_to=taker, top_severity=number % 5,
        has_unresolved_safety=number % 11 == 0, alert_waits=number % 13 == 0, is_signed=number % 4 > 0,
        **{f"alerted_{kind}": number % every == 0 for every, kind in zip((4, 5, 7, 8), KINDS, strict=True)},
    )  # fmt: skip


Plan = list[str]


def plans_of(call: Callable[[], Any]) -> list[Plan]:
    """The plan of each query about responses that a call asks."""
    found: list[Plan] = []
    prefix = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "

    def explain(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.startswith(("SELECT", "(SELECT")) and TABLE in sql:
            execute(prefix + sql, params, many, context)
            found.append([str(row[-1]).strip() for row in context["cursor"].fetchall()])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        call()
    return found


def scans(plans: list[Plan]) -> list[str]:
    """Whatever is looked through from end to end, but for tables that are small in any installation."""
    small = ("screening_questionnaireversion", "intake_membership", "intake_clinic", "intake_user")
    own = ("(subquery", "counted", "CONSTANT", *small)
    lines = [line for plan in plans for line in plan]
    found = [line for line in lines if line.startswith("SCAN ") and not any(each in line for each in own)]
    return found + [line for line in lines if "Seq Scan" in line and not any(each in line for each in small)]


def sorts(plan: Plan) -> list[str]:
    """What is put in order before it is cut to a page: that would be all of it."""
    found = [line for line in plan if "TEMP B-TREE FOR ORDER" in line]
    return found + [after for line, after in itertools.pairwise(plan) if "Limit" in line and "Sort" in after]


def looked_up_by_key(plan: Plan) -> list[str]:
    """Lines that PostgreSQL found in an index and looks up again: for a thousand of them it reads the whole table."""
    return [line for line in plan if "Join" in line or "Nested Loop" in line]


def begins_at_its_place(plan: Plan) -> bool:
    """Whether the database goes straight to where the page begins."""
    of_sqlite, of_postgresql = "urgency,listed_at,id)>(", "listed_at, id) > ROW("
    return any(of_sqlite in line or ("Index Cond" in line and of_postgresql in line) for line in plan)


def on_page(user: User, query: str, after: str = "") -> worklist.Page:
    return worklist.page_of(user, wanted=chosen(QueryDict(query)), after=after)


@pytest.mark.usefixtures("store")
def test_every_filter_count_and_page_is_found_in_its_index(clinician: User) -> None:
    for query, index in (ONE_INDEX | SEVERAL).items():
        first = on_page(clinician, query)
        assert first.rows, query
        for after in sorted({"", first.next_after}):
            plan, *others = plans_of(lambda query=query, after=after: on_page(clinician, query, after))
            assert scans([plan, *others]) == sorts(plan) == [], (query, plan, others)
            assert looked_up_by_key(plan) == [], (query, plan)
            assert any(index in line for line in plan), (query, plan)
            assert begins_at_its_place(plan) == bool(after), (query, plan)
        assert first.next_after or query in SEVERAL, query


@pytest.mark.usefixtures("store")
def test_so_it_is_for_those_who_read_no_answers(front_desk: User) -> None:
    for query in ("", "state=unopened"):
        for after in ("", on_page(front_desk, query).next_after):
            plan, *others = plans_of(lambda query=query, after=after: on_page(front_desk, query, after))
            assert scans([plan, *others]) == sorts(plan) == [], (query, plan)
            assert any("worklist_plain" in line for line in plan), (query, plan)
            assert begins_at_its_place(plan) == bool(after), (query, plan)


@pytest.mark.usefixtures("store")
def test_so_it_is_for_those_who_work_in_two_clinics(clinician: User, other_clinic: Clinic) -> None:
    Membership.objects.create(user=clinician, clinic=other_clinic, role="clinician", created_at=NOW)
    first = on_page(clinician, "")
    for after in ("", first.next_after):
        plan, *others = plans_of(lambda after=after: on_page(clinician, "", after))
        assert scans([plan, *others]) == sorts(plan) == [], plan
        assert begins_at_its_place(plan) == bool(after), plan


@pytest.mark.usefixtures("store")
def test_a_search_goes_to_what_it_names(desk: Client) -> None:
    for given in ({"reference": "K7QM-3X4P"}, {"name": "Rosa Díaz"}, {"birth_date": "1985-06-15"}):
        plans = plans_of(lambda given=given: desk.post("/staff/search/", given))

        assert plans, given
        assert scans(plans) == [], (given, plans)


@pytest.mark.usefixtures("store")
def test_a_report_reads_the_responses_of_its_days_and_no_more(clinic: Clinic) -> None:
    plans = plans_of(lambda: reporting.report(clinic, days=1, now=NOW + datetime.timedelta(minutes=MANY + 1_300)))

    of_responses = [plan for plan in plans if not any("intake_alert" in line for line in plan)]
    assert len(of_responses) >= 4
    assert all(any("response_by_start" in line for line in plan) for plan in of_responses), of_responses
