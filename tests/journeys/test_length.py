"""How long a page is on a phone: somebody who is unwell should see its end soon."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from tests.journeys.conftest import PHONE
from tests.journeys.people import Patient

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONGEST = 3 * PHONE["height"]
HEALTHY = {
    "reason_for_treatment": "depression",
    "drug_screen_times": "0",
    "drugs_used_past_year": "none",
    "addiction_history": "none",
    "breathing_equipment": "none",
    "treatments_tried": "none",
}
NARROWEST = {"width": 320, "height": 844}
# What somebody who reads with more space sets for every page (WCAG 2.2, 1.4.12).
SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"
ADOPT = "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }"


@pytest.fixture
def patient(live_server, page: Page) -> Patient:
    call_command("demo", stdout=io.StringIO())
    return Patient(page, live_server.url)


def heights(patient: Patient) -> dict[str, int]:
    """The height of each page of somebody healthy, as it is when it opens."""
    found: dict[str, int] = {}
    for _ in range(40):
        patient.page.wait_for_load_state("load")
        if patient.section == "check":
            return found
        found.setdefault(patient.section, patient.page.evaluate("document.documentElement.scrollHeight"))
        patient.fill(HEALTHY)
        patient.go_on()
    raise AssertionError(f"No end: {list(found)}")


def test_no_page_of_a_healthy_person_is_longer_than_three_screens(patient):
    patient.start()

    found = heights(patient)

    too_long = {section: height for section, height in found.items() if height > LONGEST}
    assert len(found) > 10
    assert not too_long, f"longer than {LONGEST} px: {too_long}"


def test_the_narrowest_phone_with_spaced_text_needs_no_sideways_scrolling(patient):
    page = patient.page
    page.set_viewport_size(NARROWEST)
    page.context.add_cookies([{"name": "language", "value": "es", "url": patient.origin}])
    page.goto(f"{patient.origin}/start/demo/")
    page.locator("#answering-self").check()
    page.get_by_role("button", name="Empezar ahora").click()

    for section in ("about_you", "mood", "blood_vessels", "medicines_and_allergies"):
        page.goto(f"{patient.origin}/q/{section}/")
        page.evaluate(ADOPT, SPACED)

        assert page.locator("html").get_attribute("lang") == "es"
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"], section
        for choice in page.locator(".choice:visible, .unknown:visible, .site-header a, .crisis a").all():
            assert choice.bounding_box()["height"] >= 44, section
