"""An administrator changes the starter questionnaire with four mistakes in the change, is told of each, corrects them,
tries it, keeps a case, sees the impact, gets the sign-off and publishes; who has begun stays on their version."""

from __future__ import annotations

import os
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from intake import actions, demonstration
from intake.models import Clinic, QuestionnaireResponse
from screening import publishing
from screening.engine.answers import read_answers
from screening.exchange.cases import load_cases
from screening.models import Questionnaire
from tests.intake.impact_samples import send_many
from tests.journeys.conftest import DESK, NARROWEST, Eyes
from tests.journeys.people import sign_in

SAMPLES = int(os.environ.get("SAMPLE_RESPONSES", "100"))
"""Past responses for Impact; the pictures of docs/authoring.md are made with 1,000."""
VIEWS = [(NARROWEST, "dark")]


class Editor:
    """Finds the pages of one draft, and fills in the forms of the admin."""

    def __init__(self, page: Page, origin: str, draft: Questionnaire) -> None:
        self.page, self.draft = page, draft
        self.home = f"{origin}/admin/screening/questionnaire/{draft.pk}/change/"
        self.admin = f"{origin}/admin/screening"

    def open(self, tool: str) -> None:
        """Press one of the draft's tools."""
        self.page.goto(self.home)
        self.page.locator(".object-tools").get_by_role("link", name=tool, exact=True).click()

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.locator(f"#id_{name}").fill(text)

    def save(self) -> None:
        self.page.get_by_role("button", name="Save", exact=True).first.click()
        expect(self.page.locator(".messagelist .success").first).to_be_visible()

    def add_question(self, link_id: str, english: str, spanish: str, ask_when: str) -> None:
        self.open("Outline")
        self.page.get_by_role("link", name="Add a question to heart", exact=True).click()
        self.page.locator("#id_type").select_option("yes_no")
        self.fill(link_id=link_id, text__en=english, text__es=spanish, short__en=english, short__es=spanish)
        self.fill(ask_when=ask_when)
        self.save()

    def add_flag(self, link_id: str, title: str, rules: dict[str, str], *, must_be_established: bool = False) -> None:
        self.page.goto(f"{self.admin}/flag/add/?questionnaire={self.draft.pk}")
        self.fill(link_id=link_id)
        for name, text in {"title": title, "why": "An example.", "discussion": "Ask since when."}.items():
            self.fill(**{f"{name}__en": text, f"{name}__es": text})
        self.page.locator("#id_not_sure").select_option("NS-3")
        self.page.locator("#id_must_be_established").set_checked(must_be_established)
        for number, (severity, when) in enumerate(rules.items()):
            self.page.locator("#rules-group .add-row a").click()
            self.page.locator(f"#id_rules-{number}-severity").select_option(severity)
            self.page.locator(f"#id_rules-{number}-when").fill(when)
        self.save()

    def change(self, model: str, link_id: str) -> None:
        """Open the page of one row."""
        self.page.goto(f"{self.admin}/{model}/?q={link_id}")
        self.page.locator("#result_list tbody th a", has_text=re.compile(f"^{link_id}$")).click()


@pytest.fixture
def draft(demo: dict[str, object]) -> Questionnaire:
    """The starter, whose version was signed off, so that a clinician reads only what changed."""
    draft = Questionnaire.objects.get(key="ketamine_screening")
    sha256 = draft.versions.get().sha256
    draft.clinical_reviews.create(sha256=sha256, reviewed_by="Dr. Robin Demo", reviewed_at=timezone.now())
    return draft


@pytest.fixture
def past(draft: Questionnaire) -> None:
    """Responses that were sent: the starter's own cases, again and again."""
    version = draft.versions.get()
    definition = publishing.definition_of(version)
    cases = load_cases(demonstration.CONTENT)
    answers = [read_answers(definition, dict(one.answers), on=one.as_of) for one in cases]
    many = [answers[number % len(answers)] for number in range(SAMPLES)]
    send_many(Clinic.objects.get(), version, many)


@pytest.fixture
def begun(draft: Questionnaire) -> QuestionnaireResponse:
    """Somebody who has begun on the version that is published now."""
    clinic = Clinic.objects.get()
    return actions.start(clinic=clinic, version=draft.versions.get(), language="en", now=timezone.now()).response


