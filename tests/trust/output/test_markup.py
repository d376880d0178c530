"""Whatever patients, staff or authors write is text: on every page, in every document, never a script or template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from intake import actions
from intake.clinician import views
from intake.invitees import Details
from intake.models import Clinic, User
from intake.patient import sessions
from screening import publishing
from screening.engine.definition import Definition, Section
from screening.models import Questionnaire
from tests.intake import sample
from tests.intake.patient.conftest import read
from tests.intake.sample import DEFINITION, NOW, Tab
from tests.trust.access.test_access_matrix import asked_routes
from tests.trust.amounts import IS_LONG
from tests.trust.installation import Objects, ask
from tests.trust.output.payloads import SCRIPTS, TEMPLATES, skeleton

pytestmark = pytest.mark.django_db

WORDS = Section(
    link_id="words",
    title=sample.text("Words"),
    questions=(sample.ask("remark", "long_text"), sample.ask("short", "text")),
)
ALL = " ".join(SCRIPTS)
NAMES = SCRIPTS if IS_LONG else (SCRIPTS[45], SCRIPTS[0])


@pytest.fixture
def definition() -> Definition:
    return msgspec.structs.replace(DEFINITION, sections=(*DEFINITION.sections, WORDS))


@pytest.fixture
def questionnaire(db: None, definition: Definition) -> Questionnaire:
    return publishing.rows_from_definition(definition)


@pytest.fixture
def version(questionnaire: Questionnaire, definition: Definition):
    document = publishing.canonical_json(definition)
    return questionnaire.versions.create(
        number=1,
        document=document.decode(),
        sha256=publishing.sha256_of(document),
        published_at=NOW,
        published_by="The cast",
    )


@pytest.fixture
def staff_pages(clinic: Clinic, version, clinician: User, browser_of) -> Callable[[str, str, str], dict[str, str]]:
    """The pages about somebody who wrote this name, these words at length and these in short, as staff see them."""

    def pages(name: str, words: str, short: str) -> dict[str, str]:
        now = timezone.now()
        response = actions.start(clinic=clinic, version=version, language="en", now=now).response
        Tab(response).finish(
            now=now, given_name="Ana", family_name=name, remark=words, short=short, stroke="yes", plan_now="yes"
        )
        response = actions.submit(response_id=response.pk, now=now)
        actions.add_correction(response_id=response.pk, words=words[:3_900], about="", attempt="x", now=now)
        actions.add_note(response_id=response.pk, text=words, by=clinician, now=now)
        for alert in response.alerts.all():
            actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note=name, now=now)
        invited = actions.invite(
            clinic=clinic, by=clinician, now=now, language="en", details=Details(name=name, email="x@x.example")
        )
        browser = browser_of(clinician)
        at = f"/staff/responses/{response}/"
        invitation = f"/staff/invitations/{invited.invitation.pk}/"
        addresses = {name: at + name for name in ("", "text/", "sign/", "note/", "addendum/")}
        addresses |= {name: f"/staff/{name}/" for name in ("alerts", "invitations")}
        addresses |= {"person": f"/staff/people/{response.person}/", "invitation": invitation, "worklist": "/staff/"}
        found = {name: browser.get(address).content.decode() for name, address in addresses.items()}
        found["search"] = browser.post("/staff/search/", {"q": name, "query": name}).content.decode()
        printed = {"frame": "base_document.html", "prints_notes": True}
        request = browser.get(at).wsgi_request
        found["document"] = render_to_string("clinician/summary.html", views._page_of(request, response) | printed)
        return found

    return pages


@pytest.mark.check("C38", required="0 elements or attributes of a patient's own in any page")
@pytest.mark.parametrize("name", SCRIPTS if IS_LONG else SCRIPTS[45:46])
def test_staff_read_it_as_text(staff_pages, name: str, figure) -> None:
    with transaction.atomic():
        plain = staff_pages("Plain", "Plain words. " * 30, "Plain")
        transaction.set_rollback(True)
    found = staff_pages(name, ALL, SCRIPTS[12])

    for page, html in found.items():
        more = set(skeleton(html)) - set(skeleton(plain[page]))
        hostile = [
            (tag, names) for tag, names in more if tag in HOSTILE or any(each.startswith("on") for each in names)
        ]
        assert not hostile, f"{page}: {hostile}"
        assert name not in html or "<" not in name, page
        assert "<script>alert" not in html, page
    figure(f"{len(SCRIPTS)} payloads on {len(found)} pages")


HOSTILE = {
    "script",
    "img",
    "svg",
    "math",
    "body",
    "video",
    "audio",
    "source",
    "iframe",
    "object",
    "embed",
    "base",
    "meta",
}
HOSTILE |= {"style", "noscript"}
"""What no page has where the plain one has none."""


@pytest.mark.check("C38", required="what was typed comes back as text")
def test_patients_read_it_as_text(clinic: Clinic, version, figure) -> None:
    started = actions.start(clinic=clinic, version=version, language="en", now=timezone.now())
    browser = Client()
    session = browser.session
    session.update(sessions.contents(started.response))
    session.save()

    def pages(text: str) -> dict[str, str]:
        cache.clear()  # so many texts would be too many requests
        typed = {**read(browser.get("/q/words/")).fields, "remark": text, "short": text[:90]}
        browser.post("/q/words/", typed)
        stale = {**typed, "visit": "another"}
        return {
            "section": browser.get("/q/words/").content.decode(),
            "kept": browser.post("/q/words/", stale).content.decode(),
            "check": browser.get("/q/check/", follow=True).content.decode(),
            "resume": Client().post("/resume/", {"reference": text, "code": text}).content.decode(),
            "start": Client().post("/start/north/", {"answering": text, "asks_who": "1"}).content.decode(),
        }

    plain = pages("Plain words.")
    for text in (*NAMES, ALL):
        for page, html in pages(text).items():
            assert skeleton(html) == skeleton(plain[page]), f"{page}: {text[:60]}"
    figure(f"{len(SCRIPTS)} payloads on 5 pages of a patient")


@pytest.mark.check("C38", required="nothing of an address becomes part of a page")
def test_an_address_never_becomes_markup(cast, objects: dict[str, Objects], figure) -> None:
    names = ("q", "next", "show", "clinic", "after", "return", "more", "severity", "kind", "language", "day", "e", "o")
    query = "&".join(f"{name}=%22%3E%3Cscript%3Ealert(1)%3C/script%3E" for name in names)
    asked = 0
    for route in asked_routes()[:: 1 if IS_LONG else 2]:
        who = "admin" if route.path.startswith("/admin/") else "clinician" if route.is_for_staff else "patient"
        for one in (who, "nobody") if IS_LONG else (who,):
            answer, _ = ask(cast[one], "GET", route.address(objects["own"]), QUERY_STRING=query)
            asked += 1
            assert b"<script>alert(1)" not in answer.content, f"{one} {route.name}"
            assert answer.status_code < 500 or route.name == "health_ready", f"{one} {route.name}"
    figure(f"{asked} addresses with a script in every parameter")


RESULT = "999962000357"
"""What the product in a template would come to: long enough that no random id holds it."""


def everywhere(value: Any, more: str) -> Any:
    """A definition with words of an author added to every text of it."""
    if isinstance(value, dict) and value and set(value) <= {"en", "es"}:
        return {language: f"{text} {more}" for language, text in value.items()}
    if isinstance(value, dict):
        return {key: everywhere(inside, more) for key, inside in value.items()}
    return [everywhere(inside, more) for inside in value] if isinstance(value, list) else value


@pytest.mark.check("C39", required="literal or left out, never evaluated")
@pytest.mark.check("C38", required="0 elements or attributes of an author's own in any page")
class TestAuthors:
    WRITTEN = " ".join(TEMPLATES) + " " + ALL

    @pytest.fixture
    def definition(self) -> Definition:
        whole = msgspec.structs.replace(DEFINITION, sections=(*DEFINITION.sections, WORDS))
        return msgspec.convert(everywhere(msgspec.to_builtins(whole), self.WRITTEN), Definition)

    @pytest.fixture(autouse=True)
    def _clinic_too(self, clinic: Clinic) -> None:
        clinic.name, clinic.expectation = self.WRITTEN[:90], {"en": self.WRITTEN, "es": self.WRITTEN}
        clinic.save()

    def test_no_page_evaluates_what_an_author_wrote(self, staff_pages, version, clinic: Clinic, figure) -> None:
        started = actions.start(clinic=clinic, version=version, language="en", now=timezone.now())
        browser = Client()
        session = browser.session
        session.update(sessions.contents(started.response))
        session.save()
        pages = staff_pages("Ana", "Plain", "Plain")
        for address in ("/start/north/", "/q/about/", "/q/safety/", "/q/check/", "/q/help/", "/q/stop/"):
            pages[address] = browser.get(address, follow=True).content.decode()

        shown = [page for page, html in pages.items() if "{{999983*999979}}" in html and "{% debug %}" in html]
        for page, html in pages.items():
            found = skeleton(html)
            assert RESULT not in html, page
            assert [names for tag, names in found if tag == "script" and "src" not in names] == [], page
            assert not {name for _, names in found for name in names if name.startswith("on")}, page
            assert "<img src=x" not in html, page
            assert 'href="javascript:' not in html, page
        assert len(shown) >= 8
        figure(f"{len(TEMPLATES)} templates in every text of {len(pages)} pages, 0 evaluated")

    def test_the_admin_shows_it_as_text(self, cast, objects: dict[str, Objects]) -> None:
        for route in asked_routes():
            if not route.path.startswith("/admin/screening/"):
                continue
            answer, _ = ask(cast["admin"], "GET", route.address(objects["own"]))
            assert answer.status_code < 500, route.name
            if not answer.get("Content-Type", "").startswith("text/html"):
                assert _is_never_a_page(answer), route.name
                continue
            html = answer.content.decode()
            assert "<script>alert(1)" not in html, route.name
            assert "<img src=x" not in html, route.name
            assert RESULT not in html, route.name


def _is_never_a_page(answer: HttpResponse) -> bool:
    """Whether no browser draws it: a file to keep, or data for a script that no browser guesses to be a page."""
    if answer.get("Content-Type") == "application/json":
        return answer.get("X-Content-Type-Options") == "nosniff"
    return "attachment" in answer.get("Content-Disposition", "")
