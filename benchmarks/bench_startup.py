"""How long a start takes: `manage.py check` beside a bare project with the same libraries, and `make run`."""

from __future__ import annotations

import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, amount

ROOT = Path(__file__).parent.parent
BARE = "benchmarks.bare.settings"
RATIO = 1.5
FIRST_PAGE = 5.0
"""Seconds from a second `make run` to the first page."""
PATIENCE = 150
QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def run() -> Iterator[Figure]:
    """Both checks in turns, then `make run` twice on the same data."""
    ours, bare = _checks(amount(small=1, full=7))
    yield Figure("manage.py check, processor", ours, "s")
    yield Figure("check of a bare project with the same middleware, processor", bare, "s")
    yield Figure("the first beside the second", ours / bare, "×", at_most=RATIO)
    with tempfile.TemporaryDirectory() as folder:
        first, second = _first_page(folder), _first_page(folder)
    yield Figure("make run, first start to first page (its environment is there)", first, "s")
    yield Figure("make run, second start to first page", second, "s", at_most=FIRST_PAGE)


def _checks(times: int) -> tuple[float, float]:
    """The median processor seconds of each check, after one that writes bytecode."""
    taken: dict[str, list[float]] = {"intake.settings": [], BARE: []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(times + 1):
            for settings, found in taken.items():
                found.append(_check(settings, folder))
    ours, bare = (statistics.median(found[1:]) for found in taken.values())
    return ours, bare


def _check(settings: str, folder: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = _environment(folder) | {"DJANGO_SETTINGS_MODULE": settings}
    subprocess.run([sys.executable, "-m", "django", "check"], cwd=ROOT, env=environment, check=True, **QUIET)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _environment(folder: str, port: int = 8000) -> dict[str, str]:
    """A trial installation in a folder of its own, with bytecode kept as usual."""
    kept = {name: text for name, text in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "DATABASE_URL")}
    own = {"DATA_DIR": folder, "SITE_ORIGIN": f"http://127.0.0.1:{port}", "DJANGO_SETTINGS_MODULE": "intake.settings"}
    return kept | own


def _first_page(folder: str) -> float:
    """Seconds from `make run` until its start page came."""
    port = _free_port()
    begun = time.perf_counter()
    running = subprocess.Popen(
        ["make", "run", f"PORT={port}"],
        cwd=ROOT,
        env=_environment(folder, port),
        **QUIET,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/start/demo/")
        return time.perf_counter() - begun
    finally:
        running.terminate()
        running.wait()


def _wait_for(address: str) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(address):
                return
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"{address} did not answer within {PATIENCE} seconds.")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
