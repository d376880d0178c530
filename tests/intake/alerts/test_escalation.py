"""The ladder under a clock that is moved: everybody in time, nobody left out, and silence once it is acknowledged."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from intake import actions, alerts
from intake.models import Alert, AlertDelivery, Clinic, QuestionnaireResponse, User
from tests.intake.sample import NOW, Clock, Failing, later

from .conftest import AddContact

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(add_contact: AddContact) -> None:
    """NOW is a Monday at ten in the morning at the clinic."""
    add_contact("Day", duty="hours")
    add_contact("Night", duty="out_of_hours")
    add_contact("Lead", step=2)
    add_contact("Director", step=3)


def told(alert: Alert) -> list[tuple[int, str, int]]:
    """Step, name and minutes after NOW of every message of an alert."""
    rows = alert.deliveries.order_by("planned_at", "name")
    return [(row.rung, row.name, int((row.planned_at - NOW).total_seconds() // 60)) for row in rows]


def run(clock: Clock, minutes: int, step: int = 5) -> None:
    """A round of the worker every so many minutes."""
    for _ in range(0, minutes, step):
        alerts.deliver_due(clock=clock)
        clock.advance(minutes=step)


@pytest.mark.check("C20", required="the right people at each step, until acknowledged")
@pytest.mark.usefixtures("people")
class TestLadder:
    def test_each_step_comes_in_its_time(self, alert: Alert, clock: Clock) -> None:
        run(clock, 110)

        assert told(alert) == [
            (1, "Day", 0),
            (2, "Lead", 15),
            (3, "Director", 45),
            (4, "Day", 105),
            (4, "Director", 105),
            (4, "Lead", 105),
            (4, "Night", 105),
        ]
        assert len(mail.outbox) == 7

    def test_everyone_is_told_again_until_somebody_acknowledges(self, alert: Alert, clock: Clock) -> None:
        run(clock, 300)

        assert [row for row in told(alert) if row[1] == "Night"] == [
            (4, "Night", 105),
            (5, "Night", 165),
            (6, "Night", 225),
            (7, "Night", 285),
        ]

    def test_an_acknowledgement_ends_it_at_once(self, alert: Alert, clock: Clock, clinician: User) -> None:
        run(clock, 20)
        before = len(mail.outbox)
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=clock())

        run(clock, 600, step=30)

        assert len(mail.outbox) == before == 2

    def test_out_of_hours_the_night_is_told(self, alert: Alert, clock: Clock) -> None:
        clock.advance(hours=9)
        run(clock, 5)

        assert told(alert) == [(1, "Night", 540)]

    def test_one_that_fails_is_tried_on_and_holds_nobody_up(self, alert: Alert, clock: Clock, failing: Failing) -> None:
        failing(ConnectionRefusedError())
        run(clock, 180)

        assert {name for _, name, _ in told(alert)} == {"Day", "Lead", "Director", "Night"}
        assert len(told(alert)) == 4
        assert all(row.attempts > 5 for row in alert.deliveries.filter(name="Day"))

    def test_a_contact_who_leaves_is_told_no_more(
        self, alert: Alert, clock: Clock, failing: Failing, admin: User, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failing(ConnectionRefusedError())
        run(clock, 5)
        clinic.alert_contacts.filter(name="Day").update(removed_at=NOW, removed_by=admin)
        monkeypatch.undo()

        run(clock, 5)

        assert mail.outbox == []


@pytest.mark.check("C20", required="a corrected address is told at once")
class TestTheClinicsOwnAddress:
    """Where nobody is on the rota, a mistake in one field is between an alert and everybody."""

    WRONG, RIGHT = "desk@north.example", "right@north.example"

    @pytest.fixture
    def refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The mail server refuses the address that the clinic began with."""
        send = EmailMessage.send

        def unless_wrong(self: EmailMessage, fail_silently: bool = False) -> int:
            if self.to == [TestTheClinicsOwnAddress.WRONG]:
                raise ConnectionRefusedError
            return send(self, fail_silently)

        monkeypatch.setattr(EmailMessage, "send", unless_wrong)

    def correct(self, clinic: Clinic, admin: User, now: datetime.datetime) -> None:
        actions.change_clinic(clinic=clinic, changes={"alert_email": self.RIGHT}, by=admin, now=now)

    @pytest.mark.usefixtures("refused")
    def test_once_corrected_it_is_told_in_the_next_round(
        self, alert: Alert, clock: Clock, clinic: Clinic, admin: User
    ) -> None:
        run(clock, 600, step=30)
        assert mail.outbox == []
        self.correct(clinic, admin, clock())

        alerts.deliver_due(clock=clock)

        assert [message.to for message in mail.outbox] == [[self.RIGHT]]
        alert.refresh_from_db()
        assert alert.sent_at == clock()

    def test_what_somebody_else_got_is_sent_again_to_the_right_one(
        self, alert: Alert, clock: Clock, clinic: Clinic, admin: User
    ) -> None:
        alerts.deliver_due(clock=clock)
        self.correct(clinic, admin, clock())

        alerts.deliver_due(clock=clock)

        assert [message.to for message in mail.outbox] == [[self.WRONG], [self.RIGHT]]

    def test_another_change_sends_nothing(self, alert: Alert, clock: Clock, clinic: Clinic, admin: User) -> None:
        alerts.deliver_due(clock=clock)
        actions.change_clinic(clinic=clinic, changes={"phone": "(202) 555-0142"}, by=admin, now=clock())

        alerts.deliver_due(clock=clock)

        assert len(mail.outbox) == 1

    @pytest.mark.usefixtures("refused")
    def test_the_first_person_on_the_rota_is_told_in_the_next_round(
        self, alert: Alert, clock: Clock, clinic: Clinic, admin: User
    ) -> None:
        run(clock, 20)
        actions.add_contact(
            clinic=clinic, name="Ann", channel="email", address="ann@north.example", step=1, duty="always",
            by=admin, now=clock(),
        )  # fmt: skip

        alerts.deliver_due(clock=clock)

        assert [message.to for message in mail.outbox] == [["ann@north.example"]]


