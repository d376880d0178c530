"""A clinician's whole way by keyboard alone, in a browser without scripts: from signing in to the paper.

Nothing is clicked or focused by the test: Tab, Shift-Tab, Enter, Space and letters, and every stop is seen and free.
"""

from __future__ import annotations

import io

import pypdf
import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, expect

from intake.models import QuestionnaireResponse
from tests.journeys.conftest import DESK
from tests.journeys.test_keyboard import Keyboard

pytestmark = pytest.mark.browser

NOTE = "Called. With family tonight."
ADDENDUM = "Her sister drives."


def digits_of(email: str) -> str:
    said = io.StringIO()
    call_command("code", email, stdout=said)
    return said.getvalue().split()[0]


def sign_in(keys: Keyboard, account: dict[str, str]) -> None:
    typing = keys.page.keyboard
    keys.go_to(name="^login$")
    typing.type(account["email"])
    keys.go_to(name="^password$")
    typing.type(account["password"])
    keys.press("Enter")
    keys.page_is("Second factor")
    keys.go_to(name="^code$")
    typing.type(digits_of(account["email"]))
    keys.press("Enter")
    keys.page_is("Worklist")


def acknowledge_alerts(keys: Keyboard, count: int) -> None:
    for left in range(count - 1, -1, -1):
        keys.go_to(name="^note$", tag="TEXTAREA")
        keys.page.keyboard.type(NOTE)
        keys.go_to(text="^I have seen this and acted$", tag="BUTTON")
        keys.press("Enter")
        expect(keys.page.locator(".safety__line--open")).to_have_count(left)
        keys.page.wait_for_load_state()


@pytest.mark.check("C48", required="signed and printed without scripts")
@pytest.mark.check("C49", required="the whole way of a clinician; the focus is seen and free at every stop")
def test_a_clinician_signs_by_keyboard_without_scripts(live_server, demo, browser: Browser):
    call_command("demo", "--sample", "2")
    context = browser.new_context(viewport=DESK, java_script_enabled=False, locale="en-US", accept_downloads=True)
    keys = Keyboard(context.new_page())
    page, tess = keys.page, QuestionnaireResponse.objects.exclude(alerts=None).get()
    page.goto(f"{live_server.url}/staff/")
    sign_in(keys, demo["staff"][0])

    keys.go_to(text="Tess Sample", tag="^A$")
    keys.press("Enter")
    keys.page_is("Tess Sample")
    acknowledge_alerts(keys, tess.alerts.count())
    keys.go_to(text="^Acknowledge:", tag="BUTTON")
    keys.press("Enter")
    expect(page.get_by_role("link", name="Decide and sign")).to_be_visible()
    keys.go_to(text="^Decide and sign$")
    keys.press("Enter")

    keys.page_is("Decide and sign")
    keys.go_to(name="^disposition$")
    keys.press("ArrowDown")
    keys.go_to(name="^rationale$")
    page.keyboard.type("Seen with her sister.")
    keys.go_to(text="^Sign$", tag="BUTTON")
    keys.press("Enter")
    expect(page.locator(".signature")).to_contain_text("Signed by Dr. Robin Demo")

    keys.go_to(text="^Add an addendum$")
    keys.press("Enter")
    keys.page_is("Addendum")
    keys.go_to(tag="TEXTAREA")
    page.keyboard.type(ADDENDUM)
    keys.go_to(text="^Sign addendum$", tag="BUTTON")
    keys.press("Enter")
    expect(page.locator(".signature")).to_contain_text(ADDENDUM)

    keys.go_to(key="Shift+Tab", text="^Download PDF$")
    with page.expect_download() as download:
        keys.press("Enter")
    paper = pypdf.PdfReader(download.value.path())
    assert "".join(ADDENDUM.split()) in "".join("".join(sheet.extract_text().split()) for sheet in paper.pages)
    context.close()
