"""Delivering alerts: at least once, whatever fails, and silent about whom and why."""

from __future__ import annotations

import datetime
import smtplib

import pytest
from django.core import mail
from django.db import OperationalError
from django.utils import timezone

from intake import alerts
from intake.alerts import delivering
from intake.management.commands import worker
from intake.models import Alert, AlertAttempt, AlertDelivery, QuestionnaireResponse, WorkerHeartbeat
from tests.intake.sample import NOW, Clock, Failing, Tab, later

pytestmark = pytest.mark.django_db


class TestDelivery:
    def test_it_writes_to_the_clinics_address(self, alert: Alert, clock: Clock) -> None:
        done = alerts.deliver_due(clock=clock)

        alert.refresh_from_db()
        delivery = alert.deliveries.get()
        assert done == alerts.Delivered(sent=1)
        assert (alert.sent_at, delivery.delivered_at, delivery.attempts, delivery.leased_until) == (NOW, NOW, 1, None)
        assert mail.outbox[0].to == ["desk@north.example"]

    def test_it_writes_once_for_each_step(self, alert: Alert, clock: Clock) -> None:
        for _ in range(3):
            alerts.deliver_due(clock=clock)
            clock.advance(minutes=4)

        assert len(mail.outbox) == 1

    def test_it_leaves_what_is_not_due(self, tab: Tab, clock: Clock) -> None:
        tab.save(harm_thoughts="yes")
        assert alerts.deliver_due(clock=clock) == alerts.Delivered()

        clock.advance(minutes=60)
        assert alerts.deliver_due(clock=clock) == alerts.Delivered(sent=1)

    @pytest.mark.check("C22", required="nothing of the person in the message")
    def test_it_says_nothing_about_whom_or_why(self, alert: Alert, clock: Clock) -> None:
        alerts.deliver_due(clock=clock)

        message = mail.outbox[0].message().as_string().lower()
        for word in ("rosa", "díaz", "d=c3=adaz", "harm", "suicid", "urgent", "ketamine", "plan_now", "small"):
            assert word not in message

    def test_it_says_where_to_look(self, alert: Alert, clock: Clock) -> None:
        alerts.deliver_due(clock=clock)

        assert mail.outbox[0].subject == "A response needs review"
        assert f"http://127.0.0.1:8000/staff/responses/{alert.response}/" in mail.outbox[0].body

    def test_it_keeps_its_message_id_when_it_is_sent_again(self, alert: Alert, clock: Clock) -> None:
        alerts.deliver_due(clock=clock)
        AlertDelivery.objects.update(delivered_at=None)
        alerts.deliver_due(clock=clock)

        first, again = (sent.message()["Message-ID"] for sent in mail.outbox)
        assert first == again == f"<alert-{AlertDelivery.objects.get().pk}@127.0.0.1>"

    def test_it_shows_life_between_alerts(self, tab: Tab, clock: Clock) -> None:
        tab.save(plan_now="yes", harm_thoughts="yes")
        clock.advance(hours=2)
        beats: list[int] = []

        alerts.deliver_due(clock=clock, after_each=lambda: beats.append(1))

        assert len(beats) == Alert.objects.count() == 3


