"""The pages of one's own account: each is drawn by our own templates, in plain words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.template.loader import get_template
from django.test import Client

from intake import account_urls
from intake.models import User

from .conftest import SignIn
from .test_signing_in import confirm_password

PASSKEYS = "/accounts/2fa/webauthn/"


@pytest.fixture
def account(sign_in: SignIn, clinician: User) -> Client:
    """The clinician's browser, just after signing in, with a passkey in the account."""
    Authenticator.objects.create(user=clinician, type="webauthn", data={"name": "My <b>phone</b>", "credential": {}})
    browser = sign_in(clinician)
    confirm_password(browser)
    return browser


def test_every_page_is_drawn_by_our_own_template() -> None:
    views = [getattr(pattern.callback, "view_class", None) for pattern in account_urls.urlpatterns]
    names = [name for view in views if (name := getattr(view, "template_name", None))]
    ours = [Path(get_template(name).origin.name).is_relative_to(settings.BASE_DIR / "templates") for name in names]

    assert len(names) > 15
    assert [name for name, is_ours in zip(names, ours, strict=True) if not is_ours] == []


@pytest.mark.parametrize(
    ("end", "heading"),
    [
        ("", "Passkeys and security keys"),
        ("keys/{key}/edit/", "Rename “My &lt;b&gt;phone&lt;/b&gt;”"),
        ("keys/{key}/remove/", "Remove “My &lt;b&gt;phone&lt;/b&gt;”"),
    ],
)
def test_the_pages_of_passkeys_say_what_they_do(account: Client, end: str, heading: str) -> None:
    page = account.get(PASSKEYS + end.format(key=Authenticator.objects.get().pk))

    assert page.status_code == 200
    assert f"<h1>{heading}</h1>" in page.content.decode()


def test_adding_one_says_what_it_is(sign_in: SignIn, clinician: User) -> None:
    browser = sign_in(clinician)
    confirm_password(browser)

    page = browser.get(f"{PASSKEYS}add/").content.decode()
    assert "<h1>Add a passkey or security key</h1>" in page
    assert "Without it, use the code of an authenticator app." in page


def test_the_ways_to_confirm_who_one_is_are_called_by_our_words(sign_in: SignIn, clinician: User) -> None:
    for kind in ("totp", "webauthn"):
        Authenticator.objects.create(user=clinician, type=kind, data={"name": "My phone", "credential": {}})
    page = sign_in(clinician).get("/accounts/reauthenticate/").content.decode()

    assert "Use the authenticator app or a recovery code" in page
    assert "Use a passkey or security key" in page


def test_a_passkey_is_renamed_and_removed(account: Client) -> None:
    key = Authenticator.objects.get()
    account.post(f"{PASSKEYS}keys/{key.pk}/edit/", {"name": "Desk"})
    listed = account.get(PASSKEYS).content.decode()

    assert ">Desk</h2>" in listed
    assert "Not used yet." in listed
    account.post(f"{PASSKEYS}keys/{key.pk}/remove/")
    after = account.get(PASSKEYS).content.decode()
    assert "None is set up." in after
    assert not Authenticator.objects.exists()


def test_another_persons_passkey_is_missing(account: Client, sign_in: SignIn, colleague: User) -> None:
    browser = sign_in(colleague)
    confirm_password(browser)

    for end in ("edit/", "remove/"):
        assert browser.get(f"{PASSKEYS}keys/{Authenticator.objects.get().pk}/{end}").status_code == 404


def test_the_menu_and_the_strip_of_alerts_are_those_of_every_staff_page(account: Client) -> None:
    here, there = (account.get(at).content.decode() for at in (PASSKEYS, "/staff/"))

    for start, end in (('<nav aria-label="Staff">', "</nav>"), ('<aside class="alarm', "</aside>")):
        assert taken(here, start, end) == taken(there, start, end)
    assert "Check-ins" in taken(here, '<nav aria-label="Staff">', "</nav>")


def test_before_a_second_factor_nothing_of_a_clinic_is_told(client: Client, clinician: User) -> None:
    client.force_login(clinician)
    confirm_password(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()

    assert "Set up an authenticator app" in page
    assert 'class="alarm' not in page
    assert "Check-ins" not in page


def taken(page: str, start: str, end: str) -> str:
    """A part of a page without the token of its form, which is another each time."""
    part = page.partition(start)[2].partition(end)[0]
    return re.sub(r'value="\w{64}"', "", part)
