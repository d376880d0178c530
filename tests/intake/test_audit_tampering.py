"""C44: twelve ways of changing the record of who did what, by somebody who has the whole database, each named."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from intake import audit, vault
from intake.models import AuditRecord
from tests.trust.amounts import IS_LONG, amount

from .sample import NOW
from .test_audit import LENGTH, chain, record, tamper

__all__ = ["chain"]
pytestmark = pytest.mark.django_db

TABLE = "intake_auditrecord"
COLUMNS = "at, actor, action, objects_named, previous, mac"


def _move(old: int, new: int) -> str:
    return f"UPDATE {TABLE} SET seq = {new} WHERE seq = {old}"


def _copy(old: int, new: int) -> str:
    return f"INSERT INTO {TABLE} (seq, {COLUMNS}) SELECT {new}, {COLUMNS} FROM {TABLE} WHERE seq = {old}"


def _swap_hashes() -> list[str]:
    macs = {entry.seq: entry.mac for entry in AuditRecord.objects.filter(seq__in=(4, 5))}
    return [
        f"UPDATE {TABLE} SET mac = '{macs[5]}' WHERE seq = 4",
        f"UPDATE {TABLE} SET mac = '{macs[4]}' WHERE seq = 5",
    ]


def _without_the_key() -> list[str]:
    """The end is taken away and written anew, in the right form, by somebody who has not the key."""
    tamper(f"DELETE FROM {TABLE} WHERE seq > 8")
    whole = vault.audit_mac
    vault.audit_mac = lambda message: "f" * 64  # type: ignore[assignment]
    try:
        record(9)
    finally:
        vault.audit_mac = whole
    return []


def _older_copy() -> list[str]:
    """The database is put back to what it was five records ago, and goes on from there."""
    tamper(f"DELETE FROM {TABLE} WHERE seq > {LENGTH - 5}")
    for number in range(20, 30):
        record(number)
    return []


MANIPULATIONS: dict[str, tuple[Callable[[], list[str]], int]] = {
    "edit a field": (lambda: [f"UPDATE {TABLE} SET actor = 'user:2' WHERE seq = 4"], 4),
    "delete the first": (lambda: [f"DELETE FROM {TABLE} WHERE seq = 1"], 1),
    "delete one in the middle": (lambda: [f"DELETE FROM {TABLE} WHERE seq = 6"], 6),
    "delete the last": (lambda: [f"DELETE FROM {TABLE} WHERE seq = {LENGTH}"], LENGTH),
    "delete the last ten": (lambda: [f"DELETE FROM {TABLE} WHERE seq > {LENGTH - 10}"], LENGTH - 9),
    "reorder": (lambda: [_move(4, -1), _move(5, 4), _move(-1, 5)], 4),
    "insert": (lambda: [_move(12, 13), _copy(3, 12)], 12),
    "duplicate the last": (lambda: [_copy(LENGTH, LENGTH + 1)], LENGTH + 1),
    "swap two hashes": (_swap_hashes, 4),
    "put back an older copy": (_older_copy, LENGTH),
    "empty a hash": (lambda: [f"UPDATE {TABLE} SET mac = '' WHERE seq = 7"], 7),
    "compute the chain without the key": (_without_the_key, 9),
}


def verified(anchor: Path) -> tuple[int, dict]:
    out = io.StringIO()
    code = 0
    try:
        call_command("verify_audit", "--anchor", str(anchor), "--json", stdout=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue())


@pytest.fixture
def anchor(chain: None, tmp_path: Path) -> Path:
    audit.append_anchor(tmp_path / "anchors", now=NOW)
    return tmp_path / "anchors"


@pytest.mark.check("C44", required="12 of 12 named, clean is 0")
@pytest.mark.parametrize("what", MANIPULATIONS)
def test_it_is_noticed_and_the_first_bad_record_named(anchor: Path, what: str, figure) -> None:
    statements, first_bad = MANIPULATIONS[what]
    assert verified(anchor)[0] == 0

    tamper(*statements())
    code, found = verified(anchor)

    assert code == 1
    assert found["first_bad"] == first_bad
    figure(f"{len(MANIPULATIONS)} manipulations, each named")


@pytest.mark.check("C44", required="1,000,000 records in 60 s")
def test_a_long_record_is_verified_in_time(db: None, figure) -> None:
    rows = amount(quick=2_000, long=1_000_000)
    write_chain(rows)

    began = time.monotonic()
    found = audit.verify()
    took = time.monotonic() - began

    assert (found.is_intact, found.count) == (True, rows)
    if IS_LONG:
        assert took <= 60
    figure(f"{rows:,} records in {took:.0f} s on {connection.vendor}")


def write_chain(rows: int) -> None:
    """As many records as that, as `audit.record` writes them, in bulk."""
    previous, waiting = "0" * 64, []
    for seq in range(1, rows + 1):
        entry = AuditRecord(
            seq=seq, at=NOW, actor="user:1", action="response.read", objects_named={"response": str(seq)},
            previous=previous,
        )  # fmt: skip
        previous = entry.mac = vault.audit_mac(audit._message(entry))
        waiting.append(entry)
        if len(waiting) == 1_000 or seq == rows:
            AuditRecord.objects.bulk_create(waiting)
            waiting.clear()
