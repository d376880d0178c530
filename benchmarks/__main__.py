"""`make bench`: runs every benchmark of this folder, prints one table and writes it to `benchmarks/results.md`.

A benchmark is a module of this folder whose name starts with `bench_`; its `run` yields `Figure`s. Named modules only:
`python -m benchmarks peers replay`, which writes nothing.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import __path__ as folder
from benchmarks.figures import Figure

RESULTS = Path(__file__).parent / "results.md"


def figures(wanted: list[str]) -> Iterator[Figure]:
    """Every figure of the wanted benchmarks, or of all, in the order of the module names."""
    for module in sorted(pkgutil.iter_modules(folder), key=lambda found: found.name):
        name = module.name.removeprefix("bench_")
        if module.name.startswith("bench_") and (not wanted or name in wanted):
            yield from importlib.import_module(f"benchmarks.{module.name}").run()


def machine() -> str:
    """What the figures were measured on."""
    system = f"{platform.system()} on {platform.machine()}"
    return f"Python {platform.python_version()}, {system}, {os.cpu_count()} processors. Medians of one run."


def main(wanted: list[str]) -> int:
    rows: list[tuple[str, str, str]] = []
    print(machine())
    for figure in figures(wanted):
        rows.append(figure.row())
        print("{:<72} {:>20}  {}".format(*rows[-1]), flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(("memory of this process at its highest", f"{memory:,.0f} MB", ""))
    if not wanted:
        RESULTS.write_text(_page(rows), encoding="utf-8")
    return 0


def _page(rows: list[tuple[str, str, str]]) -> str:
    lines = ["| what | median | |", "|---|---:|---|", *("| {} | {} | {} |".format(*row) for row in rows)]
    return "\n".join(["# Results", "", f"Written by `make bench`. {machine()}", "", *lines, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
