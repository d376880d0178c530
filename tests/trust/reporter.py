"""Keeps what each test marked with a check found: `@pytest.mark.check("C01", required="0 answers lost")`.

With TRUST_RESULTS a line of JSON is added to that file for each check of each test: before the first test, that it
is unfinished, and afterwards what became of it. A run that is ended halfway leaves what it found for `tools/trust.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest

Row = dict[str, str | float]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Call it with what was measured: `figure("40 cut points, 0 lost")`."""
    return lambda text: record_property("figure", text)


def checks_of(item: pytest.Item) -> list[tuple[str, str]]:
    """The id and the requirement of each check that a test is marked with."""
    return [(mark.args[0], mark.kwargs["required"]) for mark in item.iter_markers("check")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Names the checks of a test. Hostile words may stand in what was captured: a lone surrogate could not be sent to
    the process that gathers the reports, and would end the whole run."""
    report = yield
    report.checks = checks_of(item)
    report.sections = [(name, words.encode("utf-8", "backslashreplace").decode()) for name, words in report.sections]
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is going to run."""
    for item in session.items:
        for check, required in checks_of(item):
            _keep({"check": check, "required": required, "test": item.nodeid, "figure": "", "outcome": "unfinished"})


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """One row for each check of a test that ran, failed on the way or was skipped."""
    if report.when == "call" or not report.passed:
        figures = "; ".join(str(value) for name, value in report.user_properties if name == "figure")
        for check, required in getattr(report, "checks", []):
            row: Row = {"check": check, "required": required, "test": report.nodeid, "figure": figures}
            _keep({**row, "outcome": report.outcome, "seconds": round(report.duration, 1), **_cause_of(report)})


def _cause_of(report: pytest.TestReport) -> Row:
    """Of a test that failed: in a line what failed, and where."""
    if not report.failed:
        return {}
    crash = getattr(report.longrepr, "reprcrash", None)
    return {"cause": crash.message.strip().split("\n")[0] if crash else "", "trace": report.longreprtext}


def _keep(row: Row) -> None:
    """Add a line. Of a run on several processors only the process that started the others writes."""
    if (file := os.environ.get("TRUST_RESULTS")) and "PYTEST_XDIST_WORKER" not in os.environ:
        with open(file, "a") as rows:
            rows.write(json.dumps(row) + "\n")
