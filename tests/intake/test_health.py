"""Health: says what is wrong, to a monitor, without a word about anybody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from intake import alerts, checks, durability, health, vault
from intake.models import QuestionnaireResponse

from .sample import NOW, Tab, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def working(db: None) -> None:
    alerts.beat(now=NOW)


class TestLive:
    def test_it_answers_without_the_database(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "cursor", lambda: pytest.fail("used the database"))

        assert client.get("/health/live").status_code == 200


@pytest.mark.check("C21", required="503 within two minutes")
class TestReady:
    def test_it_is_ready_when_all_is_well(self, working: None) -> None:
        found = health.state(now=NOW)

        assert found["ready"] is True
        assert set(found["parts"]) == {"keyring", "database", "migrations", "worker", "alerts", "alert_tests"}  # type: ignore[call-overload]

    def test_it_answers_503_without_a_worker(self, client: Client) -> None:
        response = client.get("/health/ready")

        assert response.status_code == 503
        assert "worker" in response.json()["parts"]["worker"]

    def test_it_notices_a_worker_that_stopped(self, working: None) -> None:
        assert health.state(now=later(minutes=2))["ready"] is True
        assert health.state(now=later(minutes=3))["ready"] is False

    def test_it_notices_an_alert_that_waits(self, working: None, tab: Tab) -> None:
        tab.save(plan_now="yes")
        alerts.beat(now=later(minutes=6))

        found = health.state(now=later(minutes=6))

        assert found["ready"] is False
        assert found["oldest_unsent_alert_seconds"] == 360

    def test_it_says_nothing_about_anybody(self, working: None, tab: Tab) -> None:
        tab.save(given_name="Rosa", plan_now="yes")

        words = json.dumps(health.state(now=later(minutes=6)))

        assert "Rosa" not in words
        assert str(tab.response) not in words

    def test_it_notices_a_missing_key_ring(self, working: None, settings: Any, tmp_path: Any) -> None:
        settings.IS_EMBEDDED, settings.KEYRING_FILE = False, tmp_path / "nowhere.json"
        vault.forget_keys()

        assert "missing" in health.state(now=NOW)["parts"]["keyring"]  # type: ignore[index]

    def test_it_notices_a_wrong_key_ring(
        self, working: None, draft: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KEYRING", vault.new_keyring(key_id=draft.key_id))
        vault.forget_keys()

        assert "does not open" in health.state(now=NOW)["parts"]["keyring"]  # type: ignore[index]

    def test_it_notices_a_pending_migration(self, working: None) -> None:
        latest = MigrationRecorder(connection).migration_qs.filter(app="intake").latest("id")
        latest.delete()

        assert "pending" in health.state(now=NOW)["parts"]["migrations"]  # type: ignore[index]

    def test_it_notices_a_database_that_is_away(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: object) -> None:
            raise OperationalError("unable to open database file")

        monkeypatch.setattr(connection, "cursor", away)

        response = client.get("/health/ready")

        assert response.status_code == 503
        assert response.json()["parts"]["database"] == "The database cannot be used."


class Weak:
    """A connection whose database answers as it is told."""

    def __init__(self, vendor: str, **answers: str) -> None:
        self.vendor, self.alias, self.answers, self.is_closed = vendor, "default", answers, False

    def is_in_memory_db(self) -> bool:
        return False

    def cursor(self) -> Weak:
        return self

    def __enter__(self) -> Weak:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, statement: str, *_: object) -> Weak:
        self.asked = statement.split()[-1]
        return self

    def fetchone(self) -> tuple[str]:
        return (self.answers.get(self.asked, ""),)

    def fetchall(self) -> list[tuple[str, str]]:
        return list(self.answers.items())

    def close(self) -> None:
        self.is_closed = True


STRONG_SERVER = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
STRONG = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"}


@pytest.mark.check("C71", required="a weaker database is refused")
class TestDurability:
    def test_the_database_of_this_test_keeps_what_it_acknowledged(self) -> None:
        assert durability.weaknesses(connection) == []

    @pytest.mark.parametrize(
        ("pragma", "value"),
        [("journal_mode", "delete"), ("synchronous", "1"), ("foreign_keys", "0"), ("secure_delete", "0")],
    )
    def test_a_weaker_sqlite_is_refused(self, pragma: str, value: str) -> None:
        weak = Weak("sqlite", **{**STRONG, pragma: value})

        with pytest.raises(ImproperlyConfigured, match=pragma):
            durability.refuse_weak_connection(weak)  # type: ignore[arg-type]
        assert weak.is_closed

    @pytest.mark.parametrize("setting", STRONG_SERVER)
    def test_a_weaker_postgresql_is_refused(self, setting: str) -> None:
        weak = Weak("postgresql", **{**STRONG_SERVER, setting: "off"})

        with pytest.raises(ImproperlyConfigured, match=setting):
            durability.refuse_weak_connection(weak)  # type: ignore[arg-type]

    def test_a_strong_one_is_accepted(self) -> None:
        durability.refuse_weak_connection(Weak("sqlite", **STRONG))  # type: ignore[arg-type]
        durability.refuse_weak_connection(Weak("postgresql", **STRONG_SERVER))  # type: ignore[arg-type]

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compiles no plans")
    def test_postgresql_compiles_no_plans(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW jit")
            assert cursor.fetchone() == ("off",)

    def test_another_database_is_refused(self) -> None:
        assert durability.weaknesses(Weak("mysql")) == ["mysql is not supported. Use SQLite or PostgreSQL."]  # type: ignore[arg-type]


class TestChecks:
    def test_intake_e001_names_a_missing_key_ring(self, settings: Any, tmp_path: Any) -> None:
        settings.IS_EMBEDDED, settings.KEYRING_FILE = False, tmp_path / "nowhere.json"
        vault.forget_keys()

        (found,) = checks.keyring_check()

        assert (found.id, "nowhere.json" in found.msg) == ("intake.E001", True)
        assert "create_keyring" in found.hint

    def test_intake_e002_names_a_weak_database(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(durability, "weaknesses", lambda _: ["PRAGMA synchronous is 1."])

        (found,) = checks.durability_check()

        assert (found.id, found.msg) == ("intake.E002", "PRAGMA synchronous is 1.")

    def test_intake_w001_names_missing_libpango(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ctypes.util.find_library", lambda _: None)

        (found,) = checks.pdf_check()

        assert found.id == "intake.W001"

    def test_all_is_well_here(self) -> None:
        assert checks.keyring_check() == checks.durability_check() == []
