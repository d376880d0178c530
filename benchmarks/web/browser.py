"""As much of a browser as a patient needs: cookies, and the fields of the page's form."""

from __future__ import annotations

import http.client
import os
import random
import re
import time
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
KNOWN = ("csrfmiddlewaretoken", "visit", "base_revision", "client_id", "client_sequence")
Fields = list[tuple[str, str]]


class Failed(Exception):  # noqa: N818 (named for the event)
    """The answer was not the expected one."""


class Browser:
    """One patient's. Each request opens a connection of its own, as behind a proxy."""

    def __init__(self, session: str) -> None:
        self.cookies = {"intake": session}
        self.host = urlsplit(os.environ["SITE_ORIGIN"]).netloc

    def get(self, path: str) -> str:
        """The page. Raises `Failed`."""
        return self._ask("GET", path, None, 200)

    def post(self, path: str, fields: Fields) -> None:
        """Send a form that leads on. Raises `Failed`."""
        self._ask("POST", path, urlencode(fields), 302)

    def _ask(self, method: str, path: str, body: str | None, expected: int) -> str:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Origin": f"http://{self.host}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status != expected:
            raise Failed(f"{method} {path}: {answer.status}")
        return text


def filled_in(page: str, chance: random.Random) -> Fields:
    """What comes back from a page of questions when each is answered."""
    hidden = HIDDEN.findall(page)
    fields = [(name, value) for name, value in hidden if name in KNOWN]
    for name, question in hidden:
        if name != "asked":
            continue
        codes = re.findall(rf'<input type="radio" [^>]*name="{question}" value="([^"]+)"', page)
        fields += [("asked", question), (question, chance.choice(codes) if codes else str(chance.randint(0, 9)))]
    return fields


def seconds(call: object, *arguments: object) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    call(*arguments)  # type: ignore[operator]
    return time.perf_counter() - started
