"""C86: every check has a proof or a reason, every hazard a check, and every id is one that there is."""

from __future__ import annotations

import pytest

from tests.trust import registry
from tools import trust

CHECKS, PROOFS = registry.checks(), registry.proofs()


@pytest.mark.check("C86", required="every check has a test or a reason")
def test_every_check_has_a_test_or_a_reason_and_not_both(figure):
    for check in CHECKS.values():
        assert bool(PROOFS.get(check.id)) != bool(check.undone), f"{check.id}: a test, or why there is none"

    figure(f"{len(PROOFS)} of {len(CHECKS)} checks have tests, the others a reason")


@pytest.mark.check("C86", required="no unknown id")
def test_every_id_in_the_tests_is_one_there_is():
    assert set(PROOFS) <= set(CHECKS)


@pytest.mark.check("C86", required="every hazard names a check, none an unknown one")
def test_every_hazard_names_checks_there_are(figure):
    rows = registry.hazards()

    for row in rows:
        ids = registry.ID.findall(row[-1])
        assert ids, f"a hazard without a check: {row[0]}"
        assert set(ids) <= set(CHECKS), f"an unknown check: {row}"

    figure(f"{len(rows)} hazards")


@pytest.mark.check("C86", required="no check without a hazard")
def test_every_check_controls_a_hazard():
    named = {found for row in registry.hazards() for found in registry.ID.findall(row[-1])}

    assert set(CHECKS) - named == set()


def test_every_hazard_has_all_of_its_cells_and_a_severity_there_is():
    for row in registry.hazards():
        assert len(row) == 6, row
        assert all(cell.strip() for cell in row), row
        assert row[3] in ("critical", "high", "medium"), row


def test_the_table_in_the_document_is_up_to_date():
    part = registry.SAFETY.read_text().split(trust.BEGIN)[1].split(trust.END)[0]
    dates = trust.dates_in(part)

    for check in CHECKS.values():
        assert trust.document_row(check, dates.get(check.id, "")) in part, "python -m tools.trust --document"


def test_what_passed_in_another_tree_is_taken_over_and_nothing_else(tmp_path):
    other = tmp_path / "safety.md"
    rows = [
        "| C01 | P0 | x | y | 2026-01-31, SQLite |",
        "| C02 | P0 | x | y | not yet |",
        "| C00 | P0 | x | y | today |",
    ]
    other.write_text("\n".join(["before", trust.BEGIN, *rows, trust.END, "after"]))

    assert trust.ran_elsewhere(other) == {"C01": "2026-01-31, SQLite"}


def outcome(outcome: str, **more: str) -> dict[str, str]:
    return {"check": "C01", "required": "0 lost", "figure": "", "outcome": outcome, **more}


def test_a_row_passes_when_something_passed_and_nothing_failed():
    assert trust.rows_of("SQLite", [outcome("passed", figure="40 kills, 0 lost"), outcome("skipped")]) == [
        trust.Row("C01", "SQLite", "40 kills, 0 lost", "0 lost", True)
    ]
    for other in ("failed", "unfinished"):
        (row,) = trust.rows_of("SQLite", [outcome(other), outcome("passed")])
        assert (row.passed, row.figure) == (False, f"1 of 2 tests passed, 1 {other}")
    assert trust.rows_of("SQLite", [outcome("skipped")]) == []


def test_a_check_that_did_not_run_is_said():
    ran = [trust.Row("C01", "SQLite", "40 kills", "0 lost", True)]

    assert trust.did_not_run(ran, ["C01", "C86"]) == ["C86"]
    assert "C86" in trust.table(ran, ["C01", "C86"])
    assert "did not run" in trust.table(ran, ["C01", "C86"])
