"""A bad line: a small HTTP proxy before the live server that loses requests and answers, the same ones in every run."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Line:
    """What becomes of each request for a page. Styles and scripts always arrive: their loss has tests of its own."""

    def __init__(self, *, share: float, seed: int) -> None:
        self.share, self.random, self.lock = share, random.Random(seed), threading.Lock()
        self.lost = {"request": 0, "answer": 0}
        self.passed = 0

    def fate(self, path: str) -> str:
        """`request` (it never arrives), `answer` (it arrives, and nobody hears of it) or `passes`."""
        if path.startswith("/static/"):
            return "passes"
        with self.lock:
            if self.random.random() >= self.share:
                self.passed += 1
                return "passes"
            fate = self.random.choice(["request", "answer"])
            self.lost[fate] += 1
            return fate


@contextmanager
def bad_line(origin: str, *, share: float = 0.3, seed: int = 1) -> Iterator[tuple[str, Line]]:
    """The origin of the proxy and its record; closed afterwards."""
    line = Line(share=share, seed=seed)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(urlsplit(origin).netloc, line))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", line
    finally:
        server.shutdown()
        server.server_close()


def _handler(target: str, line: Line) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass()

        def do_POST(self) -> None:
            self._pass()

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fate = line.fate(self.path)
            if fate == "request":
                return
            connection = http.client.HTTPConnection(target, timeout=30)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if fate == "passes":
                self._answer(answer, content)

        def _answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Say nothing: addresses are no business of the test's output."""

    return Handler
