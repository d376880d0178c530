"""The process that writes PDFs (`pdf_process.py`): started when a first one is wanted, and what it is told."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from django.conf import settings

from .pdf_process import LENGTH

STYLE_SHEETS = tuple(str(settings.BASE_DIR / "intake/static/intake" / name) for name in ("site.css", "staff.css"))
KNOWN_NAMES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "XDG_CACHE_HOME")
"""What of the environment the writer is given: no key and no password of ours."""
FONTS = Path(__file__).parent / "fonts" / "fonts.conf"
"""The font that a document is set in comes with us: with a machine's own, a sheet that fits here may not fit there."""


class WriterFailed(Exception):  # noqa: N818 (named for the event)
    """The page was answered with less than a document."""


class Writer:
    """One process that waits for pages, and forks a child for each. Several threads may use it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None
        self._leaving: list[subprocess.Popen[bytes]] = []  # they take no more pages, and answer those they took

    @property
    def pid(self) -> int | None:
        """Of the process that waits; None while there is none."""
        return self._running[0].pid if self._running else None

    def write(self, page: bytes, *, seconds: float) -> bytes:
        """The document of a page, empty without the library (`pdf_process`). Raises `TimeoutError`, `WriterFailed`."""
        deadline = time.monotonic() + seconds
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(seconds)
            with theirs:
                self._hand_over(theirs)
            try:
                ours.sendall(page)
                ours.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda: ours.recv(65_536), b""))
            except ConnectionError:  # it ended before it had read the page
                answer = b""
        length, document = answer[:LENGTH], answer[LENGTH:]
        if len(length) < LENGTH or int.from_bytes(length) != len(document):
            if time.monotonic() >= deadline:  # its own clock, begun after ours, may ring before we are heard to wait
                raise TimeoutError
            raise WriterFailed("The page was answered with less than a document.")
        return document

    def end(self) -> None:
        """End the process, with what it is writing."""
        with self._lock:
            self._let_go()
            for process in self._leaving:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            self._leaving = []

    def forget(self) -> None:
        """In a fork of the product: the process belongs to the other one, and has to notice when that is gone."""
        self._lock = threading.Lock()
        self._let_go()
        for process in self._leaving:
            process.returncode = 0  # not ours to wait for
        self._leaving = []

    def _hand_over(self, page: socket.socket) -> None:
        with self._lock:
            try:
                self._send(page)
            except ConnectionError:  # it was killed, or had had nothing to do for long
                self._let_go()
                self._send(page)

    def _send(self, page: socket.socket) -> None:
        self._running = self._running or _start()
        socket.send_fds(self._running[1], [b"p"], [page.fileno()])

    def _let_go(self) -> None:
        if self._running:
            process, product = self._running
            product.close()
            self._leaving = [*(one for one in self._leaving if one.poll() is None), process]
        self._running = None


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A process of a group of its own, and the socket through which it gets pages."""
    product, theirs = socket.socketpair()
    with theirs:
        # What the writer reports could name what a page holds: it belongs in no log.
        process = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-m", "intake.clinician.pdf_process", *STYLE_SHEETS],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env=_environment(),
            start_new_session=True,
        )
    return process, product


def _environment() -> dict[str, str]:
    known = {name: os.environ[name] for name in KNOWN_NAMES if name in os.environ}
    return known | {"FONTCONFIG_FILE": str(FONTS)}


writer = Writer()
atexit.register(writer.end)
os.register_at_fork(after_in_child=writer.forget)
