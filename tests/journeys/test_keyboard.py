"""Only a keyboard: Tab, Shift-Tab, Enter, Space and arrows lead from the start page to the confirmation."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from intake import records
from intake.models import QuestionnaireResponse
from tests.intake.patient.conftest import open_clinic, publish
from tests.intake.patient.definitions import EVERY_TYPE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Where the focus is: what it is called, whether anybody sees that, and whether something lies over it.
FOCUS = """() => {
  const part = document.activeElement;
  const ring = part.closest("label.choice") || part;
  const style = getComputedStyle(ring);
  const box = part.getClientRects()[0] || part.getBoundingClientRect();  // a link may go on in the next line
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 1), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  return {
    tag: part.tagName, name: part.name || "", value: part.value || "", text: part.textContent.trim().slice(0, 60),
    isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    isFree: Boolean(top) && (ring.contains(top) || top.contains(part) || part.contains(top)),
  };
}"""


class Keyboard:
    """Somebody who never touches the page. Each stop must be seen and free of what lies over it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stops = 0

    def focus(self) -> dict[str, str]:
        return self.page.evaluate(FOCUS)

    def press(self, key: str) -> dict[str, str]:
        self.page.keyboard.press(key)
        if "Tab" not in key:
            return {}
        found = self.focus()
        if found["tag"] not in ("BODY", "HTML"):
            self.stops += 1
            assert found["isSeen"], f"nobody sees where the focus is: {found}"
            assert found["isFree"], f"something lies over the focus: {found}"
        return found

    def go_to(self, *, key: str = "Tab", **wanted: str) -> None:
        """Press Tab until the focus is on what is wanted; a page that never comes there is a trap."""
        for _ in range(120):
            found = self.press(key)
            if all(re.search(pattern, found[name]) for name, pattern in wanted.items()):
                return
        raise AssertionError(f"Never came to {wanted}")

    def page_is(self, title: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(title))
        self.page.wait_for_load_state()

    def saved(self) -> None:
        expect(self.page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")

    def go_on(self) -> None:
        self.go_to(text="^Save and continue$", tag="BUTTON")
        self.press("Enter")


@pytest.fixture
def keyboard(live_server, page: Page) -> Keyboard:
    open_clinic(publish(EVERY_TYPE))
    page.goto(f"{live_server.url}/start/harbor/")
    return Keyboard(page)


def start(keyboard: Keyboard) -> None:
    assert keyboard.press("Tab")["text"] == "Skip to main content"
    keyboard.go_to(name="answering")
    keyboard.press("Space")
    keyboard.go_to(text="Start now")
    keyboard.press("Enter")
    keyboard.page_is("Your code")
    keyboard.go_to(text="Go to the first question")
    keyboard.press("Enter")


def mend_the_phone_number(keyboard: Keyboard) -> None:
    """A mistake is said, led to from the summary of mistakes, and mended."""
    page = keyboard.page
    keyboard.page_is("About you")
    keyboard.go_to(name="^phone$")
    page.keyboard.type("12")
    keyboard.go_on()
    expect(page.locator(".error-summary")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(page.locator("#q-phone")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("555 010 0199")
    keyboard.go_to(key="Shift+Tab", name="^given_name$")
    page.keyboard.type("Ana")
    keyboard.saved()
    keyboard.go_on()


def answer_habits(keyboard: Keyboard) -> None:
    """Of the arrow keys one chooses the next option and one the option before, and a follow-up opens."""
    page = keyboard.page
    keyboard.page_is("Habits")
    keyboard.go_to(name="^smokes$")
    keyboard.press("Space")
    keyboard.press("ArrowRight")
    keyboard.press("ArrowLeft")
    expect(page.locator('[name="smokes"][value="yes"]')).to_be_focused()
    expect(page.locator("#q-cigarettes")).to_be_visible()
    keyboard.saved()
    keyboard.go_to(name="^cigarettes$")
    page.keyboard.type("3")
    keyboard.go_to(name="^illnesses$", value="^diabetes$")
    keyboard.press("Space")
    keyboard.saved()
    keyboard.go_on()


def answer_the_safety_questions(keyboard: Keyboard) -> None:
    """The page of help comes first, and lets one go on."""
    keyboard.page_is("Your safety")
    keyboard.go_to(name="^dark$")
    keyboard.press("Space")
    expect(keyboard.page.locator("#q-plan")).to_be_visible()
    keyboard.saved()
    keyboard.go_to(name="^plan$")
    keyboard.press("ArrowRight")
    keyboard.saved()
    keyboard.go_on()
    keyboard.page_is("Help is available")
    keyboard.go_to(text="I am safe and will continue")
    keyboard.press("Enter")


def send(keyboard: Keyboard) -> None:
    keyboard.page_is("Check")
    keyboard.go_to(text="^Send my answers$")
    keyboard.press("Enter")


@pytest.mark.check("C49", required="the whole way; the focus is seen and free at every stop")
def test_the_whole_way_by_keyboard(keyboard: Keyboard):
    start(keyboard)
    mend_the_phone_number(keyboard)
    answer_habits(keyboard)
    keyboard.page_is("Numbers")
    keyboard.go_on()
    answer_the_safety_questions(keyboard)
    keyboard.page_is("More about smoking")
    keyboard.go_on()
    send(keyboard)

    keyboard.page_is("sent")
    answers = records.read_answers_of(QuestionnaireResponse.objects.get())
    assert answers["smokes"].value == "yes"
    assert list(answers["illnesses"].value) == ["diabetes"]
    assert answers["phone"].value == "555 010 0199"
    assert keyboard.stops > 100


# --- what a screen reader is told ---

CONTROLS = """() => {
  const blocks = [...document.querySelectorAll("[data-question]")].filter((each) => each.checkVisibility());
  return blocks.map((each) => ({
    question: (each.querySelector("legend, .question__label, .choice__text") || each).textContent.trim(),
    isGroup: each.tagName === "FIELDSET",
  }));
}"""


@pytest.mark.check("C56", required="each control is called by its question")
@pytest.mark.parametrize("section", ["about", "habits", "numbers", "safety"])
def test_every_control_is_called_by_its_question(keyboard: Keyboard, section: str):
    """A lone control has the question as its name; several stand in a group that has it."""
    page = keyboard.page
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    page.get_by_role("button", name="Start now").click()
    expect(page.locator(".code-box")).to_have_count(2)
    page.goto(re.sub(r"/start/.*", f"/q/{section}/", page.url))

    for each in page.evaluate(CONTROLS):
        roles = ("group",) if each["isGroup"] else ("textbox", "checkbox", "combobox")
        found = [page.get_by_role(role, name=each["question"], exact=True) for role in roles]
        assert any(locator.count() for locator in found), each
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("main").count() == 1
    nameless = [
        control
        for role in ("textbox", "radio", "checkbox", "combobox", "button", "link")
        for control in page.get_by_role(role, name="", exact=True).all()
        if not (control.get_attribute("aria-label") or control.inner_text() or control.get_attribute("id"))
    ]
    assert nameless == []


def test_saved_is_announced_politely(keyboard: Keyboard):
    page = keyboard.page
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    page.get_by_role("button", name="Start now").click()
    page.get_by_role("link", name="Go to the first question").click()
    page.fill("#q-given_name", "Ana")

    expect(page.get_by_role("status").filter(has_text="Saved")).to_have_text("Saved")


@pytest.mark.check("C53", required="the title says so first, the message belongs to the input")
def test_a_mistake_is_told_with_its_input(keyboard: Keyboard):
    """The title says so first, and the message belongs to the input."""
    page = keyboard.page
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    page.get_by_role("button", name="Start now").click()
    page.get_by_role("link", name="Go to the first question").click()
    page.fill("#q-phone", "12")
    page.get_by_role("button", name="Save and continue").click()

    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.get_by_role("textbox", name="Phone number")).to_have_accessible_description(re.compile("Error:"))
    expect(page.locator("#q-phone")).to_have_value("12")