def write_with_four_mistakes(editor: Editor) -> None:
    """A question, a follow-up and a rule; and a question that nobody is asked, a rule that is never true, one that a
    higher one always beats, and a flag that an unknown answer leaves undecided in silence."""
    never = "fainted is yes and fainted is no"
    before = "fainting_or_racing_heart may be yes"
    editor.add_question("fainted", "Did you faint in the last month?", "¿Se desmayó el último mes?", before)
    editor.add_question("lying_down", "Were you lying down?", "¿Estaba acostado?", "fainted is yes")
    editor.add_question("was_hurt", "Did you get hurt?", "¿Se lastimó?", never)
    rules = {"urgent": never, "contraindication": "fainted is yes", "caution": "fainted is yes and lying_down is yes"}
    editor.add_flag("fainting", "Fainting in the last month", rules)
    editor.add_flag("fainting_at_rest", "Fainting at rest", {"caution": "lying_down is yes"}, must_be_established=True)


NEVER = "“Did you faint in the last month?” is “Yes”, and “Did you faint in the last month?” is “No”"
TOLD = {
    "question was_hurt": ("The question can never be asked", f"was_hurt is asked when: {NEVER}"),
    "flag fainting, urgent rule": ("The urgent rule can never be true", f"urgent when: {NEVER}"),
    "flag fainting, caution rule": (
        "a rule of higher severity is true as well",
        "Did you faint in the last month? → Yes",
    ),
    "flag fainting_at_rest": (
        "it can be left undecided although none of its questions was left open",
        re.compile(r"Did you faint in the last month\? → (Not sure|Prefer not to say|Skipped)"),
    ),
}
"""Where each mistake is shown, what is said of it, and what shows it."""


def remove_elsewhere(editor: Editor, eyes: Eyes) -> None:
    """A colleague takes the question that nobody is asked out of the draft, from the list of questions."""
    page = editor.page.context.new_page()
    page.set_viewport_size(DESK)
    page.goto(f"{editor.admin}/question/?q=was_hurt")
    page.locator("#action-toggle").check()
    page.locator('select[name="action"]').select_option("delete_selected")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.get_by_role("heading", name="Delete multiple objects")).to_be_visible()
    eyes.look(page, "authoring-bulk-delete", VIEWS)
    page.get_by_role("button", name="Yes, I’m sure").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Successfully deleted 1 question")
    page.close()


def correct(editor: Editor, eyes: Eyes) -> None:
    """The four corrections; one of them a colleague was quicker with, and what was typed is not lost."""
    page = editor.page
    editor.change("question", "was_hurt")
    editor.fill(ask_when="fainted is yes")
    eyes.look(page, "authoring-question", VIEWS)
    remove_elsewhere(editor, eyes)
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("heading", name="Removed meanwhile")).to_be_visible()
    expect(page.get_by_label("text__es")).to_have_value("¿Se lastimó?")
    eyes.look(page, "authoring-removed", VIEWS)
    editor.change("question", "lying_down")
    editor.fill(ask_when="fainted may be yes")
    editor.save()
    editor.change("flag", "fainting")
    editor.fill(**{"rules-0-when": "fainted is yes and lying_down is yes"})
    editor.page.locator("#id_rules-2-DELETE").check()
    editor.save()


def try_it(editor: Editor, eyes: Eyes) -> None:
    """Walk the new questions as a patient, and keep what was tried as a case."""
    page = editor.page
    editor.open("Preview")
    page.get_by_label("Start again with the answers of").select_option("baseline")
    page.get_by_role("button", name="Start again").click()
    page.get_by_label("Page", exact=True).select_option("heart")
    page.get_by_role("button", name="Show", exact=True).click()
    for name in ("fainting_or_racing_heart", "fainted", "lying_down"):
        page.locator(f'[name="{name}"][value="yes"]').check()
        page.get_by_role("button", name="See what the rules say").click()
    panel = page.get_by_role("complementary", name="What the rules say")
    expect(panel).to_contain_text("Urgent Fainting in the last month")
    expect(panel).to_contain_text("Because Did you faint in the last month?: Yes; Were you lying down?: Yes.")
    eyes.look(page, "authoring-preview", VIEWS)

    page.get_by_role("button", name="Keep this as a case").click()
    expect(page.locator("#case-flags-1-flag")).to_have_value("fainting")
    expect(page.locator("#case-flags-1-state")).to_have_value("urgent")
    eyes.look(page, "authoring-keep", VIEWS)
    page.get_by_label("Key").fill("fainted_lying_down")
    page.get_by_label("Who this is").fill("Fainted while lying down")
    page.get_by_label("What the case shows").fill("It is urgent.")
    page.get_by_label("I have read each line").check()
    page.get_by_role("button", name="Keep the case").click()
    expect(page.locator(".messagelist")).to_contain_text("comes out as expected")
    eyes.look(page, "authoring-case", VIEWS)
    editor.open("Cases")
    expect(page.get_by_text("all come out as expected")).to_be_visible()
    eyes.look(page, "authoring-cases", VIEWS)


