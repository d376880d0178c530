"""A proxy in front of several web servers, as small as can be: each request goes to the next one in turn.

As nginx does by itself, what could not be handed over goes to the next server; what was handed over and never answered
is tried again only where that changes nothing, twice with each: a server that was down may be back when the other is
killed. Anything else is answered with 502 and counted.
"""

from __future__ import annotations

import http.client
import itertools
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LIMIT = 110
"""Seconds for one server; less than a browser of the tests waits."""
HOP = ("connection", "keep-alive", "transfer-encoding", "server", "date")
"""Headers that are between two neighbours only, or that this server writes itself."""


class Proxy(ThreadingHTTPServer):
    """In front of the servers at these ports of this machine."""

    request_queue_size = 128

    def __init__(self, ports: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ports, self.turns = ports, itertools.count()
        self.broken: list[str] = []
        """The methods of the requests that were answered with 502."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def in_turn(self) -> list[int]:
        """All ports, beginning with the one whose turn it is."""
        first = next(self.turns) % len(self.ports)
        return self.ports[first:] + self.ports[:first]


@contextmanager
def in_front_of(ports: list[int]) -> Iterator[Proxy]:
    with Proxy(ports) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        rounds = 2 if self.command == "GET" else 1
        if not any(self._hand_over(port) for port in self.server.in_turn() * rounds):
            self._break()

    def do_POST(self) -> None:
        self.do_GET()

    def _hand_over(self, port: int) -> bool:
        """Ask one server and pass its answer on; False when the next one may be asked."""
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)) as connection:
            try:
                connection.connect()
            except OSError:
                return False
            try:
                connection.request(self.command, self.path, self._body, dict(self.headers.items()))
                got = connection.getresponse()
                body = got.read()
            except (OSError, http.client.HTTPException):
                if self.command == "GET":
                    return False
                self._break()
                return True
        self._pass_on(got, body)
        return True

    def parse_request(self) -> bool:
        """With the body, read whole before anything is handed over."""
        if not super().parse_request():
            return False
        self._body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        return True

    def _pass_on(self, got: http.client.HTTPResponse, body: bytes) -> None:
        self.send_response_only(got.status)
        for name, value in got.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _break(self) -> None:
        self.server.broken.append(self.command)
        self.send_response_only(502)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...
