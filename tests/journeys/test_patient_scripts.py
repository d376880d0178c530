"""What the patient's small scripts add: honest saving, follow-ups in place, help at once. Nothing depends on them."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from intake import actions, records
from intake.models import QuestionnaireResponse
from screening.engine.definition import Definition
from tests.browsers import signed_in
from tests.intake.patient.conftest import open_clinic, publish
from tests.intake.patient.definitions import EVERY_TYPE
from tests.intake.sample import with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def definition() -> Definition:
    return EVERY_TYPE


@pytest.fixture
def started(live_server, page: Page, definition: Definition) -> Page:
    """Somebody who has just begun, on the first section."""
    open_clinic(publish(definition))
    page.goto(f"{live_server.url}/start/harbor/")
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    page.get_by_role("button", name="Start now").click()
    page.get_by_role("link", name="Go to the first question").click()
    return page


def stored():
    return records.read_answers_of(QuestionnaireResponse.objects.get())


def go_to(page: Page, section: str) -> None:
    page.goto(page.url.split("/q/")[0] + f"/q/{section}/")


def state_of(page: Page):
    return page.locator("[data-save-state]")


def test_a_double_click_on_start_still_shows_the_code(live_server, page: Page):
    clinic = open_clinic(publish(EVERY_TYPE))
    token = actions.invite(clinic=clinic, by=None, now=timezone.now(), language="en").token
    page.goto(f"{live_server.url}/i/{token}/")
    page.get_by_role("button", name="Open my questionnaire").click()
    page.get_by_role("radio", name="I answer for myself", exact=True).check()

    # The second press comes when the first has reached the server, which takes its time to make a code.
    page.get_by_role("button", name="Start now").evaluate(
        "press => { press.click(); setTimeout(() => press.click(), 60); }"
    )

    expect(page.get_by_role("heading", level=1)).to_have_text("Your code to come back")


@pytest.mark.check("C59", required="Saved only for what is stored")
def test_it_says_saved_only_for_what_is_stored(started):
    started.fill("#q-given_name", "Ana")

    expect(state_of(started)).to_have_text("Saved")
    assert stored()["given_name"].value == "Ana"

    # The button is pressed, the next page never comes, as on a line that stands still, and the person goes on typing.
    started.evaluate("document.forms.answers.addEventListener('submit', event => event.preventDefault())")
    started.get_by_role("button", name="Save and continue").click()
    expect(state_of(started)).to_have_text("Saving…")
    started.fill("#q-phone", "555 010 0199")

    expect(state_of(started)).to_have_text("Saved")
    assert stored()["phone"].value == "555 010 0199"


def test_it_says_what_waits_because_it_cannot_be_read_yet(started):
    started.fill("#q-phone", "5")

    expect(state_of(started)).to_have_text("Saved, except what is not complete yet.")

    started.fill("#q-phone", "555 010 0199")
    expect(state_of(started)).to_have_text("Saved")


def test_it_says_so_while_nothing_can_be_saved_and_tries_again(started):
    started.route("**/q/about/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    started.fill("#q-given_name", "Ana")
    expect(state_of(started)).to_have_text("Not saved yet. We keep trying.")
    assert "given_name" not in stored()

    started.unroute("**/q/about/")

    expect(state_of(started)).to_have_text("Saved")
    assert stored()["given_name"].value == "Ana"


@pytest.mark.parametrize("answer", [{"status": 200, "body": "<html>Saved</html>"}, {"status": 500, "body": "{}"}])
def test_another_answer_than_the_servers_word_is_not_saved(started, answer):
    started.route("**/q/about/", lambda route: route.fulfill(**answer))

    started.fill("#q-given_name", "Ana")

    expect(state_of(started)).to_have_text("Not saved yet. We keep trying.")


@pytest.fixture
def slow_line(started):
    """Opens a section whose scripts have not arrived; returns what lets them arrive."""
    held: list[Route] = []

    def open_section(section):
        started.route("**/*.js", lambda route: held.append(route))
        started.goto(started.url.split("/q/")[0] + f"/q/{section}/", wait_until="commit")
        return let_scripts_come

    def let_scripts_come():
        started.wait_for_selector("[data-save-state]", state="attached")
        while held:
            held.pop().continue_()
        started.unroute("**/*.js")

    return open_section


def test_what_was_typed_before_the_scripts_came_is_saved(started, slow_line):
    let_scripts_come = slow_line("about")
    started.fill("#q-given_name", "Ana")

    let_scripts_come()

    expect(state_of(started)).to_have_text("Saved")
    assert stored()["given_name"].value == "Ana"


def test_a_follow_up_of_an_answer_given_before_the_scripts_came_appears(started, slow_line):
    let_scripts_come = slow_line("habits")
    started.check("#q-smokes")

    let_scripts_come()

    expect(started.locator("#q-cigarettes")).to_be_visible()
    expect(state_of(started)).to_have_text("Saved")
    expect(started.locator("#q-cigarettes")).to_be_visible()


def test_what_was_saved_and_then_emptied_is_empty(started):
    started.fill("#q-given_name", "Ana")
    expect(state_of(started)).to_have_text("Saved")

    started.fill("#q-given_name", "")
    started.get_by_role("button", name="Save and continue").click()
    expect(started.get_by_role("heading", level=1)).to_have_text("Habits")

    assert stored()["given_name"].state == "skipped"


def test_a_follow_up_appears_and_goes_in_place_without_moving_the_focus(started):
    go_to(started, "habits")

    started.check("#q-smokes")
    expect(started.locator("#q-cigarettes")).to_be_visible()
    expect(started.locator("#q-smokes")).to_be_focused()

    started.check("#q-smokes-no")
    expect(started.locator("#q-cigarettes")).to_be_hidden()


def test_a_follow_up_that_hangs_on_a_number_appears_after_the_next_save(started):
    go_to(started, "habits")
    started.check("#q-smokes")

    started.fill("#q-cigarettes", "25")

    expect(started.locator("#q-stopping")).to_be_visible()


def test_a_follow_up_of_a_question_left_empty_stays_on_the_page(started):
    go_to(started, "safety")
    started.get_by_role("button", name="Save and continue").click()
    started.get_by_role("button", name="I am safe and will continue").click()

    expect(started.locator("#q-plan")).to_be_visible()


def test_help_appears_at_once_under_the_answer(started):
    go_to(started, "safety")

    started.check("#q-dark")

    expect(started.get_by_role("alert").get_by_role("link", name="Call 911")).to_be_visible()
    expect(started.locator("#q-dark")).to_be_focused()


def test_what_was_typed_last_goes_out_as_the_page_goes_also_while_an_older_save_is_on_its_way(started):
    held: list[Route] = []
    started.route("**/q/about/", lambda route: held.append(route))
    started.fill("#q-given_name", "Ana")
    expect(state_of(started)).to_have_text("Saving…")
    started.unroute("**/q/about/")
    started.fill("#q-phone", "555 010 0199")

    with started.expect_response(lambda response: response.request.method == "POST"):
        started.evaluate(
            "Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )

    expect(state_of(started)).to_have_text("Saved")
    assert (stored()["given_name"].value, stored()["phone"].value) == ("Ana", "555 010 0199")


@pytest.mark.parametrize("definition", [with_role(EVERY_TYPE, "dark", "emergency")], ids=["emergency"])
def test_in_an_emergency_its_number_appears_instead(started):
    go_to(started, "safety")

    started.check("#q-dark")

    expect(started.get_by_role("heading", name="You may need emergency care now")).to_be_visible()
    expect(started.locator("[data-help=crisis]")).to_be_hidden()


def test_help_appears_although_another_window_changed_the_page(started):
    go_to(started, "safety")
    other = started.context.new_page()
    other.goto(started.url)
    other.check("#q-dark-no")
    expect(state_of(other)).to_have_text("Saved")

    started.check("#q-dark")

    expect(started.get_by_role("alert").get_by_role("link", name="Call 911")).to_be_visible()
    expect(state_of(started)).to_contain_text("another window")


def test_enter_goes_on_and_presses_no_other_button(started):
    started.fill("#q-given_name", "Ana")

    started.press("#q-given_name", "Enter")

    expect(started.get_by_role("heading", level=1)).to_have_text("Habits")


def test_a_tablet_that_lies_unused_locks_also_when_the_last_answer_is_not_saved(live_server, page: Page):
    clinic = open_clinic(publish(EVERY_TYPE))
    hands_over = actions.create_staff(
        email="fred@harbor.example", name="Fred", role="front_desk", clinic=clinic, now=timezone.now()
    ).user
    device = signed_in(hands_over)
    device.post("/staff/tablet/", {"clinic": clinic.slug, "language": "en"})
    page.context.add_cookies(
        [{"name": name, "value": each.value, "url": live_server.url} for name, each in device.cookies.items()]
    )
    page.clock.install()
    page.goto(f"{live_server.url}/tablet/start/")
    page.get_by_role("radio", name="I answer for myself", exact=True).check()
    page.get_by_role("button", name="Start now").click()
    page.route("**/q/about/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.fill("#q-given_name", "Ana")
    page.clock.run_for(3_000)
    expect(state_of(page)).to_have_attribute("data-state", "unsaved")

    page.clock.fast_forward(settings.TABLET_IDLE * 1000)

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Please hand the tablet back.")
