"""Quiet notices: to whoever asked, of everything that came, without a word about anybody."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from intake import actions, notices
from intake.models import AuditRecord, Clinic, NoticeChoice, User
from tests.intake.sample import NOW, later

from .conftest import Send, SignIn

pytestmark = pytest.mark.django_db


def choose(user: User, choice: str) -> None:
    actions.choose_notices(user=user, choice=NoticeChoice.Choice(choice), now=NOW)


def told(at: datetime.datetime) -> int:
    """How many notices go out at a time."""
    return notices.send_due(clock=lambda: at)


class TestAtOnce:
    def test_it_says_how_many_came_and_nothing_else(self, front_desk: User, clinic: Clinic, send: Send) -> None:
        choose(front_desk, "at_once")
        send(clinic, "Rosa", at=later(minutes=1))
        send(clinic, "Tom", harm_thoughts="yes", at=later(minutes=1))

        assert told(later(minutes=2)) == 1

        (message,) = mail.outbox
        assert message.to == ["fred@north.example"]
        assert message.body.startswith("2 new questionnaires were sent to your clinic.")
        for word in ("Rosa", "Tom", "harm", "North", "ketamine"):
            assert word not in message.message().as_string()

    def test_it_says_so_once(self, front_desk: User, clinic: Clinic, send: Send) -> None:
        choose(front_desk, "at_once")
        send(clinic, at=later(minutes=1))

        assert [told(later(minutes=minutes)) for minutes in (2, 3, 60)] == [1, 0, 0]

    def test_what_has_just_been_sent_waits_for_its_transaction(
        self, front_desk: User, clinic: Clinic, send: Send
    ) -> None:
        choose(front_desk, "at_once")
        send(clinic, at=later(minutes=1))

        assert told(later(minutes=1, seconds=10)) == 0
        assert told(later(minutes=1, seconds=31)) == 1

    def test_other_clinics_are_none_of_their_business(self, front_desk: User, other_clinic: Clinic, send: Send) -> None:
        choose(front_desk, "at_once")
        send(other_clinic, at=later(minutes=1))

        assert told(later(minutes=5)) == 0

    def test_a_mail_server_that_fails_loses_nothing(
        self, front_desk: User, clinic: Clinic, send: Send, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> int:
            raise ConnectionRefusedError

        choose(front_desk, "at_once")
        send(clinic, at=later(minutes=1))
        monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
        assert told(later(minutes=2)) == 0
        monkeypatch.undo()

        assert [told(later(minutes=minutes)) for minutes in (3, 12)] == [0, 1]

    def test_a_clock_that_was_put_back_does_not_end_them(self, front_desk: User, clinic: Clinic, send: Send) -> None:
        choose(front_desk, "at_once")
        NoticeChoice.objects.update(told_until=later(days=300))
        send(clinic, at=later(minutes=1))
        told(later(minutes=2))
        send(clinic, at=later(days=301))

        assert told(later(days=302)) == 1

    def test_somebody_who_left_is_told_nothing(self, front_desk: User, clinic: Clinic, send: Send) -> None:
        choose(front_desk, "at_once")
        User.objects.update(is_active=False)
        send(clinic, at=later(minutes=1))

        assert told(later(minutes=2)) == 0


class TestDaily:
    def test_it_comes_at_eight_and_counts_the_day(self, front_desk: User, clinic: Clinic, send: Send) -> None:
        choose(front_desk, "daily")
        for hours in (1, 2, 20):
            send(clinic, at=later(hours=hours))

        sent = [hour for hour in range(72) if told(later(hours=hour))]

        assert sent == [23]  # NOW is ten in the morning: the first full hour in which eight has settled
        assert mail.outbox[0].body.startswith("3 new questionnaires")

    def test_a_day_without_any_says_nothing(self, front_desk: User, clinic: Clinic) -> None:
        choose(front_desk, "daily")

        assert not any(told(later(hours=hour)) for hour in range(50))


def test_nobody_is_told_unasked(front_desk: User, clinician: User, clinic: Clinic, send: Send) -> None:
    choose(clinician, "none")
    send(clinic, at=later(minutes=1))

    assert told(later(minutes=5)) == 0


class TestPage:
    def test_a_choice_is_kept(self, sign_in: SignIn, front_desk: User) -> None:
        browser = sign_in(front_desk)

        answer = browser.post("/staff/notices/", {"choice": "daily"}, follow=True)

        assert "Saved." in answer.content.decode()
        assert NoticeChoice.objects.get().choice == "daily"
        assert 'value="daily"' in answer.content.decode()
        assert AuditRecord.objects.filter(action="notices.chosen").count() == 1

    @pytest.mark.parametrize("data", [{}, {"choice": "hourly"}])
    def test_a_bad_one_is_refused(self, sign_in: SignIn, clinician: User, data: dict[str, Any]) -> None:
        assert sign_in(clinician).post("/staff/notices/", data).status_code == 422
        assert not NoticeChoice.objects.exists()

    @pytest.mark.parametrize("who", ["admin", "auditor"])
    def test_it_does_not_exist_for_whoever_sees_nothing(
        self, who: str, sign_in: SignIn, request: pytest.FixtureRequest
    ) -> None:
        person = request.getfixturevalue(who)

        assert sign_in(person).get("/staff/notices/").status_code == 404
        with pytest.raises(actions.NotPermitted):
            choose(person, "daily")

    def test_it_sends_a_stranger_to_sign_in(self, client: Client) -> None:
        assert client.get("/staff/notices/")["Location"].startswith("/accounts/login/")
