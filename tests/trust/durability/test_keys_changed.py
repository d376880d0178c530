"""C69: the key is changed while people save, by a command that is killed again and again."""

from __future__ import annotations

import base64
import json
import os
import random
import time

import pytest

from tests.trust.amounts import IS_LONG
from tests.trust.durability.history import History
from tests.trust.durability.processes import Installation, kill_all
from tests.trust.durability.writers import begin, busy

PEOPLE, DRAFTS, KILLS = 4, 200, 10


@pytest.mark.skipif(not IS_LONG, reason="in make trust: most of a minute")
@pytest.mark.check("C69", required="changed while others save, killed on the way: 0 acknowledged answers lost")
def test_the_key_is_changed_while_people_save(installation: Installation, figure) -> None:
    history, chance = History(), random.Random(69)
    installation.ask("fill", str(DRAFTS))
    server = installation.serve()
    people = [begin(installation.origin, history, 30_000 + number, windows=2) for number in range(PEOPLE)]
    kill_all(server)
    ring = installation.directory / "keyring.json"
    before = json.loads(ring.read_text())
    anew = {"anew": base64.b64encode(os.urandom(32)).decode()}
    ring.write_text(json.dumps({**before, "active": "anew", "keys": {**before["keys"], **anew}}))

    server = installation.serve()
    with busy(people, seed=69):
        for _ in range(KILLS):
            changing = installation.change_keys()
            time.sleep(chance.uniform(1, 4))
            kill_all(changing)
        assert installation.change_keys().wait() == 0
    kill_all(server)
    ring.write_text(json.dumps({**before, "active": "anew", "keys": anew}))

    began, stored = time.monotonic(), installation.ask("answers")  # with the new key alone
    for reference, question in {write.register for write in history.writes}:
        history.read((reference, question), stored[reference].get(question, ""), began)
    assert history.anomalies() == []
    assert len(stored) >= DRAFTS + PEOPLE
    figure(
        f"{KILLS} kills, {len(stored)} records under the new key, {len(history.acknowledged)} saves meanwhile, 0 lost"
    )
