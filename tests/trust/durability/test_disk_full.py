"""C05: the files of the database may not grow any more. What is not kept is not acknowledged, and comes back."""

from __future__ import annotations

import os
import resource
import time
from html import unescape

import pytest

from tests.trust.amounts import amount
from tests.trust.durability.definitions import QUESTIONS
from tests.trust.durability.history import History
from tests.trust.durability.processes import Installation, children_of
from tests.trust.durability.writers import Window, begin

ROUNDS = amount(quick=1, long=20)
LITTLE = 100_000
"""Bytes: room for a few saves in the log, and for none in the database itself."""
EVERYTHING = resource.RLIM_INFINITY


def no_file_beyond(server, size: int) -> None:
    """The running web processes may write no file beyond this size, as on a disk that is full."""
    for pid in children_of(server):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, EVERYTHING))


@pytest.mark.skipif("postgres" in os.environ.get("DATABASE_URL", ""), reason="the files are the server's own")
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")
@pytest.mark.check("C05", required="0 acknowledged lost, the typed text shown, no restart")
def test_a_full_disk_acknowledges_nothing_it_did_not_keep(installation: Installation, figure) -> None:
    history, refused = History(), 0
    server = installation.serve()
    (window,) = begin(installation.origin, history, 900, may_be=(503,))

    for _ in range(ROUNDS):
        no_file_beyond(server, LITTLE)
        while (status := _slow_save(window, history)) == 200:
            pass
        assert status == 503
        _comes_back_typed(window)
        refused += 1
        no_file_beyond(server, EVERYTHING)
        assert window.open(), "there is room again, and no restart"
        assert _slow_save(window, history) == 200

    assert window.open()
    assert history.anomalies() == []
    assert installation.ask("integrity") == "ok"
    figure(f"{refused} times full, {len(history.acknowledged)} acknowledged, 0 lost, the text shown again each time")


def _slow_save(window: Window, history: History) -> int:
    """A save that keeps within the limit of how often."""
    while (status := window.save(QUESTIONS[0], history.fresh())) == 429:
        time.sleep(0.3)
    return status


def _comes_back_typed(window: Window) -> None:
    """Somebody without scripts presses the button: the page that comes holds what was typed."""
    typed = {**window.fields, QUESTIONS[1]: ["two < three & “four”"]}
    page = window.browser.post("/q/notes/", typed)
    while page.status == 429:
        time.sleep(0.3)
        page = window.browser.post("/q/notes/", typed)
    assert page.status == 503
    assert page.headers["Retry-After"]
    assert [unescape(text) for text in page.form(action="/q/notes/").fields[QUESTIONS[1]]] == typed[QUESTIONS[1]]
