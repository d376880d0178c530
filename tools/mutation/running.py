"""Runs one group: a sample of its mutants, bounded in number and in time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.mutation.groups import ROOT, Group

SEED = 20


@dataclass(frozen=True)
class Found:
    """What became of the mutants of one group; each is named as `file:line function: change`."""

    noticed: list[str]
    survived: list[str]

    @property
    def score(self) -> float:
        """How many of a hundred mutants the tests noticed; 0 when none was tried."""
        return 100 * len(self.noticed) / max(1, len(self.noticed) + len(self.survived))


def run(group: Group, *, number: int, seconds: float, seconds_each: float = 20, seed: int = SEED) -> Found:
    """Try at most `number` mutants of a group, for at most so many seconds; the same seed picks the same ones.

    Raises `RuntimeError` when the tests fail without any change, or could not run.
    """
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        results = Path(directory) / "results"
        asked = {
            "files": group.files(),
            "number": number,
            "seconds": seconds,
            "seconds_each": seconds_each,
            "seed": seed,
            "results": str(results),
        }
        # Short forms, on SQLite, in a directory of their own: nothing of a run that started this one.
        ours = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DATA_DIR")}
        environment = {**ours, "MUTATION": json.dumps(asked), "TRUST": "", "TRUST_RESULTS": ""}
        plugins = ("-p", "tools.mutation.plugin", "-p", "no:cacheprovider", "-p", "no:xdist")
        command = [sys.executable, "-m", "pytest", "-q", *plugins, *group.tests]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{group.name}: the tests fail without any change.\n{done.stdout[-3000:]}")
        return _found([json.loads(line) for line in results.read_text().splitlines()])


def _found(rows: list[dict[str, str]]) -> Found:
    noticed = [row["mutant"] for row in rows if row["outcome"] == "noticed"]
    survived = [f"{row['mutant']} ({row['outcome']})" for row in rows if row["outcome"] != "noticed"]
    return Found(noticed, survived)
