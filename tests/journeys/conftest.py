"""A real browser: Debian's Chromium, driven by Playwright, against the live server of pytest-django.

A machine without the browser fails these tests; it never skips them.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import BrowserContext, Locator, Page, expect

# Playwright runs an event loop in this thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# A busy machine is slow, not wrong: what is expected may take its time, and a test ends as soon as it is there.
expect.set_options(timeout=20_000)
OURS = re.compile(r"(https?://(localhost|127\.0\.0\.1)[:/]|data:|about:|chrome-error:)")
SHOTS = Path(os.environ.get("SCREENSHOTS", ""))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser, "The journeys need Chromium. On Debian: sudo apt-get install chromium"
    return {"executable_path": browser, "args": QUIET}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey that fails is walked once more, and the run says so: docs/decisions/0081-journeys-twice.md."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=int(os.environ.get("JOURNEY_RERUNS", "1"))))


@pytest.fixture(scope="session", autouse=True)
def _clicks_bring_whole_pages() -> Iterator[None]:
    """After a click the page it brings is there to its end: of itself the browser's driver waits for its beginning."""
    click = Locator.click

    def click_and_wait(self: Locator, **options: Any) -> None:
        click(self, **options)
        self.page.wait_for_load_state("domcontentloaded")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", click_and_wait)
        yield


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Runs the test twice: with JavaScript and without."""
    return request.param


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest) -> dict[str, object]:
    """A phone, without JavaScript where the test says so."""
    javascript = request.getfixturevalue("javascript") if "javascript" in request.fixturenames else True
    return {"viewport": PHONE, "java_script_enabled": javascript, "locale": "en-US", "timezone_id": "UTC"}


NARROWEST = {"width": 320, "height": 700}
View = tuple[dict[str, int], str]
"""A window size and a colour scheme."""
# Each patient page is looked at in two views, in its states (test_page_states.py) in all four; staff have no phone as
# narrow as that.
VIEWS: list[View] = [(DESK, "light"), (NARROWEST, "dark")]
# What a journey looks at on its way: the page states are looked at one by one in every view (test_page_states.py).
ON_THE_WAY: list[View] = [(NARROWEST, "dark")]
STAFF_VIEWS: list[View] = [(DESK, "light"), (PHONE, "light")]
STAFF_PATHS = re.compile(r"https?://[^/]+/(staff|admin|accounts)/")
EVERY_VIEW: list[View] = [(size, scheme) for size in (DESK, NARROWEST) for scheme in ("light", "dark")]
PICTURES: list[View] = [(PHONE, "light"), (PHONE, "dark"), (DESK, "light")]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


class Eyes:
    """Looks at pages: the accessibility rules in several views, and a picture where SCREENSHOTS names a folder."""

    def __init__(self, *, can_run_rules: bool, measures_staff: bool = False) -> None:
        """`measures_staff`: the size of what can be pressed is a rule on staff pages too."""
        self.can_run_rules, self.measures_staff = can_run_rules, measures_staff
        self.seen: list[str] = []

    def look(self, page: Page, name: str, views: list[View] | None = None) -> None:
        """Fails on any accessibility violation, or when the page is wider than the window."""
        page.wait_for_load_state()
        views = views or (STAFF_VIEWS if STAFF_PATHS.match(page.url) else ON_THE_WAY)
        self.seen.append(name)
        before = page.viewport_size or PHONE
        for size, scheme in views if self.can_run_rules else []:
            self._set(page, size, scheme)
            self._check(page, f"{name} at {size['width']} px, {scheme}")
        for size, scheme in PICTURES if SHOTS.name else []:
            self._set(page, size, scheme)
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}-{size['width']}-{scheme}.png", full_page=True)
        self._set(page, before, "light")

    @staticmethod
    def _set(page: Page, size: dict[str, int], scheme: str) -> None:
        page.set_viewport_size(size)
        # Colours that are still changing would be measured half-way.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def _check(self, page: Page, name: str) -> None:
        # Django's own admin has lists of links closer than the rule about targets allows.
        is_measured = self.measures_staff or not STAFF_PATHS.match(page.url)
        report = Axe().run(page, **({"options": RULES} if is_measured else {}))
        assert report.violations_count == 0, f"{name}\n{report.generate_report()}"
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, f"{name} is {width} px wider than the window"


@pytest.fixture
def eyes(request: pytest.FixtureRequest) -> Eyes:
    """The rules run inside the page, so they need JavaScript there; without it only pictures are taken."""
    javascript = request.getfixturevalue("javascript") if "javascript" in request.fixturenames else True
    checks = {mark.args[0] for mark in request.node.iter_markers("check")}
    return Eyes(can_run_rules=javascript, measures_staff="C51" in checks)


@pytest.fixture(autouse=True)
def _no_third_party(request: pytest.FixtureRequest) -> Iterator[None]:
    """No page loads anything from elsewhere."""
    elsewhere: list[str] = []
    if "context" in request.fixturenames:
        context: BrowserContext = request.getfixturevalue("context")
        context.on("request", lambda sent: None if OURS.match(sent.url) else elsewhere.append(sent.url))
    yield
    assert elsewhere == []


@pytest.fixture(scope="session")
def kept_demo() -> Iterator[dict[str, Any]]:
    """What the first journey's demo clinic was, for the journeys after it: making it takes seconds."""
    kept: dict[str, Any] = {}
    yield kept
    if kept:
        kept["copy"].close()


@pytest.fixture
def demo(transactional_db: None, kept_demo: dict[str, Any]) -> dict[str, object]:
    """The demo clinic with its published starter questionnaire."""
    connection.ensure_connection()
    if kept_demo:
        kept_demo["copy"].backup(connection.connection)
        return dict(kept_demo["said"])
    output = io.StringIO()
    call_command("demo", "--json", stdout=output)
    said = json.loads(output.getvalue())
    if connection.vendor == "sqlite":
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(copy)
        kept_demo |= {"copy": copy, "said": said}
    return said
