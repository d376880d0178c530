"""Runs the collected tests on one mutant after the other: `pytest -p tools.mutation.plugin`, see `running.py`.

Each mutant lives in a process that is forked from this one after the tests ran once, and only the tests that called the
changed function run on it, the quickest first. The function that everybody has imported already is given its new code.
The database (SQLite) is put back as it was after each mutant: a test that commits leaves nothing for the next one.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import random
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from django.db import connections

from tools.mutation.operators import Mutant, mutants_of

ROOT = Path(__file__).parent.parent.parent
OURS = ("screening", "intake")


@dataclass
class Ran:
    """What a test called while nothing was changed: (file, first line) of each function; and how long it took."""

    called: set[tuple[str, int]] = field(default_factory=set)
    seconds: float = 0.0


def pytest_runtestloop(session: pytest.Session) -> bool:
    asked: dict[str, Any] = json.loads(os.environ["MUTATION"])
    items = [item for item in session.items if "live_server" not in getattr(item, "fixturenames", ())]
    ran = _run_all(session, items, {str(ROOT / file) for file in asked["files"]})
    if session.testsfailed:
        raise session.Interrupted("The tests fail without any change.")
    mutants = [mutant for file in asked["files"] for mutant in mutants_of(ROOT, file)]
    random.Random(asked["seed"]).shuffle(mutants)
    ends = time.monotonic() + asked["seconds"]
    with Path(asked["results"]).open("w") as results:
        for mutant in mutants[: asked["number"]]:
            if time.monotonic() < ends:
                outcome = _try(session, mutant, _tests_of(mutant, ran, asked["seconds_each"]), asked["seconds_each"])
                print(json.dumps({"mutant": str(mutant), "outcome": outcome}), file=results, flush=True)
    return True


def _run_all(session: pytest.Session, items: list[pytest.Item], files: set[str]) -> dict[pytest.Item, Ran]:
    """Run each test once, and notice what of `files` it calls."""
    found: dict[pytest.Item, Ran] = defaultdict(Ran)
    for item in items:
        called, began = found[item].called, time.monotonic()

        def notice(frame: FrameType, event: str, _: object, called: set[tuple[str, int]] = called) -> None:
            if event == "call" and frame.f_code.co_filename in files:
                called.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

        threading.setprofile(notice)
        sys.setprofile(notice)
        _run(session, item)
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
        found[item].seconds = time.monotonic() - began
    return found


def _run(session: pytest.Session, item: pytest.Item) -> bool:
    """Run one test and leave nothing but the session set up: no fixture holds what was made before the change."""
    failed = session.testsfailed
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=session)
    return session.testsfailed == failed


def _tests_of(mutant: Mutant, ran: dict[pytest.Item, Ran], seconds: float) -> list[pytest.Item]:
    """The tests that call the changed function, but for those that take so long that a hang could not be told apart."""
    path = str(ROOT / mutant.file)
    lines = range(mutant.first_line, mutant.last_line + 1)
    quick = {item: one.called for item, one in ran.items() if one.seconds <= seconds / 2}
    tests = [item for item, called in quick.items() if any(file == path and line in lines for file, line in called)]
    return sorted(tests, key=lambda item: ran[item].seconds)


def _try(session: pytest.Session, mutant: Mutant, tests: list[pytest.Item], seconds: float) -> str:
    """ "noticed" when a test fails or never ends; "survived" when all pass, or those for which there is time."""
    if not tests:
        return "no test calls it"
    with _database_as_it_is():
        if (child := os.fork()) == 0:
            _in_child(session, mutant, tests, seconds)
        _, status = os.waitpid(child, 0)
    return "survived" if status == 0 else "noticed"


@contextmanager
def _database_as_it_is() -> Iterator[None]:
    """Whatever happens inside leaves the file of the database as it was."""
    connections.close_all()
    file = Path(str(connections["default"].settings_dict["NAME"]))
    kept = file.read_bytes() if file.exists() else None
    yield
    if kept is None:
        return
    for aside in ("-wal", "-shm"):
        Path(f"{file}{aside}").unlink(missing_ok=True)
    file.write_bytes(kept)


def _in_child(session: pytest.Session, mutant: Mutant, tests: list[pytest.Item], seconds: float) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(seconds * 2) + 10)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    ends = time.monotonic() + seconds
    try:
        _apply(mutant)
        passed = all(_run(session, item) for item in tests if time.monotonic() < ends)
    except BaseException:
        passed = False
    os._exit(0 if passed else 1)


def _apply(mutant: Mutant) -> None:
    """Give the live function its new code, whatever decorates it, and forget what was worked out with the old one."""
    path, code, found = str(ROOT / mutant.file), mutant.compiled(), 0
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and str(one.__module__).startswith(OURS):
            one.cache_clear()
        elif isinstance(one, FunctionType) and _is(one.__code__, path, mutant):
            one.__code__ = code
            found += 1
    if not found:
        os._exit(0)


def _is(code: CodeType, path: str, mutant: Mutant) -> bool:
    return (code.co_filename, code.co_firstlineno, code.co_qualname) == (path, mutant.first_line, mutant.function)
