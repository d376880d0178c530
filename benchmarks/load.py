"""A long load at half of what this machine takes: `python -m benchmarks.load --minutes 30`.

Finds first how many saves a second the product takes, then lets patients save half as often, without a break, and
prints for each minute how long saves take, errors, memory of web and worker, and the size of the write-ahead log. The
whole is written to `benchmarks/results_load.md`, for the database it ran on: SQLite, or PostgreSQL with
`python tools/with_postgres.py .venv/bin/python -m benchmarks.load`.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import load_results
from benchmarks.figures import Figure
from benchmarks.web import crowd, site

PATIENTS = 100
WARM_UP, FINDING_OUT = 10, 20
"""Seconds at full speed until every process has compiled what it needs, and then to see how much there is."""
MINUTE = 60
LOCKED = re.compile(r"^\W*(OperationalError|DeadlockDetected|LockNotAvailable|SerializationFailure)\b", re.MULTILINE)
"""In the log of a process: the database refused or gave up."""


class Minute(NamedTuple):
    """What one minute was like; times in seconds, sizes in megabytes, each the most of that minute."""

    saves: int
    p50: float
    p95: float
    p99: float
    errors: int
    web: float
    worker: float
    log: float


class Watch:
    """Looks each second at processes, given as web and worker, and closes a minute when it is over."""

    def __init__(self, processes: list[int], folder: Path) -> None:
        self.processes, self.folder = processes, folder
        self.minutes: list[Minute] = []
        self._most = [0.0, 0.0, 0.0]
        self._saves = self._errors = 0
        self._ends = time.monotonic() + MINUTE

    def __call__(self, found: crowd.Found) -> None:
        now = [site.memory_of([pid]) for pid in self.processes] + [log_size(self.folder)]
        self._most = [max(pair) for pair in zip(self._most, now, strict=True)]
        if time.monotonic() >= self._ends:
            self._close(found)

    def _close(self, found: crowd.Found) -> None:
        taken = crowd.Found(taken=found.taken[self._saves :])
        times = (taken.percentile(percent) for percent in (50, 95, 99))
        minute = Minute(taken.saves, *times, found.errors - self._errors, *self._most)
        self.minutes.append(minute)
        print(load_results.line(len(self.minutes), minute), flush=True)
        self._saves, self._errors, self._most = found.saves, found.errors, [0.0, 0.0, 0.0]
        self._ends += MINUTE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=30, help="how long (default: 30)")
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        patients = site.prepare(name, patients=PATIENTS)
        with site.served(workers=2, with_worker=True, log=folder / "log") as processes:
            crowd.fill(patients, processes, lasting=WARM_UP, pause=1)
            most = crowd.fill(patients, processes, lasting=FINDING_OUT, pause=1).saves / FINDING_OUT
            pause = 2 * PATIENTS / most
            print(f"{vendor()}: at most {most:.1f} saves a second; from now on one every {pause:.1f} s each.")
            print(load_results.HEADING)
            watch = Watch(processes, folder)
            # One second more, in which the last minute is closed.
            whole = crowd.fill(patients, processes, lasting=minutes * MINUTE + 1, pause=pause, each_second=watch)
        locked = len(LOCKED.findall((folder / "log").read_text()))
    figures = verdicts(watch.minutes, most, whole, locked)
    print("\n".join(load_results.lines_of(figures)))
    load_results.write(vendor(), watch.minutes, figures)


def verdicts(minutes: Sequence[Minute], most: float, whole: crowd.Found, locked: int) -> list[Figure]:
    """What the whole came to. Growth: the last quarter beside the first one after a sixth to warm up."""
    warm = minutes[max(1, len(minutes) // 6) :]
    quarter = max(1, len(warm) // 4)
    first, last = warm[:quarter], warm[-quarter:]

    def grown(part: str) -> float | None:
        """How many times the last quarter's median is the first's; None where there are no two quarters."""
        if len(warm) < 2:
            return None
        before, after = (statistics.median(getattr(each, part) for each in some) for some in (first, last))
        return after / before if before else float("inf")

    bound = 64 if vendor() == "SQLite" else 1_024  # PostgreSQL's max_wal_size, unless it was changed
    return [
        Figure("at full speed", most, "saves/s"),
        Figure("at half of it", statistics.mean(each.saves for each in minutes) / MINUTE, "saves/s"),
        Figure("errors", whole.errors, "", at_most=0, note=whole.first_error),
        Figure("  of these, the database was locked, or gave up", locked, "", at_most=0, note="in the logs"),
        Figure("memory of web, last quarter beside the first", grown("web"), "×", at_most=1.05),
        Figure("memory of the worker, the same", grown("worker"), "×", at_most=1.05),
        Figure("99 of 100 saves, the same", grown("p99"), "×", at_most=1.25),
        Figure("write-ahead log at its longest", max(each.log for each in minutes), "MB", at_most=bound),
    ]


def vendor() -> str:
    """The name of the database of this run."""
    from django.db import connection

    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]


def log_size(folder: Path) -> float:
    """Megabytes of the write-ahead log now."""
    if vendor() == "SQLite":
        return sum(path.stat().st_size for path in folder.glob("*-wal")) / 2**20
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(SUM(size), 0) FROM pg_ls_waldir()")
        return float(cursor.fetchone()[0]) / 2**20


if __name__ == "__main__":
    main()
