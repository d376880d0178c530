"""The audit chain: written with its action, and any change to it is found and named."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from intake import audit, triggers, vault
from intake.models import AuditRecord

from .sample import NOW

pytestmark = pytest.mark.django_db

LENGTH = 12


def record(number: int) -> None:
    with transaction.atomic():
        audit.record(actor="user:1", action="thing.done", now=NOW + datetime.timedelta(seconds=number), thing=number)


@pytest.fixture
def chain() -> None:
    for number in range(1, LENGTH + 1):
        record(number)


def tamper(*statements: str) -> None:
    """Change the table behind the triggers' back, as somebody with the whole database can."""
    triggers.remove(connection)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.check("C43", required="in the transaction of the action")
class TestRecord:
    def test_it_counts_without_gaps(self, chain: None) -> None:
        assert list(AuditRecord.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, LENGTH + 1))

    def test_it_links_each_record_to_the_one_before(self, chain: None) -> None:
        first, second = AuditRecord.objects.order_by("seq")[:2]

        assert second.previous == first.mac

    @pytest.mark.usefixtures("transactional_db")
    def test_it_refuses_to_stand_outside_a_transaction(self) -> None:
        with pytest.raises(audit.NotInTransaction):
            audit.record(actor="user:1", action="thing.done", now=NOW)

    def test_it_goes_away_with_an_action_that_fails(self) -> None:
        def act() -> None:
            with transaction.atomic():
                audit.record(actor="user:1", action="thing.done", now=NOW)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            act()

        assert not AuditRecord.objects.exists()

    @pytest.mark.check("C71", required="the database refuses to change records")
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE intake_auditrecord SET actor = 'nobody' WHERE seq = 3",
            "DELETE FROM intake_auditrecord WHERE seq = 3",
        ],
    )
    def test_the_database_refuses_to_change_it(self, chain: None, statement: str) -> None:
        refused = pytest.raises((DatabaseError, IntegrityError), match="cannot be changed")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

        assert audit.verify().is_intact

    def test_the_database_refuses_to_replace_it(self, chain: None) -> None:
        entry = AuditRecord.objects.get(seq=3)
        values = "seq, at, 'nobody', action, objects_named, previous, mac"
        columns = "seq, at, actor, action, objects_named, previous, mac"
        verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"{verb} INTO intake_auditrecord ({columns}) SELECT {values} FROM intake_auditrecord WHERE seq = 3"
            )

        assert AuditRecord.objects.get(seq=3).actor == entry.actor


@pytest.mark.check("C44", required="the first bad record named")
class TestVerify:
    def test_it_accepts_an_empty_chain(self) -> None:
        assert audit.verify().is_intact

    def test_it_accepts_what_nobody_touched(self, chain: None) -> None:
        found = audit.verify()

        assert (found.is_intact, found.count) == (True, LENGTH)
        assert found.head == AuditRecord.objects.get(seq=LENGTH).mac

    @pytest.mark.parametrize(
        ("statement", "first_bad"),
        [
            ("UPDATE intake_auditrecord SET actor = 'user:2' WHERE seq = 4", 4),
            ("UPDATE intake_auditrecord SET action = 'thing.undone' WHERE seq = 4", 4),
            ("UPDATE intake_auditrecord SET at = '2020-01-01 00:00:00+00' WHERE seq = 4", 4),
            ("""UPDATE intake_auditrecord SET objects_named = '{"thing": "9"}' WHERE seq = 4""", 4),
            ("UPDATE intake_auditrecord SET mac = '' WHERE seq = 4", 4),
            ("DELETE FROM intake_auditrecord WHERE seq = 1", 1),
            ("DELETE FROM intake_auditrecord WHERE seq = 6", 6),
            ("UPDATE intake_auditrecord SET seq = 100 WHERE seq = 5", 5),
        ],
    )
    def test_it_names_the_first_record_that_was_changed(self, chain: None, statement: str, first_bad: int) -> None:
        tamper(statement)

        found = audit.verify()

        assert found.first_bad == first_bad
        assert str(first_bad) in found.reason
        assert found.count == first_bad - 1
        assert found.head == (AuditRecord.objects.get(seq=first_bad - 1).mac if found.count else "0" * 64)

    def test_it_does_not_mind_in_which_order_the_database_keeps_names(self) -> None:
        with transaction.atomic():
            audit.record(actor="user:1", action="thing.done", now=NOW, thing=1, beside=2)
        tamper("""UPDATE intake_auditrecord SET objects_named = '{"thing": "1", "beside": "2"}'""")
        assert audit.verify().is_intact
        tamper("""UPDATE intake_auditrecord SET objects_named = '{"beside": "2", "thing": "1"}'""")

        assert audit.verify().is_intact

    def test_it_finds_two_records_that_changed_places(self, chain: None) -> None:
        tamper(
            "UPDATE intake_auditrecord SET seq = -1 WHERE seq = 4",
            "UPDATE intake_auditrecord SET seq = 4 WHERE seq = 5",
            "UPDATE intake_auditrecord SET seq = 5 WHERE seq = -1",
        )

        assert audit.verify().first_bad == 4

    def test_it_finds_swapped_macs(self, chain: None) -> None:
        fourth, fifth = AuditRecord.objects.get(seq=4).mac, AuditRecord.objects.get(seq=5).mac
        tamper(
            f"UPDATE intake_auditrecord SET mac = '{fifth}' WHERE seq = 4",
            f"UPDATE intake_auditrecord SET mac = '{fourth}' WHERE seq = 5",
        )

        assert audit.verify().first_bad == 4

    def test_it_finds_an_inserted_copy(self, chain: None) -> None:
        columns = "at, actor, action, objects_named, previous, mac"
        tamper(
            f"INSERT INTO intake_auditrecord (seq, {columns}) "
            f"SELECT {LENGTH + 1}, {columns} FROM intake_auditrecord WHERE seq = {LENGTH}"
        )

        assert audit.verify().first_bad == LENGTH + 1

    def test_it_finds_a_chain_computed_without_the_key(self, chain: None, monkeypatch: pytest.MonkeyPatch) -> None:
        tamper("DELETE FROM intake_auditrecord WHERE seq > 8")
        monkeypatch.setattr(vault, "audit_mac", lambda message: "f" * 64)
        record(9)
        monkeypatch.undo()

        assert audit.verify().first_bad == 9


