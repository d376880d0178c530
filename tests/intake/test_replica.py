"""The replica: what reads it, what happens when it is late or away, and that nothing writes to it.

A second connection to the database of the tests stands for it. Inside a test that is rolled back it sees nothing of
what the test wrote, as a replica does that has not followed yet.
"""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext

from intake import actions, alerts, checks, health, impact, replaying, replica, reporting
from intake.actions import impact as working
from intake.durability import REPLICA
from intake.models import Clinic, ImpactRun, QuestionnaireResponse, User, WorkerHeartbeat
from intake.replaying import Looked
from screening.models import QuestionnaireVersion
from tests.browsers import signed_in

from .impact_samples import drawn, send_many
from .sample import NOW, later

POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "NAME": "screening", "HOST": "one", "PORT": "", "OPTIONS": {}}


@pytest.fixture
def alias(db: None) -> Iterator[str]:
    """The replica, as a connection of its own."""
    connections.settings[REPLICA] = copy.deepcopy(connection.settings_dict)
    connections[REPLICA].connect()
    yield REPLICA
    connections[REPLICA].close()
    del connections[REPLICA], connections.settings[REPLICA]


@pytest.fixture
def same(alias: str) -> Iterator[str]:
    """The replica, up to date with what the test has not committed: the very same connection."""
    own = connections[REPLICA]
    connections[REPLICA] = connection
    yield alias
    connections[REPLICA] = own


@pytest.fixture
def start(admin: User, version: QuestionnaireVersion, clinic: Clinic) -> Callable[[], ImpactRun]:
    """Three responses, and a replay of them."""
    send_many(clinic, version, drawn(seed=1, number=3))
    return lambda: actions.start_impact(questionnaire=version.questionnaire, by=admin, now=NOW)


