"""A long load at half of what this machine takes: `python -m benchmarks.load --minutes 30`.

Finds first how many saves a second the product takes, then lets patients save half as often and prints, minute by
minute, how long saves take, errors, memory and the size of the write-ahead log. `DATABASE_URL` names another database
than SQLite; it must be empty.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.web import crowd, site

PATIENTS = 100
FINDING_OUT = 20
"""Seconds at full speed to see how much there is."""
MINUTE = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=30, help="how long (default: 30)")
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        patients = site.prepare(folder, patients=PATIENTS)
        with site.served(workers=2, with_worker=True) as processes:
            most = crowd.fill(patients, processes, lasting=FINDING_OUT, pause=1.0)
            pause = 2 * PATIENTS / (most.saves / FINDING_OUT)
            print(f"At most {most.saves / FINDING_OUT:.1f} saves a second; from now on one every {pause:.1f} s each.")
            print("minute  saves/s  p95 ms  p99 ms  errors  memory MB  log MB")
            for minute in range(1, minutes + 1):
                _print(minute, crowd.fill(patients, processes, lasting=MINUTE, pause=pause), folder)


def _print(minute: int, found: crowd.Found, folder: str) -> None:
    log = sum(path.stat().st_size for path in Path(folder).glob("*-wal")) / 2**20
    p95, p99 = (found.percentile(percent) * 1000 for percent in (95, 99))
    speed = f"{minute:6}  {found.saves / MINUTE:7.1f}  {p95:6.0f}  {p99:6.0f}"
    print(f"{speed}  {found.errors:6}  {found.memory:9.0f}  {log:6.1f}  {found.first_error}", flush=True)


if __name__ == "__main__":
    main()
