"""How heavy the pages are on the line, and that they load from nowhere else. Weighed compressed."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from whitenoise.compress import Compressor

from screening.exchange.yaml import load_definition
from tests.intake.patient.conftest import open_clinic, publish

pytestmark = pytest.mark.django_db

FIRST, COLD, LATER = 60_000, 150_000, 15_000
LOADED = re.compile(r'<(?:link|script|img|iframe|source|video|audio|object|embed)\b[^>]*?\b(?:href|src|data)="([^"]*)"')
CONTENT = Path(settings.BASE_DIR) / "screening" / "content" / "ketamine"


@pytest.fixture(scope="module")
def starter():
    return load_definition(CONTENT)


@pytest.fixture
def phone(starter) -> Client:
    open_clinic(publish(starter))
    return Client(headers={"accept-encoding": "gzip, br"})


def weight_of(address: str) -> int:
    """Bytes of a static file as it is served to a browser without https, which is offered gzip only."""
    body = Path(finders.find(address.removeprefix(settings.STATIC_URL))).read_bytes()
    return len(Compressor.compress_gzip(body))


def loaded_by(response: HttpResponse) -> list[str]:
    body = response.content
    html = gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body
    return LOADED.findall(html.decode())


def sections_of(starter, phone) -> dict[str, HttpResponse]:
    phone.post("/start/harbor/", {"asks_who": "yes", "answering": "self"})
    answers = {section.link_id: phone.get(f"/q/{section.link_id}/") for section in starter.sections}
    return {link_id: response for link_id, response in answers.items() if response.status_code == 200}


def test_the_first_page_with_all_it_loads_is_light(phone):
    page = phone.get("/start/harbor/")

    assert len(page.content) + sum(map(weight_of, loaded_by(page))) <= FIRST


def test_every_later_page_is_light_once_styles_and_scripts_are_there(starter, phone):
    pages = sections_of(starter, phone) | {"check": phone.get("/q/check/")}

    assert len(pages) > 15
    assert {name: len(page.content) for name, page in pages.items() if len(page.content) > LATER} == {}


@pytest.mark.check("C83", required="at most 150 KB for the heaviest page with an empty cache")
def test_the_heaviest_page_is_bearable_with_an_empty_cache(starter, phone):
    for page in sections_of(starter, phone).values():
        assert len(page.content) + sum(map(weight_of, loaded_by(page))) <= COLD


def test_nothing_is_loaded_from_elsewhere(starter, phone):
    pages = [phone.get("/"), phone.get("/start/harbor/"), phone.get("/resume/"), *sections_of(starter, phone).values()]

    for page in pages:
        assert all(address.startswith(settings.STATIC_URL) for address in loaded_by(page)), loaded_by(page)


def test_a_page_is_sent_whole_to_those_who_cannot_unpack_it(phone):
    page = Client(headers={"accept-encoding": "identity"}).get("/start/harbor/")

    assert "Content-Encoding" not in page.headers
    assert "</html>" in page.content.decode()


def test_the_padding_differs(phone):
    """What is compressed has a random length, so that its size tells little."""
    sizes = {len(phone.get("/resume/").content) for _ in range(20)}

    assert len(sizes) > 3
