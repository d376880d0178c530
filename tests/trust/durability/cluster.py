"""A PostgreSQL server of a test's own, in a directory that is thrown away."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.trust.durability.processes import until
from tools import with_postgres


@dataclass
class Cluster:
    """One server; its files are in `home`."""

    home: Path

    @property
    def url(self) -> str:
        return f"postgres://screening@/postgres?host={self.home}"

    def make(self) -> None:
        self._run("initdb", "-U", "screening", "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        options = " ".join([*with_postgres.SETTINGS, "-k", str(self.home)])
        self._run("pg_ctl", "-w", "-t", "600", "-l", str(self.home / "log"), "-o", options, "start")

    def kill(self) -> None:
        """End every process of the server at once."""
        found = self.home / "data" / "postmaster.pid"
        first = int(found.read_text().split()[0])
        others = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True).stdout.split()
        for pid in (first, *map(int, others)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in (first, *others)), "the end of the server")

    def _run(self, program: str, *arguments: str) -> None:
        command = [f"{with_postgres.find_binaries()}/{program}", "-D", str(self.home / "data"), *arguments]
        with_postgres.as_server_user(command)


@contextmanager
def running(make: Callable[[Cluster], None]) -> Iterator[Cluster]:
    """A server whose files `make` writes, started; nothing is left of it."""
    found = Cluster(Path(tempfile.mkdtemp(prefix="pg-")))
    if os.geteuid() == 0:
        shutil.chown(found.home, "postgres")
    make(found)
    found.start()
    try:
        yield found
    finally:
        found.kill()
        shutil.rmtree(found.home, ignore_errors=True)
