"""A list of people to invite: what can be read, what is wrong with each row, and that it is invited whole and once."""

from __future__ import annotations

import contextlib
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import actions, invitation_lists, invitees
from intake.invitation_lists import Unreadable
from intake.invitees import Details
from intake.models import AuditRecord, Clinic, Invitation, InvitationMail, User

from .sample import NOW, later
from .test_invitations import begin, invite, send

pytestmark = pytest.mark.django_db

HEAD = "name,email,language,appointment\n"


def read(clinic: Clinic, text: str) -> tuple[invitation_lists.Row, ...]:
    return invitation_lists.read(text, clinic=clinic, now=NOW)


def problems(clinic: Clinic, line: str) -> str:
    return " ".join(read(clinic, HEAD + line)[0].problems)


class TestReading:
    def test_a_row_with_everything(self, clinic: Clinic) -> None:
        (row,) = read(clinic, HEAD + " Rosa Díaz , rosa@mail.example ,ES,2026-03-09 14:30\n")

        assert (row.number, row.language, row.problems) == (2, "es", ())
        assert row.details == Details(
            name="Rosa Díaz", email="rosa@mail.example", appointment_at=later(days=7, hours=3, minutes=30)
        )

    @pytest.mark.parametrize(
        "text",
        [
            "email\na@b.example",
            "E-Mail;Name\r\na@b.example;Rosa\r\n",
            "\ufeffemail\tname\na@b.example\tRosa",
            '"name","email"\n"Rosa, the second",a@b.example',
            "\n\nemail\n\n\na@b.example\n\n",
        ],
    )
    def test_it_reads_what_spreadsheets_write(self, clinic: Clinic, text: str) -> None:
        (row,) = read(clinic, text)

        assert (row.email, row.language, row.problems) == ("a@b.example", "en", ())

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "is empty"),
            ("\n \n,,\n", "is empty"),
            ("name\nRosa", "no column “email”"),
            ("email,phone\na@b.example,1", "It has “phone”"),
            ("email,e-mail\na@b.example,a@b.example", "names a column twice"),
            ("email\n", "no rows"),
            ('email\n"a@b.example', "quotation marks"),
            ("email\n" + "a@b.example\n" * 201, "201 rows"),
            ("email\n" + '"' + "x" * 140_000 + '"', "Line 2 cannot be read"),
        ],
    )
    def test_it_refuses_what_is_no_list(self, clinic: Clinic, text: str, why: str) -> None:
        with pytest.raises(Unreadable, match=why):
            read(clinic, text)

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("Rosa,,en,", "Enter the e-mail address"),
            ("Rosa,rosa@,en,", "such as name@example.org"),
            ("Rosa,rosa@mail.example,fr,", "does not offer “fr”. Write one of: en, es."),
            ("Rosa,rosa@mail.example,en,03/09/2026", "such as 2026-03-09 14:30"),
            ("Rosa,rosa@mail.example,en,2026-02-30 10:00", "such as 2026-03-09 14:30"),
            ("Rosa,rosa@mail.example,en,2025-03-09 14:30", "in the next 120 days"),
            ("Rosa,rosa@mail.example,en,0001-01-01 00:00", "in the next 120 days"),
            ("Rosa,rosa@mail.example,en,9999-12-31 23:59", "in the next 120 days"),
            ("=1+1,rosa@mail.example,en,", "begins with “=”"),
            ("Rosa,@rosa.example,en,", "begins with “@”"),
            ("＝1,rosa@mail.example,en,", "begins with “＝”"),
            ("-Rosa,rosa@mail.example,en,", "begins with “-”"),
            ('"Ro\nsa",rosa@mail.example,en,', "on one line"),
            ('"Ro\x1bsa",rosa@mail.example,en,', "on one line"),
            (f"{'x' * 201},rosa@mail.example,en,", "at most 200 characters"),
            ("Rosa,rosa@mail.example,en,,more", "more cells"),
        ],
    )
    def test_it_says_what_is_wrong_with_a_row(self, clinic: Clinic, line: str, why: str) -> None:
        assert why in problems(clinic, line)

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(max_size=120) | st.text(alphabet='",;\t\r\n =@a.\x00\u202e', max_size=60))
    def test_whatever_is_pasted_is_read_or_refused(self, clinic: Clinic, text: str) -> None:
        for head in ("", HEAD, "email;name\r\n"):
            with contextlib.suppress(Unreadable):
                rows = read(clinic, head + text)
                assert all(row.is_good or all(row.problems) for row in rows)

    def test_it_says_everything_at_once(self, clinic: Clinic) -> None:
        assert len(read(clinic, HEAD + "=x,rosa@,fr,soon")[0].problems) == 4

    def test_an_address_counts_once_however_it_is_written(self, clinic: Clinic) -> None:
        first, second = read(clinic, "email\nrosa@mail.example\nRosa@Mail.Example")

        assert first.is_good
        assert second.problems == ("The same e-mail address stands in row 2.",)

    def test_an_address_with_a_link_that_works_is_not_invited_again(
        self, clinic: Clinic, other_clinic: Clinic, version: Any, front_desk: User
    ) -> None:
        waiting, revoked, sent = (
            invite(clinic, details=Details(email=f"{name}@x.example")) for name in ("waiting", "revoked", "sent")
        )
        actions.revoke_invitation(invitation_id=revoked.invitation.pk, by=front_desk, now=NOW)
        send(begin(sent, version))
        invite(clinic, details=Details(email="expired@x.example"), now=later(days=-20))
        invite(other_clinic, details=Details(email="elsewhere@x.example"))
        names = ("waiting", "revoked", "sent", "expired", "elsewhere")

        rows = read(clinic, "email\n" + "\n".join(f"{name}@x.example" for name in names))

        assert [row.email for row in rows if row.problems] == ["waiting@x.example"]
        assert waiting.invitation.pk

    def test_the_example_has_no_mistake(self, clinic: Clinic) -> None:
        assert all(row.is_good for row in read(clinic, invitation_lists.example(clinic, now=NOW)))


