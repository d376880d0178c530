"""Proves the promises of the product on both databases and prints one table: check, figure, required, pass.

    python -m tools.trust              # run the long forms, print the table, bring docs/safety.md up to date
    python -m tools.trust C01 C18      # these checks only; the document keeps what it says about the others
    python -m tools.trust --again      # of the last run, only what did not pass or was never reached; also with ids
    python -m tools.trust --document   # run nothing; bring the table in docs/safety.md up to date
    python -m tools.trust --document ../other/docs/safety.md    # and say what passed when it ran there

Every long form is bounded, and what hangs all the same is ended (`tools/trust_runs.py`). Exits with 1 when a row does
not pass. The outcomes and the causes of failures stay in var/trust/.
"""

from __future__ import annotations

import datetime
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.trust.registry import SAFETY, Check, checks, proofs
from tools.trust_runs import DATABASES, RESULTS, Outcome, dearest, failures, run_all

NOT_YET = "not yet"
BEGIN, END = "<!-- checks: python -m tools.trust --document -->", "<!-- end of checks -->"


@dataclass(frozen=True)
class Row:
    """What was found for one check on one database."""

    check: str
    database: str
    figure: str
    required: str
    passed: bool


def run(ids: list[str], *, again: bool = False) -> list[Row]:
    """Run the long forms of these checks on both databases; prints what failed and what took longest."""
    known = proofs()
    outcomes = run_all(sorted({path for key in ids for path in known.get(key, [])}), again=again)
    for database, found in outcomes.items():
        print("\n".join([f"\n{database}, longest:", *dearest(found)]))
        if failed := failures(found):
            print("\n".join([f"{database}, failed ({RESULTS}/{database.lower()}-*.log):", *failed]))
    return [row for database, found in outcomes.items() for row in rows_of(database, found)]


def rows_of(database: str, outcomes: list[Outcome]) -> list[Row]:
    """One row for each check and what it requires, of what was not skipped; it passes when all of it passed."""
    found: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if one["outcome"] != "skipped":
            found[one["check"], one["required"]].append(one)
    return [_row(database, *key, ran=found[key]) for key in sorted(found)]


def _row(database: str, check: str, required: str, ran: list[Outcome]) -> Row:
    came_out = [one["outcome"] for one in ran]
    passed, others = came_out.count("passed"), [one for one in ("failed", "unfinished") if one in came_out]
    counted = [f"{passed} of {len(ran)} tests passed", *(f"{came_out.count(one)} {one}" for one in others)]
    figures = "; ".join(one["figure"] for one in ran if one["figure"])
    return Row(check, database, ", ".join(counted) if others or not figures else figures, required, not others)


def table(rows: list[Row], ids: list[str]) -> str:
    """What is printed: every check has its rows, its reason, or "did not run"."""
    known, lines = checks(), [("check", "database", "figure", "required", "pass")]
    for key in ids:
        mine = [row for row in rows if row.check == key]
        lines += [(key, row.database, row.figure, row.required, "yes" if row.passed else "NO") for row in mine]
        if not mine:
            reason = known[key].undone
            lines.append((key, "", f"undone: {reason}" if reason else "did not run", known[key].promise, "-"))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    padded = [[text.ljust(width) for text, width in zip(line, [*widths, 0], strict=True)] for line in lines]
    return "\n".join("  ".join(line).rstrip() for line in padded)


def did_not_run(rows: list[Row], ids: list[str]) -> list[str]:
    """Checks that should have a row and have none."""
    return [key for key in ids if not checks()[key].undone and key not in {row.check for row in rows}]


def passed_on(rows: list[Row], passed: set[str]) -> dict[str, str]:
    """For each of these checks that has rows: today, and the databases it ran on."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    where = {
        key: [name for name in DATABASES if (key, name) in {(r.check, r.database) for r in rows}] for key in passed
    }
    return {key: f"{today}, {' and '.join(names)}" for key, names in where.items() if names}


def document(new: dict[str, str]) -> None:
    """Write the table of checks into docs/safety.md; `new` holds words for the last column, by id."""
    text = SAFETY.read_text()
    head, rest = text.split(BEGIN)
    old, tail = rest.split(END)
    last = dates_in(old) | new
    lines = [document_row(check, last.get(check.id, NOT_YET)) for check in checks().values()]
    titles = "| check | level | promise | proved by | long form last passed |\n|---|---|---|---|---|\n"
    SAFETY.write_text(f"{head}{BEGIN}\n\n{titles}" + "\n".join(lines) + f"\n\n{END}{tail}")


def ran_elsewhere(file: Path) -> dict[str, str]:
    """What the table of another tree says of the checks that ran there."""
    part = file.read_text().split(BEGIN)[1].split(END)[0]
    return {key: last for key, last in dates_in(part).items() if key in checks() and last != NOT_YET}


def dates_in(part: str) -> dict[str, str]:
    """The last column of the table as it stands, by id."""
    cells = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| C")]
    return {row[0]: row[-1] for row in cells}


def document_row(check: Check, last: str) -> str:
    where = ", ".join(f"`{path.removeprefix('tests/')}`" for path in proofs().get(check.id, []))
    said = ". ".join(part for part in (where, check.undone and f"Undone: {check.undone}", check.partly) if part)
    return f"| {check.id} | {check.level} | {check.promise} | {said} | {last} |"


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--document"]:
        document(ran_elsewhere(Path(arguments[1])) if arguments[1:] else {})
        return 0
    again = arguments[:1] == ["--again"]
    ids = arguments[again:] or list(checks())
    rows = [row for row in run(ids, again=again) if row.check in ids]
    print(f"\n{table(rows, ids)}")
    failed = {row.check for row in rows if not row.passed} | set(did_not_run(rows, ids))
    document(passed_on(rows, set(ids) - failed))
    print(f"\n{len(failed)} checks failed or did not run: {', '.join(sorted(failed)) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
