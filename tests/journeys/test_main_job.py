"""The main job, from link to PDF: a patient answers, the rules flag, the clinician reads and prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.journeys.conftest import DESK, Eyes
from tests.journeys.people import Patient, sign_in
from tests.journeys.test_acknowledging import acknowledge_all

# What this person says where a healthy person would say something else.
SAID = {
    "asq_1": "yes",
    "blood_pressure_reading.systolic": "162",
    "blood_pressure_reading.diastolic": "96",
    "blood_pressure_reading_when.number": "1",
    "blood_pressure_reading_when.unit": "days",
    "avm": "not_sure",
}


def walk(patient: Patient, eyes: Eyes, said: dict[str, str]) -> list[str]:
    """Go through every page up to "check answers", and return what was seen on the way."""
    seen: list[str] = []
    for _ in range(60):
        name = patient.section
        if name == "check":
            return seen
        if seen.count(name) == 0:
            eyes.look(patient.page, name)
        seen.append(name)
        if name == "help":
            patient.page.get_by_role("button", name="I am safe and will continue").click()
        else:
            patient.fill(said)
            patient.go_on()
    raise AssertionError(f"No end: {seen}")


@pytest.mark.check("C48", required="from the link to the signed summary without scripts")
@pytest.mark.browser
@pytest.mark.both_databases
def test_from_link_to_pdf(
    live_server, demo, page: Page, browser: Browser, javascript: bool, eyes: Eyes, tmp_path: Path
):
    patient = Patient(page, live_server.url, has_scripts=javascript)
    patient.start()

    seen = walk(patient, eyes, SAID)

    assert seen.index("help") == seen.index("your_safety") + 1, "help comes first, before the next question"
    eyes.look(page, "check")
    expect(page.get_by_text("162/96 mmHg")).to_be_visible()
    page.get_by_role("link", name=re.compile("Change.*AVM")).click()
    expect(page.locator("#q-avm-not-sure")).to_be_checked()
    patient.go_on()
    assert patient.section == "check"

    page.get_by_role("button", name=re.compile("Send")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("sent")
    eyes.look(page, "sent")
    reference = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", page.inner_text("main")).group()
    page.get_by_role("link", name=re.compile("copy", re.IGNORECASE)).first.click()
    eyes.look(page, "copy")
    expect(page.locator("main")).not_to_contain_text(re.compile("eligible|contraindication|score", re.IGNORECASE))

    call_command("worker", "--once")
    assert [message.to for message in mail.outbox], "the disclosure reached the clinic's alert address"
    assert "Robin" not in mail.outbox[0].body + mail.outbox[0].subject

    staff = browser.new_context(viewport=DESK, java_script_enabled=javascript, locale="en-US").new_page()
    account = demo["staff"][0]
    sign_in(staff, live_server.url, account["email"], account["password"])
    eyes.look(staff, "worklist")
    staff.locator(f'a[href*="{reference}"]').first.click()
    eyes.look(staff, "summary")
    for words in ("Suicidal thoughts", "162/96 mmHg", "High blood pressure", "AVM", "Robin Example"):
        expect(staff.locator("main")).to_contain_text(words)
    text = pdf_text(staff, f"{live_server.url}/staff/responses/{reference}/summary.pdf", tmp_path)
    for words in ("Suicidal thoughts", "162/96 mmHg", "Arteriovenous malformation", reference):
        assert words in text, words
    assert text.index("162/96") < text.index("All answers"), "the face sheet comes before the answers"

    acknowledge_all(staff)
    staff.get_by_role("link", name="Back to the worklist").click()
    expect(staff.locator("tr", has_text=reference)).to_contain_text("Acknowledged by")
    expect(staff.locator("main table")).not_to_contain_text("Not acknowledged")


def pdf_text(page: Page, url: str, folder: Path) -> str:
    response = page.context.request.get(url)
    assert response.headers["content-type"] == "application/pdf", response.text()[:500]
    (folder / "summary.pdf").write_bytes(response.body())
    text = " ".join(part.extract_text() for part in PdfReader(folder / "summary.pdf").pages)
    return re.sub(r"\s+", " ", text)
