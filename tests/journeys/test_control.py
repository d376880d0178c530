"""The person stays in control: stop, delete, correct, larger text, a warning before closing, a shared tablet."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from intake import records
from intake.models import Alert, QuestionnaireResponse
from tests.intake.patient.conftest import open_clinic, publish
from tests.intake.patient.definitions import EVERY_TYPE
from tests.journeys.conftest import PHONE, Eyes
from tests.journeys.people import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROWEST = {"width": 320, "height": 844}


@pytest.fixture
def started(live_server, page: Page) -> Page:
    """Somebody who has just begun, on the first section."""
    open_clinic(publish(EVERY_TYPE), phone="(202) 555-0142")
    page.goto(f"{live_server.url}/start/harbor/")
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    page.get_by_role("button", name="Start now").click()
    page.get_by_role("link", name="Go to the first question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def disclose(page: Page) -> None:
    """Say yes to the first question about safety, and meet help."""
    page.goto(re.sub(r"/q/.*", "/q/safety/", page.url))
    page.locator('[name="dark"][value="yes"]').check()
    press(page, "Save and continue")
    heading(page, "Help is available right now")


def send(page: Page) -> None:
    """See every page, answer only what is required, and send."""
    page.locator('[name="given_name"]').fill("Ana")
    for _ in range(12):
        title = page.get_by_role("heading", level=1).inner_text()
        if title == "Check your answers":
            break
        press(page, "I am safe and will continue" if title.startswith("Help") else "Save and continue")
        expect(page.locator("footer")).to_be_visible()
        page.wait_for_load_state()
    press(page, "Send my answers")
    page.wait_for_load_state()
    if page.get_by_role("button", name="I am safe and will continue").count():
        press(page, "I am safe and will continue")
        page.wait_for_load_state()
        if page.get_by_role("button", name="Send my answers").count():
            press(page, "Send my answers")
    heading(page, "Your answers were sent")


def test_a_disclosure_and_stop(started: Page, javascript: bool, eyes: Eyes):
    disclose(started)
    started.get_by_role("link", name="I want to stop").click()
    heading(started, "You can stop here")

    expect(started.locator("main")).to_contain_text("Someone from the clinic may call you")
    expect(started.locator("main").get_by_role("link", name=re.compile("Call 988")).first).to_be_visible()
    eyes.look(started, "stop-after-disclosure")
    press(started, "Close my answers on this device")
    heading(started, "Your answers are closed on this device")
    started.go_back()

    expect(started.locator("main")).not_to_contain_text("Over the last")
    assert Alert.objects.filter(response__status="draft").exists(), "staff are called although nothing was sent"


def test_deleting_a_draft(started: Page, javascript: bool, eyes: Eyes):
    disclose(started)
    started.get_by_role("link", name="I want to stop").click()
    started.get_by_role("link", name="Delete my answers instead").click()
    heading(started, "Delete my answers?")
    expect(started.locator("main")).to_contain_text("One thing stays with the clinic")
    eyes.look(started, "delete")

    press(started, "Delete my answers for good")

    heading(started, "Your answers are deleted")
    eyes.look(started, "deleted")
    response = QuestionnaireResponse.objects.get()
    assert response.is_deleted
    assert not response.revisions.exists()
    assert response.alerts.exists()
    started.go_back()
    expect(started.get_by_role("heading", level=1)).not_to_have_text("Delete my answers?")


def test_a_correction_after_sending(started: Page, javascript: bool, eyes: Eyes):
    send(started)
    started.get_by_role("link", name="Correct or add something").click()
    heading(started, "Correct or add something")
    expect(started.locator("main").get_by_role("link", name=re.compile("Call 988")).first).to_be_visible()
    press(started, "Add this for the clinic")
    expect(started.get_by_role("link", name="Write what you want to correct or add.")).to_be_visible()
    eyes.look(started, "correct-mistake")

    started.get_by_label("What do you want to correct or add?").fill("I stopped smoking in 2020.")
    started.get_by_label("What is it about?").select_option("smokes")
    press(started, "Add this for the clinic")

    expect(started.get_by_role("status").filter(has_text="What you added is stored")).to_be_visible()
    expect(started.locator("body")).not_to_contain_text("2020")
    eyes.look(started, "sent-and-corrected")
    correction = QuestionnaireResponse.objects.get().corrections.get()
    assert records.read_correction(correction).about == "smokes"


@pytest.mark.parametrize("language", ["en", "es"])
def test_large_print_stays_and_fits(live_server, page: Page, eyes: Eyes, language: str):
    open_clinic(publish(EVERY_TYPE), phone="(202) 555-0142")
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    page.goto(f"{live_server.url}/start/harbor/")
    normal = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")

    page.locator('button[value="largest"]').click()

    expect(page.locator('button[value="largest"]')).to_have_attribute("aria-pressed", "true")
    eyes.look(page, f"start-large-{language}")
    page.locator("#answering-behalf").check()
    page.locator('button:has-text("Start now"), button:has-text("Empezar ahora")').click()
    page.locator("main a.button").click()
    page.set_viewport_size(NARROWEST)
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == pytest.approx(normal * 1.5)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]
    page.set_viewport_size(PHONE)
    eyes.look(page, f"section-large-{language}")
    assert QuestionnaireResponse.objects.get().answering == "behalf"


@pytest.mark.check("C54", required="a warning in time, one press goes on")
def test_a_warning_before_the_page_closes(started: Page, settings, eyes: Eyes):
    settings.SESSION_COOKIE_AGE = 16  # warns after eight seconds
    started.locator('[name="given_name"]').fill("Ana")
    expect(started.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    started.reload()
    started.locator('[name="given_name"]').focus()

    warning = started.get_by_role("status").filter(has_text="Are you still there?")
    expect(warning).to_be_visible()
    assert started.evaluate("document.activeElement.name") == "given_name", "the warning takes no focus"
    press(started, "I am still here")
    expect(warning).to_have_count(0)
    expect(started.locator('[name="given_name"]')).to_have_value("Ana")

    expect(warning).to_be_visible()
    expect(started).to_have_url(re.compile("/resume/"), timeout=30_000)
    heading(started, "Come back to your answers")
    assert records.read_answers_of(QuestionnaireResponse.objects.get())["given_name"].value == "Ana"


@pytest.mark.check("C54", required="stated where no script can warn")
def test_without_scripts_the_limit_is_stated(started: Page, browser_context_args):
    expect(started.locator("footer")).to_contain_text("closes after 60 minutes without use")


@pytest.mark.check("C37", required="0 on Back after a tablet is handed back")
def test_a_tablet_from_hand_to_hand(live_server, demo, page: Page, javascript: bool, eyes: Eyes):
    account = demo["staff"][0]
    sign_in(page, live_server.url, account["email"], account["password"])
    page.get_by_role("link", name="Tablet").click()
    heading(page, "Tablet at reception")
    eyes.look(page, "tablet-staff")
    press(page, "Sign me out and hand over")

    expect(page.get_by_role("button", name="Start now")).to_be_visible()
    page.goto(f"{live_server.url}/staff/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    page.goto(f"{live_server.url}/tablet/start/")
    page.get_by_role("radio", name="I answer for myself, with help from someone").check()
    press(page, "Start now")
    expect(page.get_by_text("Step 1 of")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Your code to come back")
    page.locator('[name="given_name"]').fill("Robin")
    press(page, "Save and stop")
    heading(page, "You can stop here")
    eyes.look(page, "tablet-stop")

    press(page, "Close my answers on this device")

    heading(page, "Thank you. Please hand the tablet back.")
    eyes.look(page, "tablet-locked")
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        expect(page.locator("body")).not_to_contain_text("Robin")
        assert not page.locator('[name="given_name"]').count()
    page.goto(f"{live_server.url}/q/about_you/")
    heading(page, "Thank you. Please hand the tablet back.")
    page.get_by_role("link", name="Sign in to hand the tablet to the next person").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    call_command("worker", "--once")
    assert QuestionnaireResponse.objects.get(is_on_tablet=True).answering == "helped"
