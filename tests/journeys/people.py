"""The people of the journeys: a patient who fills pages in, and a clinician who signs in with a second factor."""

from __future__ import annotations

import io
import re

from django.core.management import call_command
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Locator, Page, expect

# "ride_home" and its like are asked the other way round: there "yes" is what a healthy person says.
REASSURING = ("makes_own_medical_choices", "ride_home", "no_driving_until_next_day", "someone_that_evening")

# What a healthy person answers, by preference, where a page offers it.
HEALTHY = ("no", "not_at_all", "patient", "undecided", "never")
TYPED = {
    "given_name": "Robin",
    "family_name": "Example",
    "date_of_birth.month": "5",
    "date_of_birth.day": "17",
    "date_of_birth.year": "1985",
    "phone": "555 010 0199",
    "height.ft": "5",
    "height.in": "7",
    "weight.lb": "150",
    "age_in_years": "40",
}

CHOICE = ':is([type="radio"], [type="checkbox"])'


class Patient:
    """Fills in the questionnaire as a person does: sees a page, answers what is visible, goes on."""

    def __init__(self, page: Page, origin: str, language: str = "en", *, has_scripts: bool = True) -> None:
        self.page, self.origin, self.language, self.has_scripts = page, origin, language, has_scripts
        self.has_touched = False

    def start(self, *, clinic: str = "demo") -> None:
        self.page.goto(f"{self.origin}/start/{clinic}/")
        if self.language == "es":
            self.page.get_by_role("button", name="Español").first.click()
        self.page.get_by_role("radio", name=self.words("I answer for myself"), exact=True).check()
        self.press("Start now")
        self.page.get_by_role("link", name=self.words("Go to the first question")).click()

    def words(self, english: str) -> str:
        """A text of the pages in this person's language."""
        with translation.override(self.language):
            return gettext(english)

    def press(self, english: str) -> None:
        """Press a button by its English name."""
        self.page.get_by_role("button", name=self.words(english)).click()

    @property
    def section(self) -> str:
        """The link_id of the section that is open, or the name of another page."""
        return re.sub(r"[?#].*", "", self.page.url).rstrip("/").rsplit("/", 1)[1]

    def answer(self, name: str, value: str) -> None:
        """Choose an option, or type into a field. States are written `not_sure` and `declined`."""
        choice = self.page.locator(
            f'{CHOICE}[name="{name}"][value="{value}"], {CHOICE}[name="{name}.state"][value="{value}"]'
        )
        menu = self.page.locator(f'select[name="{name}"]')
        if choice.count():
            self.has_touched |= not choice.is_checked()
            choice.check()
            return
        field = menu if menu.count() else self.page.locator(f'[name="{name}"]')
        self.has_touched |= field.input_value() != value
        if menu.count():
            menu.select_option(value)
        else:
            field.fill(value)

    def fill(self, said: dict[str, str] | None = None) -> None:
        """Answer everything that is visible on the page: what was said, else what a healthy person says.

        With scripts, what the answers ask for appears once they are saved; a person sees it and answers it too.
        """
        self.has_touched = False
        self._fill(said or {})
        if self.has_scripts and self.has_touched:
            expect(self.page.locator("[data-save-state]")).to_have_attribute("data-state", "saved", timeout=20_000)
            self._fill(said or {})

    def _fill(self, said: dict[str, str]) -> None:
        for name, value in said.items():
            if self._is_visible(name):
                self.answer(name, value)
        self._fill_choices(said)
        self._fill_fields(said)

    def go_on(self) -> None:
        self.press("Save and continue")

    def _is_visible(self, name: str) -> bool:
        return any(field.is_visible() for field in self.page.locator(f'[name="{name}"]').all())

    def _fill_choices(self, said: dict[str, str]) -> None:
        for name in self._visible_names('input[type="radio"]'):
            if name not in said and not self.page.locator(f'[name="{name}"]:checked').count():
                self.answer(name, self._healthy(name))
        for name in self._visible_names('input[type="checkbox"][value="on"]'):
            self.answer(name, "on")

    def _fill_fields(self, said: dict[str, str]) -> None:
        for name in self._visible_names('input[type="text"], input[type="tel"], input[inputmode]'):
            field = self.page.locator(f'[name="{name}"]').first
            if name in TYPED and name not in said and not field.input_value():
                self.answer(name, TYPED[name])

    def _healthy(self, name: str) -> str:
        offered = [option.get_attribute("value") for option in self._fields(name)]
        if name in REASSURING:
            return "yes"
        return next((value for value in HEALTHY if value in offered), offered[0] or "")

    def _fields(self, name: str) -> list[Locator]:
        return self.page.locator(f'[name="{name}"]').all()

    def _visible_names(self, selector: str) -> list[str]:
        fields = self.page.locator("main form").locator(selector).all()
        return list(dict.fromkeys(field.get_attribute("name") or "" for field in fields if field.is_visible()))


def sign_in(page: Page, origin: str, email: str, password: str, *, lands_on: str = "/staff/$") -> None:
    """Sign in with password and the six digits of the present half minute."""
    page.goto(f"{origin}/staff/")
    page.get_by_label("E-mail").or_(page.get_by_label("Email")).first.fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    digits = io.StringIO()
    call_command("code", email, stdout=digits)
    page.get_by_label("code", exact=False).first.fill(digits.getvalue().split()[0])
    page.get_by_role("button", name=re.compile("Sign in|Continue")).click()
    expect(page).to_have_url(re.compile(lands_on))
