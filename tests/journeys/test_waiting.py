"""A page that waits for something on the server, whatever the server answers when it asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import screening

pytestmark = pytest.mark.browser

SCRIPT = Path(screening.__file__).parent / "static" / "screening" / "again.js"


class Waited(ThreadingHTTPServer):
    """A server whose page "/" waits. `says`: what stands there; empty: it leads to sign-in."""

    says = ""
    is_ready = False

    def answer(self, path: str) -> str | None:
        """The body; None leads to the page where one signs in."""
        if path == "/again.js":
            return SCRIPT.read_text()
        if path != "/":
            return "<h1>Sign in</h1>"
        if self.is_ready:
            return f"<h1>{self.says}</h1>"
        part = f'<script src="again.js" type="module"></script><h1>Wait</h1><p data-again="0.02">{self.says}</p>'
        return part if self.says else None


class _Handler(BaseHTTPRequestHandler):
    server: Waited

    def do_GET(self) -> None:
        body = self.server.answer(self.path)
        self.send_response(302 if body is None else 200)
        self.send_header("Location", "/sign-in")
        self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html")
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *_: object) -> None:
        """Nothing is written to the test's output."""


@pytest.fixture
def waited(page: Page) -> Iterator[Waited]:
    with Waited(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.says = "Half of it"
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        expect(page.get_by_text("Half of it")).to_be_visible()
        yield server
        server.shutdown()


def test_its_words_change_and_it_is_loaded_when_it_is_there(page: Page, waited: Waited):
    waited.says = "More of it"
    expect(page.get_by_text("More of it")).to_be_visible()
    expect(page.get_by_role("heading", name="Wait")).to_be_visible()

    waited.says, waited.is_ready = "There", True
    expect(page.get_by_role("heading", name="There")).to_be_visible()


def test_when_it_leads_elsewhere_it_goes_there(page: Page, waited: Waited):
    waited.says = ""

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.url.endswith("/sign-in")
