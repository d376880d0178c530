"""Invitations by e-mail: at least once, never after they are needed, one live link, nothing kept and nothing told."""

from __future__ import annotations

import logging
import re
import smtplib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command

from intake import access, actions, invitation_mail
from intake.alerts import Delivered
from intake.invitees import Details
from intake.management.commands import worker
from intake.models import AuditRecord, Clinic, Invitation, InvitationMail, Invitee, User

from .sample import NOW, Clock, Failing, later
from .test_canary import everything
from .test_invitations import begin, invite, send

pytestmark = pytest.mark.django_db

ROSA = Details(name="Rosa Canario", email="rosa@mail.example")


@pytest.fixture
def invited(clinic: Clinic) -> actions.Invited:
    return invite(clinic, details=ROSA, send=True)


def token_in(message: Any) -> str:
    return re.search(r"http://127\.0\.0\.1:8000/i/([\w-]{43})/", message.body)[1]


def row(**filters: Any) -> InvitationMail:
    return InvitationMail.objects.filter(**filters).order_by("due_at").first()


class TestDelivery:
    def test_it_carries_a_link_that_works(self, invited: actions.Invited, clock: Clock) -> None:
        assert invitation_mail.deliver_due(clock=clock) == Delivered(sent=1)

        assert mail.outbox[0].to == ["rosa@mail.example"]
        assert access.live_invitation(token_in(mail.outbox[0]), now=NOW) == invited.invitation
        assert row().sent_at == NOW

    def test_it_is_sent_once(self, invited: actions.Invited, clock: Clock) -> None:
        for hours in range(3):
            clock.now = later(hours=hours)
            invitation_mail.deliver_due(clock=clock)

        assert len(mail.outbox) == 1

    def test_no_link_is_kept_once_it_left(self, invited: actions.Invited, clock: Clock) -> None:
        invitation_mail.deliver_due(clock=clock)

        assert not InvitationMail.objects.exclude(token_ct=None).exists()

    def test_every_sending_is_recorded(self, invited: actions.Invited, clock: Clock) -> None:
        invitation_mail.deliver_due(clock=clock)

        entry = AuditRecord.objects.get(action="invitation.mailed")
        assert (entry.actor, entry.objects_named["kind"]) == ("system", "invitation")

    def test_it_stops_between_two_when_told_to(self, clinic: Clinic, clock: Clock) -> None:
        for _ in range(3):
            invite(clinic, details=ROSA, send=True)

        invitation_mail.deliver_due(clock=clock, until=lambda: len(mail.outbox) == 2)

        assert len(mail.outbox) == 2


class TestWords:
    FORBIDDEN = (
        "rosa",
        "canario",
        "north",
        "ketamine",
        "ketamina",
        "screening",
        "health",
        "salud",
        "clinic",
        "clínica",
    )

    @pytest.mark.parametrize(
        ("language", "subject"),
        [("en", "Some questions before your visit"), ("es", "Algunas preguntas antes de su visita")],
    )
    def test_they_tell_a_passer_by_nothing(self, clinic: Clinic, clock: Clock, language: str, subject: str) -> None:
        invite(clinic, details=ROSA, send=True, language=language)
        invitation_mail.deliver_due(clock=clock)

        message = mail.outbox[0]
        headers = {name: value for name, value in message.message().items() if name not in ("To", "From")}
        assert message.subject == subject
        for word in self.FORBIDDEN:
            assert word not in (message.subject + message.body + str(headers)).lower()

    def test_they_are_in_the_language_of_the_invitation(self, clinic: Clinic, clock: Clock) -> None:
        invite(clinic, details=ROSA, send=True, language="es")
        invitation_mail.deliver_due(clock=clock)

        body = mail.outbox[0].body
        assert "Abra este enlace" in body
        assert "16 de marzo de 2026" in body
        assert not re.search(r"\b(the|your|you|link)\b", body)

    def test_they_name_the_clinic_where_it_wants_that(self, clinic: Clinic, clock: Clock) -> None:
        Clinic.objects.update(mail_names_clinic=True, name="North & <Co>")
        clinic.refresh_from_db()
        invite(clinic, details=ROSA, send=True)
        invitation_mail.deliver_due(clock=clock)

        assert "They are from North & <Co>." in mail.outbox[0].body
        assert "North" not in mail.outbox[0].subject

    def test_the_link_is_built_from_the_configured_origin(self, invited: actions.Invited, clock: Clock) -> None:
        invitation_mail.deliver_due(clock=clock)

        assert re.findall(r"https?://[^/]+", mail.outbox[0].body) == ["http://127.0.0.1:8000"]


