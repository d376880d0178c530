"""The cast of the patient's pages: a clinic with a published questionnaire, and somebody filling it in."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from intake import actions, crisis_contacts, records
from intake.models import Clinic, QuestionnaireResponse, User
from intake.patient import sessions
from screening.engine.answers import Answer
from screening.engine.definition import Definition, canonical_json
from screening.models import Questionnaire, QuestionnaireVersion
from tests.intake.patient.definitions import EVERY_TYPE

NOW = datetime.datetime(2026, 3, 2, 15, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("visit", "starting", "beginning"):
        monkeypatch.setattr(f"intake.patient.{module}.timezone.now", lambda: NOW)


def publish(definition: Definition) -> QuestionnaireVersion:
    document = canonical_json(definition).decode()
    questionnaire = Questionnaire.objects.create(key=definition.key, title=definition.title, languages=["en", "es"])
    return QuestionnaireVersion.objects.create(
        questionnaire=questionnaire,
        number=1,
        document=document,
        sha256=hashlib.sha256(document.encode()).hexdigest(),
        published_at=NOW,
        published_by="Dr. Reviewer",
    )


def open_clinic(version: QuestionnaireVersion, **more: Any) -> Clinic:
    given: dict[str, Any] = {
        "name": "Harbor Ketamine Clinic",
        "slug": "harbor",
        "country": "US",
        "timezone": "America/New_York",
        "languages": ["en", "es"],
        "questionnaire": version.questionnaire,
        "expectation": {"en": "Our nurses read answers on weekdays, 8 to 5.", "es": "De lunes a viernes."},
        "crisis_contacts": crisis_contacts.for_country("US"),
        "alert_email": "nurse@harbor.example",
        "draft_alert_minutes": 45,
        "created_at": NOW,
    }
    slug = more.get("slug", given["slug"])
    gone = User.objects.create(email=f"gone@{slug}.example", name="Gwen", is_active=False, created_at=NOW)
    confirmed = {"crisis_confirmed_at": NOW, "crisis_confirmed_by": gone}
    return Clinic.objects.create(**{**given, **confirmed, **more})


@pytest.fixture
def version(db: None) -> QuestionnaireVersion:
    return publish(EVERY_TYPE)


@pytest.fixture
def clinic(version: QuestionnaireVersion) -> Clinic:
    return open_clinic(version)


@dataclass
class Page:
    """What a browser without scripts has: the fields of the page's form, and what the page says."""

    response: HttpResponse
    fields: dict[str, list[str]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", self.response.content.decode()))

    @property
    def html(self) -> str:
        return self.response.content.decode()

    @property
    def title(self) -> str:
        return re.search(r"<title>(.*?)</title>", self.html, re.DOTALL)[1].strip()


TICKED = ("radio", "checkbox")


class _Reader(HTMLParser):
    """Reads the controls of the form `answers`: disabled ones are not sent, as in a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.stack: list[bool] = []
        self.is_in_form = False
        self.area: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "id" in given:
            self.ids.add(given["id"] or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "form":
            self.is_in_form = given.get("id") == "answers"
        if tag == "fieldset":
            self.stack.append("disabled" in given)
        if self.is_in_form and not any(self.stack) and given.get("name"):
            self._control(tag, given)
        if tag == "option" and self.select and "selected" in given:
            self.fields[self.select] = [given.get("value") or ""]

    def _control(self, tag: str, given: dict[str, str | None]) -> None:
        name = given["name"] or ""
        if tag == "textarea":
            self.area = name
            self.fields[name] = [""]
        elif tag == "select":
            self.select = name
            self.fields[name] = [""]
        elif tag == "input" and "disabled" not in given and (given.get("type") not in TICKED or "checked" in given):
            self.fields.setdefault(name, []).append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] = [self.fields[self.area][0] + data.removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_in_form = False
        if tag == "fieldset" and self.stack:
            self.stack.pop()
        if tag == "textarea":
            self.area = None
        if tag == "select":
            self.select = None


def read(response: HttpResponse) -> Page:
    reader = _Reader()
    reader.feed(response.content.decode())
    return Page(response, reader.fields, reader.ids, reader.links)


@dataclass
class Patient:
    """Somebody with a browser in which scripts are off."""

    client: Client
    response: QuestionnaireResponse
    code: str

    def open(self, link_id: str, query: str = "") -> Page:
        return read(self.client.get(reverse("patient:section", args=[link_id]) + query))

    def fill(self, link_id: str, page: Page | None = None, **given: Any) -> HttpResponse:
        """Post a section's page as it stands, with some fields filled in (`bp__systolic` is `bp.systolic`)."""
        fields = dict((page or self.open(link_id)).fields)
        for name, value in given.items():
            fields[name.replace("__", ".")] = value if isinstance(value, list) else [value]
        return self.client.post(reverse("patient:section", args=[link_id]), fields)

    def walk(self) -> None:
        """See every page that is asked, answering nothing more, and go on past help."""
        for link_id in ("about", "habits", "numbers", "safety", "smokers"):
            for _ in range(3):
                page = self.open(link_id)
                if page.response.status_code == 302:
                    self.client.get(reverse("patient:help"))
                    self.client.post(reverse("patient:help"))
                    page = self.open(link_id)
                if page.response.status_code == 200:
                    self.fill(link_id, page)

    @property
    def answers(self) -> dict[str, Answer]:
        return records.read_answers_of(QuestionnaireResponse.objects.get(pk=self.response.pk))


@pytest.fixture
def begin(clinic: Clinic, version: QuestionnaireVersion) -> Callable[[], Patient]:
    def begin(client: Client | None = None) -> Patient:
        client = client or Client()
        started = actions.start(clinic=clinic, version=version, language="en", now=NOW)
        session = client.session
        session.update(sessions.contents(started.response))
        session.save()
        return Patient(client, started.response, started.resume_code)

    return begin


@pytest.fixture
def patient(begin: Callable[[], Patient]) -> Patient:
    return begin()
