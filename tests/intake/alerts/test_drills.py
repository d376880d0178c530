"""The daily test and the monitor elsewhere: a fault shows on a quiet day, and silence is an alarm."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core import mail

from intake import actions, alerts, health
from intake.alerts import deadman, drills, liveness, numbers, web
from intake.models import AlertDelivery, Clinic, User
from tests.intake.sample import NOW, Clock, Failing, Tab, later

from .conftest import AddContact

pytestmark = pytest.mark.django_db


@pytest.mark.check("C21", required="a test that does not arrive is noticed")
class TestDailyTest:
    def test_it_goes_to_everybody_once_a_day(self, clinic: Clinic, add_contact: AddContact, clock: Clock) -> None:
        add_contact("Day", duty="hours")
        add_contact("Night", step=2, duty="out_of_hours")

        for _ in range(45):
            drills.plan_daily_tests(clock=clock)
            alerts.deliver_due(clock=clock)
            clock.advance(hours=1)

        told = sorted(message.to[0].split("@")[0] for message in mail.outbox)
        assert told == ["day", "day", "night", "night"]
        assert {message.subject for message in mail.outbox} == {"Test of alerts: nothing to do"}
        assert not AlertDelivery.objects.filter(delivered_at=None).exists()

    def test_a_clinic_without_a_rota_is_tested_too(self, clinic: Clinic, clock: Clock) -> None:
        drills.plan_daily_tests(clock=clock)

        assert AlertDelivery.objects.get().contact is None

    def test_it_wakes_nobody(self, clinic: Clinic, clock: Clock) -> None:
        clock.advance(hours=-3)  # seven in the morning at the clinic

        assert drills.plan_daily_tests(clock=clock) == 0

    def test_a_clock_that_was_put_back_does_not_end_it(self, clinic: Clinic, clock: Clock) -> None:
        clock.advance(days=30)
        drills.plan_daily_tests(clock=clock)
        clock.advance(days=-29)

        assert drills.plan_daily_tests(clock=clock) == 1

    def test_a_failure_makes_the_installation_not_ready_and_is_listed(
        self, clinic: Clinic, clock: Clock, failing: Failing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failing(ConnectionRefusedError())
        drills.plan_daily_tests(clock=clock)
        alerts.deliver_due(clock=clock)
        alerts.beat(now=later(minutes=6))

        state = health.state(now=later(minutes=6))
        assert state["parts"]["alert_tests"] == "1 test messages were not delivered."  # type: ignore[index]
        assert state["ready"] is False
        assert liveness.failed_deliveries([clinic.pk], now=later(minutes=1)).count() == 1

        monkeypatch.undo()
        clock.advance(minutes=7)
        alerts.deliver_due(clock=clock)
        assert health.state(now=later(minutes=7))["parts"]["alert_tests"] == "ok"  # type: ignore[index]

    def test_mail_that_stays_on_a_server_is_no_mail(self, clinic: Clinic, clock: Clock, settings: Any) -> None:
        settings.IS_EMBEDDED = False
        drills.plan_daily_tests(clock=clock)
        alerts.deliver_due(clock=clock)

        assert AlertDelivery.objects.get().delivered_at is None
        assert mail.outbox == []

    def test_one_that_came_back_counts(self, clinic: Clinic, clock: Clock) -> None:
        drills.plan_daily_tests(clock=clock)
        alerts.deliver_due(clock=clock)
        actions.record_bounce(message_id=str(AlertDelivery.objects.get().pk), now=later(minutes=1))

        assert liveness.failed_tests(now=later(minutes=2)).count() == 1

    def test_one_that_is_on_its_way_is_missed_only_after_five_minutes(self, clinic: Clinic, clock: Clock) -> None:
        drills.plan_daily_tests(clock=clock)

        found = [liveness.failed_tests(now=later(minutes=minutes)).count() for minutes in (0, 4, 5)]
        assert found == [0, 0, 1]

    def test_the_next_days_test_stands_in_for_a_failed_one(self, clinic: Clinic, clock: Clock) -> None:
        drills.plan_daily_tests(clock=clock)
        clock.advance(days=1)
        drills.plan_daily_tests(clock=clock)
        alerts.deliver_due(clock=clock)

        assert not liveness.failed_tests(now=clock()).exists()

    def test_it_is_never_counted_among_alerts(self, clinic: Clinic, clock: Clock) -> None:
        drills.plan_daily_tests(clock=clock)

        assert numbers.count([clinic.pk]).alerted == 0
        assert alerts.oldest_unsent_age(now=later(days=1)) is None

    def test_alerts_go_before_tests(self, clinic: Clinic, tab: Tab, clock: Clock) -> None:
        drills.plan_daily_tests(clock=clock)
        clock.advance(minutes=1)
        tab.save(plan_now="yes", now=clock())

        alerts.deliver_due(clock=clock)

        assert mail.outbox[0].subject == "A response needs review"
        assert mail.outbox[-1].subject == "Test of alerts: nothing to do"

    def test_whoever_is_removed_is_not_missed(self, clinic: Clinic, add_contact: AddContact, admin: User) -> None:
        day = add_contact("Day")
        drills.plan_daily_tests(clock=lambda: NOW)
        actions.remove_contact(contact=day, by=admin, now=NOW)

        assert not liveness.failed_tests(now=later(hours=1)).exists()


class TestHeartbeat:
    @pytest.fixture
    def calls(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        settings.HEARTBEAT_URL = "https://monitor.example/ping"
        made: list[str] = []

        def request(url: str, **_: object) -> int:
            made.append(url)
            return 200

        monkeypatch.setattr(web, "request", request)
        return made

    def test_it_calls_at_most_once_a_minute(self, calls: list[str]) -> None:
        heartbeat = deadman.Heartbeat()
        for seconds in range(0, 125, 5):
            heartbeat.call(now=NOW + datetime.timedelta(seconds=seconds))

        assert len(calls) == 3

    def test_it_is_silent_while_an_alert_is_late(self, calls: list[str], tab: Tab) -> None:
        tab.save(plan_now="yes")

        assert deadman.Heartbeat().call(now=later(minutes=5))
        assert not deadman.Heartbeat().call(now=later(minutes=6))

    def test_a_clock_that_was_put_back_does_not_silence_it(self, calls: list[str]) -> None:
        heartbeat = deadman.Heartbeat()
        heartbeat.call(now=later(days=2))

        assert heartbeat.call(now=NOW)

    def test_a_monitor_that_is_away_stops_nothing(self, calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: object, **__: object) -> int:
            raise ConnectionRefusedError

        monkeypatch.setattr(web, "request", away)

        assert deadman.Heartbeat().call(now=NOW) is False

    def test_without_an_address_it_calls_nobody(self, calls: list[str], settings: Any) -> None:
        settings.HEARTBEAT_URL = ""

        assert deadman.Heartbeat().call(now=NOW) is False
        assert calls == []
