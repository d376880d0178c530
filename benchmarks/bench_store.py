"""The clinician's list in a small and a large store, on SQLite and on PostgreSQL, where its programs are found.

People and responses are copies of one, made in the database; nearly all were opened and signed, as in a clinic that
keeps up. `BENCH_ROWS=100000` asks a smaller store instead of 1,000,000.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figures import Figure, amount
from benchmarks.store import DATABASES

RATIO = 1.3
LARGEST = int(os.environ.get("BENCH_ROWS", "1000000"))
SIZES = (1_000, amount(small=3_000, full=LARGEST))


def run() -> Iterator[Figure]:
    """Each database in processes of its own: Django knows one database a process."""
    for database in DATABASES:
        small: dict[str, float] = {}
        for size in SIZES:
            found = _measured(database, size)
            if "missing" in found:
                yield Figure(f"{database}", None, "", str(found["missing"]))
                break
            yield from _figures(database, size, found, small or found)
            small = small or found


def _figures(database: str, size: int, found: dict[str, float], small: dict[str, float]) -> Iterator[Figure]:
    for what, milliseconds in found.items():
        yield Figure(f"{database}, {size:,} responses: {what}", milliseconds, "ms")
        if small is not found:
            yield Figure(f"  beside {SIZES[0]:,}", milliseconds / small[what], "×", at_most=RATIO)


def _measured(database: str, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.store", database, str(size)]
    if database == "PostgreSQL":
        command = [sys.executable, "tools/with_postgres.py", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"missing": done.stderr.strip().splitlines()[-1]}  # type: ignore[dict-item]
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
