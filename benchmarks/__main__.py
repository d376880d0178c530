"""`make bench`: runs every part of `PARTS`, prints one table and writes it to `benchmarks/results.md`.

A part is the module `bench_<name>`; its `run` yields `Figure`s. Each runs in a process of its own, so that none gets
the settings, memory or database of another, and is stopped when its time is up. `python -m benchmarks peers replay`
runs the named parts and writes nothing; `--small` only shows that everything runs, and writes to `var/`.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.notes import of_missed

PARTS = {
    "startup": 240,
    "engine": 90,
    "peers": 240,
    "replay": 240,
    "web": 180,
    "store": 360,
    "pdf": 120,
    "proofs": 60,
}
"""The parts in their order, and the seconds that each may take."""
WHOLE = 18 * 60
"""Seconds for all of them: a part that would begin later is left out, and said to be."""
FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
HEADINGS = ("what", "measured", "target", "", "")


def main(arguments: list[str]) -> int:
    is_small = "--small" in arguments
    wanted = [name for name in arguments if name != "--small"]
    if unknown := set(wanted) - PARTS.keys():
        print(f"No such part: {', '.join(sorted(unknown))}. There are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    print(machine())
    os.environ["BENCH"] = "small" if is_small else "full"
    found, ends = {}, time.monotonic() + WHOLE
    for name in wanted or PARTS:
        found[name] = list(_printed(name, ends))
    if not wanted:
        _write(ROOT / "var/results-small.md" if is_small else FOLDER / "results.md", found)
    return 0


def _printed(name: str, ends: float) -> Iterator[Figure]:
    print(f"\n{name}", flush=True)
    for figure in _measured(name, ends):
        what, *rest = figure.row()
        print("  {:<76} {:>22} {:>10} {:<15} {}".format(what, *rest).rstrip(), flush=True)
        yield figure


def _measured(name: str, ends: float) -> Iterator[Figure]:
    """What a part yields; and that it failed or was stopped, if so."""
    seconds = min(PARTS[name], ends - time.monotonic())
    if seconds <= 0:
        yield Figure("the whole part", None, "", "left out: the time for all parts was up")
        return
    # A session of its own, so that servers and workers it started end with it.
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.part", name], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True,
    )  # fmt: skip
    timer = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    assert process.stdout is not None
    for line in process.stdout:
        yield Figure(*json.loads(line))
    code = process.wait()
    timer.cancel()
    if code:
        why = f"stopped after {seconds:.0f} s" if code == -signal.SIGKILL else "failed: see what it printed"
        yield Figure("the rest of this part", None, "", why)


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} on {platform.machine()} ({_processor()}), {os.cpu_count()} processors"
    return f"Python {platform.python_version()}, {system}, {memory:.0f} GB. Medians of one run."


def _processor() -> str:
    """The name of the processor, where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown processor")


def _write(path: Path, found: dict[str, list[Figure]]) -> None:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    lines = ["# Results", "", f"Written by `make bench` on {today}. {machine()}", ""]
    verdicts = [figure.verdict() for figures in found.values() for figure in figures]
    with_target = [verdict for verdict in verdicts if verdict]
    lines += [f"Targets met: {with_target.count('met')} of {len(with_target)}.", ""]
    for name, figures in found.items():
        lines += [f"## {name}", "", f"| {' | '.join(HEADINGS)} |", "|---|---:|---:|---|---|"]
        lines += [f"| {' | '.join(figure.row())} |" for figure in figures] + [""]
        lines += of_missed(name, figures)
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
