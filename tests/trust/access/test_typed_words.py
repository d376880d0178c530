"""Whoever must show anew who they are, or whose session ended, finds on the page everything that they had typed.

The pages are those of the table of routes: a new one that asks again is here by itself.
"""

from __future__ import annotations

import html
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from intake import actions, reviewing, step_up
from intake.models import Clinic, User
from tests.browsers import show_who_one_is, signed_in
from tests.intake.sample import NOW
from tests.trust.access.test_access_matrix import role_may
from tests.trust.conftest import OWN
from tests.trust.installation import Objects, Route, Send, ask, every_route, objects_of

pytestmark = [pytest.mark.django_db, pytest.mark.check("C74", required="nothing typed is lost")]

ASKS = reverse("account_reauthenticate")
TEXTS = ("", "text", "email", "tel", "url", "search")
"""Kinds of input that somebody types into."""


class Typed(HTMLParser):
    """The forms of a page that post to its own address, sent as a browser does, with words in every box for text."""

    def __init__(self, page: str, path: str) -> None:
        super().__init__()
        self.path, self.sent, self.words = path, {}, []
        self.is_ours = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.is_ours = given.get("method") == "post" and given.get("action", self.path) in ("", self.path)
        name, kind = given.get("name"), given.get("type", "")
        if not (self.is_ours and name):
            return
        if tag == "textarea" or (tag == "input" and kind in TEXTS):
            self.words.append(f"typed-{name}@clinic.example"[: int(given.get("maxlength") or 200)])
            self.sent[name] = self.words[-1]
        elif tag == "input" and (kind not in ("radio", "checkbox") or "checked" in given):
            self.sent[name] = given.get("value", "on")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_ours = False


def takes_words(route: Route) -> bool:
    """Whether something of staff can be posted there, as far as the table knows."""
    is_ours = route.name.startswith(("clinician:", "authoring:", "admin:screening_publish", "admin:screening_retire"))
    return is_ours and (route.methods is None or "POST" in route.methods)


class Person:
    """Somebody at a browser, with the address of the page that they have open."""

    def __init__(self, user: User, address: str) -> None:
        self.user, self.address = user, address
        self.browser = signed_in(user)

    def opened(self) -> Typed:
        """The page, and what is typed into it. A page that only takes what is posted has no boxes."""
        show_who_one_is(self.browser, self.user)
        return Typed(self.browser.get(self.address).content.decode(), urlsplit(self.address).path)

    def goes_on(self, location: str) -> str:
        """The page that the person comes to, who signed in again and showed who they are."""
        show_who_one_is(signed_in(self.user, self.browser), self.user)
        page = self.browser.get(parse_qs(urlsplit(location).query)["next"][0], follow=True)
        assert page.status_code != 405 or not location.startswith(ASKS), f"{self.address} leads nowhere"
        return html.unescape(page.content.decode())


def not_asked_for_long(person: Person) -> None:
    show_who_one_is(person.browser, person.user, ago=step_up.FRESH + 60)


def unused_for_long(person: Person) -> None:
    session = person.browser.session
    session["staff_seen"] -= 15 * 60 + 5
    session.save()


def signed_out(person: Person) -> None:
    person.browser = Client()


@pytest.fixture
def own(
    clinic: Clinic, clinician: User, colleague: User, admin: User, send: Send, monkeypatch: pytest.MonkeyPatch
) -> Objects:
    """One of each object, such that every page has its boxes: one response can be signed, another is."""
    monkeypatch.setattr("screening.proving.PATIENCE", None)
    signed_in(clinician).get("/staff/")  # one of the objects is somebody's session
    calm, signed = send(clinic, OWN), send(clinic, OWN)
    decision = {"disposition": clinic.dispositions[0], "rationale": "As discussed."}
    content = reviewing.review_of(signed).content
    actions.sign_off(response_id=signed.pk, content=content, by=colleague, now=NOW, **decision)
    return {
        **objects_of(clinic, clinician, admin, send, OWN),
        **{(f"clinician:{page}", "reference"): str(calm) for page in ("sign", "erase_record")},
        **{(f"clinician:{page}", "reference"): str(signed) for page in ("cosign", "addendum")},
    }


@pytest.fixture
def asking(own: Objects, clinician: User, admin: User) -> list[tuple[str, Person]]:
    """Each page that asks anew, with somebody who may open it."""
    found, browsers = [], {user: signed_in(user) for user in (clinician, admin)}
    for route in filter(takes_words, every_route()):
        user = clinician if role_may("clinician", route) else admin
        address = f"{route.address(own)}?reason=mistake"
        answer, _ = ask(browsers[user], "POST", address)
        if answer.get("Location", "").startswith(ASKS):
            found.append((route.name, Person(user, address)))
    return found


def test_every_page_that_asks_anew_gives_back_what_was_typed(asking: list[tuple[str, Person]], figure) -> None:
    lost, typed = [], 0
    for name, person in asking:
        # The editor's pages do not say who wrote them, so those of a session that is gone are nobody's.
        for happens in (not_asked_for_long, unused_for_long, signed_out)[: 2 if name.startswith("admin:") else 3]:
            page = person.opened()
            happens(person)
            answer = person.browser.post(person.address, page.sent)
            shown = person.goes_on(answer["Location"])
            typed += len(page.words)
            lost += [f"{name}, {happens.__name__}: {word}" for word in page.words if word not in shown]

    assert lost == []
    assert typed > 40, "some of the pages were drawn without their boxes"
    figure(f"{typed} times words in a box on {len(asking)} pages that ask anew, 0 lost")
