"""Faults on the way: whatever is killed, refuses, hangs or drops, disclosures = alerts = deliveries attempted."""

from __future__ import annotations

import contextlib
import datetime
import random
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection

from intake import actions, alerts
from intake.alerts import delivering, escalation, liveness, numbers
from intake.models import Alert, AlertDelivery, Clinic, QuestionnaireResponse
from screening.models import QuestionnaireVersion
from tests.intake.sample import NOW, Clock, Failing, Tab, later

from .conftest import AddContact

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ends here: nothing catches it, and what was not committed is gone."""


def killed_at(monkeypatch: pytest.MonkeyPatch, places: list[tuple[Any, str]], chance: random.Random) -> None:
    """Each of these functions may end the process, before or after it did its work."""
    for owner, name in places:
        monkeypatch.setattr(owner, name, _dying(getattr(owner, name), chance))


def _dying(work: Any, chance: random.Random) -> Any:
    def perhaps(*args: Any, **kwargs: Any) -> Any:
        luck = chance.random()
        if luck < 0.1:
            raise Killed
        done = work(*args, **kwargs)
        if luck > 0.9:
            raise Killed
        return done

    return perhaps


def disclose(response: QuestionnaireResponse) -> None:
    """Somebody answers, in a process that may end at any moment, and presses again until it is sent."""
    for _ in range(40):
        with contextlib.suppress(Killed):
            response.refresh_from_db()
            tab = Tab(response, name=f"tab{response.revision}", base=response.revision)
            tab.finish(family_name="Example", plan_now="yes", harm_thoughts="no")
            actions.submit(response_id=response.pk, now=NOW)
            return
    pytest.fail("It could not be sent.")


@pytest.mark.check("C18", required="0 disclosures without an alert and a delivery")
def test_a_process_killed_anywhere_loses_no_disclosure_and_no_delivery(
    clinic: Clinic, version: QuestionnaireVersion, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(20)
    drafts = [actions.start(clinic=clinic, version=version, language="en", now=NOW).response for _ in range(6)]
    killed_at(monkeypatch, [(actions.alerting, "_write"), (actions.alerting.audit, "record")], chance)
    for draft in drafts:
        disclose(draft)
    places = [(delivering, "_lease"), (delivering, "_send"), (delivering, "_mark_sent"), (escalation, "_plan")]
    killed_at(monkeypatch, places, chance)

    for _ in range(60):
        with contextlib.suppress(Killed):
            alerts.deliver_due(clock=clock)
        clock.advance(minutes=1)

    found = numbers.count([clinic.pk])
    attempted = Alert.objects.filter(deliveries__tries__isnull=False).distinct()
    assert found.agree
    assert found.disclosed == found.alerted == len(drafts)
    assert attempted.count() == Alert.objects.count()
    assert not Alert.objects.filter(sent_at=None).exists()


@pytest.mark.check("C18", required="both or neither")
def test_an_alert_and_its_answers_are_there_together_or_not_at_all(
    draft: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(actions.alerting, "_write", die)
    with pytest.raises(Killed):
        Tab(draft).save(plan_now="yes")
    draft.refresh_from_db()

    assert (draft.revision, draft.disclosed_at, Alert.objects.count()) == (0, None, 0)


class MailServer:
    """A mail server on this machine that behaves badly in one way."""

    def __init__(self, manner: str) -> None:
        self._manner = manner
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.through: Any = None
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        if self._manner == "hangs":
            lines.readline()  # nothing is ever said; the other side gives up
            return
        connection.sendall(b"220 ready\r\n")
        for line in lines:
            verb = line[:4].upper().strip()
            if self._manner == "refuses for now" and verb == b"RCPT":
                connection.sendall(b"451 try later\r\n")
            elif self._manner == "refuses for good" and verb == b"RCPT":
                connection.sendall(b"550 no such user\r\n")
            elif verb == b"DATA":
                connection.sendall(b"354 go on\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                if self._manner == "drops after the text":
                    return
                connection.sendall(b"250 taken\r\n")
            else:
                connection.sendall(b"250 fine\r\n")

    def mend(self) -> None:
        """From now on it behaves, and may take as long for it as this machine does."""
        self._manner, self.through.timeout = "works", 300

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def mail_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    server = MailServer(request.param)
    backend = "django.core.mail.backends.smtp.EmailBackend"
    through = get_connection(
        backend, host="127.0.0.1", port=server.port, timeout=0.3 if request.param == "hangs" else 300
    )
    plain = EmailMessage.send

    def send(self: EmailMessage, fail_silently: bool = False) -> int:
        self.connection = through
        return plain(self, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", send)
    server.through = through
    yield server
    server.close()


BAD = ["hangs", "refuses for now", "refuses for good", "drops after the text"]


@pytest.mark.check("C19", required="delivered, or listed within a minute")
@pytest.mark.parametrize("mail_server", BAD, indirect=True)
def test_what_a_mail_server_does_not_take_is_listed_within_a_minute_and_delivered_in_the_end(
    mail_server: MailServer, alert: Alert, clinic: Clinic, clock: Clock
) -> None:
    assert alerts.deliver_due(clock=clock) == alerts.Delivered(failed=1)
    listed = liveness.failed_deliveries([clinic.pk], now=later(seconds=1))
    assert [each.alert for each in listed] == [alert]

    mail_server.mend()
    clock.advance(seconds=10)

    assert alerts.deliver_due(clock=clock) == alerts.Delivered(sent=1)
    assert not liveness.failed_deliveries([clinic.pk], now=clock()).exists()


@pytest.mark.parametrize("mail_server", ["works"], indirect=True)
def test_a_mail_server_that_takes_and_sends_back_is_listed(
    mail_server: MailServer, alert: Alert, clinic: Clinic, clock: Clock
) -> None:
    assert alerts.deliver_due(clock=clock) == alerts.Delivered(sent=1)

    actions.record_bounce(message_id=str(AlertDelivery.objects.get().pk), now=clock())

    assert liveness.failed_deliveries([clinic.pk], now=clock()).count() == 1


def test_one_that_nobody_tried_in_time_is_listed(clinic: Clinic, add_contact: AddContact, alert: Alert) -> None:
    """The worker hangs on something else: the list does not wait for an attempt to end."""
    escalation.open_due_steps(clock=lambda: NOW)

    assert not liveness.failed_deliveries([clinic.pk], now=NOW + datetime.timedelta(seconds=44)).exists()
    assert liveness.failed_deliveries([clinic.pk], now=NOW + datetime.timedelta(seconds=46)).count() == 1


def test_a_clinic_is_told_of_its_own_failures_alone(
    clinic: Clinic, other_clinic: Clinic, alert: Alert, clock: Clock, failing: Failing
) -> None:
    failing(ConnectionRefusedError())
    alerts.deliver_due(clock=clock)

    assert liveness.failed_deliveries([clinic.pk], now=clock()).count() == 1
    assert not liveness.failed_deliveries([other_clinic.pk], now=clock()).exists()


@pytest.mark.check("C68", required="no alert skipped")
@pytest.mark.parametrize("jump", [{"days": 2}, {"days": -2}, {"minutes": 30}, {"minutes": -30}])
def test_a_clock_that_jumps_loses_nothing(
    tab: Tab, clinic: Clinic, add_contact: AddContact, clock: Clock, jump: dict[str, float]
) -> None:
    add_contact("Day")
    add_contact("Lead", step=2)
    tab.save(plan_now="yes")
    alerts.deliver_due(clock=clock)
    clock.advance(**jump)

    for _ in range(20):
        alerts.deliver_due(clock=clock)
        clock.advance(minutes=2)

    assert numbers.count([clinic.pk]).agree
    for alert in Alert.objects.filter(kind="at_once"):
        assert {"Day", "Lead"} <= set(alert.deliveries.values_list("name", flat=True))


def test_one_alert_that_cannot_be_opened_holds_no_other_up(
    tab: Tab, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tab.save(plan_now="yes", harm_thoughts="yes")
    clock.advance(hours=2)
    first, *others = Alert.objects.order_by("due_at", "id")
    plan = escalation._plan

    def fail(alert: Alert, *rest: Any) -> None:
        if alert == first:
            raise ValueError("a time zone that nobody knows")
        plan(alert, *rest)

    monkeypatch.setattr(escalation, "_plan", fail)

    done = alerts.deliver_due(clock=clock)

    assert done.sent == len(others) == 2
    assert "could not be opened: ValueError" in caplog.text
    assert liveness.oldest_unsent_age(now=clock()) is not None


def test_a_round_that_takes_long_tries_each_message_once(
    add_contact: AddContact, alert: Alert, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ada", "Ben"):
        add_contact(name)

    def hang(self: EmailMessage, fail_silently: bool = False) -> int:
        clock.advance(minutes=11)
        raise TimeoutError

    monkeypatch.setattr(EmailMessage, "send", hang)

    assert alerts.deliver_due(clock=clock).failed == 2
    assert [row.attempts for row in alert.deliveries.all()] == [1, 1]


def test_a_new_message_goes_before_those_that_failed(
    alert: Alert, clock: Clock, failing: Failing, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    send = EmailMessage.send
    failing(ConnectionRefusedError())
    alerts.deliver_due(clock=clock)
    monkeypatch.setattr(EmailMessage, "send", send)
    clock.advance(minutes=1)
    newer = Alert.objects.create(
        response=alert.response, kind="urgent", severity=4, reason_hash="new", reason_ct=b"", created_at=clock(),
        due_at=clock(),
    )  # fmt: skip

    alerts.deliver_due(clock=clock)

    named = [message.message()["Message-ID"] for message in mailoutbox]
    assert [str(one.deliveries.get().pk) in name for one, name in zip((newer, alert), named, strict=True)] == [True] * 2
