"""How staff sign in: password, then a second factor, without JavaScript; nobody opens an account by themselves."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client
from django.utils import timezone

from intake import password_mail
from intake.models import User

PASSWORD = "a-long-enough-secret"
PUBLIC = ("login/", "password/reset/", "password/reset/done/", "inactive/", "password/reset/key/x-y/")
OWN = (
    "2fa/",
    "2fa/reauthenticate/",
    "2fa/webauthn/",
    "logout/",
    "password/change/",
    "reauthenticate/",
)


def code_of(secret: str) -> str:
    """The code of this half minute, which may turn before it is posted: the next one still takes it."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD))


def sign_in_with_password(client: Client, user: User) -> str:
    """Post the sign-in form and say where it leads."""
    page = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return page["Location"] if page.status_code == 302 else ""


def confirm_password(client: Client) -> None:
    """Show the password once more, as a change of second factors asks for."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def set_up_app(client: Client) -> str:
    """Set up an authenticator app as a person does, and give its secret."""
    confirm_password(client)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = re.search(r'id="authenticator_secret">(\w+)<', page.content.decode()).group(1)
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    return secret


class TestFirstTime:
    def test_it_leads_from_the_password_to_a_second_factor_to_the_worklist(
        self, transactional_db: None, client: Client, clinician: User
    ) -> None:
        assert sign_in_with_password(client, clinician)
        assert client.get("/staff/")["Location"] == "/accounts/2fa/totp/activate/"

        set_up_app(client)

        assert Authenticator.objects.filter(user=clinician, type="totp").exists()
        codes = client.get("/accounts/2fa/recovery-codes/").content.decode()
        assert len(re.findall(r"<li>\w{4,}[\w-]*</li>", codes)) == 10
        assert client.get("/staff/").status_code == 200

    def test_it_says_why_a_second_factor_is_needed(self, client: Client, clinician: User) -> None:
        sign_in_with_password(client, clinician)
        confirm_password(client)

        text = client.get("/accounts/2fa/totp/activate/").content.decode()

        assert "Patients’ answers stay closed until you have a second factor" in text
        assert 'src="data:image/svg+xml;base64,' in text

    def test_it_shows_a_wrong_code_beside_its_input(self, client: Client, clinician: User) -> None:
        sign_in_with_password(client, clinician)
        confirm_password(client)
        client.get("/accounts/2fa/totp/activate/")

        text = client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()

        assert "Incorrect code" in text
        assert 'href="#id_code"' in text


@pytest.mark.check("C28", required="the second factor is asked for; recovery codes work once")
class TestSecondTime:
    @pytest.fixture
    def secret(self, clinician: User) -> str:
        first = Client()
        sign_in_with_password(first, clinician)
        return set_up_app(first)

    def test_it_asks_for_the_second_factor_before_anything_else(
        self, client: Client, clinician: User, secret: str
    ) -> None:
        assert sign_in_with_password(client, clinician) == "/accounts/2fa/authenticate/"
        assert client.get("/staff/").status_code == 302

        text = client.get("/accounts/2fa/authenticate/").content.decode()

        assert "six digits" in text
        assert "Use a passkey or security key" in text

    def test_it_takes_a_recovery_code_once(self, client: Client, clinician: User, secret: str) -> None:
        codes = Authenticator.objects.get(user=clinician, type="recovery_codes").wrap().get_unused_codes()
        sign_in_with_password(client, clinician)
        client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert client.get("/staff/").status_code == 200

        again = Client()
        sign_in_with_password(again, clinician)
        again.post("/accounts/2fa/authenticate/", {"code": codes[0]})

        assert again.get("/staff/").status_code == 302

    def test_it_refuses_a_wrong_code(self, client: Client, clinician: User, secret: str) -> None:
        sign_in_with_password(client, clinician)

        page = client.post("/accounts/2fa/authenticate/", {"code": "000000"})

        assert "Incorrect code" in page.content.decode()
        assert client.get("/staff/").status_code == 302


class TestNobodyElse:
    def test_a_wrong_password_says_the_same_as_no_account(self, client: Client, clinician: User) -> None:
        known = client.post("/accounts/login/", {"login": clinician.email, "password": "wrong-wrong-wrong"})
        unknown = client.post("/accounts/login/", {"login": "nobody@north.example", "password": "wrong-wrong-wrong"})

        said = "The email address and/or password you specified are not correct."
        assert said in known.content.decode()
        assert said in unknown.content.decode()

    def test_a_closed_account_stays_closed(self, client: Client, clinician: User) -> None:
        User.objects.update(is_active=False)

        sign_in_with_password(client, clinician)

        assert client.get("/staff/").status_code == 302


class TestForgottenPassword:
    def test_it_sends_a_link_of_this_installation_and_still_asks_for_the_second_factor(
        self, client: Client, clinician: User
    ) -> None:
        set_up = Client()
        sign_in_with_password(set_up, clinician)
        set_up_app(set_up)
        client.post("/accounts/password/reset/", {"email": clinician.email})
        password_mail.send_due(clock=timezone.now)
        link = re.search(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", mail.outbox[0].body).group(1)

        form = client.get(link, follow=True)
        client.post(form.request["PATH_INFO"], {"password1": "another-long-secret", "password2": "another-long-secret"})

        clinician.refresh_from_db()
        assert clinician.check_password("another-long-secret")
        assert client.get("/staff/").status_code == 302

    def test_its_mail_speaks_of_no_patient_and_no_other_site(self, client: Client, clinician: User) -> None:
        client.post("/accounts/password/reset/", {"email": clinician.email})
        password_mail.send_due(clock=timezone.now)

        body = mail.outbox[0].body
        assert "example.com" not in body
        assert "Thank you for using" not in body


class TestPages:
    @pytest.mark.parametrize("path", PUBLIC)
    @pytest.mark.usefixtures("clinician")
    def test_they_have_our_frame_and_no_inline_code(self, client: Client, path: str) -> None:
        self._check(client, path)

    @pytest.mark.parametrize("path", OWN)
    def test_own_pages_have_our_frame_and_no_inline_code(self, desk: Client, clinician: User, path: str) -> None:
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(clinician, secret)
        self._check(desk, path)

    def _check(self, client: Client, path: str) -> None:
        page = client.get(f"/accounts/{path}", follow=True, headers={"Accept-Language": "es"})
        text = page.content.decode()

        assert page.status_code == 200
        assert "intake/site.css" in text
        assert '<main id="main"' in text
        assert text.count("<h1") == 1
        assert '<html lang="en"' in text
        assert page["Cache-Control"].startswith("no-store")
        assert " style=" not in text
        assert not re.search(r"<script(?![^>]*(src=|type=.application/json))", text)
        assert not re.search(r"\son\w+=", text)
