"""A staff session ends 15 minutes after its last page and 12 hours after signing in, on the server."""

from __future__ import annotations

import pytest
from django.test import Client

from intake.models import AuditRecord, User
from tests.browsers import signed_in

pytestmark = pytest.mark.check("C61", required="15 minutes without a page, 12 hours in all, on the server")

MINUTE, HOUR = 60, 3600


@pytest.fixture
def desk(clinician: User) -> Client:
    return signed_in(clinician)


def earlier(client: Client, seconds: int, *names: str) -> None:
    """Let time pass: what the session remembers happened longer ago."""
    session = client.session
    for name in names:
        session[name] -= seconds
    session.save()


def is_open(client: Client) -> bool:
    return client.get("/staff/").status_code == 200


def test_it_stays_open_while_pages_are_opened(desk: Client) -> None:
    for _ in range(3):
        earlier(desk, 14 * MINUTE, "staff_seen", "staff_began")

        assert is_open(desk)


def test_it_ends_when_no_page_is_opened(desk: Client) -> None:
    earlier(desk, 15 * MINUTE + 5, "staff_seen")

    answer = desk.get("/staff/")

    assert answer["Location"].startswith("/accounts/login/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_open(desk)


def test_it_ends_after_a_day_of_work_however_busy(desk: Client) -> None:
    earlier(desk, 12 * HOUR + 5, "staff_began")

    assert not is_open(desk)


def test_a_cookie_kept_from_before_opens_nothing_afterwards(desk: Client) -> None:
    cookies = desk.cookies
    earlier(desk, 15 * MINUTE + 5, "staff_seen")
    desk.get("/staff/")

    replayed = Client()
    replayed.cookies = cookies

    assert not is_open(replayed)


@pytest.mark.parametrize("missing", ["staff_seen", "staff_began"])
def test_a_session_without_a_clock_is_over(desk: Client, missing: str) -> None:
    session = desk.session
    del session[missing]
    session.save()

    assert not is_open(desk)


def test_its_end_is_recorded(desk: Client, clinician: User) -> None:
    earlier(desk, 15 * MINUTE + 5, "staff_seen")

    desk.get("/staff/")

    assert AuditRecord.objects.filter(action="staff.signed_out", actor=f"user:{clinician.pk}").count() == 1


def test_a_page_posted_too_late_changes_nothing(desk: Client) -> None:
    earlier(desk, 15 * MINUTE + 5, "staff_seen")

    assert desk.post("/accounts/2fa/totp/deactivate/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/accounts/logout/", "/admin/logout/"])
def test_signing_out_makes_the_browser_forget(admin: User, path: str) -> None:
    browser = signed_in(admin)

    answer = browser.post(path)

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get("/admin/").status_code == 302


def test_other_pages_clear_nothing(desk: Client) -> None:
    assert "Clear-Site-Data" not in desk.get("/staff/")
