"""A person who was here before answers the check-in on a phone; the clinician sees how the scores went."""

from __future__ import annotations

import datetime
import io
import re

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from intake import actions
from intake.models import Clinic, Person
from screening.models import Questionnaire
from tests.journeys.conftest import DESK, Eyes
from tests.journeys.people import Patient, sign_in
from tests.journeys.test_main_job import walk


@pytest.mark.browser
def test_a_check_in_joins_what_came_before(
    live_server, demo, page: Page, browser: Browser, javascript: bool, eyes: Eyes
):
    call_command("demo", "--sample", "1", "--json", stdout=io.StringIO())
    person = Person.objects.get()
    page.goto(live_server.url + invited(person))
    page.get_by_role("button", name="Open my questionnaire").click()
    patient = Patient(page, live_server.url, has_scripts=javascript)
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    patient.press("Start now")
    page.get_by_role("link", name="Go to the first question").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Before your session")

    walk(patient, eyes, {"bladder_problem": "yes"})
    page.get_by_role("button", name=re.compile("Send")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("sent")
    reference = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", page.inner_text("main")).group()

    staff = browser.new_context(viewport=DESK, java_script_enabled=javascript, locale="en-US").new_page()
    account = demo["staff"][0]
    sign_in(staff, live_server.url, account["email"], account["password"])
    staff.goto(f"{live_server.url}/staff/responses/{reference}/")
    seen = staff.locator(".over-time")
    expect(seen).to_contain_text("What changed since")
    expect(seen).to_contain_text(re.compile(r"Bladder or urinary symptoms: Ruled out → Caution"))
    expect(seen.locator("svg title").first).to_contain_text("PHQ-9 total, 4 results")
    expect(seen.locator("table").first.locator("tbody tr")).to_have_count(4)
    eyes.look(staff, "over-time")

    staff.get_by_role("link", name="Everything of this person").click()
    expect(staff.get_by_role("heading", level=1)).to_be_visible()
    staff.get_by_label("E-mail address for the links").fill("rosa@example.org")
    staff.get_by_role("button", name="Set the schedule").click()
    expect(staff.locator("main")).to_contain_text("Asked before every planned session; nothing is planned yet.")
    staff.get_by_label("Day and time").fill(planned())
    staff.get_by_role("button", name="Record the session").click()
    expect(staff.locator("main")).to_contain_text("the next link is sent on")
    eyes.look(staff, "person")


def invited(person: Person) -> str:
    """The path of a link to the check-in for somebody the clinic knows."""
    questionnaire = Questionnaire.objects.get(key="ketamine_check_in")
    made = actions.invite(
        clinic=Clinic.objects.get(), by=None, now=timezone.now(), language="en", questionnaire=questionnaire,
        person=person,
    )  # fmt: skip
    return "/i/" + made.url.split("/i/")[1]


def planned() -> str:
    """Ten days from now, as the field is filled."""
    return f"{timezone.now() + datetime.timedelta(days=10):%Y-%m-%dT14:30}"
