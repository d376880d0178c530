"""What every page of a patient has in the same place, what browsers may fill in, and which words are never used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from intake.models import Clinic
from intake.people import IDENTITY_ROLES
from screening.engine.checking.wording import UNSAFE
from screening.exchange.yaml import load_definition
from tests.intake.patient.conftest import begin, clinic, patient, version
from tests.intake.patient.conftest import read as read_page

__all__ = ["begin", "clinic", "patient", "version"]

pytestmark = pytest.mark.django_db

CONTENT = Path(__file__).parents[3] / "screening" / "content"
CATALOGUE = Path(__file__).parents[3] / "intake" / "locale" / "es" / "LC_MESSAGES" / "django.po"
PAGES = ("/start/harbor/", "/q/about/", "/q/habits/", "/q/numbers/", "/q/safety/", "/q/check/", "/q/stop/", "/resume/")
MARKS = ("data-quick-exit", 'class="crisis', 'href="tel:', "<main", "<footer")


@pytest.mark.check("C52", required="help in the same order on every page")
def test_help_is_in_the_same_place_everywhere(patient) -> None:
    for address in (*PAGES, "/q/help/", "/q/delete/"):
        browser = Client() if address == "/resume/" else patient.client
        html = browser.get(address).content.decode()
        places = [html.find(mark) for mark in MARKS]
        assert -1 not in places, f"{address}: {dict(zip(MARKS, places, strict=True))}"
        assert places == sorted(places), address


FILLED_IN = {"given_name": "given-name", "phone": "tel", "email": "email", "born.year": "bday-year"}


@pytest.mark.check("C52", required="browsers fill in what they know; paste is never refused")
def test_browsers_may_fill_in_and_paste(patient) -> None:
    html = patient.client.get("/q/about/").content.decode()

    for name, token in FILLED_IN.items():
        tag = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', html)[0]
        assert f'autocomplete="{token}"' in tag, tag
    sign_in = Client().get("/accounts/login/").content.decode()
    assert 'autocomplete="current-password"' in sign_in
    assert re.search(r'autocomplete="(username|email)"', sign_in)
    scripts = (Path(__file__).parents[3] / "intake" / "static" / "intake").glob("*.js")
    assert [path.name for path in scripts if "paste" in path.read_text()] == []
    assert "captcha" not in sign_in.lower()


@pytest.mark.check("C52", required="nothing about a person is asked twice")
@pytest.mark.parametrize("name", ["ketamine", "check_in"])
def test_nothing_about_a_person_is_asked_twice(name: str) -> None:
    definition = load_definition(CONTENT / name)
    roles = [question.role for question in definition.questions() if question.role in IDENTITY_ROLES]

    assert len(roles) == len(set(roles))


@pytest.mark.check("C55", required="the language changes, every answer stays")
def test_changing_the_language_keeps_every_answer(patient) -> None:
    page = patient.open("about")
    patient.fill("about", page, given_name="Ana", phone="555 010 0199", language="es")

    after = patient.open("about")
    assert 'lang="es"' in after.html
    assert after.fields["given_name"] == ["Ana"]
    assert after.fields["phone"] == ["555 010 0199"]
    assert read_page(patient.client.get("/q/habits/")).response.status_code == 200


@pytest.mark.check("C79", required="0 words that shame or harm in the interface")
def test_the_interface_uses_no_word_that_harms(clinic: Clinic) -> None:
    words = [word for what in ("shames or judges", "speaks of suicide in a way that can harm") for word in UNSAFE[what]]
    plain = {"fail", "failed", "commit", "hang", "jump", "gun"}
    pattern = re.compile(
        rf"\b({'|'.join(map(re.escape, set(words) - plain))}|committed suicide|failed attempt)\b", re.I
    )
    said = "".join(re.findall(r'^(?:msgid )?"(.*)"$', CATALOGUE.read_text(), re.MULTILINE))

    assert len(said) > 10_000
    assert pattern.findall(said) == []
