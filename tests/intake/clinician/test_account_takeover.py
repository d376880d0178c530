"""An open session is not the account: it adds no address, and changes no password without showing who one is."""

from __future__ import annotations

import json
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from intake.models import AuditRecord, User
from tests.intake.clinician.test_signing_in import PASSWORD, confirm_password

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


class TestReset:
    def test_it_goes_to_no_address_but_the_one_of_the_account(self, client: Client, clinician: User) -> None:
        EmailAddress.objects.create(user=clinician, email="thief@example.org", verified=True)

        client.post("/accounts/password/reset/", {"email": "thief@example.org"})

        assert "password/reset/key" not in mail.outbox[0].body

    def test_it_looks_the_same_for_an_address_without_account(self, client: Client, clinician: User) -> None:
        known, unknown = (
            client.post("/accounts/password/reset/", {"email": email})
            for email in (clinician.email.upper(), "nobody@example.org")
        )

        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
        assert [message.to for message in mail.outbox] == [[clinician.email], ["nobody@example.org"]]

    def test_it_is_recorded(self, client: Client, clinician: User) -> None:
        client.post("/accounts/password/reset/", {"email": clinician.email})
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
