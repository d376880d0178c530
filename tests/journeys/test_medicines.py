"""Somebody lists medicines on a phone, with and without JavaScript, with the starter questionnaire's own names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from intake import records
from intake.models import QuestionnaireResponse
from screening.exchange.yaml import load_definition
from tests.intake.patient.conftest import open_clinic, publish
from tests.journeys.conftest import Eyes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CONTENT = Path(settings.BASE_DIR) / "screening" / "content" / "ketamine"
NARROW = {"width": 320, "height": 640}


@pytest.fixture
def listing(live_server, page: Page) -> Page:
    """Somebody on the page of medicines."""
    open_clinic(publish(load_definition(CONTENT)))
    page.goto(f"{live_server.url}/start/harbor/")
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    page.get_by_role("button", name="Start now").click()
    page.goto(f"{live_server.url}/q/medicines_and_allergies/")
    return page


def name(page: Page, number: int):
    return page.get_by_label(f"Medicine {number}: name")


def said(page: Page):
    return page.locator(".said--known")


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Save and continue").click()


def add(page: Page) -> None:
    page.get_by_role("button", name="Add another medicine").click()


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_text("Saved")


def stored():
    entries = records.read_answers_of(QuestionnaireResponse.objects.get())["medicines"].value
    return [(entry.code or entry.text, entry.dose_mg) for entry in entries]


def test_a_list_is_typed_corrected_picked_and_kept(listing: Page, javascript, eyes: Eyes):
    name(listing, 1).fill("klonipin 1mg")
    add(listing)
    expect(name(listing, 2)).to_be_focused()
    name(listing, 2).fill("little blue pill")
    listing.get_by_text("Or pick from groups").click()
    listing.get_by_text("Mood pills").click()
    listing.get_by_label("sertraline (Zoloft)").check()
    if javascript:
        expect(name(listing, 3)).to_have_value("sertraline")
        saved(listing)
    else:
        go_on(listing)
    eyes.look(listing, "medicines-asked-back")
    listing.get_by_role("button", name="Klonopin (clonazepam)").click()
    expect(name(listing, 1)).to_have_value("Klonopin 1mg")
    expect(said(listing).first).to_have_text("Klonopin = clonazepam")
    listing.get_by_label("Medicine 1: How much in one day").fill("1")
    eyes.look(listing, "medicines-corrected")
    go_on(listing)

    expect(listing.get_by_role("heading", level=1)).not_to_have_text("Medicines and allergies")
    assert stored() == [("clonazepam", 1.0), ("little blue pill", None), ("sertraline", None)]


def test_what_was_typed_may_stay(listing: Page, javascript):
    name(listing, 1).fill("zolft")
    go_on(listing)
    listing.get_by_role("button", name="Keep what I typed").click()
    if javascript:
        saved(listing)
    else:
        expect(listing.get_by_text("Kept as you typed it")).to_be_visible()
    go_on(listing)

    expect(listing.get_by_role("heading", level=1)).not_to_have_text("Medicines and allergies")
    assert stored() == [("zolft", None)]


def test_a_row_is_removed_and_the_others_stay(listing: Page, javascript):
    name(listing, 1).fill("Zoloft")
    add(listing)
    name(listing, 2).fill("lithium")
    add(listing)
    name(listing, 3).fill("aspirin")
    listing.get_by_role("button", name="Remove medicine 2").click()

    expect(name(listing, 2)).to_have_value("aspirin")
    expect(name(listing, 3)).to_have_count(0)
    go_on(listing)
    expect(listing.get_by_role("heading", level=1)).not_to_have_text("Medicines and allergies")
    assert stored() == [("sertraline", None), ("aspirin", None)]


def test_a_mistake_is_reached_from_the_summary(listing: Page, javascript, eyes: Eyes):
    name(listing, 1).fill("Xanax")
    go_on(listing)
    dose = listing.get_by_label("Medicine 1: How much in one day")
    expect(dose).to_be_focused()
    dose.fill("lots")
    go_on(listing)
    eyes.look(listing, "medicines-mistake")

    listing.locator(".error-summary a").click()

    expect(dose).to_be_focused()
    expect(dose).to_have_value("lots")


# --- what only the script does ---


def test_suggestions_can_be_tapped(listing: Page, eyes: Eyes):
    name(listing, 1).press_sequentially("zolo")
    expect(listing.get_by_role("option")).to_have_text(["Zoloft (sertraline)"])
    eyes.look(listing, "medicines-suggestions")

    listing.get_by_role("option").click()

    expect(name(listing, 1)).to_have_value("Zoloft")
    expect(name(listing, 1)).to_be_focused()
    expect(listing.get_by_role("listbox")).to_have_count(0)
    expect(said(listing)).to_have_text("Zoloft = sertraline")


def test_suggestions_work_from_the_keyboard(listing: Page):
    name(listing, 1).press_sequentially("clona")
    expect(name(listing, 1)).to_have_attribute("aria-expanded", "true")

    name(listing, 1).press("ArrowDown")
    expect(name(listing, 1)).to_have_attribute("aria-activedescendant", "suggestion-0")
    name(listing, 1).press("Enter")
    expect(listing.get_by_label("Medicine 1: How much in one day")).to_be_visible()
    name(listing, 1).press("Enter")

    expect(name(listing, 2)).to_be_focused()


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(listing: Page):
    name(listing, 1).press_sequentially("zol")
    expect(listing.get_by_role("option").first).to_be_visible()

    name(listing, 1).press("Escape")

    expect(listing.get_by_role("option")).to_have_count(0)
    expect(name(listing, 1)).to_have_value("zol")


def test_a_misspelled_beginning_is_suggested(listing: Page):
    name(listing, 1).press_sequentially("klonip")

    expect(listing.get_by_role("option")).to_have_text(["Klonopin (clonazepam)"])


def test_unticking_takes_the_medicine_off_the_list_again(listing: Page):
    listing.get_by_text("Or pick from groups").click()
    listing.get_by_text("Mood pills").click()
    box = listing.get_by_label("sertraline (Zoloft)")
    box.check()
    expect(name(listing, 1)).to_have_value("sertraline")
    expect(listing.get_by_role("status").filter(has_text=re.compile("Medicine added|Found"))).to_have_count(1)

    box.uncheck()

    expect(name(listing, 1)).to_have_value("")


def test_nothing_is_wider_than_a_small_phone(listing: Page, eyes: Eyes):
    name(listing, 1).fill("klonipin " * 6)
    listing.get_by_text("Or pick from groups").click()
    listing.get_by_text("Pain pills, pain patches").click()
    listing.set_viewport_size(NARROW)

    eyes._check(listing, "medicines at 320 px")
