"""One part of the benchmarks in a process of its own: prints each `Figure` as a line of JSON as soon as it is known."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys

from benchmarks.figures import Figure


def main(name: str) -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints goes with the errors
    for figure in importlib.import_module(f"benchmarks.bench_{name}").run():
        print(json.dumps(figure), file=out, flush=True)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(Figure("memory of the process at its highest", megabytes, "MB")), file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
