"""An open session is not the account: it adds no address, and changes no password without showing who one is."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import actions, password_mail
from intake.models import AuditRecord, PasswordReset, User
from tests.intake.clinician.test_signing_in import PASSWORD, confirm_password
from tests.intake.sample import NOW, later

NEW = "another-long-secret"
CHANGE = "/accounts/password/change/"
FORM = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
CLOSED = (
    "",
    "email/",
    "signup/",
    "confirm-email/",
    "confirm-email/a-key/",
    "password/set/",
    "login/code/",
    "login/code/confirm/",
    "2fa/webauthn/login/",
    "2fa/webauthn/signup/",
    "phone/change/",
)


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_reaches_what_is_not_used(desk: Client, client: Client, path: str, method: str) -> None:
    answers = [getattr(browser, method)(f"/accounts/{path}") for browser in (desk, client)]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_an_open_session_adds_no_address_of_its_own(desk: Client, clinician: User) -> None:
    desk.post("/accounts/email/", {"action_add": "", "email": "thief@example.org"})

    assert list(EmailAddress.objects.values_list("email", flat=True)) == [clinician.email]


def asked(email: str, *, address: str = "203.0.113.9") -> tuple[int, str]:
    """Ask for a new password from an address; the status, and where one is led."""
    page = Client().post("/accounts/password/reset/", {"email": email}, REMOTE_ADDR=address)
    return page.status_code, page.get("Location", "")


def mailed(at: datetime.datetime | None = None) -> list[list[str]]:
    """To whom the worker writes."""
    before = len(mail.outbox)
    password_mail.send_due(clock=lambda: at or timezone.now())
    return [message.to for message in mail.outbox[before:]]


@pytest.mark.django_db
@pytest.mark.check("C63", required="3 new passwords asked for in an hour; 0 mails to an address without account")
class TestReset:
    def test_it_goes_to_no_address_but_the_one_of_the_account(self, clinician: User) -> None:
        EmailAddress.objects.create(user=clinician, email="thief@example.org", verified=True)

        asked("thief@example.org")

        assert mailed() == []

    def test_it_looks_the_same_for_an_address_without_account_and_writes_nothing_there(self, clinician: User) -> None:
        known, unknown = asked(clinician.email.upper()), asked("nobody@example.org")

        assert known == unknown
        assert mail.outbox == []
        assert mailed() == [[clinician.email]]
        assert mailed() == []
        assert not PasswordReset.objects.exists()

    def test_it_takes_the_same_steps_for_both(self, clinician: User) -> None:
        def steps(email: str) -> list[str]:
            with CaptureQueriesContext(connection) as queries:
                asked(email)
            return [re.sub(r"'[^']*'(?:::\w+)?|NULL|_x\d+", "?", each["sql"]) for each in queries]

        assert steps(clinician.email) == steps("nobody@example.org")

    def test_nobody_is_flooded_from_one_address(self) -> None:
        found = [asked(f"stranger{number}@example.org")[0] for number in range(6)]

        assert found == [302] * 3 + [429] * 3

    def test_no_account_is_flooded_from_many(self, clinician: User) -> None:
        found = [asked(clinician.email, address=f"203.0.113.{number}")[0] for number in range(6)]

        assert found == [302] * 3 + [429] * 3
        assert mailed() == [[clinician.email]] * 3

    def test_who_must_wait_is_told_so_in_our_words(self, client: Client) -> None:
        for _ in range(4):
            page = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})

        text = page.content.decode()
        assert "an hour, if you asked for a new password" in text
        assert 'href="/accounts/login/"' in text

    def test_a_closed_account_gets_none(self, clinician: User) -> None:
        asked(clinician.email)
        User.objects.filter(pk=clinician.pk).update(is_active=False)

        assert mailed() == []
        asked(clinician.email)
        assert mailed() == []

    def test_one_that_fails_is_tried_again_for_a_day(self, clinician: User, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(self: EmailMessage, fail_silently: bool = False) -> int:
            raise ConnectionRefusedError

        actions.ask_for_new_password(email=clinician.email, now=NOW)
        with monkeypatch.context() as patched:
            patched.setattr(EmailMessage, "send", refuse)
            assert mailed(NOW) == []

        assert [len(mailed(later(minutes=at))) for at in (9, 10, 20)] == [0, 1, 0]
        actions.ask_for_new_password(email=clinician.email, now=NOW)
        assert mailed(later(days=1)) == []
        assert not PasswordReset.objects.exists()

    def test_it_is_recorded(self, client: Client, clinician: User) -> None:
        asked(clinician.email)
        mailed()
        link = re.search(r"(/accounts/password/reset/key/\S+)", mail.outbox[0].body).group(1)
        form = client.get(link, follow=True)

        client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})

        entry = AuditRecord.objects.get(action="staff.password_reset")
        assert (entry.actor, entry.objects_named) == ("anonymous", {"user": str(clinician.pk)})


@pytest.mark.check("C27", required="a new password ends every other session")
class TestChange:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_it_asks_who_one_is_again(self, desk: Client, clinician: User, method: str) -> None:
        page = getattr(desk, method)(CHANGE, FORM, follow=True)

        clinician.refresh_from_db()
        assert page.request["PATH_INFO"] == "/accounts/reauthenticate/"
        assert clinician.check_password(PASSWORD)

    def test_it_keeps_no_password_in_the_session_meanwhile(self, desk: Client) -> None:
        desk.post(CHANGE, FORM, follow=True)

        assert NEW not in json.dumps(dict(desk.session.items()))

    def test_it_is_made_and_recorded_after_that(self, desk: Client, clinician: User) -> None:
        confirm_password(desk)

        desk.post(CHANGE, FORM)

        clinician.refresh_from_db()
        entry = AuditRecord.objects.get(action="staff.password_changed")
        assert clinician.check_password(NEW)
        assert (entry.actor, entry.objects_named) == (f"user:{clinician.pk}", {"user": str(clinician.pk)})

    def test_it_ends_every_other_session(self, desk: Client, clinician: User, sign_in) -> None:
        elsewhere = sign_in(clinician)
        confirm_password(desk)

        desk.post(CHANGE, FORM)

        assert elsewhere.get("/staff/").status_code == 302

    def test_the_admin_has_no_form_of_its_own_for_it(self, admin: User, sign_in) -> None:
        page = sign_in(admin).get("/admin/password_change/")

        assert (page.status_code, page["Location"]) == (302, CHANGE)

    def test_an_account_without_a_password_is_led_to_the_mail(self, desk: Client, clinician: User, sign_in) -> None:
        clinician.set_unusable_password()
        clinician.save()

        assert sign_in(clinician).get(CHANGE)["Location"] == "/accounts/password/reset/"
