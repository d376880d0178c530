"""C72: an installation of the first schema is brought up to date, and killed on the way."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.trust.amounts import IS_LONG
from tests.trust.durability.conftest import database_named
from tests.trust.durability.processes import Installation, kill_all

RESPONSES, KILLS = 1_000, 6


@pytest.mark.skipif(not IS_LONG, reason="every migration, back and forth: in make trust")
@pytest.mark.check("C72", required="0 answers changed, the chain whole, every trigger back, killed or not")
def test_an_upgrade_changes_no_answer(tmp_path: Path, worker_id: str, figure) -> None:
    place = Installation(tmp_path, database_named(f"upgrade_{worker_id}"))
    place.ask("set_up")
    place.ask("fill", str(RESPONSES))
    before, chance = place.ask("answers"), random.Random(72)
    place.ask("go_back")

    for _ in range(KILLS):
        started = place.migrate()
        time.sleep(chance.uniform(1, 6))
        kill_all(started)
    assert place.migrate().wait() == 0

    assert place.ask("answers") == before
    assert len(before) == RESPONSES
    assert place.ask("triggers_missing") == []
    found = place.ask("counts")
    assert found["chain"]
    assert len(found["disclosed"]) == 1
    figure(f"{RESPONSES} responses from the first schema, {KILLS} kills, 0 answers changed")
