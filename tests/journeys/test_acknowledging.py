"""A clinician sees an alert, acts, and says so: by keyboard, with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESK, Eyes
from tests.journeys.people import sign_in

NOTE = "Called at 10:20. With family tonight; seen tomorrow at 9."


def acknowledge_all(staff: Page) -> None:
    """Write a note for each open alert of the page and send it, by keyboard."""
    notes = staff.get_by_label("What you did about it")
    while waiting := notes.count():
        notes.first.focus()
        staff.keyboard.type(NOTE)
        staff.keyboard.press("Tab")
        staff.keyboard.press("Enter")
        expect(staff.get_by_text("Acknowledged. Your note is kept with the alert.")).to_be_visible()
        expect(notes).to_have_count(waiting - 1)


@pytest.mark.browser
def test_an_alert_is_acknowledged_and_the_worklist_calms(
    live_server, demo, browser: Browser, javascript: bool, eyes: Eyes
):
    call_command("demo", "--sample", "2")
    staff = browser.new_context(viewport=DESK, java_script_enabled=javascript, locale="en-US").new_page()
    account = demo["staff"][0]
    sign_in(staff, live_server.url, account["email"], account["password"])
    row = staff.locator("tr", has_text="Tess Sample")
    expect(row).to_contain_text("Not acknowledged")
    eyes.look(staff, "worklist-waiting")

    row.get_by_role("link").click()
    eyes.look(staff, "alert")
    staff.get_by_role("button", name="I have seen this and acted").first.click()
    expect(staff).to_have_title(re.compile("^Error:"))
    eyes.look(staff, "alert-without-note")
    staff.get_by_role("link", name="Write what you did about this alert.").click()
    expect(staff.get_by_label("What you did about it").first).to_be_focused()

    acknowledge_all(staff)

    eyes.look(staff, "alert-acknowledged")
    expect(staff.locator(".safety")).to_contain_text(NOTE)
    staff.goto(f"{live_server.url}/staff/")
    expect(row).to_contain_text("Acknowledged by Dr. Robin Demo")
    expect(row).not_to_contain_text("Not acknowledged")
    eyes.look(staff, "worklist-calm")