@pytest.fixture
def read_from(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The aliases that replays were read from, in order."""
    look, found = replaying.look, []

    def noted(run: ImpactRun, *, processes: int, database: str) -> Any:
        found.append(database)
        return look(run, processes=processes, database=database)

    monkeypatch.setattr(replaying, "look", noted)
    return found


def refuse() -> None:
    """What a server that is away does."""
    raise OperationalError("connection refused")


def looked(watch: replica.Watch) -> None:
    """The replica has been looked at."""
    assert watch.looking is not None
    watch.looking.join(60)
    assert not watch.looking.is_alive()


def finished(run: ImpactRun) -> ImpactRun:
    assert actions.replay_due(clock=lambda: NOW) == 1
    run.refresh_from_db()
    assert (run.state, run.looked_at, run.total) == ("done", 3, 3)
    return run


class TestReplays:
    def test_one_that_has_followed_is_read(self, same: str, start: Any, read_from: list[str]) -> None:
        finished(start())

        assert read_from == [REPLICA]

    def test_one_that_is_late_is_not(
        self, alias: str, start: Any, read_from: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        finished(start())

        assert read_from == [DEFAULT_DB_ALIAS]
        assert "does not hold the replay yet" in caplog.text

    def test_one_that_fails_half_way_costs_nothing(
        self, same: str, start: Any, read_from: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run, look, found = start(), replaying._look_at, list[Looked]()
        monkeypatch.setattr(impact, "BATCH", 2)

        def failing(one: impact.Range, *more: Any) -> Looked:
            if found and one.database == REPLICA:
                raise OperationalError("canceling statement due to conflict with recovery")
            found.append(look(one, *more))
            return found[-1]

        monkeypatch.setattr(replaying, "_look_at", failing)
        monkeypatch.setattr(replica, "say_failed", lambda error: None)  # it would close the connection of the test
        finished(run)

        assert read_from == [REPLICA, DEFAULT_DB_ALIAS]
        assert [each.looked_at for each in found] == [2, 1]

    def test_a_place_that_cannot_be_kept_is_no_failure_of_the_replica(
        self, same: str, start: Any, read_from: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run, save = start(), ImpactRun.save

        def full(row: ImpactRun, *, update_fields: Any) -> None:
            if "findings_ct" in update_fields:
                raise OperationalError("the disk is full")
            save(row, update_fields=update_fields)

        monkeypatch.setattr(ImpactRun, "save", full)
        monkeypatch.setattr(replica, "say_failed", lambda error: pytest.fail("the replica was blamed"))

        assert actions.replay_due(clock=lambda: NOW) == 0
        run.refresh_from_db()
        assert (read_from, run.state, run.looked_at) == ([REPLICA], "failed", 0)

    def test_an_error_of_the_database_itself_is_one(
        self, same: str, start: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run, message = start(), "the disk is full"
        monkeypatch.setattr(replica, "holding", lambda run: DEFAULT_DB_ALIAS)
        monkeypatch.setattr(working, "_look", lambda *given: (_ for _ in ()).throw(OperationalError(message)))

        assert actions.replay_due(clock=lambda: NOW) == 0
        run.refresh_from_db()
        assert run.state == "failed"


class TestReports:
    def test_they_come_from_one_that_is_up_to_date(self, same: str, clinic: Clinic) -> None:
        alerts.beat(now=NOW)
        read = replica.read(lambda alias: (alias, reporting.report(clinic, days=30, now=NOW, database=alias)), now=NOW)

        assert read.found[0] == REPLICA
        assert read.as_of == NOW

    def test_late_or_without_a_worker_they_come_from_the_database_itself(
        self, same: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        alerts.beat(now=NOW)

        assert replica.read(str, now=later(minutes=3)) == (DEFAULT_DB_ALIAS, None)
        assert "The replica is late" in caplog.text

    def test_one_that_is_away_holds_nothing_up(
        self, alias: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections[REPLICA], "cursor", refuse)

        assert replica.read(str, now=NOW) == (DEFAULT_DB_ALIAS, None)
        assert caplog.messages == ["The replica cannot be read (OperationalError): read from the database itself"]
        assert caplog.records[0].levelno == logging.WARNING

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no replica, and ends no query")
    def test_one_that_takes_long_is_given_up(self, same: str, monkeypatch: pytest.MonkeyPatch) -> None:
        failed: list[DatabaseError] = []
        monkeypatch.setattr(replica, "LONGEST_QUERY_MS", 200)  # enough for all that is not to be given up
        monkeypatch.setattr(replica, "say_failed", failed.append)  # it would close the connection of the test
        alerts.beat(now=NOW)

        def ask(alias: str) -> str:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(%s)", [600 if alias == REPLICA else 0.3])
            return alias

        assert replica.read(ask, now=NOW) == (DEFAULT_DB_ALIAS, None)
        assert "statement timeout" in str(failed[0])

    def test_the_page_says_of_when_its_counts_are(
        self, same: str, admin: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, report, asked = signed_in(admin), reporting.report, []

        def noted(*given: Any, database: str, **more: Any) -> Any:
            asked.append(database)
            return report(*given, database=database, **more)

        monkeypatch.setattr(reporting, "report", noted)
        monkeypatch.setattr("intake.replica.liveness.is_alive", lambda beat, now: beat is not None)
        without = client.get("/staff/reports/").content.decode()
        alerts.beat(now=NOW)
        with_it = client.get("/staff/reports/").content.decode()

        assert asked == [DEFAULT_DB_ALIAS, REPLICA]
        assert "Counted in a copy" not in without
        assert f"as it was on {NOW:%-d %B %Y} at {NOW:%H:%M:%S} UTC." in with_it


class TestHealth:
    @pytest.fixture(autouse=True)
    def watch(self, monkeypatch: pytest.MonkeyPatch) -> replica.Watch:
        monkeypatch.setattr(replica, "watch", replica.Watch())
        return replica.watch

    def test_it_says_how_the_replica_is_and_fails_for_nothing(
        self, alias: str, watch: replica.Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alerts.beat(now=NOW)
        monkeypatch.setattr(replica, "state", lambda now: "The replica cannot be read.")
        first = health.state(now=NOW)
        looked(watch)
        found = health.state(now=later(seconds=29))

        assert (first["replica"], first["ready"]) == ("The replica was not looked at yet.", True)
        assert (found["replica"], found["ready"]) == ("The replica cannot be read.", True)

    def test_it_looks_again_after_half_a_minute(
        self, alias: str, watch: replica.Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Any] = []
        monkeypatch.setattr(replica, "state", lambda now: asked.append(now) or f"{now:%S}")
        for seconds in (0, 29, 30, 59, -1):  # at last the clock was put back
            health.state(now=later(seconds=seconds))
            looked(watch)

        assert asked == [NOW, later(seconds=30), later(seconds=-1)]

    def test_it_never_waits_for_the_replica(
        self, alias: str, watch: replica.Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = threading.Event()
        monkeypatch.setattr(replica, "state", lambda now: "ok" if answers.wait(60) else "never")
        alerts.beat(now=NOW)

        assert health.state(now=NOW)["ready"] is True
        assert health.state(now=later(seconds=30))["replica"] == "The replica does not answer."
        answers.set()
        looked(watch)
        assert health.state(now=later(seconds=29))["replica"] == "ok"

    def test_it_is_not_known_to_hold_anything_without_a_sign_of_life(self, alias: str) -> None:
        alerts.beat(now=NOW)

        assert replica.state(now=NOW) == "The replica is not known to hold anything that was saved at all."

    def test_it_says_since_when_it_is_late(self, same: str) -> None:
        alerts.beat(now=NOW)

        assert replica.state(now=NOW) == "ok"
        assert f"saved after {NOW:%Y-%m-%d %H:%M:%S} UTC" in replica.state(now=later(minutes=3))

    def test_it_says_that_it_is_away(self, alias: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connections[REPLICA], "cursor", refuse)

        assert replica.state(now=NOW) == "The replica cannot be read."

    def test_without_one_nothing_is_said(self, db: None) -> None:
        assert "replica" not in health.state(now=NOW)


@pytest.mark.usefixtures("transactional_db")
def test_a_connection_of_its_own_reads_everything_and_writes_nothing(
    alias: str, start: Any, clinic: Clinic, read_from: list[str]
) -> None:
    run = start()
    alerts.beat(now=NOW)
    with CaptureQueriesContext(connections[REPLICA]) as asked:
        finished(run)
        counted = replica.read(lambda alias: reporting.report(clinic, days=30, now=NOW, database=alias), now=NOW)
    itself = reporting.report(clinic, days=30, now=NOW)

    assert read_from == [REPLICA]
    assert counted == (itself, NOW)
    of_a_report = ("BEGIN", "SET LOCAL STATEMENT_TIMEOUT", "COMMIT") if connection.vendor == "postgresql" else ()
    kinds = ("SELECT", *of_a_report)
    assert all(query["sql"].lstrip().upper().startswith(kinds) for query in asked.captured_queries)
    assert sum("intake_questionnaireresponse" in query["sql"] for query in asked.captured_queries) > 5
    with pytest.raises(DatabaseError, match=r"read-?only"):
        WorkerHeartbeat.objects.using(REPLICA).update(name="other")
    with pytest.raises(DatabaseError, match=r"read-?only"):
        QuestionnaireResponse.objects.using(REPLICA).update(reference="other")


@pytest.mark.parametrize(
    ("origin", "copied", "ids"),
    [
        (POSTGRESQL, POSTGRESQL | {"HOST": "two"}, []),
        (POSTGRESQL, POSTGRESQL | {"HOST": "", "OPTIONS": {"host": "two"}}, []),
        (POSTGRESQL, POSTGRESQL | {"NAME": "copy"}, []),
        (POSTGRESQL, POSTGRESQL | {"PORT": 5432, "USER": "reader"}, ["intake.E004"]),
        (POSTGRESQL, POSTGRESQL | {"ENGINE": "django.db.backends.sqlite3"}, ["intake.E004"]),
        (POSTGRESQL | {"ENGINE": "django.db.backends.sqlite3"}, POSTGRESQL | {"HOST": "two"}, ["intake.E004"]),
    ],
)
def test_nonsense_is_found_at_the_start(
    origin: dict[str, Any], copied: dict[str, Any], ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATABASES", {"default": origin, REPLICA: copied})

    assert [found.id for found in checks.replica_check()] == ids