def see_its_impact(editor: Editor, eyes: Eyes) -> None:
    page = editor.page
    editor.open("Impact")
    eyes.look(page, "authoring-impact", VIEWS)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text(f"0 of {SAMPLES} responses were looked at")).to_be_visible()
    assert actions.replay_due(clock=timezone.now) == 1
    expect(page.get_by_text(f"{SAMPLES} of {SAMPLES} responses were looked at")).to_be_visible()
    expect(page.get_by_text("in steps of 5")).to_be_visible()
    eyes.look(page, "authoring-impact-run", VIEWS)


def sign_off(clinician: Page, origin: str, account: dict[str, str], eyes: Eyes) -> None:
    sign_in(clinician, origin, account["email"], account["password"])
    clinician.get_by_role("link", name="Reviews").click()
    expect(clinician.get_by_text("Waits for review").first).to_be_visible()
    eyes.look(clinician, "authoring-reviews", VIEWS)
    clinician.get_by_role("link", name="ketamine_screening").click()
    expect(clinician.get_by_text("Did you faint in the last month?").first).to_be_visible()
    eyes.look(clinician, "authoring-review", VIEWS)
    clinician.get_by_label("I am a clinician").check()
    clinician.get_by_role("button", name="Sign off this draft").click()
    expect(clinician.get_by_text("signed off exactly this draft")).to_be_visible()


@pytest.mark.browser
def test_a_change_goes_from_four_mistakes_to_a_published_version(
    live_server, demo, draft, past, begun, page: Page, browser: Browser, eyes: Eyes
):
    clinician, admin = demo["staff"]
    page.set_viewport_size(DESK)
    page.context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
    sign_in(page, live_server.url, admin["email"], admin["password"], lands_on="/admin/$")
    editor = Editor(page, live_server.url, draft)

    write_with_four_mistakes(editor)
    editor.open("Check")
    expect(page.get_by_role("heading", name="Holding back publishing (4)")).to_be_visible(timeout=60_000)
    for place, (said, shown) in TOLD.items():
        problem = page.locator(".screening-problems > li", has=page.get_by_text(place, exact=True))
        expect(problem.filter(has_text=said).locator("pre")).to_contain_text(shown)
    expect(page.get_by_text("4 found")).to_be_visible()
    eyes.look(page, "authoring-check", VIEWS)

    correct(editor, eyes)
    editor.open("Check")
    expect(page.get_by_text("0 found")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="Holding back publishing")).to_have_count(0)

    try_it(editor, eyes)
    editor.open("Compare")
    expect(page.get_by_text("Did you faint in the last month?").first).to_be_visible()
    eyes.look(page, "authoring-compare", VIEWS)
    see_its_impact(editor, eyes)

    elsewhere = browser.new_context(viewport=DESK)
    sign_off(elsewhere.new_page(), live_server.url, clinician, eyes)
    elsewhere.close()
    editor.open("Publish…")
    expect(page.get_by_label("What changed, and why")).to_be_visible(timeout=60_000)  # it is being proved until then
    expect(page.get_by_text("Dr. Robin Demo").first).to_be_visible()
    eyes.look(page, "authoring-publish", VIEWS)
    page.get_by_label("What changed, and why").fill("Ask about fainting")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Published ketamine_screening version 2", timeout=60_000)
    begun.refresh_from_db()
    assert (begun.version.number, begun.status) == (1, "draft")
