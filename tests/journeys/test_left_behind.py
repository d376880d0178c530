"""What is left in the browser after leaving: nothing; and what runs on a page of hostile words: nothing."""

from __future__ import annotations

import contextlib
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Error, Page, expect

from intake import actions, records
from intake.models import Clinic, QuestionnaireResponse, User
from tests.browsers import signed_in
from tests.intake.patient.conftest import open_clinic, publish
from tests.intake.patient.definitions import EVERY_TYPE
from tests.intake.sample import Tab
from tests.journeys.conftest import NARROWEST
from tests.trust.output.payloads import SCRIPTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CANARY = "Canaria"
STORED = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie,
  (await indexedDB.databases()).map((each) => each.name), await caches?.keys?.(), window.name,
])"""
WATCH = """
window.found = [];
window.alert = (word) => window.found.push(`alert ${word}`);
document.addEventListener("securitypolicyviolation", (event) => window.found.push(event.violatedDirective));
"""


@pytest.fixture
def clinic() -> Clinic:
    return open_clinic(publish(EVERY_TYPE))


def start(page: Page, origin: str) -> None:
    page.goto(f"{origin}/start/harbor/")
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    page.get_by_role("button", name="Start now").click()
    page.get_by_role("link", name="Go to the first question").click()


def type_name(page: Page) -> None:
    page.locator('[name="given_name"]').fill(CANARY)
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")


def go_back(page: Page, times: int = 3) -> None:
    """Press Back: no page that comes holds the name."""
    for _ in range(times):
        with contextlib.suppress(Error):  # a page that was posted is not loaded again
            page.go_back()
        page.wait_for_load_state()
        expect(page.locator("body")).not_to_contain_text(CANARY)
        assert CANARY not in page.content()


def staff_at(page: Page, origin: str, clinic: Clinic) -> User:
    """A clinician signed in with both factors, in this browser."""
    user = actions.create_staff(
        email="clara@harbor.example", name="Clara", role="clinician", clinic=clinic, now=timezone.now()
    ).user
    key = signed_in(user).session.session_key
    page.context.add_cookies([{"name": "intake", "value": key, "url": origin}])
    return user


def sent(clinic: Clinic, name: str, story: str = "Plain.") -> QuestionnaireResponse:
    now = timezone.now()
    version = clinic.questionnaire.versions.get()
    response = actions.start(clinic=clinic, version=version, language="en", now=now).response
    Tab(response).finish(now=now, given_name=name, dark="yes", story=story)
    return actions.submit(response_id=response.pk, now=now)


@pytest.mark.check("C37", required="0 on Back, 0 in any storage of the browser")
def test_after_stopping_nothing_is_left(live_server, page: Page, clinic: Clinic):
    start(page, live_server.url)
    type_name(page)
    assert CANARY not in page.evaluate(STORED)
    page.get_by_role("button", name="Save and stop").click()
    page.get_by_role("button", name=re.compile("Close my answers")).click()

    go_back(page)
    page.goto(f"{live_server.url}/q/about/")
    expect(page).to_have_url(re.compile("/resume/"))
    assert CANARY not in page.evaluate(STORED)


@pytest.mark.check("C78", required="few stops by keyboard, Back leads elsewhere, what was saved is kept")
def test_leaving_quickly_closes_and_keeps(live_server, page: Page, clinic: Clinic):
    start(page, live_server.url)
    type_name(page)
    page.reload()
    page.evaluate("document.querySelector('[data-quick-exit]').setAttribute('href', '/health/live')")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hasAttribute('data-quick-exit')"):
            break
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/health/live"))
    go_back(page, 2)
    for _ in range(200):  # the browser still sends that the answers are closed, while another page is there already
        if "/resume/" in page.request.get(f"{live_server.url}/q/about/").url:
            break
        page.wait_for_timeout(50)
    assert "/resume/" in page.request.get(f"{live_server.url}/q/about/").url
    assert records.read_answers_of(QuestionnaireResponse.objects.get())["given_name"].value == CANARY


@pytest.mark.check("C37", required="0 on Back after signing out")
def test_after_signing_out_nothing_is_left(live_server, page: Page, clinic: Clinic):
    response = sent(clinic, CANARY)
    staff_at(page, live_server.url, clinic)
    for address in ("/staff/", f"/staff/responses/{response}/", f"/staff/responses/{response}/text/"):
        page.goto(f"{live_server.url}{address}")
        expect(page.locator("body")).to_contain_text(CANARY)
    page.goto(f"{live_server.url}/staff/responses/{response}/")

    page.evaluate("document.querySelector('form[action*=logout]').requestSubmit()")
    expect(page).to_have_url(re.compile("/accounts/login/"))

    go_back(page)
    page.goto(f"{live_server.url}/accounts/login/")
    assert CANARY not in page.evaluate(STORED)


@pytest.mark.check("C38", required="0 executions and 0 violations of the policy in a browser")
def test_hostile_words_run_nowhere(live_server, page: Page, clinic: Clinic, figure):
    page.add_init_script(WATCH)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    seen = 0
    staff_at(page, live_server.url, clinic)
    for first in range(0, len(SCRIPTS), 3):
        some = SCRIPTS[first : first + 3]
        response = sent(clinic, some[0][:50], " ".join(some)[:200])
        for address in (f"/staff/responses/{response}/", "/staff/") if first % 9 == 0 else ():
            page.goto(f"{live_server.url}{address}")
            page.mouse.move(200, 300)
            assert page.evaluate("window.found") == [], some
            seen += 1
    page.goto(f"{live_server.url}/start/harbor/")
    start(page, live_server.url)
    page.locator('[name="given_name"]').fill(SCRIPTS[12])
    page.locator('[name="phone"]').fill(SCRIPTS[0])
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.evaluate("window.found") == []

    assert dialogs == []
    figure(f"{len(SCRIPTS)} payloads on {seen + 1} pages, 0 ran")


@pytest.mark.check("C55", required="right to left, no page is wider than its window")
def test_right_to_left_nothing_is_wider(live_server, page: Page, clinic: Clinic):
    page.set_viewport_size(NARROWEST)
    start(page, live_server.url)
    for section in ("about", "habits", "numbers", "safety", "check", "help"):
        page.goto(f"{live_server.url}/q/{section}/")
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, section
