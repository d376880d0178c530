"""C45: a backup that is older than an erasure is restored without what was erased."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

from intake import actions, vault
from intake.backups import archive, stores
from intake.erasure import erased_list
from intake.models import Clinic, Erasure, QuestionnaireResponse
from tests.intake.sample import NOW, Tab, later

from .test_archive import backup, manifest_of, place, run, shared_keys

__all__ = ["backup", "place", "shared_keys"]
pytestmark = pytest.mark.usefixtures("transactional_db")

TABLES = ("intake_questionnaireresponse", "intake_revision", "intake_person", "intake_erasure", "intake_packedrecord")


@pytest.fixture
def erased(backup: Path, sent: QuestionnaireResponse) -> Path:
    """A backup, after which the only response was erased."""
    actions.erase(record=sent, reason="asked", by=None, now=later(days=1))
    return backup


def counts(place: str) -> dict[str, int]:
    """Rows by table, in a place that this process is not connected to."""
    if connection.vendor == "sqlite":
        with sqlite3.connect(stores.settings_of(place)["NAME"]) as found:
            return {table: found.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES}
    counted = " UNION ALL ".join(f"SELECT COUNT(*) FROM {table}" for table in TABLES)
    settings = stores.settings_of(place)
    lines = stores._run("psql", ["--tuples-only", "--no-align", f"--command={counted}", settings["NAME"]], settings)
    return dict(zip(TABLES, map(int, lines.split()), strict=True))


GONE = dict.fromkeys(TABLES, 0) | {"intake_erasure": 2}


@pytest.mark.check("C45", required="an older backup is restored without what was erased")
def test_what_was_erased_since_stays_erased(erased: Path, place: str, figure) -> None:
    assert "erased again" in run("restore", str(erased), place)

    assert counts(place) == GONE
    figure("1 response and its person, in the backup and not in what was restored")


def test_a_newer_backup_beside_it_knows(erased: Path) -> None:
    """The machine is gone, and with it the list and the tombstones: the backups are what is left."""
    archive.make(erased.with_name("newer.backup"), now=later(days=2))
    erased_list.path().unlink()
    Erasure.objects.all().delete()

    assert {entry.kind for entry in archive.known_erasures(erased)} == {"response", "person"}


@pytest.mark.parametrize("what", ["list", "backup"])
def test_one_elsewhere_is_named(erased: Path, tmp_path: Path, what: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    known = tmp_path / "elsewhere" / what
    if what == "list":
        shutil.copy(erased_list.path(), known)
    else:
        archive.make(known, now=later(days=2))

    assert len(archive._erased_in(known)) == 2


def test_a_list_that_is_not_there_or_not_ours_stops_the_restoration(erased: Path, place: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run("restore", str(erased), place, "--erased", str(tmp_path / "nowhere"))
    (tmp_path / "other").write_text("{}\n")
    with pytest.raises(CommandError, match="Line 1"):
        run("restore", str(erased), place, "--erased", str(tmp_path / "other"))
    if connection.vendor == "sqlite":
        assert not Path(stores.settings_of(place)["NAME"]).exists()


def test_a_backup_of_somebody_else_beside_it_does_no_harm(
    erased: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ring = vault.keyring()
    (tmp_path / "broken.backup").write_bytes(erased.read_bytes()[:-30])
    (tmp_path / "notes.txt").write_text("not a backup")

    assert vault.keyring() is ring
    assert len(archive.known_erasures(erased)) == 2


def test_a_draft_that_was_taken_back_is_taken_back_again(backup: Path, clinic: Clinic, version) -> None:
    tab = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response)
    tab.save(given_name="Rosa")
    erased_list.append([erased_list.draft(tab.response.pk, later(hours=1))])  # as if this were an older copy

    assert actions.erase_again(entries=archive.known_erasures(backup), now=later(days=1)) == 1
    assert actions.erase_again(entries=archive.known_erasures(backup), now=later(days=1)) == 0

    tab.response.refresh_from_db()
    assert tab.response.is_deleted
    assert not tab.response.revisions.exists()


def test_a_backup_lists_what_was_erased_before_it(erased: Path) -> None:
    archive.make(erased.with_name("newer.backup"), now=later(days=2))

    assert {entry.kind for entry in manifest_of(erased.with_name("newer.backup")).erased} == {"response", "person"}
    assert manifest_of(erased).erased == ()
