"""People who save all the time, from a page with a script, and keep a history of what was acknowledged and read."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.trust.browser import Answer, Browser, Fields
from tests.trust.durability.definitions import QUESTIONS
from tests.trust.durability.history import History
from tests.trust.durability.processes import Installation, until
from tests.trust.durability.proxy import Proxy

GONE = (OSError, http.client.HTTPException)
"""What a client sees of a server that was killed."""


class Window:
    """The page of texts in one window of a response."""

    def __init__(self, browser: Browser, reference: str, history: History) -> None:
        self.browser, self.reference, self.history = browser, reference, history
        self.fields: Fields = {}

    def open(self) -> bool:
        """Load the page and note what it shows; False when nobody answers."""
        began = time.monotonic()
        try:
            page = self.browser.get("/q/notes/")
        except GONE:
            return False
        if page.status != 200:
            return False
        self.fields = page.form(id="answers").fields
        for question in QUESTIONS:
            self.history.read((self.reference, question), self.fields.get(question, [""])[0], began)
        return True

    def save(self, question: str, value: str) -> int:
        """Type a value and let the script save it. The status of the answer; 0 for none."""
        began = time.monotonic()
        try:
            got = self.browser.post("/q/notes/", {**self.fields, question: [value], "autosave": ["1"]})
        except GONE:
            self.history.wrote((self.reference, question), value, began, answered=False)
            return 0
        self.history.wrote((self.reference, question), value, began, answered=self._took(got, question, value))
        return got.status

    def _took(self, got: Answer, question: str, value: str) -> bool:
        if got.status != 200:
            return False
        said = json.loads(got.body)
        self.fields |= {question: [value], "base_revision": [str(said["revision"])], "rendered": [said["rendered"]]}
        self.fields["client_sequence"] = [str(int(self.fields["client_sequence"][0]) + 1)]
        return question not in said["waiting"]


def begin(
    origin: str,
    history: History,
    number: int,
    windows: int = 1,
    may_be: tuple[int, ...] = (),
    clinic: str = "harbor",
) -> list[Window]:
    """Start a response; its windows, opened."""
    browser = Browser(origin, address=f"198.51.{number // 250}.{number % 250 + 1}", may_be=may_be)
    form = browser.get(f"/start/{clinic}/").form(action=f"/start/{clinic}/")
    begun = browser.post(form.action, {**form.fields, "answering": ["self"]})
    reference = re.findall(r'class="code-box"[^>]*>([^<]+)<', begun.text)[0].replace("-", "")
    found = [Window(browser, reference, history) for _ in range(windows)]
    if not all(window.open() for window in found):
        raise ConnectionError
    return found


def keep_saving(windows: list[Window], chance: random.Random, is_over: Callable[[], bool]) -> None:
    """Save, reload and change windows until it is over; after a refusal the page is loaded again."""
    while not is_over():
        window = chance.choice(windows)
        status = window.save(chance.choice(QUESTIONS), window.history.fresh())
        if status != 200 or chance.random() < 0.1:
            until(lambda window=window: is_over() or window.open(), "the page")
        if status == 429:
            time.sleep(0.2)


@contextmanager
def busy(windows: list[list[Window]], seed: int) -> Iterator[None]:
    """All of them save in threads of their own, until the end of the block. What goes wrong in one is raised."""
    over, failures = threading.Event(), []

    def run(number: int) -> None:
        try:
            keep_saving(windows[number], random.Random(seed * 1000 + number), over.is_set)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(windows))]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()  # what it waits for has an end
    assert failures == []


@contextmanager
def disclosing(server: Installation | Proxy, may_be: tuple[int, ...] = ()) -> Iterator[list[str]]:
    """Somebody after somebody begins and says yes to the safety question. The references that were acknowledged."""
    over, acknowledged = threading.Event(), []

    def run() -> None:
        for number in itertools.count(10_000):
            if over.is_set():
                return
            with suppress(*GONE, LookupError, StopIteration):
                acknowledged.append(disclose(server.origin, number, may_be))
            over.wait(0.2)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield acknowledged
    finally:
        over.set()
        thread.join()


def disclose(origin: str, number: int, may_be: tuple[int, ...] = ()) -> str:
    """Answer yes to the safety question of a new response. Its reference, once that was acknowledged."""
    (window,) = begin(origin, History(), number, may_be=may_be)
    fields = window.browser.get("/q/safety/").form(id="answers").fields
    got = window.browser.post("/q/safety/", {**fields, "plan": ["yes"]})
    if got.status != 302:
        raise LookupError(got.status)
    return window.reference
