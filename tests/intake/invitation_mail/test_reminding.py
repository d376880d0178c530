"""Reminders of an invitation: when, to whom, and none that nobody needs."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from intake import access, actions, invitation_mail
from intake.alerts import Delivered
from intake.models import Clinic, InvitationMail, User
from tests.intake.sample import NOW, Clock, Failing, later
from tests.intake.test_invitations import begin, invite, send

from .conftest import ROSA, row, token_in

pytestmark = pytest.mark.django_db


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
