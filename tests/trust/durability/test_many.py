"""C04, C82: many people save at once, for long. Everybody waits their turn; nobody sees an error."""

from __future__ import annotations

import os
import time

import pytest

from tests.trust.amounts import IS_LONG, amount
from tests.trust.durability.history import History
from tests.trust.durability.processes import Installation, children_of
from tests.trust.durability.writers import begin, busy

WRITERS = amount(quick=8, long=32)
SECONDS = amount(quick=2, long=120)


@pytest.mark.alone
@pytest.mark.check("C04", required="0 errors of the server, 0 anomalies; p99 within 1 s on a machine of its own")
@pytest.mark.check("C82", required="memory grows less than 10 %, open files flat, log under 64 MB")
def test_many_who_save_at_once_wait_for_each_other(installation: Installation, figure) -> None:
    history = History()
    server = installation.serve()
    people = [begin(installation.origin, history, number) for number in range(WRITERS)]

    with busy(people, seed=4):  # any answer of 500 or more fails here
        time.sleep(SECONDS / 4)
        before = _taken(server)
        time.sleep(SECONDS * 3 / 4)
        after = _taken(server)

    took = sorted(write.ended - write.began for write in history.acknowledged)
    log = installation.directory / "intake.sqlite3-wal"
    assert history.anomalies() == []
    assert took
    assert not log.exists() or log.stat().st_size < 64 * 2**20
    assert after["files"] <= before["files"] + 8 * WRITERS  # a connection that is being answered is open
    if IS_LONG:
        assert after["memory"] < before["memory"] * 1.1
    p99 = took[len(took) * 99 // 100]
    grown = after["memory"] / before["memory"] - 1
    figure(f"{WRITERS} people, {SECONDS} s, {len(took)} saves, p99 {p99:.2f} s, memory {grown:+.0%}, 0 errors")


def _taken(server) -> dict[str, int]:
    """Resident memory in kB and open files of the workers."""
    found = {"memory": 0, "files": 0}
    for pid in children_of(server):
        with open(f"/proc/{pid}/status") as status:
            found["memory"] += next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        found["files"] += len(os.listdir(f"/proc/{pid}/fd"))
    return found
