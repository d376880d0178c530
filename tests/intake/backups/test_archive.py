"""Backups: taken while the product is in use, compared when restored, and never put over anything."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from intake import audit, vault
from intake.backups import archive, sealing, state, stores
from intake.models import AuditRecord, QuestionnaireResponse, User
from tests.intake.clinician.test_signing_in import PASSWORD, code_of, set_up_app, sign_in_with_password
from tests.intake.sample import NOW, later
from tests.trust.amounts import IS_LONG, amount

pytestmark = pytest.mark.usefixtures("transactional_db")

ON_SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def shared_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison runs in another process: it gets this one's key ring by the environment."""
    ring = vault.new_keyring(key_id="shared")
    monkeypatch.setenv("KEYRING", ring)
    vault.forget_keys()


@pytest.fixture
def backup(shared_keys: None, sent: QuestionnaireResponse, tmp_path: Path) -> Path:
    """A backup of a clinic with one sent response, and one session that was open then."""
    path = tmp_path / "clinic.backup"
    Session.objects.create(session_key="open", session_data="", expire_date=later(hours=1))
    archive.make(path, now=NOW)
    return path


@pytest.fixture
def place(tmp_path: Path):
    """A new, empty place of the same kind as the connected database."""
    if ON_SQLITE:
        yield f"sqlite:///{tmp_path / 'restored.sqlite3'}"
        return
    with stores.scratch(tmp_path) as address:
        yield address


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def manifest_of(path: Path) -> archive.Manifest:
    return msgspec.json.decode(next(sealing.unseal(path)), type=archive.Manifest)


def seal_again(path: Path, manifest: archive.Manifest, copy: bytes) -> None:
    """Put other content into a backup, sealed with the right key: as a fault of the product would."""
    path.unlink()
    sealing.seal(path, msgspec.json.encode(manifest), io.BytesIO(copy))


def copy_of(path: Path) -> bytes:
    return b"".join(list(sealing.unseal(path))[1:])


