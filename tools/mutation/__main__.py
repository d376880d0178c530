"""Counts how often the tests notice a small change in the code that matters most.

    python -m tools.mutation                    # 40 mutants of each group, at most three minutes each
    python -m tools.mutation audit --number 200 --seconds 1200

Prints every mutant that no test noticed. Exits with 1 when a group has fewer than 80 in a hundred noticed.
"""

from __future__ import annotations

import argparse
import sys

from tools.mutation import running
from tools.mutation.groups import GROUPS

REQUIRED = 80


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutation")
    parser.add_argument("groups", nargs="*", help=", ".join(group.name for group in GROUPS))
    parser.add_argument("--number", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=running.SEED)
    asked = parser.parse_args(arguments)
    weak = 0
    for group in GROUPS:
        if not asked.groups or group.name in asked.groups:
            found = running.run(group, number=asked.number, seconds=asked.seconds, seed=asked.seed)
            weak += found.score < REQUIRED
            tried = len(found.noticed) + len(found.survived)
            print(f"{group.name}: {len(found.noticed)} of {tried} noticed ({found.score:.0f} in 100)", flush=True)
            print("\n".join(f"  not noticed: {one}" for one in found.survived), flush=True)
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
