"""Invitations by e-mail when the mail server fails, the worker is killed, or two are at it."""

from __future__ import annotations

import logging
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from intake import access, actions, invitation_mail
from intake.alerts import Delivered
from intake.models import Clinic, Invitation, InvitationMail, Invitee
from tests.intake.sample import NOW, Clock, Failing, later
from tests.intake.test_invitations import invite

from .conftest import ROSA, row, token_in

pytestmark = pytest.mark.django_db


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