@pytest.mark.check("C46", required="one moment, whole; refused with live data untouched")
class TestMaking:
    def test_it_is_whole_and_only_its_owner_can_read_it(self, backup: Path) -> None:
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        assert sum(manifest_of(backup).state.counts.values()) > 10
        assert list(backup.parent.iterdir()) == [backup]

    def test_it_is_recorded(self, backup: Path) -> None:
        assert AuditRecord.objects.filter(action="backup.made").count() == 1

    def test_it_says_nothing_about_anybody(self, backup: Path) -> None:
        content = backup.read_bytes()
        for word in (b"Rosa", "Díaz".encode(), b"screening_question", b"SQLite format"):
            assert word not in content

    def test_it_never_writes_over_a_backup(self, backup: Path) -> None:
        before = backup.read_bytes()

        with pytest.raises(CommandError, match="is there already"):
            run("backup", str(backup))
        assert backup.read_bytes() == before

    def test_a_folder_that_is_not_there_is_said(self, shared_keys, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="cannot be written: No such file"):
            run("backup", str(tmp_path / "nowhere" / "x.backup"))

    def test_a_failure_leaves_nothing_behind(self, shared_keys, tmp_path: Path, monkeypatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(sealing, "seal", full)

        with pytest.raises(CommandError, match="No space left"):
            run("backup", str(tmp_path / "x.backup"))
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.check("C45", required="no copy of a killed backup outlives an erasure")
    def test_what_a_killed_backup_left_goes_with_the_next(self, shared_keys, sent, tmp_path: Path) -> None:
        left, under_way, foreign = (
            tmp_path / f"{name}x" for name in (archive.PREFIX, f"{archive.PREFIX}2", ".backup-")
        )
        for folder in (left, under_way, foreign):
            folder.mkdir()
            (folder / "copy").write_bytes(b"everything")
            for path in (folder / "copy", folder):
                os.utime(path, times=(0, 0))
        os.utime(under_way / "copy")  # its folder is old, and it is still written

        archive.make(tmp_path / "x.backup", now=NOW)

        assert sorted(tmp_path.iterdir()) == sorted([under_way, foreign, tmp_path / "x.backup"])

    @pytest.mark.check("C46", required="one moment, taken while others write")
    def test_it_shows_one_moment_while_others_write(self, shared_keys, sent, second_clinic_writes, tmp_path) -> None:
        path = tmp_path / "busy.backup"
        second_clinic_writes(during=lambda: archive.make(path, now=NOW))

        found = manifest_of(path).state
        assert found.counts["intake_auditrecord"] == found.audit_seq
        assert AuditRecord.objects.count() > found.audit_seq


@pytest.fixture
def second_clinic_writes(sent: QuestionnaireResponse):
    """Runs something while another thread writes audit records as fast as it can."""

    def during_writes(*, during) -> None:
        done, began = threading.Event(), threading.Event()

        def write() -> None:
            while not done.is_set():
                with transaction.atomic():
                    audit.record(actor=audit.SYSTEM, action="worklist.read", now=NOW, shown=0)
                began.set()
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        assert began.wait(300)
        try:
            during()
        finally:
            done.set()
            writer.join()

    return during_writes


class TestRestoring:
    @pytest.mark.check("C46", required="restored whole, the live database untouched")
    def test_everything_is_there_and_the_live_database_is_untouched(self, backup: Path, place: str, sent) -> None:
        before = state.describe()

        said = run("restore", str(backup), place)

        assert "everything is as it was" in said
        assert "Look through Team and Invitations" in said
        assert f"move {settings.DATA_DIR / 'audit-anchors.jsonl'} aside" in said
        assert state.describe() == before
        assert restored(place) == {"response": str(sent), "name": "Rosa", "last": "backup.restored", "sessions": 0}

    @pytest.mark.check("C46", required="the new place is compared, never the database in use")
    def test_a_file_that_names_the_database_in_use_is_not_followed(
        self, backup: Path, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As where the password comes from a file; here the database that it names is lost."""
        (tmp_path / "address").write_text(f"sqlite:///{tmp_path / 'lost.sqlite3'}")
        monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "address"))

        run("restore", str(backup), place)

        assert AuditRecord.objects.latest("seq").action == "backup.made"  # the database in use
        assert not (tmp_path / "lost.sqlite3").exists()

    def test_a_backup_is_verified_without_keeping_anything(self, backup: Path) -> None:
        found = json.loads(run("verify_backup", str(backup), "--json"))

        assert found["whole"] is True
        assert found["audit_seq"] == manifest_of(backup).state.audit_seq
        assert list(backup.parent.iterdir()) == [backup]

    @pytest.mark.skipif(ON_SQLITE, reason="There it is a file in the folder that is thrown away.")
    def test_what_a_killed_verification_left_goes_with_the_next(self, tmp_path: Path) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE screening_verify_1_left")

            with stores.scratch(tmp_path):
                cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'screening_verify_%'")
                assert "screening_verify_1_left" not in {name for (name,) in cursor.fetchall()}

    def test_a_row_that_is_not_there_is_named(self, backup: Path) -> None:
        manifest = manifest_of(backup)
        counts = {**manifest.state.counts, "intake_person": 7}
        more = msgspec.structs.replace(manifest, state=msgspec.structs.replace(manifest.state, counts=counts))
        seal_again(backup, more, copy_of(backup))

        with pytest.raises(CommandError, match=r"NOT WHOLE[\s\S]*intake_person has 1 rows and should have 7"):
            run("verify_backup", str(backup))

    def test_nothing_is_left_in_the_place_when_it_is_not_whole(self, backup: Path, tmp_path: Path) -> None:
        if not ON_SQLITE:
            pytest.skip("A database on a server is its owner's to drop.")
        manifest = manifest_of(backup)
        other = msgspec.structs.replace(manifest, state=msgspec.structs.replace(manifest.state, audit_mac="0" * 64))
        seal_again(backup, other, copy_of(backup))

        with pytest.raises(CommandError, match="audit record does not end where it ended"):
            run("restore", str(backup), f"sqlite:///{tmp_path / 'restored.sqlite3'}")
        assert list(tmp_path.iterdir()) == [backup]


def restored(place: str) -> dict[str, str]:
    """What another process finds in a place."""
    script = (
        "import json, django; django.setup()\n"
        "from django.contrib.sessions.models import Session\n"
        "from intake import records\n"
        "from intake.models import AuditRecord, QuestionnaireResponse\n"
        "r = QuestionnaireResponse.objects.get()\n"
        "print(json.dumps({'response': str(r), 'name': records.read_identity(r.person)['given_name'],"
        " 'last': AuditRecord.objects.order_by('seq').last().action, 'sessions': Session.objects.count()}))"
    )
    return json.loads(_in_another_process(script, place).splitlines()[-1])


def _in_another_process(script: str, place: str, named: str = "intake.settings") -> str:
    environment = {**os.environ, "DATABASE_URL": place, "DJANGO_SETTINGS_MODULE": named}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.check("C46", required="somebody signs in to the restored copy, finds the response and opens it")
def test_somebody_signs_in_to_what_was_restored(shared_keys, sent, clinician: User, tmp_path: Path, place: str) -> None:
    browser = Client()
    sign_in_with_password(browser, clinician)
    secret = set_up_app(browser)
    archive.make(tmp_path / "clinic.backup", now=NOW)
    run("restore", str(tmp_path / "clinic.backup"), place)

    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "from django.test.utils import setup_test_environment; setup_test_environment()\n"
        "browser = Client()\n"
        f"browser.post('/accounts/login/', {{'login': '{clinician.email}', 'password': '{PASSWORD}'}})\n"
        f"browser.post('/accounts/2fa/authenticate/', {{'code': '{code_of(secret)}'}})\n"
        f"print(browser.get('/staff/').content.decode(), browser.get('/staff/responses/{sent}/').content.decode())"
    )
    shown = _in_another_process(script, place, "tests.settings")

    assert shown.count(str(sent)) >= 2
    assert "Rosa" in shown


@pytest.mark.check("C46", required="10,000 responses restored and compared within ten minutes")
def test_a_large_clinic_is_restored_in_time(shared_keys, sent, tmp_path: Path, place: str, figure) -> None:
    number = amount(quick=100, long=10_000)
    fields = {field.attname: getattr(sent, field.attname) for field in QuestionnaireResponse._meta.concrete_fields}
    copies = [
        QuestionnaireResponse(**fields | {"id": uuid.uuid4(), "reference": f"{one:08d}"}) for one in range(1, number)
    ]
    for copy in copies:
        vault.create_data_key(copy)
    QuestionnaireResponse.objects.bulk_create(copies, batch_size=500)
    archive.make(tmp_path / "clinic.backup", now=NOW)

    began = time.monotonic()
    run("restore", str(tmp_path / "clinic.backup"), place)
    took = time.monotonic() - began

    assert manifest_of(tmp_path / "clinic.backup").state.counts["intake_questionnaireresponse"] == number
    if IS_LONG:
        assert took <= 600
    figure(f"{number:,} responses restored and compared in {took:.0f} s")


@pytest.mark.check("C46", required="damaged, cut, empty, newer, of another key: refused, live data untouched")
class TestRefusing:
    @pytest.fixture(autouse=True)
    def _live_data_is_untouched(self, backup: Path):
        before = state.describe()
        yield
        assert state.describe() == before

    def test_a_place_that_holds_something_is_never_written_over(self, backup: Path, tmp_path: Path) -> None:
        taken = tmp_path / "taken.sqlite3"
        taken.write_bytes(b"mine")
        place = f"sqlite:///{taken}" if ON_SQLITE else stores._address(stores._live())

        with pytest.raises(CommandError, match=r"is there already|is not empty"):
            run("restore", str(backup), place)
        assert taken.read_bytes() == b"mine"

    def test_a_newer_backup_is_refused_before_anything_is_written(self, backup: Path, place: str) -> None:
        manifest = manifest_of(backup)
        names = (*manifest.state.migrations, "intake.9999_from_the_future")
        newer = msgspec.structs.replace(manifest, state=msgspec.structs.replace(manifest.state, migrations=names))
        seal_again(backup, newer, copy_of(backup))

        with pytest.raises(CommandError, match=r"which has intake\.9999_from_the_future\. Upgrade first"):
            run("restore", str(backup), place)

    def test_a_backup_of_the_other_kind_of_database_is_refused(self, backup: Path, place: str) -> None:
        manifest = manifest_of(backup)
        other = msgspec.structs.replace(manifest, state=msgspec.structs.replace(manifest.state, vendor="oracle"))
        seal_again(backup, other, copy_of(backup))

        with pytest.raises(CommandError, match="backup is of oracle"):
            run("restore", str(backup), place)

    @pytest.mark.parametrize(
        "damage", [lambda b: b[:-1], lambda b: b[:-9] + b"x" + b[-8:], lambda b: b"", lambda b: b * 2]
    )
    def test_a_damaged_file_is_refused(self, backup: Path, place: str, damage) -> None:
        backup.write_bytes(damage(backup.read_bytes()))

        with pytest.raises(CommandError, match=r"is not a backup|was changed|goes on"):
            run("restore", str(backup), place)

    def test_a_missing_key_is_named(self, backup: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KEYRING", vault.new_keyring(key_id="other"))
        vault.forget_keys()

        with pytest.raises(CommandError, match="key “shared” is not in the key ring"):
            run("restore", str(backup), place)

    @pytest.mark.parametrize("place", ["nonsense", "mysql://x/y", "sqlite3"])
    def test_a_place_that_is_no_address_is_refused(self, backup: Path, place: str) -> None:
        with pytest.raises(CommandError, match=r"Write the place as|Only SQLite and PostgreSQL"):
            run("restore", str(backup), place)

    def test_a_file_that_is_not_there_is_said(self, shared_keys, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="No such file"):
            run("verify_backup", str(tmp_path / "nothing.backup"))


class TestComparing:
    """In this process, with the database of the test as what was restored."""

    @pytest.fixture
    def expected(self, shared_keys, sent) -> state.State:
        return state.describe()

    def test_nothing_differs_from_itself(self, expected: state.State) -> None:
        assert list(state.differences(expected)) == []

    def test_lost_rows_and_a_later_end_are_named(self, expected: state.State) -> None:
        QuestionnaireResponse.objects.get().panels_shown.create(revision=1, shown_at=NOW)
        with_one_more = list(state.differences(expected))

        assert with_one_more == ["intake_safetypanelshown has 1 rows and should have 0."]

    def test_another_end_of_the_audit_record_is_named(self, expected: state.State) -> None:
        other = msgspec.structs.replace(expected, audit_seq=expected.audit_seq + 1)

        assert list(state.differences(other)) == ["The audit record does not end where it ended."]

    def test_other_migrations_are_named(self, expected: state.State) -> None:
        older = msgspec.structs.replace(expected, migrations=expected.migrations[:-1])

        assert list(state.differences(older)) == ["The tables were made by other migrations."]

    def test_a_key_that_opens_nothing_is_named(self, expected: state.State, monkeypatch: pytest.MonkeyPatch) -> None:
        ring = json.loads(os.environ["KEYRING"])
        ring["keys"]["shared"] = json.loads(vault.new_keyring())["keys"]["1"]
        monkeypatch.setenv("KEYRING", json.dumps(ring))
        vault.forget_keys()

        assert "The key ring does not open intake_person under the key “shared”." in list(state.differences(expected))

    def test_it_counts_every_table_of_the_product(self, expected: state.State) -> None:
        assert {"intake_alert", "intake_person", "intake_revision", "screening_questionnaireversion"} <= set(
            expected.counts
        )


@pytest.mark.skipif(ON_SQLITE, reason="SQLite has no roles")
def test_a_role_that_reads_no_table_of_ours_can_verify(backup: Path) -> None:
    """`screening_verifier` of docs/operations.md: the product's own role makes no database."""
    settings = stores._live()
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE verifier_of_a_test LOGIN CREATEDB")
    try:
        address = stores._address({**settings, "USER": "verifier_of_a_test", "PASSWORD": ""})
        command = [sys.executable, "manage.py", "verify_backup", str(backup), "--json"]
        done = subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, capture_output=True, text=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE verifier_of_a_test")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["whole"]
