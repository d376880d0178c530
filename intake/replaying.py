"""Working through the batches of one replay, here or in several processes at once.

Batches are ranges of response ids. Each process reads, opens and replays the rows of a range by itself; only findings
come back, in the order of the ranges, so that whoever asked can keep its place after each. A process ends when the one
that started it is gone, however that ended: its pipe is closed then.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from multiprocessing.connection import Connection
from typing import NamedTuple

from django.db import connections

from . import replay_process
from .impact import Findings, Range, Replayer, Wanted, ranges, rows_in
from .models import ImpactRun

logger = logging.getLogger(__name__)

WORTH_SHARING = 40_000
"""Responses from which it pays to start processes, which takes each a second or two."""


class CompanionGone(Exception):  # noqa: N818 (named for the event)
    """A process that shares a replay ended before its time."""


class Looked(NamedTuple):
    """What was found in one range, how many responses counted, and where the next range begins."""

    findings: Findings
    looked_at: int
    cursor: str


def look(run: ImpactRun, *, processes: int, database: str) -> Generator[Looked, None, None]:
    """Look at every range after a run's cursor, read from the database of this alias. Closing the generator ends the
    processes. Raises `CompanionGone`."""
    todo = ranges(run, database)
    return _alone(run, todo) if processes < 2 else _shared(run, todo, processes)


def _alone(run: ImpactRun, todo: Iterable[Range]) -> Generator[Looked, None, None]:
    replayer, wanted = Replayer(run), Wanted(run)
    for one in todo:
        yield _look_at(one, replayer, wanted)


def _look_at(one: Range, replayer: Replayer, wanted: Wanted) -> Looked:
    rows = [row for row in rows_in(one) if row in wanted]
    findings = Findings()
    replayer.look_at(rows, one.database, findings)
    return Looked(findings, len(rows), one.upto)


class Companion:
    """A process that is sent ranges, two at a time, so that it never waits for the next one."""

    def __init__(self, run: ImpactRun) -> None:
        # Spawned, not forked: a fork would share this process's connection to the database.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        names = {alias: str(connections[alias].settings_dict["NAME"]) for alias in connections}
        arguments = (theirs, names, str(run.pk))
        self._process = context.Process(target=replay_process.main, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self.owed: deque[int] = deque()

    def fill(self, todo: Iterator[tuple[int, Range]]) -> None:
        while len(self.owed) < 2 and (one := next(todo, None)) is not None:
            self.owed.append(one[0])
            self._pipe.send(one[1])

    def collect(self, found: dict[int, Looked], *, wait: bool) -> None:
        """Take what is ready; wait for the first of it only where there is nothing else to do."""
        while self.owed and (wait or self._pipe.poll()):
            found[self.owed.popleft()] = self._pipe.recv()
            wait = False

    def end(self) -> None:
        self._pipe.close()
        self._process.join()


def _shared(run: ImpactRun, todo: Iterable[Range], processes: int) -> Generator[Looked, None, None]:
    """This process takes part itself; what is found comes in the order of the ranges, whoever looked at them."""
    numbered, found, place = enumerate(todo), dict[int, Looked](), 0
    companions = [Companion(run) for _ in range(processes - 1)]
    try:
        replayer, wanted = Replayer(run), Wanted(run)
        while True:
            for companion in companions:
                companion.fill(numbered)
            own = next(numbered, None)
            if own is not None:
                found[own[0]] = _look_at(own[1], replayer, wanted)
            for companion in companions:
                companion.collect(found, wait=own is None)
            while place in found:
                yield found.pop(place)
                place += 1
            if own is None and not any(companion.owed for companion in companions):
                return
    except (EOFError, BrokenPipeError, ConnectionResetError) as error:
        raise CompanionGone from error
    finally:
        for companion in companions:
            companion.end()


def answer(asked: Connection, names: Mapping[str, str], run_id: str) -> None:
    """Look at each range that comes through the pipe, until nobody is there to send one, or it cannot go on. `names`
    are those of the databases, by alias."""
    for alias, name in names.items():
        connections[alias].settings_dict["NAME"] = name
    with closing(asked), contextlib.ExitStack() as after:
        after.callback(connections.close_all)
        try:
            run = ImpactRun.objects.get(pk=run_id)
            replayer, wanted = Replayer(run), Wanted(run)
            while True:
                asked.send(_look_at(asked.recv(), replayer, wanted))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return
        except Exception as error:  # a traceback may hold a value: it is not let out to be printed
            logger.error("A process that shares a replay failed: %s", type(error).__name__)