class TestFiles:
    def test_it_takes_away_the_mark_of_utf_8(self) -> None:
        assert invitation_lists.decoded("\ufeffemail".encode()) == "email"

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ("Díaz".encode("latin-1"), "not UTF-8"),
            ("email".encode("utf-16"), "not UTF-8"),
            (b"email\0", "not a CSV file"),
            (b"x" * 200_001, "larger than 200 kB"),
        ],
    )
    def test_it_refuses_what_is_no_text(self, data: bytes, why: str) -> None:
        with pytest.raises(Unreadable, match=why):
            invitation_lists.decoded(data)


class TestInviteMany:
    LIST = "name,email\nRosa,rosa@x.example\nNobody,\nBo,bo@x.example"

    def many(self, clinic: Clinic, by: User, **more: Any) -> list[Invitation]:
        plain = {"now": NOW, "text": self.LIST, "expected": 2, "batch": uuid.uuid4()}
        return actions.invite_many(clinic=clinic, by=by, **{**plain, **more})

    def test_it_invites_every_good_row_by_mail(self, clinic: Clinic, front_desk: User) -> None:
        made = self.many(clinic, front_desk)

        assert [invitees.details_of(one).email for one in made] == ["rosa@x.example", "bo@x.example"]
        assert InvitationMail.objects.filter(kind="invitation").count() == 2
        assert InvitationMail.objects.filter(kind="reminder").count() == 4
        assert AuditRecord.objects.filter(action="invitation.made").count() == 2

    def test_a_list_that_is_sent_twice_invites_once(self, clinic: Clinic, front_desk: User) -> None:
        batch = uuid.uuid4()
        self.many(clinic, front_desk, batch=batch)

        with pytest.raises(actions.AlreadyInvited):
            self.many(clinic, front_desk, batch=batch)
        assert Invitation.objects.count() == 2

    def test_it_refuses_when_it_is_not_what_was_shown(self, clinic: Clinic, front_desk: User) -> None:
        invite(clinic, details=Details(email="bo@x.example"))

        with pytest.raises(actions.ListChanged):
            self.many(clinic, front_desk)
        assert Invitation.objects.count() == 1

    def test_it_invites_all_or_nobody(self, clinic: Clinic, front_desk: User, monkeypatch: pytest.MonkeyPatch) -> None:
        from intake.actions import invitations_many

        real, calls = invitations_many.invite, []

        def breaks(**given: Any) -> actions.Invited:
            calls.append(1)
            if len(calls) == 2:
                raise RuntimeError
            return real(**given)

        monkeypatch.setattr(invitations_many, "invite", breaks)
        with pytest.raises(RuntimeError):
            self.many(clinic, front_desk)

        assert not Invitation.objects.exists()
        assert not InvitationMail.objects.exists()

    def test_it_refuses_more_than_a_day_may_have(
        self, clinic: Clinic, front_desk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("intake.actions.invitations_many.MOST_OF_CLINIC", 1)

        with pytest.raises(actions.TooManyMails):
            self.many(clinic, front_desk)

    def test_it_refuses_who_may_not_invite(self, clinic: Clinic, outsider: User) -> None:
        with pytest.raises(actions.NotPermitted):
            self.many(clinic, outsider)
