"""C66, C65: what no browser sends, spoken to the real web server. It is refused, and the next person is served."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
from pathlib import Path

import pytest

from tests.trust.amounts import amount
from tests.trust.durability.processes import Installation, children_of

BODY = b"given_name=Ana"


def request(line: str, *headers: str, body: bytes = b"", host: str = "Host: 127.0.0.1") -> bytes:
    head = "\r\n".join((line, *((host,) if host else ()), *headers)) + "\r\n\r\n"
    return head.encode("latin-1", errors="replace") + body


def form(*headers: str, body: bytes = BODY) -> bytes:
    return request("POST /q/about/ HTTP/1.1", "Content-Type: application/x-www-form-urlencoded", *headers, body=body)


MALFORMED: dict[str, bytes] = {
    "length and chunks": form(
        "Content-Length: 14", "Transfer-Encoding: chunked", body=b"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
    ),
    "two lengths": form("Content-Length: 14", "Content-Length: 3"),
    "a length that is no number": form("Content-Length: abc"),
    "a length below nothing": form("Content-Length: -1"),
    "a length with a sign": form("Content-Length: +14"),
    "a broken chunk": form("Transfer-Encoding: chunked", body=b"zz\r\nx\r\n0\r\n\r\n"),
    "chunks twice": form("Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"),
    "64 KB in a header": request("GET / HTTP/1.1", "X: " + "x" * 65_536),
    "500 headers": request("GET / HTTP/1.1", *(f"X-{number}: 1" for number in range(500))),
    "a space in a header's name": request("GET / HTTP/1.1", "X Y: 1"),
    "a space before the colon": request("GET / HTTP/1.1", "Content-Length : 1"),
    "a folded header": request("GET / HTTP/1.1", "X: 1\r\n 2"),
    "a header without a name": request("GET / HTTP/1.1", ": 1"),
    "a header with a zero": request("GET / HTTP/1.1", "X: a\0b"),
    "an address of 6,000 characters": request("GET /" + "x" * 6_000 + " HTTP/1.1"),
    "a zero in the address": request("GET /%00 HTTP/1.1"),
    "another host": request("GET / HTTP/1.1", host="Host: evil.example"),
    "a host with a path": request("GET / HTTP/1.1", host="Host: 127.0.0.1/x"),
    "TRACE": request("TRACE / HTTP/1.1"),
    "CONNECT": request("CONNECT evil.example:443 HTTP/1.1"),
    "a method of one's own": request("BREW /q/about/ HTTP/1.1"),
    "a lower-case method": request("get / HTTP/1.1"),
    "no version": b"GET /\r\n\r\n",
    "a version that is none": request("GET / HTTP/9.9"),
    "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 40 + b"\r\n\r\n",
    "not UTF-8": form("Content-Length: 3", body=b"a=\xff"),
    "parts without a boundary": request(
        "POST /q/about/ HTTP/1.1", "Content-Type: multipart/form-data", "Content-Length: 14", body=BODY
    ),
    "JSON that ends early": request(
        "POST /q/about/ HTTP/1.1", "Content-Type: application/json", "Content-Length: 1", body=b"{"
    ),
    "another alphabet": request(
        "POST / HTTP/1.1", "Content-Type: application/json; charset=utf-16", "Content-Length: 2", body=b"ab"
    ),
}
"""Each must be refused with 4xx, or the connection closed without an answer."""

ODD: dict[str, bytes] = {
    "cookies that are none": request("GET /q/about/ HTTP/1.1", 'Cookie: intake=;;;="\x01, csrf=" ; =; ;;'),
    "a cookie of 8 KB": request("GET / HTTP/1.1", "Cookie: intake=" + "x" * 8_000),
    "a session of somebody's own making": request("GET /staff/ HTTP/1.1", "Cookie: intake=../../etc/passwd"),
    "encoded slashes": request("GET /q/%2e%2e%2fstaff%2f/ HTTP/1.1"),
    "dots": request("GET /static/../../intake/settings.py HTTP/1.1"),
    "encoded dots": request("GET /static/%2e%2e/%2e%2e/keyring.json HTTP/1.1"),
    "backslashes": request("GET /static/..\\..\\keyring.json HTTP/1.1"),
    "two slashes": request("GET //evil.example/ HTTP/1.1"),
    "a whole address": request("GET http://127.0.0.1/ HTTP/1.1"),
    "a kind nobody reads": request(
        "POST /q/about/ HTTP/1.1", "Content-Type: text/xml", "Content-Length: 4", body=b"<x/>"
    ),
    "packed": form("Content-Encoding: gzip", "Content-Length: 14"),
    "spoofed": request("GET / HTTP/1.1", "X-Forwarded-For: \0\0", "X-Forwarded-Host: evil.example"),
    "no host": request("GET / HTTP/1.1", host=""),
    "an old version": b"GET / HTTP/1.0\r\n\r\n",
    "a method that overrides": form("X-HTTP-Method-Override: DELETE", "Content-Length: 14"),
}
"""Each may be answered, and not by an error of the server."""


@pytest.fixture
def served(installation: Installation) -> Installation:
    installation.serve()
    return installation


def status_of(installation: Installation, sent: bytes) -> int:
    """The status of the first answer; 0 when the connection was closed without one."""
    with socket.create_connection(("127.0.0.1", installation.port), timeout=120) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            got = b""
            while b"\r\n" not in got and (part := connection.recv(4_096)):
                got += part
        except ConnectionError:
            return 0
    return int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/") else 0


@pytest.mark.check("C66", required="4xx or closed, never 5xx, and the next request is served")
def test_malformed_requests_are_refused(served: Installation, figure) -> None:
    found = {name: status_of(served, sent) for name, sent in MALFORMED.items()}
    odd = {name: status_of(served, sent) for name, sent in ODD.items()}

    assert {name: status for name, status in found.items() if status and not 400 <= status < 500} == {}
    assert {name: status for name, status in odd.items() if status >= 500} == {}
    assert served.is_live()
    assert "Traceback" not in (served.directory / "log").read_text()
    figure(f"{len(found) + len(odd)} malformed requests, 0 errors of the server")


def memory_of(server) -> int:
    """Bytes that the web processes hold."""
    pages = (int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in children_of(server))
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")


KINDS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=X", "application/json")


def _send_ten_megabytes(port: int, kind: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    with contextlib.suppress(ConnectionError):  # closed while we were still sending
        connection.request("POST", "/q/about/", b"a=" + b"x" * 10_000_000, {"Content-Type": KINDS[kind]})
        assert connection.getresponse().status in (400, 413)
    connection.close()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
@pytest.mark.check("C65", required="413, less than 50 MB of memory more")
def test_large_bodies_cost_little(installation: Installation, figure) -> None:
    installation.more["WEB_WORKERS"] = "1"  # of several, one may not have had its first request before the count
    server = installation.serve()
    for number in range(12):  # whatever the web process loads and keeps with its first requests is its own already
        _send_ten_megabytes(installation.port, number % 3)
    before, count = memory_of(server), amount(12, 100)
    for number in range(count):
        _send_ten_megabytes(installation.port, number % 3)

    grown = memory_of(server) - before
    assert grown < 50_000_000
    assert installation.is_live()
    figure(f"{count} bodies of 10 MB, {grown // 1_000_000} MB more")