class TestAnchors:
    def anchor(self, path: Path) -> tuple[audit.Anchor, ...]:
        audit.append_anchor(path, now=NOW)
        return audit.read_anchors(path)

    def test_it_accepts_a_chain_that_grew(self, chain: None, tmp_path: Path) -> None:
        anchors = self.anchor(tmp_path / "anchors")
        record(LENGTH + 1)

        assert audit.verify(anchors).is_intact

    @pytest.mark.parametrize("cut", [1, 10])
    def test_it_shows_a_cut_off_end(self, chain: None, tmp_path: Path, cut: int) -> None:
        anchors = self.anchor(tmp_path / "anchors")
        tamper(f"DELETE FROM intake_auditrecord WHERE seq > {LENGTH - cut}")

        assert audit.verify().is_intact  # the chain alone cannot know
        found = audit.verify(anchors)
        assert found.first_bad == LENGTH - cut + 1
        assert found.count == LENGTH - cut
        assert str(LENGTH) in found.reason

    def test_it_shows_an_older_database_written_on(self, chain: None, tmp_path: Path) -> None:
        anchors = self.anchor(tmp_path / "anchors")
        tamper(f"DELETE FROM intake_auditrecord WHERE seq = {LENGTH}")
        record(99)

        assert audit.verify().is_intact
        assert audit.verify(anchors).first_bad == LENGTH

    def test_a_later_anchor_of_the_same_number_hides_nothing(self, chain: None, tmp_path: Path) -> None:
        self.anchor(tmp_path / "anchors")
        tamper(f"DELETE FROM intake_auditrecord WHERE seq = {LENGTH}")
        record(99)
        anchors = self.anchor(tmp_path / "anchors")  # the worker's next round, on what was written anew

        assert [anchor.seq for anchor in anchors] == [LENGTH, LENGTH]
        assert audit.verify(anchors).first_bad == LENGTH

    def test_it_accepts_the_same_anchor_twice(self, chain: None, tmp_path: Path) -> None:
        self.anchor(tmp_path / "anchors")

        assert audit.verify(self.anchor(tmp_path / "anchors")).is_intact

    def test_it_makes_the_folders_of_the_file_and_adds_to_what_is_there(self, chain: None, tmp_path: Path) -> None:
        self.anchor(tmp_path / "one" / "two" / "anchors")

        assert len(self.anchor(tmp_path / "one" / "two" / "anchors")) == 2

    def test_it_writes_nothing_for_an_empty_chain(self, tmp_path: Path) -> None:
        assert audit.append_anchor(tmp_path / "anchors", now=NOW) is None
        assert not (tmp_path / "anchors").exists()

    @pytest.mark.parametrize("line", ["", "nonsense", "[]", '{"seq": 1}', '{"seq": "x", "mac": ""}'])
    def test_it_names_a_line_that_is_no_anchor(self, tmp_path: Path, line: str) -> None:
        good = json.dumps({"seq": 1, "mac": "a", "at": "2026-03-02"})
        (tmp_path / "anchors").write_text(f"{good}\n{line}\n")

        with pytest.raises(audit.AnchorError, match="Line 2"):
            audit.read_anchors(tmp_path / "anchors")

    def test_it_says_when_there_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(audit.AnchorError, match="cannot be read"):
            audit.read_anchors(tmp_path / "nowhere")


def test_it_holds_ids_only(make_event: Callable[[], None]) -> None:
    make_event()

    text = json.dumps(list(AuditRecord.objects.values_list("actor", "action", "objects_named")))

    assert "Rosa" not in text
    assert "suicide_plan" not in text


@pytest.fixture
def make_event(sent: object) -> Callable[[], None]:
    return lambda: None
