"""C02: the power goes at any moment and only what was synced is left. Everything acknowledged must be in it."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.trust.amounts import amount
from tests.trust.browser import Browser
from tests.trust.durability.definitions import QUESTIONS
from tests.trust.durability.history import History
from tests.trust.durability.processes import Installation
from tests.trust.durability.synced import Disk, operations, recorder
from tests.trust.durability.writers import Window, begin

pytestmark = [
    pytest.mark.skipif("postgres" in os.environ.get("DATABASE_URL", ""), reason="the files are the server's own"),
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux"),
]

PEOPLE = amount(quick=1, long=10)
SAVES = amount(quick=12, long=220)
CUTS = amount(quick=8, long=40)


@dataclass
class Acknowledged:
    """What somebody was told was saved: how far the log was then, and the number of the save or that it was sent."""

    at: int
    reference: str
    question: str
    number: int


@dataclass
class Recorded:
    """The files at the beginning, everything that was done to them, and what was acknowledged when."""

    start: dict[str, bytes]
    log: bytes = b""
    acknowledged: list[Acknowledged] = field(default_factory=list)


@contextmanager
def recording(installation: Installation, directory: Path) -> Iterator[Path]:
    """Serve with every write and sync noted in a file. A second reader stays, as the worker does: the log of the
    database is then not emptied at the end of each request."""
    log = directory / "operations"
    below = str(installation.directory / "intake.sqlite3")
    preload = {"LD_PRELOAD": str(recorder(directory)), "SYNCED_BELOW": below, "SYNCED_LOG": str(log)}
    with closing(sqlite3.connect(below)) as reader:
        reader.execute("SELECT count(*) FROM intake_clinic").fetchone()
        installation.more = preload
        try:
            installation.serve()
            yield log
        finally:
            installation.stop()
            installation.more = {}


def settled(installation: Installation) -> dict[str, bytes]:
    """The file of the database with nothing left in its log."""
    file = installation.directory / "intake.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {file.name: file.read_bytes()}


def save_and_send(installation: Installation, directory: Path) -> Recorded:
    """People save one after another; then each sends."""
    found = Recorded(settled(installation))
    with recording(installation, directory) as log:
        people = [begin(installation.origin, History(), 20_000 + number)[0] for number in range(PEOPLE)]
        for number in range(SAVES):
            window, question = people[number % PEOPLE], QUESTIONS[number % len(QUESTIONS)]
            while window.save(question, str(number)) != 200:
                time.sleep(0.3)
            found.acknowledged.append(Acknowledged(log.stat().st_size, window.reference, question, number))
        for window in people:
            send(window)
            found.acknowledged.append(Acknowledged(log.stat().st_size, window.reference, "", SAVES))
    found.log = log.read_bytes()
    return found


def send(window: Window) -> None:
    """Answer the safety question and send."""
    browser: Browser = window.browser
    for section, more in (("notes", {}), ("safety", {"plan": ["no"]})):
        fields = browser.get(f"/q/{section}/").form(id="answers").fields
        while browser.post(f"/q/{section}/", {**fields, **more}).status != 302:
            time.sleep(0.3)
    form = browser.get("/q/check/").form(action="/q/send/")
    assert browser.post(form.action, form.fields).location == "/q/sent/"


def missing(cut: int, recorded: Recorded, left: dict) -> list[Acknowledged]:
    """What was acknowledged before the cut and is not in what is left of the database."""
    last = {(one.reference, one.question): one for one in recorded.acknowledged if one.at <= cut}
    return [one for one in last.values() if not _is_there(one, left)]


def _is_there(one: Acknowledged, left: dict) -> bool:
    if not one.question:
        return one.reference in left.get("sent", [])
    return int(left["answers"].get(one.reference, {}).get(one.question, -1)) >= one.number


@pytest.mark.check("C02", required="0 acknowledged lost, integrity ok at each cut, at least 1 sync for each save")
def test_a_power_cut_loses_nothing_that_was_acknowledged(installation: Installation, tmp_path: Path, figure) -> None:
    recorded = save_and_send(installation, tmp_path)
    chance = random.Random(3)
    ends = [end for end, _ in operations(recorded.log) if end >= recorded.acknowledged[0].at]
    cuts = [*sorted(chance.sample(ends[:-1], CUTS - 1)), ends[-1]]

    disk, left = Disk(), iter(cuts)
    disk.synced |= {name: bytearray(content) for name, content in recorded.start.items()}
    cut = next(left)
    for end, operation in operations(recorded.log):
        disk.do(*operation)
        if end == cut:
            disk.cut(tmp_path / str(cut), chance if cuts.index(cut) % 2 else None)
            cut = next(left, 0)
    found = installation.ask("answers_in", *(str(tmp_path / str(cut) / "intake.sqlite3") for cut in cuts))

    for cut, copy in zip(cuts, found, strict=True):
        assert copy["integrity"] == "ok"
        assert copy["chain"]
        assert missing(cut, recorded, copy) == []
    per_save = disk.syncs / len(recorded.acknowledged)
    assert per_save >= 1
    figure(f"{len(recorded.acknowledged)} acknowledged, {CUTS} cuts, 0 lost, {per_save:.1f} syncs for each")
