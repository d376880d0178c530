"""What `make trust` does with tests that pass, fail, hang or are never reached."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trust.durability.processes import until
from tools import trust_runs
from tools.trust_runs import Run

SETTINGS = """
[pytest]
addopts = -p tests.trust.reporter -p pytest_timeout
markers =
    check(id, required): a check
    alone: alone
"""
SOURCE = """
import time
import pytest

@pytest.mark.timeout(0)
@pytest.mark.check("C01", required="0 lost")
def test_passes(figure): figure("40 kills")

@pytest.mark.alone
@pytest.mark.check("C04", required="1 s")
def test_measures(): assert 2 < 1, "too slow"

@pytest.mark.check("C01", required="0 lost")
def test_hangs():
    time.sleep(600)
"""


@pytest.fixture
def run_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Run]:
    monkeypatch.setattr(trust_runs, "RESULTS", tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # a run begins sooner without the plugins of the product
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_them.py").write_text(SOURCE)
    return lambda part: Run("SQLite", part, [str(tmp_path / "test_them.py")])


def found(run: Run) -> dict[str, str]:
    return {row["test"].rpartition("::")[2]: row["outcome"] for row in run.outcomes()}


def test_a_test_that_hangs_is_ended_as_failed_with_its_stack(run_of, monkeypatch, capsys) -> None:
    monkeypatch.setattr(trust_runs, "EACH", 2)
    run = run_of("beside")

    trust_runs.wait_for([run])

    assert found(run) == {"test_passes": "passed", "test_hangs": "failed"}
    assert "time.sleep(600)" in run.file("log").read_text()
    assert trust_runs.failures(run.outcomes())[0].endswith("::test_hangs: Failed: Timeout (>2.0s) from pytest-timeout.")
    assert re.search(r"SQLite: 2 of 2 done, 1 failed, \d+ min", capsys.readouterr().out)
    assert trust_runs.dearest(run.outcomes(), number=1)[0].endswith("test_hangs")


def test_a_run_that_is_ended_keeps_what_it_found_and_what_it_never_reached(run_of) -> None:
    run = run_of("beside")
    run.start()
    until(lambda: "passed" in found(run).values(), "a test passed")

    run.end()

    assert found(run) == {"test_passes": "passed", "test_hangs": "unfinished"}


def test_what_did_not_pass_can_be_run_again_beside_what_did(run_of, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(trust_runs.ROOT))
    monkeypatch.setattr(trust_runs, "ROOT", tmp_path)  # tests are named as they are seen from there
    run = run_of("alone")
    trust_runs.wait_for([run])
    (tmp_path / "test_them.py").write_text(SOURCE.replace("2 < 1", "1 < 2").replace("sleep(600)", "sleep(0)"))

    again = Run("SQLite", "alone", ["test_them.py"], again=True)
    assert [test.rpartition("::")[2] for test in again.tests()] == ["test_measures"]
    trust_runs.wait_for([again])

    assert found(again) == {"test_measures": "passed"}
    assert again.tests() == []


def test_what_measures_times_runs_alone_and_says_why_it_failed(run_of) -> None:
    run = run_of("alone")

    trust_runs.wait_for([run])

    assert found(run) == {"test_measures": "failed"}
    assert trust_runs.failures(run.outcomes())[0].endswith("::test_measures: AssertionError: too slow")


def test_tests_that_cannot_be_read_prove_nothing(run_of, tmp_path: Path) -> None:
    (tmp_path / "test_them.py").write_text("import what_there_is_not")

    with pytest.raises(SystemExit, match="could not be read"):
        trust_runs.wait_for([run_of("beside")])