class TestFailure:
    @pytest.mark.parametrize(
        "error",
        [
            smtplib.SMTPResponseException(451, b"try later, Rosa"),
            smtplib.SMTPRecipientsRefused({}),
            smtplib.SMTPServerDisconnected("after DATA"),
            ConnectionRefusedError(),
            ValueError("an address that the mail library cannot read"),
            TimeoutError(),
        ],
    )
    def test_it_is_listed_and_tried_again(self, alert: Alert, clock: Clock, failing: Failing, error: Exception) -> None:
        failing(error)

        assert alerts.deliver_due(clock=clock) == alerts.Delivered(failed=1)

        alert.refresh_from_db()
        assert (alert.sent_at, alert.failed_at) == (None, NOW)
        assert alert.deliveries.get().leased_until == later(seconds=10)
        assert alerts.as_row(alert)["state"] == "failed"

    def test_it_keeps_the_kind_of_failure_and_no_word_of_it(
        self, alert: Alert, clock: Clock, failing: Failing, caplog: pytest.LogCaptureFixture
    ) -> None:
        failing(smtplib.SMTPDataError(550, b"refused: Rosa Diaz"))
        alerts.deliver_due(clock=clock)

        attempt = AlertAttempt.objects.get()
        assert (attempt.failure, attempt.is_delivered, attempt.finished_at) == ("SMTPDataError", False, NOW)
        assert "Rosa" not in caplog.text

    def test_it_waits_longer_each_time(self, alert: Alert, clock: Clock, failing: Failing) -> None:
        failing(ConnectionRefusedError())
        tried = []
        for second in range(0, 200, 5):
            clock.now = later(seconds=second)
            if alerts.deliver_due(clock=clock).failed:
                tried.append(second)

        assert tried == [0, 10, 30, 70, 150]

    def test_it_is_delivered_once_the_server_is_back(
        self, alert: Alert, clock: Clock, failing: Failing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failing(ConnectionRefusedError())
        alerts.deliver_due(clock=clock)
        monkeypatch.undo()
        clock.advance(minutes=1)

        alerts.deliver_due(clock=clock)

        alert.refresh_from_db()
        assert (alert.sent_at, alert.failed_at, alert.deliveries.get().attempts) == (later(minutes=1), None, 2)
        assert list(AlertAttempt.objects.order_by("number").values_list("is_delivered", flat=True)) == [False, True]


class Killed(BaseException):
    """The process ends here."""


class TestKilledWorker:
    def test_before_sending_it_is_sent_when_the_lease_ends(
        self, alert: Alert, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(_: AlertDelivery) -> None:
            raise Killed

        monkeypatch.setattr(delivering, "_send", die)
        with pytest.raises(Killed):
            alerts.deliver_due(clock=clock)
        monkeypatch.undo()

        assert alerts.deliver_due(clock=clock) == alerts.Delivered()
        clock.advance(minutes=3)
        assert alerts.deliver_due(clock=clock) == alerts.Delivered(sent=1)

    def test_after_sending_it_is_sent_again_rather_than_lost(
        self, alert: Alert, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> None:
            raise Killed

        monkeypatch.setattr(delivering, "_mark_sent", die)
        with pytest.raises(Killed):
            alerts.deliver_due(clock=clock)
        monkeypatch.undo()
        clock.advance(minutes=3)

        alerts.deliver_due(clock=clock)

        alert.refresh_from_db()
        assert alert.sent_at == later(minutes=3)
        assert len({sent.message()["Message-ID"] for sent in mail.outbox}) == 1
        assert AlertAttempt.objects.get(number=1).finished_at is None

    def test_a_late_failure_does_not_undo_a_delivery(self, alert: Alert, clock: Clock) -> None:
        alerts.deliver_due(clock=clock)
        slow = AlertAttempt.objects.create(delivery=alert.deliveries.get(), number=99, started_at=NOW)

        delivering._mark_failed(slow, TimeoutError(), later(minutes=4))

        alert.refresh_from_db()
        assert (alert.sent_at, alert.failed_at) == (NOW, None)


class TestRound:
    @pytest.mark.parametrize("error", [OSError("disk full"), OperationalError("gone"), ValueError("odd")])
    def test_what_fails_in_it_leaves_the_worker_running(
        self, error: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("intake.audit.append_anchor", broken)
        monkeypatch.setattr("django.db.connection.close", lambda: None)

        worker.Command()._careful_round(0)

        assert alerts.is_worker_alive(now=timezone.now())


class TestHeartbeat:
    def test_it_is_alive_for_two_minutes(self) -> None:
        alerts.beat(now=NOW)

        assert alerts.is_worker_alive(now=later(minutes=2))
        assert not alerts.is_worker_alive(now=later(minutes=2, seconds=1))

    def test_it_is_dead_before_the_first_beat(self) -> None:
        assert not alerts.is_worker_alive(now=NOW)

    def test_it_has_one_row(self) -> None:
        for minutes in range(3):
            alerts.beat(now=later(minutes=minutes))

        assert WorkerHeartbeat.objects.count() == 1


class TestAge:
    def test_it_counts_from_when_it_was_due(self, alert: Alert) -> None:
        assert alerts.oldest_unsent_age(now=later(minutes=4)) == datetime.timedelta(minutes=4)

    def test_nothing_waits_once_it_is_sent(self, alert: Alert, clock: Clock) -> None:
        alerts.deliver_due(clock=clock)

        assert alerts.oldest_unsent_age(now=later(hours=1)) is None

    def test_what_is_not_due_does_not_wait(self, draft: QuestionnaireResponse, tab: Tab) -> None:
        tab.save(harm_thoughts="yes")

        assert alerts.oldest_unsent_age(now=later(minutes=59)) is None
