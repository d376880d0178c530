"""The whole way in Spanish, on a phone: every page is seen, and the answers end up where they belong."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Eyes
from tests.journeys.people import Patient

# Words that stand in almost every English sentence of ours and in no Spanish one.
ENGLISH = re.compile(r"\b(the|your|you|have|from)\b", re.IGNORECASE)

# Pages with a validated instrument whose official Spanish text we are not sure of word for word.
ENGLISH_ONLY = ("your_safety", "worry", "mental_health", "alcohol_and_drugs")


@pytest.mark.check("C55", required="a whole questionnaire in Spanish")
@pytest.mark.browser
def test_somebody_answers_in_spanish(live_server, demo, page: Page, eyes: Eyes):
    patient = Patient(page, live_server.url, "es")
    patient.start()

    for _ in range(40):
        if patient.section == "check":
            break
        assert page.locator("html").get_attribute("lang") == "es"
        eyes.look(page, f"es-{patient.section}")
        assert english_words(page) == [], patient.section
        is_english = patient.section in ENGLISH_ONLY
        assert page.get_by_text("todavía no tienen traducción oficial").count() == is_english, patient.section
        patient.fill()
        patient.go_on()
    eyes.look(page, "es-check")
    assert english_words(page) == []
    patient.press("Send my answers")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    eyes.look(page, "es-sent")
    assert english_words(page) == []


def english_words(page: Page) -> list[str]:
    """English on a Spanish page, but for what says of itself that it is English (`lang="en"`)."""
    text = page.evaluate(
        """() => {
            const main = document.querySelector("main").cloneNode(true);
            main.querySelectorAll("[lang=en], script, datalist, [hidden]").forEach((part) => part.remove());
            return main.textContent;
        }"""
    )
    return ENGLISH.findall(text)