@pytest.mark.check("C68", required="no step skipped")
@pytest.mark.usefixtures("people")
class TestClock:
    def test_a_jump_ahead_skips_no_step(self, alert: Alert, clock: Clock) -> None:
        alerts.deliver_due(clock=clock)
        clock.advance(days=3)
        run(clock, 120)

        assert {name for _, name, _ in told(alert)} == {"Day", "Lead", "Director", "Night"}
        assert [rung for rung, _, _ in told(alert)] == sorted(rung for rung, _, _ in told(alert))

    def test_put_back_before_anybody_was_told_it_calls_at_once(self, alert: Alert, clock: Clock) -> None:
        clock.advance(days=-2)

        alerts.deliver_due(clock=clock)

        assert len(mail.outbox) == 1

    def test_put_back_between_steps_it_calls_twice_rather_than_late(self, alert: Alert, clock: Clock) -> None:
        alerts.deliver_due(clock=clock)
        clock.advance(days=-2)

        alerts.deliver_due(clock=clock)

        assert [rung for rung, _, _ in told(alert)] == [2, 1]

    def test_put_back_while_leased_it_is_tried_now(self, alert: Alert, clock: Clock) -> None:
        alerts.deliver_due(clock=clock)
        AlertDelivery.objects.update(delivered_at=None, leased_until=later(days=2))

        alerts.deliver_due(clock=clock)

        assert len(mail.outbox) == 2

    def test_a_small_difference_between_two_machines_changes_nothing(self, alert: Alert, clock: Clock) -> None:
        clock.advance(seconds=-90)

        alerts.deliver_due(clock=clock)

        assert mail.outbox == []

    def test_a_heartbeat_from_the_future_proves_nothing(self) -> None:
        alerts.beat(now=later(hours=5))

        assert not alerts.is_worker_alive(now=NOW)


