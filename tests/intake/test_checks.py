"""The checks at the start: each has its line in the operations guide, and missing triggers are found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection

from intake import checks, triggers
from screening import triggers as versions

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "operations.md"
IDS = r"intake\.[EW][0-9]{3}"


def problems() -> list[str]:
    return [found.id for found in checks.trigger_check()]


def test_the_guide_lists_every_check() -> None:
    raised = re.findall(rf'id="({IDS})"', Path(checks.__file__).read_text())
    listed = re.findall(rf"^\| `({IDS})`", GUIDE.read_text(), re.MULTILINE)

    assert sorted(raised) == sorted(listed)


@pytest.mark.django_db
class TestTriggers:
    def test_all_are_there_after_a_migration(self) -> None:
        assert problems() == []

    @pytest.mark.parametrize("module", [triggers, versions])
    def test_missing_ones_are_found(self, module: object) -> None:
        module.remove(connection)  # type: ignore[attr-defined]

        assert problems() == ["intake.E003"]

    def test_one_missing_trigger_is_named(self) -> None:
        on = " ON intake_revision" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER intake_revision_no_update{on}")

        assert "lacks its triggers intake_revision_no_update." in checks.trigger_check()[0].msg

    def test_the_check_runs_at_the_start(self) -> None:
        triggers.remove(connection)

        assert "intake.E003" in [found.id for found in run_checks()]

    def test_migrating_puts_them_back(self) -> None:
        triggers.remove(connection)

        call_command("migrate", verbosity=0)

        assert problems() == []

    def test_they_make_way_for_a_migration_and_for_nothing_else(self) -> None:
        triggers.remove_before_migrate(using="default", plan=[])
        assert triggers.missing(connection) == []

        triggers.remove_before_migrate(using="default", plan=[("a migration", False)])

        every = [name for guard in triggers.GUARDS for name in guard.names(connection.vendor)]
        assert triggers.missing(connection) == every

    def test_installing_twice_changes_nothing(self) -> None:
        triggers.install(connection)
        triggers.install(connection)

        assert problems() == []


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
class TestTheOwner:
    @pytest.mark.parametrize(("is_embedded", "found"), [(False, ["intake.W002"]), (True, [])])
    def test_it_is_named_on_a_server(self, settings: Any, is_embedded: bool, found: list[str]) -> None:
        settings.IS_EMBEDDED = is_embedded

        assert [one.id for one in checks.owner_check()] == found

    def test_another_role_is_not(self, settings: Any) -> None:
        settings.IS_EMBEDDED = False
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE screening_of_a_check")
            cursor.execute("SET LOCAL ROLE screening_of_a_check")

        assert checks.owner_check() == []


class TestAServer:
    """What works on one's own machine and would fail in silence on a server."""

    @pytest.fixture(autouse=True)
    def server(self, settings: Any) -> None:
        settings.IS_EMBEDDED = False

    @pytest.mark.check("C21", required="a server without a mail server does not start")
    @pytest.mark.parametrize("kind", ["filebased", "console", "dummy", "locmem"])
    def test_mail_that_stays_there_is_found(self, settings: Any, kind: str) -> None:
        settings.EMAIL_BACKEND = f"django.core.mail.backends.{kind}.EmailBackend"

        assert [one.id for one in checks.mail_check()] == ["intake.E005"]

        settings.IS_EMBEDDED = True
        assert checks.mail_check() == []

    @pytest.mark.parametrize("backend", ["django.core.mail.backends.smtp.EmailBackend", "another.mail.Backend"])
    def test_mail_that_leaves_it_is_not(self, settings: Any, backend: str) -> None:
        settings.EMAIL_BACKEND = backend

        assert checks.mail_check() == []

    @pytest.mark.check("C64", required="a server with an unnamed proxy does not start")
    def test_a_proxy_that_nobody_named_is_found(self, settings: Any) -> None:
        settings.TRUSTED_PROXIES = []
        assert [one.id for one in checks.proxy_check()] == ["intake.E006"]

        settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
        assert checks.proxy_check() == []
