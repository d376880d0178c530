"""Patient pages under gunicorn beside the same page written by hand, a null view and a plain insert; then a crowd."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Callable, Iterator

from benchmarks.figures import Figure, amount
from benchmarks.web import crowd, site
from benchmarks.web.browser import Browser, filled_in, seconds

PAGE = "/q/page0/"
PATIENTS = 100
PAUSE = 4.0
"""Seconds between two pages of a patient in the crowd: quicker than anybody reads twelve questions."""


def run() -> Iterator[Figure]:
    """One process of the product for the ratios, as many as it has by default for the crowd."""
    with tempfile.TemporaryDirectory() as folder:
        patients = site.prepare(folder, patients=amount(small=8, full=PATIENTS))
        with site.served(workers=1):
            yield from _gets(patients)
            yield from _posts(patients)
        with site.served(workers=2, with_worker=True) as processes:
            lasting = amount(small=5, full=30)
            found = crowd.fill(patients, processes, lasting=lasting, pause=PAUSE)
    yield Figure(f"{len(patients)} patients at once, a page every {PAUSE:.0f} s: saves", found.saves / lasting, "/s")
    yield Figure("  save, 95 of 100", found.percentile(95) * 1000, "ms", at_most=250)
    yield Figure("  save, 99 of 100", found.percentile(99) * 1000, "ms")
    yield Figure("  errors", found.errors, "", at_most=0, note=found.first_error)
    yield Figure("  memory of web and worker", found.memory, "MB", at_most=400)


def _gets(patients: list[site.Patient]) -> Iterator[Figure]:
    browsers = [Browser(each.session) for each in patients]
    ours, by_hand, nothing = _in_turns(
        [lambda at: browsers[at].get(PAGE), lambda at: browsers[at].get("/bench/by-hand"),
         lambda at: browsers[at].get("/bench/nothing")], len(browsers), times=amount(small=10, full=400),
    )  # fmt: skip
    yield Figure("GET a null view", 1 / nothing, "requests/s", "one process, one client")
    yield Figure("GET a page of 12 questions, written by hand", 1 / by_hand, "requests/s")
    yield Figure("GET a page of 12 questions", 1 / ours, "requests/s")
    yield Figure("  beside the page written by hand", by_hand / ours, "×", at_least=1.0)


def _posts(patients: list[site.Patient]) -> Iterator[Figure]:
    browsers, chance, taken, inserted = [Browser(each.session) for each in patients], random.Random(3), [], []
    for number in range(amount(small=10, full=400)):
        browser = browsers[number % len(browsers)]
        fields = filled_in(browser.get(PAGE), chance)
        taken.append(seconds(browser.post, PAGE, fields))
        inserted.append(seconds(browser.post, "/bench/insert", fields))
    ours, plain = statistics.median(taken), statistics.median(inserted)
    yield Figure("POST one row, plainly", 1 / plain, "requests/s")
    yield Figure("POST a page of 12 questions", 1 / ours, "requests/s", "validated, encrypted, revised, judged, synced")
    yield Figure("  beside the plain row", plain / ours, "×", at_least=0.5)


def _in_turns(calls: list[Callable[[int], object]], people: int, *, times: int) -> list[float]:
    """The median seconds of each call, in turns, for one patient after another."""
    taken: list[list[float]] = [[] for _ in calls]
    for number in range(times + people):
        for call, found in zip(calls, taken, strict=True):
            found.append(seconds(call, number % people))
    return [statistics.median(found[people:]) for found in taken]
