"""Staff invite: one person by a link that is shown once, and many from a list; a lost code, and a revoked link."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import DESK, PHONE, Eyes
from tests.journeys.people import sign_in

LINK = re.compile(r"/i/[\w-]{43}/")


@pytest.fixture
def staff(browser: Browser, live_server, demo, javascript: bool) -> Page:
    """A clinician who has signed in and opened the invitations."""
    page = browser.new_context(viewport=DESK, java_script_enabled=javascript, locale="en-US").new_page()
    account = demo["staff"][0]
    sign_in(page, live_server.url, account["email"], account["password"])
    page.get_by_role("link", name="Invitations").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invitations")
    return page


def phone(browser: Browser, javascript: bool) -> BrowserContext:
    """Somebody's phone, on which nothing was opened yet."""
    return browser.new_context(viewport=PHONE, java_script_enabled=javascript, locale="en-US")


def link_on(page: Page) -> str:
    """The path of the link that is shown once."""
    return LINK.search(page.get_by_label("Link", exact=True).input_value())[0]


def open_link(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="Open my questionnaire").click()
    return page


@pytest.mark.check("C47", required="0 violations on the pages of invitations")
@pytest.mark.check("C51", required="targets of 24 px, or as far apart, on staff pages")
@pytest.mark.browser
def test_one_person_is_invited_loses_the_code_and_is_helped(
    live_server, staff: Page, browser: Browser, javascript: bool, eyes: Eyes
):
    eyes.look(staff, "invitations")
    staff.get_by_role("link", name="Invite one person").click()
    eyes.look(staff, "invite")
    staff.get_by_label("E-mail address").fill("rosa@")
    staff.get_by_role("button", name="Make the invitation").click()
    expect(staff).to_have_title(re.compile("^Error:"))
    eyes.look(staff, "invite-error")
    staff.get_by_role("link", name="Enter an e-mail address").click()
    expect(staff.get_by_label("E-mail address")).to_be_focused()
    staff.get_by_label("E-mail address").fill("")
    staff.get_by_label("Name").fill("Rosa Example")
    staff.get_by_role("button", name="Make the invitation").click()
    expect(staff.get_by_role("heading", level=1)).to_contain_text("Rosa Example")
    eyes.look(staff, "invite-link")
    first = link_on(staff)

    patient = open_link(phone(browser, javascript), live_server.url + first)
    patient.get_by_role("radio", name="I answer for myself", exact=True).check()
    patient.get_by_role("button", name="Start now").click()
    expect(patient.get_by_role("link", name="Go to the first question")).to_be_visible()
    reference = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", patient.inner_text("main"))[0]

    staff.get_by_role("link", name="To the invitation").click()
    expect(staff.get_by_text("In progress")).to_be_visible()
    expect(staff.locator("main")).to_contain_text(reference)
    eyes.look(staff, "invitation")
    staff.get_by_label("They lost their code").check()
    staff.get_by_role("button", name="Make a new link").click()
    expect(staff.get_by_role("heading", name="The new code")).to_be_visible()
    eyes.look(staff, "invite-new-code")
    second, code = link_on(staff), staff.locator(".code-box").inner_text()

    dead = open_link(phone(browser, javascript), live_server.url + first)
    expect(dead.get_by_role("heading", level=1)).to_have_text("This link cannot be used")
    again = open_link(phone(browser, javascript), live_server.url + second)
    expect(again.get_by_role("heading", level=1)).to_have_text("Come back to your answers")
    again.get_by_label("Code", exact=False).first.fill(code)
    again.get_by_role("button", name="Open my answers").click()
    expect(again).to_have_url(re.compile(r"/q/\w+/"))

    staff.get_by_role("link", name="To the invitation").click()
    staff.get_by_role("button", name="Revoke the link").click()
    expect(staff.get_by_text("Revoked. The link does not work any more.")).to_be_visible()
    eyes.look(staff, "invitation-revoked")
    revoked = open_link(phone(browser, javascript), live_server.url + second)
    expect(revoked.get_by_role("heading", level=1)).to_have_text("This link cannot be used")
    again.reload()
    expect(again).to_have_url(re.compile(r"/resume/$"))


@pytest.mark.browser
def test_many_are_invited_from_a_list(live_server, staff: Page, browser: Browser, javascript: bool, eyes: Eyes):
    staff.get_by_role("link", name="Invite many").click()
    eyes.look(staff, "invite-many")
    listed = staff.get_by_label("Or the list itself")
    listed.fill("name,email,language\nRosa Example,rosa@mail.example,es\nNo Address,,en\n")
    staff.get_by_role("button", name="Check the list").click()
    expect(staff.get_by_text("Nothing is made yet.")).to_be_visible()
    expect(staff.get_by_text("Enter the e-mail address to send the link to.")).to_be_visible()
    eyes.look(staff, "invite-many-checked")
    listed.fill(listed.input_value().replace("No Address,", "Bo Example,bo@mail.example"))
    staff.get_by_role("button", name="Check again").click()
    staff.get_by_role("button", name="Invite 2 people").click()
    expect(staff.get_by_text("Invitations made: 2.")).to_be_visible()
    eyes.look(staff, "invitations-made")

    call_command("worker", "--once")

    sent = {message.to[0]: message for message in mail.outbox}
    assert set(sent) == {"rosa@mail.example", "bo@mail.example"}
    assert sent["rosa@mail.example"].subject == "Algunas preguntas antes de su visita"
    patient = phone(browser, javascript).new_page()
    patient.goto(live_server.url + LINK.search(sent["rosa@mail.example"].body)[0])
    patient.get_by_role("button", name="Open my questionnaire").click()
    expect(patient.locator("html")).to_have_attribute("lang", "es")

    staff.get_by_role("link", name="Start page and poster").click()
    expect(staff.get_by_label("Address")).to_have_value(re.compile("/start/demo/$"))
    eyes.look(staff, "start-page")
    staff.get_by_role("link", name="Back to the invitations").click()
    staff.get_by_role("link", name="Somebody lost their code").click()
    eyes.look(staff, "lost-code")