class TestReminders:
    @pytest.fixture
    def shown(self, clinic: Clinic) -> actions.Invited:
        """A link that was handed over, with an address for reminders."""
        return invite(clinic, details=ROSA)

    def test_each_comes_in_its_time_and_no_more(self, shown: actions.Invited, clock: Clock) -> None:
        sent = []
        for day in range(16):
            clock.now = later(days=day)
            sent += [day] * invitation_mail.deliver_due(clock=clock).sent

        assert sent == [3, 7]
        assert "This is a reminder." in mail.outbox[0].body

    def test_a_reminder_takes_the_place_of_the_link_before(self, shown: actions.Invited, clock: Clock) -> None:
        clock.now = later(days=3)
        invitation_mail.deliver_due(clock=clock)

        assert access.live_invitation(shown.token, now=clock.now) is None
        assert access.live_invitation(token_in(mail.outbox[0]), now=clock.now) == shown.invitation

    def test_one_that_does_not_leave_takes_no_link_away(
        self, shown: actions.Invited, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It may have arrived all the same: until another try succeeds, or it is given up, both links work."""
        taken: list[EmailMessage] = []

        def take_and_fail(self: EmailMessage, fail_silently: bool = False) -> int:
            taken.append(self)
            raise smtplib.SMTPServerDisconnected("after DATA")

        clock.now = later(days=3)
        with monkeypatch.context() as patched:
            patched.setattr(EmailMessage, "send", take_and_fail)
            invitation_mail.deliver_due(clock=clock)
        for token in (shown.token, token_in(taken[0])):
            assert access.live_invitation(token, now=clock.now) == shown.invitation

        clock.now = later(days=3, minutes=1)
        invitation_mail.deliver_due(clock=clock)

        assert access.live_invitation(shown.token, now=clock.now) is None
        assert access.live_invitation(token_in(mail.outbox[0]), now=clock.now) == shown.invitation
        assert not InvitationMail.objects.exclude(token_sha256="").exists()

    def test_one_that_was_given_up_takes_no_link_away(
        self, shown: actions.Invited, clock: Clock, failing: Failing
    ) -> None:
        failing(smtplib.SMTPRecipientsRefused({}))
        InvitationMail.objects.update(attempts=invitation_mail.MOST_ATTEMPTS - 1)
        clock.now = later(days=3)

        invitation_mail.deliver_due(clock=clock)

        assert row().cancelled_at == later(days=3)
        assert access.live_invitation(shown.token, now=clock.now) == shown.invitation

    @pytest.mark.parametrize("take_back", [actions.revoke_invitation, actions.reissue_invitation])
    def test_a_link_on_its_way_is_taken_back_with_the_others(
        self, shown: actions.Invited, front_desk: User, clock: Clock, take_back: Callable[..., object]
    ) -> None:
        clock.now = later(days=3)
        leased = invitation_mail._lease(row(kind="reminder"), clock.now, clock.now)
        assert access.live_invitation(leased.token, now=clock.now) == shown.invitation

        take_back(invitation_id=shown.invitation.pk, by=front_desk, now=clock.now)
        assert invitation_mail._deliver(leased, clock)

        for token in (shown.token, leased.token):
            assert access.live_invitation(token, now=clock.now) is None

    def test_one_that_leaves_after_a_later_one_takes_no_link_away(self, shown: actions.Invited, clock: Clock) -> None:
        first, second = InvitationMail.objects.filter(kind="reminder").order_by("due_at")
        clock.now = later(days=7)
        early = invitation_mail._lease(first, clock.now, clock.now)
        late = invitation_mail._lease(second, clock.now, clock.now)

        for leased in (late, early):
            assert invitation_mail._deliver(leased, clock)

        found = [bool(access.live_invitation(one.token, now=clock.now)) for one in (early, late)]
        assert found == [False, True]

    def test_a_draft_is_still_reminded_of(self, shown: actions.Invited, version: Any, clock: Clock) -> None:
        begin(shown, version)
        clock.now = later(days=3)

        assert invitation_mail.deliver_due(clock=clock) == Delivered(sent=1)

    def test_they_stop_when_the_answers_are_sent(self, shown: actions.Invited, version: Any, clock: Clock) -> None:
        send(begin(shown, version))
        clock.now = later(days=8)

        assert invitation_mail.deliver_due(clock=clock) == Delivered()
        assert not InvitationMail.objects.unsent().exists()

    def test_they_stop_when_the_link_is_revoked(self, shown: actions.Invited, front_desk: User, clock: Clock) -> None:
        actions.revoke_invitation(invitation_id=shown.invitation.pk, by=front_desk, now=NOW)
        clock.now = later(days=8)

        assert invitation_mail.deliver_due(clock=clock) == Delivered()

    def test_none_comes_after_the_link_expired(self, shown: actions.Invited, clock: Clock) -> None:
        clock.now = later(days=20)

        assert invitation_mail.deliver_due(clock=clock) == Delivered()
        assert mail.outbox == []

    def test_after_a_long_silence_of_the_worker_only_the_newest_is_sent(
        self, shown: actions.Invited, clock: Clock, failing: Failing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failing(ConnectionRefusedError())
        clock.now = later(days=3)
        invitation_mail.deliver_due(clock=clock)
        monkeypatch.undo()
        InvitationMail.objects.filter(due_at=later(days=3)).update(leased_until=later(days=7, minutes=5))
        clock.now = later(days=7)
        invitation_mail.deliver_due(clock=clock)
        clock.now = later(days=7, hours=1)
        invitation_mail.deliver_due(clock=clock)

        assert len(mail.outbox) == 1
        assert access.live_invitation(token_in(mail.outbox[0]), now=clock.now) == shown.invitation


class TestFailure:
    @pytest.mark.parametrize(
        "error",
        [smtplib.SMTPRecipientsRefused({}), smtplib.SMTPServerDisconnected("after DATA"), TimeoutError(), ValueError()],
    )
    def test_it_is_tried_again(self, invited: actions.Invited, clock: Clock, failing: Failing, error: Any) -> None:
        failing(error)

        assert invitation_mail.deliver_due(clock=clock) == Delivered(failed=1)

        assert (row().sent_at, row().failed_at, row().leased_until) == (None, NOW, later(minutes=1))
        assert row().failure == type(error).__name__

    def test_the_second_try_carries_the_same_link(
        self, invited: actions.Invited, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The server may have taken the first in spite of the failure: both must work."""
        taken: list[EmailMessage] = []

        def take_and_fail(self: EmailMessage, fail_silently: bool = False) -> int:
            taken.append(self)
            raise smtplib.SMTPServerDisconnected("after DATA")

        monkeypatch.setattr(EmailMessage, "send", take_and_fail)
        invitation_mail.deliver_due(clock=clock)
        monkeypatch.undo()
        clock.now = later(minutes=1)
        invitation_mail.deliver_due(clock=clock)

        assert token_in(taken[0]) == token_in(mail.outbox[0])
        assert taken[0].extra_headers["Message-ID"] == mail.outbox[0].extra_headers["Message-ID"]

    def test_a_mail_that_an_earlier_version_tried_carries_its_link(
        self, invited: actions.Invited, clock: Clock, failing: Failing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Then the invitation had the hash from the first try on."""
        failing(TimeoutError())
        invitation_mail.deliver_due(clock=clock)
        monkeypatch.undo()
        hashed = row(kind="invitation").token_sha256
        Invitation.objects.filter(pk=invited.invitation.pk).update(token_sha256=hashed)
        InvitationMail.objects.update(token_sha256="")

        clock.now = later(minutes=1)
        invitation_mail.deliver_due(clock=clock)

        assert access.token_hash(token_in(mail.outbox[0])) == hashed
        assert access.live_invitation(token_in(mail.outbox[0]), now=clock.now) == invited.invitation

    def test_it_gives_up_in_the_end_and_keeps_no_link(
        self, invited: actions.Invited, clock: Clock, failing: Failing
    ) -> None:
        failing(smtplib.SMTPRecipientsRefused({}))
        InvitationMail.objects.filter(kind="invitation").update(attempts=invitation_mail.MOST_ATTEMPTS - 1)

        invitation_mail.deliver_due(clock=clock)

        given_up = row(kind="invitation")
        assert (given_up.cancelled_at, given_up.token_ct) == (NOW, None)
        assert given_up.failed_at == NOW

    def test_one_that_cannot_be_read_holds_up_nobody(self, clinic: Clinic, clock: Clock) -> None:
        spoilt = invite(clinic, details=ROSA, send=True)
        Invitee.objects.filter(invitation=spoilt.invitation).update(details_ct=b"\x01" * 60)
        invite(clinic, details=ROSA, send=True)

        assert invitation_mail.deliver_due(clock=clock) == Delivered(sent=1, failed=1)
        assert row(invitation=spoilt.invitation, kind="invitation").failure == "NotAsStored"

    def test_the_log_names_nobody(
        self, invited: actions.Invited, clock: Clock, failing: Failing, caplog: pytest.LogCaptureFixture
    ) -> None:
        failing(smtplib.SMTPDataError(550, b"refused: rosa@mail.example"))
        with caplog.at_level(logging.DEBUG):
            invitation_mail.deliver_due(clock=clock)

        assert "rosa" not in caplog.text


class Killed(BaseException):
    """The process ends here."""


class TestKilledWorker:
    @pytest.mark.parametrize("where", ["message", "_mark_sent"])
    def test_it_is_sent_again_rather_than_lost(
        self, invited: actions.Invited, clock: Clock, where: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> None:
            raise Killed

        monkeypatch.setattr(invitation_mail, where, die)
        with pytest.raises(Killed):
            invitation_mail.deliver_due(clock=clock)
        monkeypatch.undo()
        assert invitation_mail.deliver_due(clock=clock) == Delivered()

        clock.now = later(minutes=3)
        assert invitation_mail.deliver_due(clock=clock) == Delivered(sent=1)
        assert len({token_in(message) for message in mail.outbox}) == 1


class TestRaces:
    def test_a_mail_cancelled_on_its_way_still_counts_as_sent(self, invited: actions.Invited, clock: Clock) -> None:
        leased = invitation_mail._lease(row(kind="invitation"), NOW, NOW)
        actions.invitations.cancel_mails(invited.invitation, now=NOW)

        assert invitation_mail._deliver(leased, clock)

        assert row(kind="invitation").sent_at == NOW

    def test_a_late_failure_does_not_undo_a_sending(self, invited: actions.Invited, clock: Clock) -> None:
        leased = invitation_mail._lease(row(kind="invitation"), NOW, NOW)
        InvitationMail.objects.filter(pk=leased.mail.pk).update(sent_at=NOW, token_ct=None)

        invitation_mail._mark_failed(leased.mail, TimeoutError(), later(minutes=4))

        assert row(kind="invitation").failed_at is None

    def test_two_workers_send_one_mail(self, invited: actions.Invited) -> None:
        waiting = row(kind="invitation")

        assert invitation_mail._lease(waiting, NOW, NOW)
        assert invitation_mail._lease(waiting, NOW, NOW) is None


class TestWorker:
    def test_one_round_sends_alerts_and_invitations(self, clinic: Clinic) -> None:
        from django.utils import timezone

        actions.invite(clinic=clinic, by=None, now=timezone.now(), language="en", details=ROSA, send=True)

        call_command("worker", "--once")

        assert len(mail.outbox) == 1

    def test_a_round_that_fails_is_followed_by_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rounds: list[int] = []

        class Stop:
            def is_set(self) -> bool:
                return len(rounds) == 2

            def wait(self, seconds: float) -> None: ...

        def broken() -> None:
            raise OSError("disk full")

        monkeypatch.setattr(worker.Command, "_mail_steps", lambda self, until: (broken, lambda: rounds.append(1)))
        monkeypatch.setattr(worker.Command, "_purge", broken)
        monkeypatch.setattr("django.db.connection.close", lambda: None)

        worker.Command()._keep_sending_mails(Stop())  # type: ignore[arg-type]

        assert len(rounds) == 2, "the step after the one that failed has its turn in each round"

    def test_a_mail_server_that_hangs_holds_up_no_alert(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stop, hangs, answered = threading.Event(), threading.Event(), threading.Event()
        rounds: list[bool] = []

        def hang() -> None:
            hangs.set()
            answered.wait(300)

        def deliver_alerts(self: Any, number: int) -> None:
            assert hangs.wait(300)
            rounds.append(answered.is_set())
            if len(rounds) == 3:
                stop.set()
                answered.set()

        monkeypatch.setattr(worker, "_stop_signal", lambda: stop)
        monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.01)
        monkeypatch.setattr(worker.Command, "_mail_steps", lambda self, until: (hang,))
        monkeypatch.setattr(worker.Command, "_purge", lambda self: None)
        monkeypatch.setattr(worker.Command, "_replay", lambda self, until: None)
        monkeypatch.setattr(worker.Command, "_careful_round", deliver_alerts)

        worker.Command().run(once=False)

        assert rounds == [False] * 3


@pytest.mark.usefixtures("transactional_db")
def test_neither_the_person_nor_a_link_is_readable_at_rest(clinic: Clinic, clock: Clock) -> None:
    shown = invite(clinic, details=ROSA, send=False)
    invite(clinic, details=ROSA, send=True)
    invitation_mail.deliver_due(clock=clock)

    stored = everything()
    assert str(shown.invitation.pk).replace("-", "").encode() in stored.replace(b"-", b"")  # the search does find
    for secret in ("Canario", "rosa@mail.example", shown.token, token_in(mail.outbox[0])):
        assert secret.encode() not in stored
