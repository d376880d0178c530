"""The checks that the product is held to, and the tests that prove them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

TESTS = Path(__file__).parent.parent
SAFETY = TESTS.parent / "docs" / "safety.md"
ID = re.compile(r"\bC\d\d\b")


@dataclass(frozen=True)
class Check:
    """One promise. `undone` says why no test proves it, `partly` what the tests leave out; both may be empty."""

    id: str
    level: str
    promise: str
    undone: str = ""
    partly: str = ""


def checks() -> dict[str, Check]:
    """All checks by id, in order. Raises `TypeError` for a row with a field that there is not."""
    rows = yaml.safe_load((Path(__file__).parent / "checks.yaml").read_text())
    return {key: Check(id=key, **row) for key, row in rows.items()}


@cache
def proofs() -> dict[str, list[str]]:
    """The files with a test marked with each id, by id; read from the source, so nothing has to run."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("*.py")):
        for key in dict.fromkeys(_marks_in(path.read_text())):
            found.setdefault(key, []).append(str(path.relative_to(TESTS.parent)))
    return found


def _marks_in(source: str) -> Iterator[str]:
    if "mark.check(" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.check":
            yield ast.literal_eval(node.args[0])


def hazards() -> list[list[str]]:
    """The rows of the table of hazards, cell by cell."""
    part = SAFETY.read_text().split("## Hazards", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return rows[2:]
