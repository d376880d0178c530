"""The text of a published version is long: no page and no command reads or parses it again for each response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from intake import actions, exporting_fhir, packed, reporting
from intake.models import Clinic, QuestionnaireResponse, User
from screening import packing, publishing
from screening.models import QuestionnaireVersion
from tests.browsers import show_who_one_is
from tests.intake.sample import NOW, Tab, later

from .conftest import Send

TEXT = f'"{QuestionnaireVersion._meta.db_table}"."document"'
PAGES = (
    "/staff/",
    "/staff/alerts/",
    "/staff/check-ins/",
    "/staff/reports/?days=365",
    "/staff/people/{person}/",
    "/staff/responses/{response}/",
    "/staff/responses/{response}/text/",
    "/staff/responses/{response}/summary.txt",
    "/staff/responses/{response}/response.fhir.json",
    "/staff/responses/{response}/sign/",
)


@pytest.fixture
def response(send: Send, clinic: Clinic, tab: Tab) -> QuestionnaireResponse:
    """One of several of a person, beside a draft."""
    tab.save(given_name="Rosa", section="about")
    send(clinic)
    return send(clinic, stroke="yes", at=later(hours=1))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], list[str]]:
    """What reads or parses the text of a version while something is done. The process knows the version by then."""

    def watched(act: Callable[[], Any]) -> list[str]:
        found: list[str] = []

        def look(execute: Any, sql: str, *given: Any) -> Any:
            if TEXT in sql:
                found.append(sql)
            return execute(sql, *given)

        parse = publishing.from_json
        monkeypatch.setattr(publishing, "from_json", lambda text: (found.append("parsed"), parse(text))[1])
        with connection.execute_wrapper(look):
            act()
        return found

    return watched


@pytest.mark.parametrize("path", PAGES)
def test_no_page_reads_it(read, desk: Client, clinician: User, response: QuestionnaireResponse, path: str) -> None:
    show_who_one_is(desk, clinician)
    address = path.format(person=response.person, response=response)

    assert read(lambda: desk.get(address)) == []
    assert desk.get(address).status_code == 200


def packed_anew() -> None:
    """As after an upgrade that lays the records out in another way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "LAYOUT", packing.LAYOUT + 1)
        assert packed.rebuild_all() == (2, [])


WORK: dict[str, Callable[[QuestionnaireResponse], Any]] = {
    "report": lambda one: reporting.report(one.clinic, days=90, now=later(days=1)),
    "export": lambda one: actions.export_responses(clinic=one.clinic, now=NOW),
    "export for FHIR": lambda one: actions.export_responses(clinic=one.clinic, now=NOW, form=exporting_fhir.exported),
    "copy for the person": lambda one: actions.copy_of(record=one.person, by=None, now=NOW),
    "packed records": lambda one: packed_anew(),
}


@pytest.mark.parametrize("work", WORK)
def test_no_work_over_many_responses_reads_it(read, response: QuestionnaireResponse, work: str) -> None:
    assert read(lambda: WORK[work](response)) == []
