"""Invitations by e-mail: at least once, never after they are needed, one live link, nothing kept and nothing told."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command

from intake import access, actions, invitation_mail
from intake.alerts import Delivered
from intake.management.commands import worker
from intake.models import AuditRecord, Clinic, InvitationMail
from tests.intake.sample import NOW, Clock, later
from tests.intake.test_canary import everything
from tests.intake.test_invitations import invite

from .conftest import ROSA, row, token_in

pytestmark = pytest.mark.django_db


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
