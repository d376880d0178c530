"""A small https client for webhooks and the heartbeat: no redirects, nothing private, and never longer than stated.

The addresses of a host are looked up once and the connection goes to one that was looked at, so that a name cannot
point elsewhere between the look and the call. Only the status line of the answer is read.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TIMEOUT = 10.0
"""Seconds for everything: connecting, sending, and the first line of the answer."""


class NotReachable(Exception):  # noqa: N818 (named for the event)
    """The address may not be called, or did not answer in the form of HTTP."""


def problem_with(url: str) -> str:
    """What is wrong with an address as it is written; empty when nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "Enter a complete address that begins with https://."
    is_allowed = parts.scheme == "https" or (parts.scheme == "http" and _is_trial(parts.hostname or ""))
    if not is_allowed or not parts.hostname or port == 0 or not url.isascii() or not url.isprintable() or " " in url:
        return "Enter a complete address that begins with https://."
    if parts.username or parts.password or parts.fragment:
        return "Leave user names, passwords and anything after # out of the address."
    if _is_literal(parts.hostname) and not _may_call(parts.hostname, parts.hostname):
        return "This address is private. Enter one that can be reached from the internet."
    return ""


def request(
    url: str,
    *,
    method: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    may_be_private: bool = False,
) -> int:
    """The status that an address answers with. Raises `NotReachable`, and what sockets and TLS raise.

    `may_be_private`: the operator's own setting names it, not somebody on a page.
    """
    if problem_with(url) and not may_be_private:
        raise NotReachable("address")
    parts, deadline = urlsplit(url), time.monotonic() + TIMEOUT
    with _connected(parts, deadline, may_be_private) as connection:
        connection.settimeout(_left(deadline))
        connection.sendall(_written(parts, method, body, headers or {}))
        return _status(connection, deadline)


def _connected(parts: SplitResult, deadline: float, may_be_private: bool) -> socket.socket:
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found if may_be_private or _may_call(host, str(each[4][0]))]
    if not addresses:
        raise NotReachable("private")
    connection = _first_reached(addresses, port, deadline)
    if not is_tls:
        return connection
    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def _first_reached(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """A connection to the first address that answers: a machine without IPv6 may still be told of one."""
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout=_left(deadline) / 2)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), timeout=_left(deadline))


def _written(parts: SplitResult, method: str, body: bytes, headers: dict[str, str]) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close", "User-Agent: screening"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def _status(connection: socket.socket, deadline: float) -> int:
    """The number in the first line of the answer. A server that sends it byte by byte gains no time."""
    line = b""
    while b"\n" not in line and len(line) < 1024:
        connection.settimeout(_left(deadline))
        piece = connection.recv(1024)
        if not piece:
            break
        line += piece
    words = line.split(maxsplit=2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise NotReachable("answer")
    return int(words[1])


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_trial(host: str) -> bool:
    return settings.IS_EMBEDDED and host in ("127.0.0.1", "localhost", "::1")


def _may_call(host: str, address: str) -> bool:
    """Public addresses only; a trial on one machine may also call that machine by its own names."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return (found.is_global and not found.is_multicast) or (found.is_loopback and _is_trial(host))
