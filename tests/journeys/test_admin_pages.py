"""The admin's first day: the pages of the draft, read and used in a browser."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import NARROWEST, Eyes
from tests.journeys.people import sign_in


@pytest.mark.check("C47", required="0 violations on the admin pages")
@pytest.mark.browser
def test_an_administrator_changes_a_rule_and_publishes(live_server, demo, page: Page, eyes: Eyes):
    account = demo["staff"][1]
    sign_in(page, live_server.url, account["email"], account["password"], lands_on="/admin/$")
    eyes.look(page, "admin-index")
    page.goto(f"{live_server.url}/admin/screening/questionnaire/")
    eyes.look(page, "admin-questionnaires")
    page.locator("#result_list tbody th a", has_text="ketamine_screening").click()
    eyes.look(page, "admin-questionnaire")
    draft = page.url

    page.goto(f"{live_server.url}/admin/screening/flag/?q=blood_pressure")
    eyes.look(page, "admin-flags")
    page.locator("#result_list tbody th a").first.click()
    eyes.look(page, "admin-flag")
    rule = page.get_by_label("When").first
    written = rule.input_value()
    rule.fill("blood_pressure_reading.systolic > > 180")
    page.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.locator(".rule-mistake").first).to_contain_text("^")
    eyes.look(page, "admin-mistake")
    page.get_by_label("When").first.fill(f"{written} or blood_pressure_reading.systolic > 255")
    page.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.get_by_text("is more than 255").first).to_be_visible()

    page.goto(draft)
    page.get_by_role("link", name="Check", exact=True).click()
    expect(page.get_by_text("0 found")).to_be_visible(timeout=60_000)  # until then the page is loaded again by itself
    eyes.look(page, "admin-check")
    page.goto(draft)
    page.get_by_role("link", name=re.compile("^Publish")).click()
    expect(page.get_by_label("What changed, and why")).to_be_visible(timeout=60_000)
    eyes.look(page, "admin-publish")
    page.get_by_label("What changed, and why").fill("Try a rule about age")
    page.get_by_label("Publish it as not yet reviewed by a clinician").check()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("2", timeout=60_000)  # every case is run first
    page.goto(f"{live_server.url}/admin/screening/questionnaireversion/")
    expect(page.locator("#result_list tbody tr")).to_have_count(3)  # the other questionnaire has one as well
    eyes.look(page, "admin-versions")


@pytest.mark.check("C47", required="0 violations on the admin pages")
@pytest.mark.browser
def test_the_pages_beside_the_way_are_read_as_well(live_server, demo, page: Page, eyes: Eyes):
    """What an upload would change, with what a FHIR file lost; and the help that a preview shows first."""
    account, views = demo["staff"][1], [(NARROWEST, "dark")]
    sign_in(page, live_server.url, account["email"], account["password"], lands_on="/admin/$")
    page.goto(f"{live_server.url}/admin/screening/questionnaire/")
    page.locator("#result_list tbody th a", has_text="check_in").click()
    tools = page.locator(".object-tools")
    file = page.request.get(live_server.url + tools.get_by_role("link", name="Download FHIR").get_attribute("href"))
    changed = {**file.json(), "title": "Another title", "anElementOfNobodys": {"in": "a long path"}}
    tools.get_by_role("link", name="Upload…").click()
    upload = {"name": "check_in.json", "mimeType": "application/json", "buffer": json.dumps(changed).encode()}
    page.locator('input[type="file"]').set_input_files(upload)
    page.locator("#content-main form [type=submit]").first.click()
    expect(page.get_by_text("Questionnaire.anElementOfNobodys")).to_be_visible()
    eyes.look(page, "admin-upload-differences", views)

    page.goto(f"{live_server.url}/admin/screening/questionnaire/")
    page.locator("#result_list tbody th a", has_text="ketamine_screening").click()
    tools.get_by_role("link", name="Preview").click()
    page.get_by_label("Page", exact=True).select_option("your_safety")
    page.get_by_role("button", name="Show", exact=True).click()
    page.locator('[name="asq_1"][value="yes"]').check()
    page.get_by_role("button", name="Save and continue", exact=True).last.click()
    expect(page.get_by_role("heading", name="Help is available right now")).to_be_visible()
    eyes.look(page, "admin-preview-help", views)
