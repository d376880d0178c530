"""Keeps what each test marked with a check found: `@pytest.mark.check("C01", required="0 answers lost")`.

With TRUST_RESULTS the outcomes are written to that file as JSON when the run ends; `tools/trust.py` reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_results: list[dict[str, Any]] = []


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Call it with what was measured: `figure("40 cut points, 0 lost")`."""
    return lambda text: record_property("figure", text)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Names the checks of a test. Hostile words may stand in what was captured: a lone surrogate could not be sent to
    the process that gathers the reports, and would end the whole run."""
    report = yield
    report.checks = [(mark.args[0], mark.kwargs["required"]) for mark in item.iter_markers("check")]
    report.sections = [(name, words.encode("utf-8", "backslashreplace").decode()) for name, words in report.sections]
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """One row for each check of a test that ran, failed on the way or was skipped."""
    if report.when == "call" or not report.passed:
        figures = "; ".join(str(value) for name, value in report.user_properties if name == "figure")
        for check, required in getattr(report, "checks", []):
            row = {"check": check, "required": required, "test": report.nodeid, "figure": figures}
            _results.append({**row, "outcome": report.outcome, "seconds": round(report.duration, 1)})


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Only the run that started the others writes."""
    if (file := os.environ.get("TRUST_RESULTS")) and not hasattr(session.config, "workerinput"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(json.dumps(_results, indent=1))
