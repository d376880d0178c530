"""Staff sessions: a new key at each step, cookies that leave by https only, and an end on the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client

from intake import actions, staff_sessions
from intake.models import User
from intake.session_store import digest_of
from tests.intake.clinician.test_signing_in import set_up_app, sign_in_with_password

pytestmark = [pytest.mark.check("C61", required="a new key at each step; 15 minutes and 12 hours to the second")]

ROOT = Path(__file__).parents[3]
NAMES = ("SESSION", "CSRF")
PRINT = """
import json
from django.conf import settings
names = [f"{kind}_COOKIE_{what}" for kind in ("SESSION", "CSRF") for what in ("NAME", "SECURE", "HTTPONLY", "SAMESITE")]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def test_cookies_leave_by_https_only(tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
        "DJANGO_SETTINGS_MODULE": "intake.settings",
        "SITE_ORIGIN": "https://intake.north.example",
        "SECRET_KEY": "only-for-this-test-" * 4,
        "DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run([sys.executable, "-c", PRINT], env=environment, cwd=ROOT, capture_output=True, text=True)
    found = json.loads(done.stdout)

    for kind in NAMES:
        assert found[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert found[f"{kind}_COOKIE_SECURE"] is True
        assert found[f"{kind}_COOKIE_HTTPONLY"] is True
        assert found[f"{kind}_COOKIE_SAMESITE"] == "Lax"


@pytest.mark.django_db
def test_the_key_changes_at_each_step_and_a_planted_one_is_worth_nothing(clinician: User) -> None:
    first = Client()
    sign_in_with_password(first, clinician)
    set_up_app(first)
    code = Authenticator.objects.get(user=clinician, type="recovery_codes").wrap().get_unused_codes()[0]
    planted = Client()
    planted.get("/accounts/login/")
    session = planted.session
    session["planted"] = "yes"
    session.save()
    keys = [session.session_key]

    sign_in_with_password(planted, clinician)
    keys.append(planted.session.session_key)
    planted.post("/accounts/2fa/authenticate/", {"code": code})
    keys.append(planted.session.session_key)

    assert len(set(keys)) == 3
    thief = Client()
    thief.cookies["intake"] = keys[0]
    assert thief.get("/staff/").status_code == 302
    assert not Session.objects.filter(pk=digest_of(keys[0])).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("span", "name"), [(staff_sessions.IDLE, "staff_seen"), (staff_sessions.WHOLE, "staff_began")])
@pytest.mark.parametrize(("late", "is_open"), [(0, True), (1, False)])
def test_it_ends_to_the_second(
    sign_in, clinician: User, monkeypatch, span: int, name: str, late: int, is_open: bool
) -> None:
    browser = sign_in(clinician)
    session = browser.session
    session["staff_seen"] = session["staff_began"] = 1_900_000_000
    if name == "staff_began":
        session["staff_seen"] += span
    session.save()
    monkeypatch.setattr("intake.staff_sessions.time.time", lambda: 1_900_000_000 + span + late)

    assert (browser.get("/staff/").status_code == 200) is is_open


@pytest.mark.django_db
def test_signing_out_ends_it_on_the_server(sign_in, clinician: User) -> None:
    browser = sign_in(clinician)
    key = browser.session.session_key
    browser.post("/accounts/logout/")

    replayed = Client()
    replayed.cookies["intake"] = key
    assert replayed.get("/staff/").status_code == 302
    assert not Session.objects.filter(pk=digest_of(key)).exists()


@pytest.mark.django_db
def test_a_row_that_is_copied_under_another_key_opens_nothing(sign_in, clinician: User) -> None:
    row = Session.objects.get(pk=digest_of(sign_in(clinician).session.session_key))
    key = "z" * 32
    Session.objects.create(pk=digest_of(key), session_data=row.session_data, expire_date=row.expire_date)

    thief = Client()
    thief.cookies["intake"] = key
    assert thief.get("/staff/").status_code == 302


@pytest.mark.django_db
def test_somebody_ends_their_own_and_a_manager_anybodys(
    sign_in, browser_of, clinician: User, admin: User, clinic
) -> None:
    here, there, third = sign_in(clinician), sign_in(clinician), sign_in(clinician)
    mine = {row.session_key: row for row in clinician.sign_ins.all()}
    assert len(mine) == 3

    here.post(f"/staff/account/sessions/{mine[digest_of(there.session.session_key)].pk}/end/")
    browser_of(admin).post(
        f"/staff/team/{clinic.slug}/{clinician.pk}/sessions/{mine[digest_of(third.session.session_key)].pk}/end/"
    )

    assert [each.get("/staff/").status_code for each in (here, there, third)] == [200, 302, 302]


@pytest.mark.check("C62", required="a session that was ended is not written back")
@pytest.mark.django_db
def test_an_ended_session_is_not_brought_back_by_a_request_under_way(sign_in, clinician: User, monkeypatch) -> None:
    """It is ended while its page is being made: what the page would save of it finds nothing to be saved to."""
    browser = sign_in(clinician)
    key = browser.session.session_key
    opened = actions.open_worklist

    def end_meanwhile(**given):
        Session.objects.filter(pk=digest_of(key)).delete()
        return opened(**given)

    monkeypatch.setattr(actions, "open_worklist", end_meanwhile)
    answer = browser.get("/staff/")

    assert answer.status_code in (200, 302, 400)
    assert not Session.objects.filter(pk=digest_of(key)).exists()
    replayed = Client()
    replayed.cookies["intake"] = key
    monkeypatch.undo()
    assert replayed.get("/staff/").status_code == 302
