"""A clinic in 42 CFR Part 2 mode: its notice comes before the page about alcohol and drugs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from intake import part2
from intake.models import Clinic, QuestionnaireResponse
from tests.journeys.conftest import Eyes
from tests.journeys.people import Patient


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_notice_is_read_before_the_questions_about_alcohol_and_drugs(
    live_server, demo, page: Page, eyes: Eyes, language: str
):
    Clinic.objects.update(part2_mode=Clinic.Part2Mode.NOTICE)
    patient = Patient(page, live_server.url, language)
    patient.start()

    page.goto(f"{live_server.url}/q/alcohol_and_drugs/")

    expect(page.get_by_role("heading", level=1)).to_have_text(part2.TITLE[language])
    eyes.look(page, f"part2-notice-{language}")
    page.get_by_role("button", name=part2.ACKNOWLEDGE[language]).click()
    expect(page.locator("[name=audit_c_1]").first).to_be_visible()
    assert QuestionnaireResponse.objects.get().part2_notice == f"{part2.VERSION} {language}"
