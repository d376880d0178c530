"""An administrator arranges a questionnaire and writes a rule, with the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Eyes
from tests.journeys.people import sign_in


@pytest.mark.browser
def test_an_administrator_arranges_and_renames_and_writes_a_rule(live_server, demo, page: Page, eyes: Eyes):
    account = demo["staff"][1]
    sign_in(page, live_server.url, account["email"], account["password"], lands_on="/admin/$")
    page.goto(f"{live_server.url}/admin/screening/questionnaire/")
    page.locator("#result_list tbody th a", has_text="check_in").click()
    page.get_by_role("link", name="Outline").click()
    eyes.look(page, "admin-outline")

    first, second = page.locator(".outline-question").nth(0), page.locator(".outline-question").nth(1)
    moved, other = first.get_attribute("id"), second.get_attribute("id")
    first.get_by_role("button", name=re.compile("^Down")).click()
    expect(page.locator("#outline-said")).to_contain_text("is now 2 of")
    expect(page.locator(".outline-question").first).to_have_id(other)
    expect(page.locator(f"#{moved}").get_by_role("button", name=re.compile("^Down"))).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#outline-said")).to_contain_text("is now 1 of")
    expect(page.locator(".outline-question").first).to_have_id(moved)
    page.locator(f"#{other} > .outline-tools > .outline-handle").drag_to(page.locator(f"#{moved} > .outline-text"))
    expect(page.locator(".outline-question").first).to_have_id(other)

    page.goto(f"{live_server.url}/admin/screening/flag/?q=blood_pressure")
    page.locator("#result_list tbody th a").first.click()
    rule = page.get_by_label("When").first
    rule.press("Control+End")
    rule.press_sequentially(" or blood_pressure_rea")
    expect(page.get_by_role("listbox", name="Names")).to_contain_text("blood_pressure_reading")
    eyes.look(page, "admin-rule-names")
    rule.press("ArrowDown")
    rule.press("Enter")
    rule.press_sequentially(".systolic > 255")
    expect(page.locator(".rule-reading").first).to_contain_text("is more than 255")
    rule.press_sequentially(" >")
    expect(page.locator(".rule-reading .rule-mistake").first).to_contain_text("^")
    eyes.look(page, "admin-rule-mistake")

    page.get_by_role("link", name=re.compile("^Rename")).first.click()
    page.get_by_label("New name of").fill("pressure_today")
    page.get_by_role("button", name="Show what changes").click()
    eyes.look(page, "admin-rename")
    page.get_by_role("button", name="Rename in all these places").click()
    expect(page.locator(".messagelist")).to_contain_text("is now pressure_today")
    page.get_by_role("link", name="Delete", exact=True).first.click()
    eyes.look(page, "admin-delete")
