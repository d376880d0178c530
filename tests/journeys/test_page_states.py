"""Every state of every patient page under the accessibility rules, and as people with other needs set it.

Each language is looked at in two of the four views; all four in `make trust`.
"""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from intake import actions, limits
from intake.models import Clinic
from tests.intake.patient.conftest import open_clinic, publish
from tests.intake.patient.definitions import EVERY_TYPE
from tests.journeys import probes
from tests.journeys.conftest import EVERY_VIEW, NARROWEST, PHONE, VIEWS, Eyes
from tests.journeys.people import Patient
from tests.trust.amounts import IS_LONG

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.check("C47", required="0 violations in every state, size, scheme and language"),
    pytest.mark.check("C50", required="nothing wider than 320 px; spaced and doubled text cuts nothing"),
    pytest.mark.check("C51", required="no target too small"),
]

OTHER_VIEWS = [view for view in EVERY_VIEW if view not in VIEWS]


class Walker(Patient):
    """Somebody who goes to every page there is; each is looked at."""

    def __init__(self, page: Page, origin: str, language: str, eyes: Eyes) -> None:
        super().__init__(page, origin, language)
        self.eyes = eyes
        page.context.add_cookies([{"name": "language", "value": language, "url": origin}])

    def look(self, name: str) -> None:
        views = VIEWS if self.language == "en" else OTHER_VIEWS
        everything = IS_LONG
        self.eyes.look(self.page, f"{self.language}-{name}", EVERY_VIEW if everything else views)
        assert probes.too_small(self.page) == [], name
        for size, css in ((NARROWEST, probes.SPACED), (PHONE, probes.DOUBLED)):
            self.page.set_viewport_size(size)
            probes.with_style(self.page, css)
            assert probes.hard_to_use(self.page) == [], f"{name} with {css}"
        probes.with_style(self.page, "")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.origin}{path}")

    def begin(self) -> None:
        self.open("/start/harbor/")
        self.page.get_by_role("radio", name=self.words("I answer for myself"), exact=True).check()
        self.press("Start now")
        expect(self.page.locator(".code-box")).to_have_count(2)

    def saved(self) -> None:
        expect(self.page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")

    def pass_through(self, *sections: str) -> None:
        for section in sections:
            self.open(f"/q/{section}/")
            self.go_on()
            expect(self.page).not_to_have_url(re.compile(f"/{section}/"))


@pytest.fixture(params=["en", "es"])
def walker(request: pytest.FixtureRequest, live_server, page: Page, eyes: Eyes) -> Walker:
    open_clinic(publish(EVERY_TYPE))
    return Walker(page, live_server.url, request.param, eyes)


def test_before_the_first_question(walker: Walker, monkeypatch):
    link = actions.invite(clinic=Clinic.objects.get(), by=None, now=timezone.now(), language=walker.language)
    for path, name in (
        ("/", "landing"),
        ("/start/harbor/", "start"),
        (f"/i/{link.token}/", "invitation"),
        ("/start/nowhere/", "404"),
        ("/resume/", "resume"),
    ):
        walker.open(path)
        walker.look(name)
    walker.page.locator("#reference").fill("K7QM-3X4P")
    walker.page.locator("#code").fill("1")
    walker.page.locator("main form button").click()
    expect(walker.page.locator(".error-summary")).to_be_focused()
    walker.look("resume-error")
    walker.open("/start/harbor/")
    walker.press("Start now")
    expect(walker.page.locator(".error-summary")).to_be_focused()
    walker.look("start-error")
    walker.open("/i/dead/")
    walker.page.locator("main form button").click()
    walker.look("dead-link")
    walker.begin()
    walker.look("code")
    monkeypatch.setattr("intake.patient.sending.rows_by_section", None)
    walker.open("/q/check/")
    walker.look("500")


def test_a_page_of_questions(walker: Walker):
    page = walker.page
    walker.begin()
    walker.open("/q/numbers/")
    walker.look("section-empty")
    page.locator('[name="coffee"]').fill("lots")
    page.locator('[name="bp.systolic"]').fill("x")
    page.locator('[name="scan.year"]').fill("7")
    walker.go_on()
    expect(page.locator(".error-summary")).to_be_focused()
    walker.look("section-errors")
    walker.open("/q/habits/")
    page.locator('[name="smokes"][value="yes"]').check()
    page.locator("#q-cigarettes").fill("25")
    expect(page.locator("#q-stopping")).to_be_visible()
    walker.look("section-follow-ups")


def test_pages_that_keep_what_was_typed(walker: Walker, monkeypatch):
    page = walker.page
    walker.begin()
    walker.open("/q/about/")
    first, second = page, page.context.new_page()
    second.goto(page.url)
    first.locator("#q-given_name").fill("Ana")
    walker.saved()
    second.locator("#q-given_name").fill("Bea")
    second.locator("button.button", has_text=walker.words("Save and continue")).click()
    expect(second.locator(".notice--warning")).to_be_focused()
    walker.page = second
    walker.look("conflict")
    second.close()
    walker.page = first
    with monkeypatch.context() as busy:
        busy.setattr(limits, "wait_for", lambda *_: 30)
        walker.go_on()
        expect(first.get_by_role("button", name=walker.words("Send again"))).to_be_visible()
    walker.look("wait")
    walker.open("/q/about/")
    Session.objects.all().delete()
    walker.go_on()
    expect(first.locator("#code")).to_be_visible()
    walker.look("session-ended")


def test_help_and_stopping(walker: Walker):
    page = walker.page
    walker.begin()
    walker.open("/q/help/")
    walker.look("help-asked-for")
    walker.open("/q/safety/")
    page.locator('[name="dark"][value="yes"]').check()
    expect(page.locator("[data-help]")).to_be_visible()
    walker.saved()
    walker.look("help-in-place")
    walker.go_on()
    expect(page).to_have_url(re.compile("/q/help/"))
    walker.look("help-first")
    walker.open("/q/stop/")
    walker.look("stop")
    walker.open("/q/delete/")
    walker.look("delete")
    walker.open("/q/stop/")
    page.locator("main form button").first.click()
    expect(page).to_have_title(re.compile(".+"))
    walker.look("closed-here")


def test_checking_and_sending(walker: Walker):
    page = walker.page
    walker.begin()
    walker.open("/q/check/")
    walker.look("check-unfinished")
    walker.pass_through("habits", "numbers")
    walker.open("/q/safety/")
    page.locator('[name="dark"][value="no"]').check()
    walker.saved()
    walker.go_on()
    expect(page).not_to_have_url(re.compile("/safety/"))
    walker.open("/q/about/")
    page.locator("#q-given_name").fill("Ana")
    walker.saved()
    walker.go_on()
    expect(page).not_to_have_url(re.compile("/about/"))
    walker.open("/q/check/")
    walker.look("check")
    walker.press("Send my answers")
    expect(page).to_have_url(re.compile("/q/sent/"))
    walker.look("sent")
    walker.open("/q/copy/")
    walker.look("copy")
    walker.open("/q/correct/")
    walker.look("correct")
    page.locator("main form button").first.click()
    expect(page.locator(".error-summary")).to_be_focused()
    walker.look("correct-error")


def test_other_colours_keep_every_control_visible(walker: Walker):
    """In forced colours what is chosen, focused or wrong is told by lines, not by grounds."""
    page = walker.page
    page.emulate_media(forced_colors="active")
    walker.begin()
    walker.open("/q/habits/")
    page.locator('[name="smokes"][value="yes"]').check()

    chosen = page.locator(".choice:has(input:checked)").first

    assert chosen.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert page.locator(".button").first.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    assert probes.hard_to_use(page) == []


def test_nothing_moves_for_those_who_asked_for_that(walker: Walker):
    walker.page.emulate_media(reduced_motion="reduce")
    walker.open("/start/harbor/")

    moving = "() => [...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration))"

    assert walker.page.evaluate(f"({moving})().length") == 0
