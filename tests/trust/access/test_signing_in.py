"""Signing in: limited for each account and address, never for everybody, and nobody is kept out by a stranger."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from intake.addresses import client_address
from intake.models import AuditRecord, User
from tests.intake.clinician.test_signing_in import PASSWORD, code_of, set_up_app, sign_in_with_password
from tests.trust.installation import every_route

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def wrong(browser: Client, user: User, *, address: str = "203.0.113.9") -> str:
    page = browser.post(LOGIN, {"login": user.email, "password": "not-the-password"}, REMOTE_ADDR=address)
    return page.content.decode()


def right(browser: Client, user: User, *, address: str = "198.51.100.7") -> int:
    return browser.post(LOGIN, {"login": user.email, "password": PASSWORD}, REMOTE_ADDR=address).status_code


def guess(browser: Client, code: str, *, address: str) -> str:
    return browser.post("/accounts/2fa/authenticate/", {"code": code}, REMOTE_ADDR=address).content.decode()


@pytest.mark.usefixtures("still_clock")
@pytest.mark.check("C63", required="5 wrong passwords, and nobody else waits")
class TestLimits:
    def test_five_wrong_ones_for_an_account_from_anywhere(self, clinician: User) -> None:
        for number in range(5):
            assert "not correct" in wrong(Client(), clinician, address=f"203.0.113.{number}")

        assert "Too many failed" in wrong(Client(), clinician, address="203.0.113.200")

    def test_five_wrong_ones_from_an_address_for_any_account(self, clinician: User, admin: User) -> None:
        for _ in range(3):
            wrong(Client(), clinician)
        for _ in range(2):
            wrong(Client(), admin)

        assert "Too many failed" in wrong(Client(), admin)

    def test_others_sign_in_meanwhile(self, clinician: User, admin: User) -> None:
        for _ in range(8):
            wrong(Client(), clinician)

        assert right(Client(), admin) == 302

    def test_a_stranger_keeps_nobody_out_of_their_own_browser(self, clinician: User) -> None:
        own = Client()
        sign_in_with_password(own, clinician)
        own.post("/accounts/logout/")
        for number in range(20):
            wrong(Client(), clinician, address=f"203.0.113.{number}")

        assert "Too many failed" in wrong(Client(), clinician, address="192.0.2.1")
        assert right(own, clinician) == 302

    def test_a_known_browser_guesses_no_more_than_others(self, clinician: User, admin: User) -> None:
        own = Client()
        sign_in_with_password(own, clinician)
        own.post("/accounts/logout/")
        found = [wrong(own, clinician, address=f"203.0.113.{number}") for number in range(6)]
        of_another = [wrong(own, admin, address=f"192.0.2.{number}") for number in range(6)]

        assert ["Too many failed" in text for text in found] == [False] * 5 + [True]
        assert ["Too many failed" in text for text in of_another] == [False] * 5 + [True]

    def test_a_cookie_of_ones_own_making_is_no_known_browser(self, clinician: User) -> None:
        made_up = Client()
        made_up.cookies["known"] = f'"{clinician.pk}":x:y'
        for number in range(5):
            wrong(made_up, clinician, address=f"203.0.113.{number}")

        assert "Too many failed" in wrong(Client(), clinician, address="192.0.2.9")


@pytest.mark.check("C63", required="known and unknown addresses answer alike")
def test_a_wrong_password_looks_like_no_account(clinician: User) -> None:
    def shown(email: str) -> tuple[int, str]:
        page = Client().post(LOGIN, {"login": email, "password": "not-the-password"})
        text = page.content.decode().replace(email, "…")
        return page.status_code, re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)

    assert shown(clinician.email) == shown("nobody@north.example")


@pytest.mark.check("C63", required="long and foreign passwords count whole; common ones are refused")
class TestPasswords:
    @pytest.mark.parametrize(
        "chosen", ["x" * 64 + "quail", "ключ от тихой реки", "密碼很長但是很安全的河流啊呀", "two words 🐦 and more"]
    )
    def test_it_takes_long_and_foreign_ones_whole(self, clinician: User, chosen: str) -> None:
        validate_password(chosen, clinician)
        clinician.set_password(chosen)

        assert clinician.check_password(chosen)
        assert not clinician.check_password(chosen[:-1])

    @pytest.mark.parametrize("chosen", ["short-one", "q1w2e3r4t5y6", "908172635400", "clara@north.example"])
    def test_it_refuses_short_common_and_own_ones(self, clinician: User, chosen: str) -> None:
        with pytest.raises(ValidationError):
            validate_password(chosen, clinician)


@pytest.mark.check("C28", required="a code of the app works once")
class TestSecondFactor:
    @pytest.fixture
    def secret(self, clinician: User) -> str:
        first = Client()
        sign_in_with_password(first, clinician)
        return set_up_app(first)

    def enter(self, user: User, code: str) -> Client:
        browser = Client()
        sign_in_with_password(browser, user)
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        return browser

    @pytest.mark.check("C63", required="who has the password and guesses codes keeps nobody out")
    def test_somebody_who_guesses_codes_keeps_nobody_out_of_their_own_browser(
        self, clinician: User, still_clock: None
    ) -> None:
        own = Client()
        sign_in_with_password(own, clinician)
        secret = set_up_app(own)
        own.post("/accounts/logout/")
        thief = Client()
        sign_in_with_password(thief, clinician)
        guesses = [guess(thief, "000000", address=f"203.0.113.{number}") for number in range(6)]
        sign_in_with_password(own, clinician)

        assert ["Too many" in text for text in guesses] == [False] * 5 + [True]
        assert own.get("/staff/").status_code == 302
        guess(own, code_of(secret), address="192.0.2.1")
        assert own.get("/staff/").status_code == 200
        refused = AuditRecord.objects.filter(action="staff.second_factor_refused")
        assert [entry.objects_named["user"] for entry in refused] == [str(clinician.pk)] * 5

    @pytest.mark.parametrize("spelling", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
    def test_a_code_that_was_used_is_refused_however_it_is_written(
        self, clinician: User, secret: str, spelling: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)
        code = code_of(secret)
        first = Client()
        first.force_login(clinician)  # the clock stands still, so that one code is the right one throughout

        assert self.enter(clinician, code).get("/staff/").status_code == 200
        assert self.enter(clinician, spelling.format(code)).get("/staff/").status_code == 302

    def test_recovery_codes_are_stored_sealed(self, clinician: User, secret: str) -> None:
        stored = Authenticator.objects.get(user=clinician, type="recovery_codes")

        for code in stored.wrap().get_unused_codes():
            assert code not in str(stored.data)
        assert secret not in str(Authenticator.objects.get(user=clinician, type="totp").data)

    def test_a_password_alone_changes_no_factor(self, clinician: User, secret: str) -> None:
        browser = Client()
        browser.force_login(clinician)
        factors = set(Authenticator.objects.values_list("pk", "type"))
        for route in every_route():
            if route.path.startswith("/accounts/2fa/") and "<" not in route.path:
                browser.post(route.path, {"code": "000000", "password": PASSWORD})
                browser.get(route.path)

        assert set(Authenticator.objects.values_list("pk", "type")) == factors
        assert browser.get("/staff/").status_code == 302


@pytest.mark.check("C64", required="believed from trusted proxies only, read from the right")
class TestClientAddress:
    @pytest.mark.parametrize(
        ("nearest", "forwarded", "expected"),
        [
            ("203.0.113.9", "10.9.9.9", "203.0.113.9"),
            ("203.0.113.9", "", "203.0.113.9"),
            ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
            ("10.0.0.1", "6.6.6.6, 192.0.2.1", "192.0.2.1"),
            ("10.0.0.1", "6.6.6.6, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
            ("10.0.0.1", " , ,192.0.2.1 , ", "192.0.2.1"),
            ("10.0.0.1", "", "10.0.0.1"),
        ],
    )
    def test_it_is(self, settings, nearest: str, forwarded: str, expected: str) -> None:
        settings.TRUSTED_PROXIES = ["10.0.0.1", "10.0.0.2"]
        request = RequestFactory().get("/", REMOTE_ADDR=nearest, HTTP_X_FORWARDED_FOR=forwarded)

        assert client_address(request) == expected

    @pytest.mark.usefixtures("still_clock")
    def test_a_spoofed_one_gives_no_more_tries(self, clinician: User, admin: User) -> None:
        def guess(number: int) -> str:
            user = clinician if number % 2 else admin
            data = {"login": user.email, "password": "not-the-password"}
            return Client().post(LOGIN, data, HTTP_X_FORWARDED_FOR=f"6.6.6.{number}").content.decode()

        assert ["Too many failed" in guess(number) for number in range(7)] == [False] * 5 + [True] * 2

    @pytest.mark.usefixtures("still_clock")
    def test_two_people_behind_one_proxy_are_counted_apart(self, settings, clinic) -> None:
        settings.TRUSTED_PROXIES = ["10.0.0.1"]

        def start(who: str) -> int:
            data = {"answering": "self", "asks_who": "1"}
            return Client().post("/start/north/", data, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=who).status_code

        assert [start("192.0.2.1") for _ in range(11)] == [200] * 10 + [429]
        assert start("192.0.2.2") == 200
