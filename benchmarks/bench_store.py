"""The clinician's list in a small and a large store, on SQLite and on PostgreSQL, where its programs are found.

People and responses are copies of one, made in the database; nearly all were opened and signed, as in a clinic that
keeps up. Both stores of a database are there at the same time and are asked in turns, so that what disturbs one
disturbs the other. `BENCH_ROWS=100000` asks a smaller store instead of 1,000,000.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figures import Figure, amount

RATIO = 1.3
ROUNDS = 6
LARGEST = int(os.environ.get("BENCH_ROWS", "1000000"))
SMALL, LARGE = 1_000, amount(small=3_000, full=LARGEST)
DATABASES = {"SQLite": [], "PostgreSQL": [sys.executable, "tools/with_postgres.py"]}
"""How a process is started that finds the database; each has one of its own, as Django knows one database a process."""


class Store:
    """A process with a store of one size (`store.py`). Raises `OSError` where it could not be filled."""

    def __init__(self, prefix: list[str], size: int) -> None:
        command = [*prefix, sys.executable, "-m", "benchmarks.store", str(size)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def __enter__(self) -> Store:
        self.questions = self._heard()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def asked(self, what: str) -> list[float]:
        """The milliseconds of each of some calls."""
        assert self._process.stdin
        print(what, file=self._process.stdin, flush=True)
        return self._heard()

    def _heard(self) -> list:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise OSError(self._process.communicate()[1].strip().splitlines()[-1])
        return json.loads(line)


def run() -> Iterator[Figure]:
    """Each question of the small store and the large one, with how they compare."""
    for database, prefix in DATABASES.items():
        try:
            with Store(prefix, SMALL) as small, Store(prefix, LARGE) as large:
                for what in small.questions:
                    yield from _figures(f"{database}: {what}", *_in_turns(what, small, large))
        except OSError as error:
            yield Figure(database, None, "", str(error))


def _in_turns(what: str, small: Store, large: Store) -> tuple[float, float]:
    """The median of each, after a round to warm up."""
    rounds = [(small.asked(what), large.asked(what)) for _ in range(ROUNDS)][1:]
    return tuple(statistics.median(time for times in one for time in times) for one in zip(*rounds, strict=True))


def _figures(what: str, small: float, large: float) -> Iterator[Figure]:
    yield Figure(f"{what}, {SMALL:,} responses", small, "ms")
    yield Figure(f"{what}, {LARGE:,} responses", large, "ms")
    yield Figure("  beside the small store", large / small, "×", at_most=RATIO)
