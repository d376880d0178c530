"""How `benchmarks.load` prints what it found, and the file it keeps it in: a part for each database."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.__main__ import machine
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from benchmarks.load import Minute

PATH = Path(__file__).with_name("results_load.md")
HEADING = "minute  saves/s  p50 ms  p95 ms  p99 ms  errors  web MB  worker MB  log MB"
TITLE = (
    "# Results of a long load\n\nWritten by `python -m benchmarks.load`; [README.md](README.md) says what it does.\n"
)


def cells(number: int, minute: Minute) -> list[str]:
    """One minute as text, a cell for each word of the heading."""
    times = [f"{seconds * 1000:.0f}" for seconds in (minute.p50, minute.p95, minute.p99)]
    sizes = [f"{minute.web:.0f}", f"{minute.worker:.0f}", f"{minute.log:.1f}"]
    return [str(number), f"{minute.saves / 60:.1f}", *times, str(minute.errors), *sizes]


def line(number: int, minute: Minute) -> str:
    """One minute under the heading, as it is printed."""
    widths = [len(title) for title in HEADING.split("  ")]
    return "  ".join(text.rjust(width) for text, width in zip(cells(number, minute), widths, strict=True))


def lines_of(figures: Sequence[Figure]) -> list[str]:
    """The figures of the whole, as they are printed."""
    return ["{:<50} {:>16} {:>8} {:<15} {}".format(*figure.row()).rstrip() for figure in figures]


def write(database: str, minutes: Sequence[Minute], figures: Sequence[Figure]) -> None:
    """Put the part of this database in the place of its last one; the other's stays."""
    parts = dict(part.split("\n", 1) for part in _kept().split("\n## ")[1:])
    parts[database] = "\n" + "\n".join(_part(minutes, figures)) + "\n"
    body = "".join(f"\n## {name}\n{parts[name]}" for name in sorted(parts, reverse=True))
    PATH.write_text(TITLE + body, encoding="utf-8")


def _kept() -> str:
    return PATH.read_text(encoding="utf-8") if PATH.exists() else ""


def _part(minutes: Sequence[Minute], figures: Sequence[Figure]) -> list[str]:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    titles = HEADING.split("  ")
    return [
        f"On {today}, {len(minutes)} minutes. {machine().removesuffix(' Medians of one run.')}",
        "",
        "| what | measured | target |  |  |",
        "|---|---:|---:|---|---|",
        *(f"| {' | '.join(figure.row())} |" for figure in figures),
        "",
        f"| {' | '.join(titles)} |",
        f"|{'---:|' * len(titles)}",
        *(f"| {' | '.join(cells(number, minute))} |" for number, minute in enumerate(minutes, start=1)),
    ]
