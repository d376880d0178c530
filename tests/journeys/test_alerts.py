"""An administrator keeps the rota and tries it; a clinician sees what is open, who was told, and acts on it."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESK, Eyes
from tests.journeys.people import sign_in


def staff_page(
    browser: Browser, origin: str, account: dict[str, str], *, javascript: bool, lands_on: str = "/staff/$"
) -> Page:
    page = browser.new_context(viewport=DESK, java_script_enabled=javascript, locale="en-US").new_page()
    sign_in(page, origin, account["email"], account["password"], lands_on=lands_on)
    return page


def keep_the_rota(office: Page, origin: str, eyes: Eyes) -> None:
    office.goto(f"{origin}/staff/clinic/alerts/")
    expect(office.get_by_role("heading", name="Alert rota of Demo Clinic")).to_be_visible()
    eyes.look(office, "alert-rota")
    office.get_by_label("Saturday, from").fill("09:00")
    office.get_by_role("button", name="Save hours and times").click()
    expect(office).to_have_title(re.compile("^Error:"))
    office.get_by_role("link", name="Saturday: enter both times, or neither when nobody reads.").click()
    expect(office.get_by_label("Saturday, until")).to_be_focused()
    office.get_by_label("Saturday, until").fill("12:00")
    office.get_by_role("button", name="Save hours and times").click()
    expect(office.get_by_text("Saved. Patients now read these hours on their pages.")).to_be_visible()


def add_a_pager(office: Page, eyes: Eyes) -> None:
    office.get_by_role("link", name="Add a contact").click()
    expect(office.get_by_role("heading", name="Add a contact")).to_be_visible()
    eyes.look(office, "alert-contact")
    office.get_by_label("Name").fill("Pager")
    office.get_by_label("Webhook").check()
    office.get_by_label("Address").fill("https://pager.example/hook")
    office.get_by_role("button", name="Add to the rota").click()
    expect(office.get_by_role("heading", name="The secret that signs these messages")).to_be_visible()
    eyes.look(office, "alert-secret")


@pytest.mark.check("C48", required="the rota and alerts without scripts")
@pytest.mark.check("C47", required="0 violations on the pages of alerts")
@pytest.mark.check("C51", required="targets of 24 px, or as far apart, on staff pages")
@pytest.mark.browser
def test_the_rota_is_kept_and_alerts_are_followed(live_server, demo, browser: Browser, javascript: bool, eyes: Eyes):
    clinician, admin = demo["staff"][:2]
    office = staff_page(browser, live_server.url, admin, javascript=javascript, lands_on="/admin/")
    keep_the_rota(office, live_server.url, eyes)
    add_a_pager(office, eyes)
    office.get_by_role("button", name="Remove Pager").click()
    expect(office.get_by_text("Removed from the rota.")).to_be_visible()
    office.get_by_role("button", name="Send a test message to Medical director").click()
    expect(office.get_by_text("On its way since")).to_be_visible()

    call_command("demo", "--sample", "2")
    for _ in range(2):  # the second delivers the test of the day, where that was due
        call_command("worker", "--once")
    office.goto(f"{live_server.url}/staff/clinic/alerts/")
    expect(office.get_by_text("On its way since")).to_have_count(0)
    expect(office.get_by_role("row", name=re.compile("Medical director"))).to_contain_text("Delivered on")

    desk = staff_page(browser, live_server.url, clinician, javascript=javascript)
    strip = desk.get_by_role("complementary", name="Alerts")
    strip.get_by_role("link", name=re.compile("nobody has acknowledged")).click()
    expect(desk.get_by_text("Every disclosure has its alert. 1 response has an alert")).to_be_visible()
    expect(desk.get_by_text(re.compile("by e-mail: delivered on")).first).to_be_visible()
    eyes.look(desk, "alerts")
    desk.get_by_role("link", name=re.compile("Read and acknowledge")).first.click()
    expect(desk.get_by_role("heading", name="Safety so far")).to_be_visible()
    desk.goto(f"{live_server.url}/staff/notices/")
    expect(desk.get_by_role("heading", name="Notices")).to_be_visible()
    eyes.look(desk, "notices")
