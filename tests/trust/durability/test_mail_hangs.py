"""C19: a mail server that takes a connection and says nothing holds up nobody who answers."""

from __future__ import annotations

import socket
import time

import pytest

from tests.trust.amounts import IS_LONG
from tests.trust.durability.processes import PATIENCE, Installation
from tests.trust.durability.writers import disclose

DISCLOSING = 20


@pytest.mark.skipif(not IS_LONG, reason="in make trust: a server and a worker for it alone")
@pytest.mark.check(
    "C19", required="the mail server hangs: all acknowledged and alerted meanwhile, delivered afterwards"
)
def test_nobody_waits_for_a_mail_server_that_hangs(installed: Installation, figure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mail = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        place = Installation(installed.directory, installed.database, more={"EMAIL_URL": mail})
        try:
            place.serve()
            place.work()
            disclosed, took = [disclose(place.origin, 20_000)], []
            silent.settimeout(PATIENCE)
            held, _ = silent.accept()  # now the worker waits for a word
            with held:
                for number in range(1, DISCLOSING + 1):
                    began = time.monotonic()
                    disclosed.append(disclose(place.origin, 20_000 + number))
                    took.append(time.monotonic() - began)
                meanwhile = installed.ask("counts")
        finally:
            place.stop()

    assert set(disclosed) <= set(meanwhile["disclosed"]) & set(meanwhile["alerted"])
    assert not set(disclosed) & set(meanwhile["delivered"])
    assert set(disclosed) <= set(installed.ask("counts_later", "15")["delivered"])
    figure(f"{len(disclosed)} disclosed meanwhile, each with four pages within {max(took):.1f} s, all delivered later")
