"""The desk: a passkey is the second factor, a patient is asked again, and the pages of a clinic's office hold up."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from intake import actions, reviewing
from intake.models import Clinic, QuestionnaireResponse, SecurityNotice, User
from tests.journeys.conftest import DESK, NARROWEST, Eyes, View
from tests.journeys.people import sign_in

pytestmark = [pytest.mark.browser]

NARROW_AND_WIDE: list[View] = [(NARROWEST, "light"), (DESK, "light")]


def with_authenticator(page: Page) -> None:
    """Give the browser a passkey device that says yes, as a phone does after a fingerprint."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_the_second_factor(live_server, demo, browser: Browser, eyes: Eyes):
    staff = browser.new_context(viewport=DESK, locale="en-US").new_page()
    with_authenticator(staff)
    account = demo["staff"][0]
    sign_in(staff, live_server.url, account["email"], account["password"])
    staff.goto(f"{live_server.url}/accounts/2fa/webauthn/add/")
    staff.get_by_label("Password").fill(account["password"])
    staff.get_by_role("button", name="Continue").click()
    staff.get_by_label("Name").fill("My phone")
    eyes.look(staff, "passkey-add")
    staff.get_by_role("button", name=re.compile("Add")).click()
    expect(staff.get_by_role("link", name="Make new codes")).to_be_visible()
    staff.goto(f"{live_server.url}/accounts/2fa/webauthn/")
    expect(staff.get_by_role("heading", name="My phone")).to_be_visible()
    staff.get_by_role("button", name="Sign out").first.click()

    staff.goto(f"{live_server.url}/staff/")
    staff.get_by_label("E-mail").or_(staff.get_by_label("Email")).first.fill(account["email"])
    staff.get_by_label("Password").fill(account["password"])
    staff.get_by_role("button", name="Sign in").click()
    expect(staff.get_by_role("heading", name="Second factor")).to_be_visible()
    staff.get_by_role("button", name="Use a passkey or security key").click()

    expect(staff).to_have_url(re.compile("/staff/$"))


@pytest.mark.check("C47", required="0 violations on the pages of the office")
@pytest.mark.check("C51", required="targets of 24 px, or as far apart, on staff pages")
def test_the_pages_of_the_office_hold_up(live_server, demo, browser: Browser, eyes: Eyes):
    """Team, settings, crisis contacts, security notices, emergency access, reports and erasing, narrow and wide."""
    call_command("demo", "--sample", "1")
    clinic = Clinic.objects.get()
    administrator = next(one for one in demo["staff"] if one["role"] == "admin")
    response = QuestionnaireResponse.objects.filter(status="sent")[0]
    ada = User.objects.get(email=administrator["email"])
    actions.open_in_emergency(response_id=response.pk, by=ada, reason="Nobody can be reached", now=timezone.now())
    office = browser.new_context(viewport=DESK, locale="en-US").new_page()
    sign_in(office, live_server.url, administrator["email"], administrator["password"], lands_on="/(staff|admin)/")
    pages = {
        "team": "team/",
        "settings": f"clinic/{clinic.slug}/settings/",
        "crisis-contacts": f"clinic/{clinic.slug}/contacts/",
        "security": "security/",
        "emergency-read": f"emergency/{SecurityNotice.objects.get().access_id}/",
        "reports": "reports/",
        "erase": "erase/",
        "erase-record": f"erase/person/{response.person}/?reason=asked",
    }

    for name, path in pages.items():
        answer = office.goto(f"{live_server.url}/staff/{path}")
        assert answer is not None
        assert answer.status == 200, path
        eyes.look(office, f"office-{name}", NARROW_AND_WIDE)


def test_a_patient_is_asked_again(live_server, demo, browser: Browser, page: Page, eyes: Eyes):
    """A clinician chooses what is missing; the patient answers it on a phone; the summary says what changes."""
    call_command("demo", "--sample", "4")
    response = next(
        one for one in QuestionnaireResponse.objects.filter(status="sent") if reviewing.review_of(one).own.unresolved
    )
    staff = browser.new_context(viewport=DESK, locale="en-US").new_page()
    account = demo["staff"][0]
    sign_in(staff, live_server.url, account["email"], account["password"])
    staff.goto(f"{live_server.url}/staff/people/{response.person}/copy/")
    expect(staff.get_by_role("button", name="Make the copy")).to_be_visible()
    eyes.look(staff, "person-copy", NARROW_AND_WIDE)
    staff.goto(f"{live_server.url}/staff/responses/{response}/")
    staff.get_by_role("link", name="Ask the patient again").click()
    eyes.look(staff, "ask-again", [(NARROWEST, "light")])
    staff.get_by_role("checkbox").first.check()
    staff.get_by_role("radio", name=re.compile("Show me the link")).check()
    staff.get_by_role("button", name="Make the link").click()
    link = staff.get_by_label("Link", exact=True).input_value()

    page.goto(re.sub(r"https?://[^/]+", live_server.url, link))
    page.get_by_role("button", name="Open my questionnaire").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your clinic has asked you some questions again")
    eyes.look(page, "asked-again")
    page.get_by_role("button", name="Send these answers").click()
    expect(page.get_by_text("Answer at least one question.").first).to_be_visible()
    page.locator('#answers [type="radio"]').first.check()
    page.get_by_role("button", name="Send these answers").click()

    staff.goto(f"{live_server.url}/staff/responses/{response}/")
    expect(staff.locator("main")).to_contain_text("In answer to questions that the clinic asked again")
    eyes.look(staff, "asked-again-summary", [(NARROWEST, "light")])