@pytest.mark.usefixtures("people")
def test_forty_alerts_at_any_hour_reach_the_right_people_in_time(draft: QuestionnaireResponse, clock: Clock) -> None:
    """Raised at forty times of a week; every one is told to who is on duty, to the next step, and to everyone."""
    times = [NOW + datetime.timedelta(minutes=number * 251) for number in range(40)]
    raised = [
        Alert(response=draft, kind="urgent", severity=4, reason_hash=str(n), reason_ct=b"", created_at=at, due_at=at)
        for n, at in enumerate(times)
    ]
    Alert.objects.bulk_create(raised)

    for minute in range(0, 40 * 251 + 120, 15):
        clock.now = later(minutes=minute)
        if minute % 251 < 120 or minute > 39 * 251:
            alerts.deliver_due(clock=clock)
            Alert.objects.filter(rung__gte=4).update(
                acknowledged_at=clock.now, acknowledged_by=_anybody(draft), note_ct=b"x"
            )

    for alert in Alert.objects.prefetch_related("deliveries"):
        by_rung: dict[int, set[str]] = {}
        for row in alert.deliveries.all():
            by_rung.setdefault(row.rung, set()).add(row.name)
            assert row.delivered_at is not None
        assert by_rung[1] in ({"Day"}, {"Night"})
        assert (by_rung[2], by_rung[3]) == ({"Lead"}, {"Director"})
        assert by_rung[4] == {"Day", "Night", "Lead", "Director"}
        assert set(by_rung) == {1, 2, 3, 4}


def _anybody(draft: QuestionnaireResponse) -> User:
    return User.objects.filter(memberships__clinic=draft.clinic).first()  # type: ignore[return-value]


class TestBounce:
    @pytest.fixture
    def sent_to_day(self, people: None, alert: Alert, clock: Clock) -> AlertDelivery:
        alerts.deliver_due(clock=clock)
        return alert.deliveries.get()

    def test_it_is_a_failure_and_the_next_people_are_told(self, sent_to_day: AlertDelivery, clock: Clock) -> None:
        message_id = mail.outbox[0].message()["Message-ID"]
        clock.advance(minutes=2)

        actions.record_bounce(message_id=message_id, now=clock())

        alert = Alert.objects.get()
        assert (alert.sent_at, alert.failed_at) == (None, later(minutes=2))
        alerts.deliver_due(clock=clock)
        assert told(alert) == [(1, "Day", 0), (2, "Lead", 2)]

    def test_again_it_changes_nothing(self, sent_to_day: AlertDelivery) -> None:
        for minutes in (2, 9):
            actions.record_bounce(message_id=str(sent_to_day.pk), now=later(minutes=minutes))

        sent_to_day.refresh_from_db()
        assert sent_to_day.bounced_at == later(minutes=2)

    def test_it_is_not_sent_again(self, sent_to_day: AlertDelivery, clock: Clock) -> None:
        actions.record_bounce(message_id=str(sent_to_day.pk), now=clock())
        run(clock, 10)

        assert [message.to for message in mail.outbox] == [["day@north.example"], ["lead@north.example"]]

    def test_one_address_that_bounces_is_not_written_to_for_ever(self, alert: Alert, clock: Clock) -> None:
        for _ in range(30):
            alerts.deliver_due(clock=clock)
            for row in alert.deliveries.filter(bounced_at=None):
                actions.record_bounce(message_id=str(row.pk), now=clock())
            clock.advance(seconds=20)

        assert len(mail.outbox) <= 4

    @pytest.mark.parametrize(
        "name", ["", "<>", "nobody", "<alert-x@y>", "<alert-3f2b1c9e-0d4a-4c57-9a8e-7f1f5d1f0b6a@h>"]
    )
    def test_it_says_when_there_is_no_such_message(self, db: None, name: str) -> None:
        with pytest.raises(actions.NoSuchMessage):
            actions.record_bounce(message_id=name, now=NOW)
