"""`make bench`: runs every benchmark of this folder and prints one table.

A benchmark is a function in a module of this folder whose name starts with `bench_`; it yields `Figure`s.
"""

from __future__ import annotations

import importlib
import pkgutil
import platform
import sys
from collections.abc import Iterator

from benchmarks import __path__ as folder
from benchmarks.figures import Figure


def figures() -> Iterator[Figure]:
    """Every figure of every benchmark, in the order of the module names."""
    for module in sorted(pkgutil.iter_modules(folder), key=lambda found: found.name):
        if module.name.startswith("bench_"):
            yield from importlib.import_module(f"benchmarks.{module.name}").run()


def main() -> int:
    print(f"Python {platform.python_version()} on {platform.machine()}, median of each")
    for figure in figures():
        print(f"{figure.what:<60} {figure.value:>12.1f} {figure.unit}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
