"""Runs the long forms in processes of their own, two at a time, and ends what does not end by itself.

A test that takes longer than `EACH` is ended as failed, with the stack of every thread (pytest-timeout); a run that
takes longer than `WHOLE` is ended as it stands. What a run says is kept in var/trust/*.log; what became of each test,
with the cause of a failure, in *.jsonl.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "var" / "trust"
DATABASES = {
    "SQLite": ([], "check"),
    "PostgreSQL": ([sys.executable, "tools/with_postgres.py"], "check and (not browser or both_databases)"),
}
PARTS = {"alone": "alone", "beside": "not alone"}
"""What measures times runs first, while nothing else does; then the rest, both databases beside each other."""
EACH, WHOLE, LAST_WORDS = 30 * 60, 100 * 60, 30
"""Seconds: for one test, for one run, and for what is ended to tidy up."""
PROGRESS = 60
"""Seconds between two lines that say how far a run is."""

Outcome = dict[str, Any]


@dataclass
class Run:
    """One part of the tests in these files on one database; `again`: only what did not pass in the last run."""

    database: str
    part: str
    paths: list[str]
    again: bool = False
    process: subprocess.Popen[bytes] | None = None
    was_ended: bool = False
    began: float = field(default_factory=time.monotonic)

    def file(self, kind: str) -> Path:
        return RESULTS / f"{self.database.lower()}-{self.part}.{kind}"

    def start(self) -> None:
        """Begin, in a group of processes that can be ended together."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        tests = self.tests()
        if not self.again:
            self.file("jsonl").unlink(missing_ok=True)
        prefix, marks = DATABASES[self.database]
        limits = ["--timeout", str(EACH), "--timeout-method", "signal", "-o", f"faulthandler_timeout={EACH + 60}"]
        command = [*prefix, sys.executable, "-m", "pytest", "-v", "--durations=40", *limits]
        # Tests of this start one from a process of several that test: the run is no part of theirs.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST_")}
        environment = {"TRUST": "long", "TRUST_RESULTS": str(self.file("jsonl")), "JOURNEY_RERUNS": "0"}
        with self.file("log").open("w") as log:
            self.process = subprocess.Popen(
                [*command, "-m", f"({marks}) and {PARTS[self.part]}", *tests],
                cwd=ROOT,
                env={**kept, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.began = time.monotonic()

    def tests(self) -> list[str]:
        """What there is to run, as pytest is told."""
        if not self.again:
            return self.paths
        left = {row["test"] for row in self.outcomes() if row["outcome"] in ("failed", "unfinished")}
        return sorted(test for test in left if test.partition("::")[0] in self.paths)

    def is_over(self) -> bool:
        """Whether it ended, by itself or because its time was up."""
        assert self.process is not None
        if self.process.poll() is None and time.monotonic() - self.began > WHOLE:
            self.end()
        return self.process.poll() is not None

    def end(self) -> None:
        """End it: as by Ctrl-C first, so that servers are taken down, and without asking afterwards."""
        assert self.process is not None
        self.was_ended = True
        print(f"{self.database}: ended before it was over; {self.file('log')} says where it was", flush=True)
        for one in (signal.SIGINT, signal.SIGKILL):
            os.killpg(self.process.pid, one)
            try:
                self.process.wait(LAST_WORDS)
                return
            except subprocess.TimeoutExpired:
                continue

    def could_not_begin(self) -> bool:
        """Whether tests could not be read, so that what is absent says nothing."""
        assert self.process is not None
        return not self.was_ended and self.process.returncode in (
            pytest.ExitCode.INTERRUPTED,
            pytest.ExitCode.USAGE_ERROR,
        )

    def outcomes(self) -> list[Outcome]:
        """The last word on each check of each test; "unfinished" for what was never reached."""
        text = self.file("jsonl").read_text() if self.file("jsonl").exists() else ""
        lines = text[: text.rfind("\n") + 1].splitlines()  # the last one may still be being written
        return list({(row["test"], row["check"], row["required"]): row for row in map(json.loads, lines)}.values())

    def progress(self) -> str:
        """How far it is, e.g. "SQLite: 120 of 930 done, 1 failed, 3 min"."""
        found = [row["outcome"] for row in self.outcomes()]
        done, failed = len(found) - found.count("unfinished"), found.count("failed")
        minutes = (time.monotonic() - self.began) / 60
        return f"{self.database}: {done} of {len(found)} done, {failed} failed, {minutes:.0f} min"


def run_all(paths: list[str], *, again: bool = False) -> dict[str, list[Outcome]]:
    """The outcomes of the tests in these files, by database. `again`: of the last run, after those of its tests that
    did not pass were run once more."""
    alone = [Run(database, "alone", paths, again) for database in DATABASES]
    beside = [Run(database, "beside", paths, again) for database in DATABASES]
    together = [beside] if (os.cpu_count() or 1) > 1 else [[run] for run in beside]
    for runs in [*([run] for run in alone), *together]:
        wait_for([run for run in runs if run.tests()])
    return {a.database: a.outcomes() + b.outcomes() for a, b in zip(alone, beside, strict=True)}


def wait_for(runs: list[Run]) -> None:
    """Run these beside each other until all are over; on Ctrl-C end them. Exits when there are tests it cannot read."""
    said = time.monotonic()
    try:
        for run in runs:
            run.start()
        while sum(run.is_over() for run in runs) < len(runs):  # every one is asked each time
            time.sleep(0.2)
            if time.monotonic() - said > PROGRESS:
                said = time.monotonic()
                print("   ".join(run.progress() for run in runs), flush=True)
    except KeyboardInterrupt:
        for run in runs:
            run.end()
        raise
    print("   ".join(run.progress() for run in runs), flush=True)
    for run in runs:
        if run.could_not_begin():
            sys.exit(f"{run.database}: the tests could not be read; {run.file('log')} says why")


def failures(outcomes: list[Outcome]) -> list[str]:
    """A line for each test that failed: which, and what failed."""
    return list(dict.fromkeys(f"{row['test']}: {row['cause']}" for row in outcomes if row["outcome"] == "failed"))


def dearest(outcomes: list[Outcome], number: int = 5) -> list[str]:
    """The tests that took longest, with their time."""
    took = {row["test"]: row["seconds"] for row in outcomes if row.get("seconds")}
    longest = sorted(took.items(), key=lambda one: -one[1])[:number]
    return [f"{seconds:.0f} s {test}" for test, seconds in longest]
