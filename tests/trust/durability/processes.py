"""An installation of its own, served by the real processes: gunicorn, its workers, and the worker of alerts."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).parents[3]
PATIENCE = 300
"""Seconds after which something that does not come is a failure."""


_ports = itertools.count(20_000 + os.getpid() % 500 * 20)
"""Below those that the system gives to connections, and others in each of the processes that run tests."""


def free_port() -> int:
    """A port that nobody takes meanwhile: long may pass, and servers may end, until one is served there."""
    while True:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", next(_ports))) as server:
            return server.getsockname()[1]


def until(seen: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait for something to be seen, and return it. Raises `AssertionError` when it does not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := seen():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")


@dataclass
class Installation:
    """Its files are in `directory`; `database` is a URL, or empty for SQLite there."""

    directory: Path
    database: str = ""
    port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "DJANGO_SETTINGS_MODULE": "tests.trust.durability.served",
            "DATA_DIR": str(self.directory),
            "SITE_ORIGIN": self.origin,
            "TRUSTED_PROXIES": "127.0.0.1",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "default",
        }
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "EMAIL_URL")}
        return {**kept, **own, **({"DATABASE_URL": self.database} if self.database else {}), **self.more}

    def ask(self, word: str, *arguments: str) -> Any:
        """What `tests/trust/durability/inside.py` finds."""
        command = [sys.executable, "-m", "tests.trust.durability.inside", word, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()[-3000:]
        return json.loads(done.stdout)

    def serve(self, *, prepare: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
        """Start the web processes and wait until they answer. `prepare` runs in the new process, before it begins."""
        started = self._start(["-m", "gunicorn", "intake.wsgi"], prepare)
        until(lambda: self.is_live() or self._ended(started), "the web server")
        return started

    def work(self, *options: str) -> subprocess.Popen[bytes]:
        """Start the worker of alerts."""
        return self._start(["manage.py", "worker", *options], None)

    def migrate(self) -> subprocess.Popen[bytes]:
        """Bring the schema up to date, without the checks: they refuse one that was stopped half-way."""
        return self._start(["manage.py", "migrate", "--skip-checks"], None)

    def change_keys(self) -> subprocess.Popen[bytes]:
        """Move everything that is kept to the active key of the key ring."""
        return self._start(["manage.py", "rotate_keys"], None)

    def _start(self, arguments: list[str], prepare: Callable[[], None] | None) -> subprocess.Popen[bytes]:
        log = (self.directory / "log").open("ab")
        with log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                preexec_fn=prepare,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def _ended(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, (self.directory / "log").read_text()[-3000:]
        return False

    def is_live(self) -> bool:
        """Whether a web process answers."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("GET", "/health/live")
                return connection.getresponse().status == 200
            finally:
                connection.close()
        return False

    def stop(self) -> None:
        """Kill what is still running. Nothing is asked to end tidily: it must not be needed."""
        for process in self.processes:
            kill_all(process)
        self.processes.clear()


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children at once, as the machine would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def children_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The process ids of the children, in no order."""
    listed = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout
    return [int(pid) for pid in listed.split()]


def database_beside(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
