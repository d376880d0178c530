"""A clinician reviews a summary, by keyboard: acknowledges, discusses, decides, signs, adds; JavaScript on and off."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESK, Eyes
from tests.journeys.people import sign_in
from tests.journeys.test_acknowledging import acknowledge_all

REASON = "Seen with his brother. Blood pressure is taken again before any treatment."


def press(staff: Page, name: str) -> None:
    """Press a button or follow a link of the page by keyboard."""
    main = staff.locator("main")
    found = main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first
    found.focus()
    staff.keyboard.press("Enter")


def acknowledge_points(staff: Page) -> None:
    """Acknowledge each point that signing waits for."""
    left = staff.locator(".left__one form.seen")
    while waiting := left.count():
        left.first.get_by_role("button", name="Acknowledge").focus()
        staff.keyboard.press("Enter")
        expect(left).to_have_count(waiting - 1)


@pytest.mark.check("C48", required="reviewed and signed without scripts")
@pytest.mark.check("C47", required="0 violations on the pages of a review")
@pytest.mark.check("C51", required="targets of 24 px, or as far apart, on staff pages")
@pytest.mark.browser
@pytest.mark.both_databases
def test_a_summary_is_reviewed_and_signed(live_server, demo, browser: Browser, javascript: bool, eyes: Eyes):
    call_command("demo", "--sample", "2")
    staff = browser.new_context(viewport=DESK, java_script_enabled=javascript, locale="en-US").new_page()
    account = demo["staff"][0]
    sign_in(staff, live_server.url, account["email"], account["password"])
    staff.locator("tr", has_text="Tess Sample").get_by_role("link").click()
    expect(staff.get_by_role("heading", name="Before you sign")).to_be_visible()
    eyes.look(staff, "review-before")
    acknowledge_all(staff)

    # Discuss: what was learned, by keyboard.
    press(staff, "Acknowledge or discuss")
    expect(staff.get_by_role("heading", name="Discuss")).to_be_visible()
    eyes.look(staff, "review-point")
    staff.get_by_label("What you learned").focus()
    staff.keyboard.type("He has been safe since spring.")
    press(staff, "Keep what you learned")
    expect(staff.get_by_text("Kept in your name.")).to_be_visible()

    acknowledge_points(staff)
    press(staff, "Enter answers")
    expect(staff.get_by_role("heading", name="Enter answers")).to_be_visible()
    eyes.look(staff, "review-answers")
    staff.go_back()

    # Decide and sign: a mistake first.
    press(staff, "Decide and sign")
    expect(staff.get_by_role("heading", name="Decide and sign")).to_be_visible()
    press(staff, "Sign")
    expect(staff.get_by_role("link", name="Choose your decision.")).to_be_visible()
    eyes.look(staff, "review-sign-missing")
    staff.get_by_label("Defer until more is known").check()
    staff.get_by_label("Why you decide so").fill(REASON)
    eyes.look(staff, "review-sign")
    press(staff, "Sign")
    expect(staff.locator(".signature")).to_contain_text("Signed by Dr. Robin Demo")
    expect(staff.locator(".review-state")).to_contain_text("Defer until more is known")
    eyes.look(staff, "review-signed")

    press(staff, "Add an addendum")
    staff.get_by_label("Addendum").fill("Called his doctor: no trace left.")
    eyes.look(staff, "review-addendum")
    press(staff, "Sign addendum")
    expect(staff.locator(".signature")).to_contain_text("Addendum signed by Dr. Robin Demo")
    eyes.look(staff, "review-addendum-signed")
