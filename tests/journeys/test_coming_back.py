"""Coming back: on another device, from another tab, after the session ended. What was typed is there."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from intake import records
from intake.models import QuestionnaireResponse
from tests.intake.patient.conftest import open_clinic, publish
from tests.intake.patient.definitions import EVERY_TYPE
from tests.journeys.conftest import Eyes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = '[name="given_name"]'


class Begun:
    """Somebody on the first page, with the reference and the code that were shown."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        page.goto(f"{origin}/start/harbor/")
        page.get_by_role("radio", name="I answer for myself", exact=True).check()
        page.get_by_role("button", name="Start now").click()
        shown = page.locator(".code-box")
        self.reference, self.code = shown.nth(0).inner_text(), shown.nth(1).inner_text()
        page.get_by_role("link", name="Go to the first question").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("About you")


@pytest.fixture
def begun(live_server, page: Page) -> Begun:
    open_clinic(publish(EVERY_TYPE))
    return Begun(page, live_server.url)


def stored_name() -> str:
    return str(records.read_answers_of(QuestionnaireResponse.objects.get())["given_name"].value)


def go_on(page: Page, name: str = "Save and continue") -> None:
    page.get_by_role("button", name=name).click()


def test_somebody_goes_on_on_another_device(begun: Begun, browser: Browser, browser_context_args, eyes: Eyes):
    begun.page.locator(NAME).fill("Ana")
    go_on(begun.page)
    expect(begun.page.get_by_role("heading", level=1)).not_to_have_text("About you")
    other = browser.new_context(**browser_context_args).new_page()
    other.goto(f"{begun.origin}/resume/")
    eyes.look(other, "resume-elsewhere")

    other.locator("#reference").fill(begun.reference)
    other.locator("#code").fill(begun.code)
    go_on(other, "Open my answers")
    expect(other).to_have_url(re.compile("/q/"))
    other.goto(f"{begun.origin}/q/about/")

    expect(other.locator(NAME)).to_have_value("Ana")
    other.context.close()


def test_two_tabs_show_both_values_and_the_person_chooses(begun: Begun, javascript: bool):
    second = begun.page.context.new_page()
    second.goto(begun.page.url)
    begun.page.locator(NAME).fill("Ana")
    go_on(begun.page)
    expect(begun.page.get_by_role("heading", level=1)).not_to_have_text("About you")

    second.locator(NAME).fill("Bea")
    go_on(second)

    expect(second.get_by_role("heading", level=1)).to_have_text("Choose which answer to keep")
    expect(second.locator("dd.answer")).to_have_text(["Ana", "Bea"])
    assert stored_name() == "Ana"
    go_on(second, "Keep what is on this page")
    expect(second.get_by_role("heading", level=1)).not_to_have_text("Choose which answer to keep")
    assert stored_name() == "Bea"


def test_what_was_typed_when_the_session_ended_is_kept(begun: Begun, javascript: bool):
    Session.objects.all().delete()
    begun.page.locator(NAME).fill("Ana")
    go_on(begun.page)

    expect(begun.page.locator("#code")).to_be_visible()
    begun.page.locator("#code").fill(begun.code)
    go_on(begun.page, "Go on with my answers")
    go_on(begun.page, "Save my answers")

    expect(begun.page.get_by_role("heading", level=1)).not_to_have_text("Your answers are still here")
    assert stored_name() == "Ana"
