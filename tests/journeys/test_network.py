"""A phone on a bad line: nothing typed is lost, and "Saved" is said only for what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from intake import records
from intake.models import QuestionnaireResponse
from tests.intake.patient.conftest import open_clinic, publish
from tests.intake.patient.definitions import EVERY_TYPE
from tests.journeys.lossy import Line, bad_line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Tells the test what stood on the page whenever the page said "Saved".
WITNESS = """
document.addEventListener("DOMContentLoaded", () => {
  const state = document.querySelector("[data-save-state]");
  const form = document.getElementById("answers");
  if (!state) return;
  new MutationObserver(() => {
    if (state.textContent === state.dataset.saved) window.heardSaved(JSON.stringify([...new FormData(form)]));
  }).observe(state, { childList: true, characterData: true, subtree: true });
});
"""
PAGES = {
    "about": {"given_name": "Ana", "phone": "555 010 0199", "born.month": "5", "born.day": "17", "born.year": "1985"},
    "habits": {"smokes": "yes", "cigarettes": "25", "stopping": "no", "route": "spray"},
    "numbers": {"coffee": "3", "bp.systolic": "120", "bp.diastolic": "80", "story": "Two\nlines", "agrees": "on"},
    "safety": {"dark": "no"},
    "smokers": {"since": "1999"},
}
STORED = {
    "given_name": "Ana",
    "phone": "555 010 0199",
    "smokes": "yes",
    "cigarettes": 25,
    "stopping": "no",
    "route": "spray",
    "coffee": 3,
    "story": "Two\nlines",
    "agrees": True,
    "dark": "no",
    "since": "1999",
}


@pytest.fixture
def line(live_server) -> Iterator[tuple[str, Line]]:
    """A line that loses three in ten requests or answers."""
    open_clinic(publish(EVERY_TYPE))
    with bad_line(live_server.url, share=0.3, seed=7) as found:
        yield found


@pytest.fixture
def claims(page: Page) -> list[dict[str, str]]:
    """Each time the page said "Saved": a field that stood on it and was not stored then."""
    untrue: list[dict[str, str]] = []

    def hear(fields: str) -> None:
        stored = stored_values()
        for name, text in json.loads(fields):
            if name in STORED and text and str(stored.get(name)) not in (text.replace("\r\n", "\n"), "True"):
                untrue.append({name: text, "stored": str(stored.get(name))})

    page.expose_function("heardSaved", hear)
    page.add_init_script(WITNESS)
    return untrue


def stored_values() -> dict[str, object]:
    response = QuestionnaireResponse.objects.order_by("-started_at").first()
    answers = records.read_answers_of(response) if response else {}
    return {link_id: answer.value for link_id, answer in answers.items() if answer.is_known}


def insist(page: Page, work: Callable[[], object]) -> None:
    """Do something that brings a page, and reload while the line brings none, as people do."""
    try:
        with page.expect_navigation(wait_until="load"):
            work()
    except Error:
        for _ in range(20):
            page.wait_for_timeout(250)  # the browser's own error page may still be coming, and would end the reload
            try:
                page.reload(wait_until="load")
                return
            except Error:
                continue
        raise


def give(page: Page, name: str, value: str) -> None:
    fields = page.locator(f'[name="{name}"]')
    expect(fields.first).to_be_visible()
    if fields.first.get_attribute("type") in ("radio", "checkbox"):
        page.locator(f'[name="{name}"][value="{value}"]').check()
    else:
        fields.fill(value)


@pytest.mark.check("C84", required="nothing lost")
def test_a_whole_questionnaire_gets_through_a_line_that_loses_a_third(line, page: Page, claims):
    origin, losses = line
    insist(page, lambda: page.goto(f"{origin}/start/harbor/"))
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    insist(page, lambda: page.get_by_role("button", name="Start now").click())
    for section, answers in PAGES.items():
        insist(page, lambda section=section: page.goto(f"{origin}/q/{section}/"))
        for name, value in answers.items():
            give(page, name, value)
        expect(page.locator("[data-save-state]")).to_have_text("Saved", timeout=60_000)
        insist(page, lambda: page.get_by_role("button", name="Save and continue").click())
    insist(page, lambda: page.goto(f"{origin}/q/check/"))
    insist(page, lambda: page.get_by_role("button", name="Send my answers").click())

    expect(page.get_by_role("heading", level=1)).to_contain_text("sent")
    assert {name: stored_values().get(name) for name in STORED} == STORED
    assert QuestionnaireResponse.objects.get(sent_at__isnull=False).is_sent
    assert claims == []
    assert min(losses.lost.values()) >= 2, losses.lost


def test_what_is_typed_without_a_line_is_saved_when_it_is_back(live_server, page: Page, claims):
    open_clinic(publish(EVERY_TYPE))
    page.goto(f"{live_server.url}/start/harbor/")
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    page.get_by_role("button", name="Start now").click()
    page.get_by_role("link", name="Go to the first question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")

    page.context.set_offline(True)
    page.fill("#q-given_name", "Ana")
    expect(page.locator("[data-save-state]")).to_have_text("Not saved yet. We keep trying.", timeout=10_000)
    page.fill("#q-phone", "555 010 0199")
    assert "given_name" not in stored_values()
    page.context.set_offline(False)

    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    assert (stored_values()["given_name"], stored_values()["phone"]) == ("Ana", "555 010 0199")
    assert claims == []
