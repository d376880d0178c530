"""Whoever must show anew who they are, or whose session ended, finds on the page everything that they had typed.

The pages are those of the table of routes: a new one is here by itself.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from intake import actions, reviewing, step_up
from intake.models import Clinic, User
from tests.browsers import show_who_one_is, signed_in
from tests.intake.sample import NOW
from tests.trust.access.test_access_matrix import asked_routes, role_may
from tests.trust.conftest import OWN
from tests.trust.installation import Objects, Route, Send, ask, objects_of

pytestmark = pytest.mark.django_db

ASKS = reverse("account_reauthenticate")
TEXTS = ("", "text", "email", "tel", "url", "search")
"""Kinds of input that somebody types into."""


class Form:
    """One form of a page that posts to its own address: what a browser sends, with words in every box for text."""

    def __init__(self) -> None:
        self.sent: dict[str, str] = {}
        self.words: list[str] = []

    def take(self, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "")
        if tag == "textarea" or (tag == "input" and kind in TEXTS):
            self.words.append(f"typed-{name}@clinic.example"[: int(given.get("maxlength") or 200)])
            self.sent[name] = self.words[-1]
        elif tag == "button" and not self.words:
            return  # the button of something else in the form
        elif tag in ("input", "button") and (kind not in ("radio", "checkbox", "file") or "checked" in given):
            self.sent.setdefault(name, given.get("value", "on"))


class Reader(HTMLParser):
    """The forms of a page that have boxes for text."""

    def __init__(self, page: str, path: str) -> None:
        super().__init__()
        self.path = path
        self.all: list[Form] = []
        self.form: Form | None = None
        self.feed(page)
        self.forms = [form for form in self.all if form.words]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form" and given.get("method") == "post" and given.get("action", "") in ("", self.path):
            self.form = Form()
            self.all.append(self.form)
        elif self.form and given.get("name"):
            self.form.take(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None


def takes_words(route: Route) -> bool:
    """Whether something of staff can be posted there, as far as the table knows."""
    is_ours = route.name.startswith(("clinician:", "authoring:", "admin:screening_"))
    return is_ours and (route.methods is None or "POST" in route.methods)


class Person:
    """Somebody at a browser, with the address of the page that they have open."""

    def __init__(self, user: User, address: str) -> None:
        self.user, self.address = user, address
        self.browser = signed_in(user)

    def opened(self) -> list[Form]:
        """The forms of the page, and what is typed into them. A page that only takes what is posted has none."""
        show_who_one_is(self.browser, self.user)
        return Reader(self.browser.get(self.address).content.decode(), urlsplit(self.address).path).forms

    def meets(self, happens: Callable[[Person], None], number: int) -> list[str]:
        """The words of a form that are lost when something happens between typing and sending it."""
        form = (self.opened() or [Form()])[number]
        happens(self)
        shown = self.goes_on(self.browser.post(self.address, form.sent)["Location"])
        return [word for word in form.words if word not in shown]

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
def people(own: Objects, clinician: User, admin: User) -> list[tuple[str, Person]]:
    """Every page of staff that takes something, with somebody who may open it."""
    found = []
    for route in filter(takes_words, asked_routes()):
        user = clinician if role_may("clinician", route) else admin
        found.append((route.name, Person(user, f"{route.address(own)}?reason=mistake")))
    return found


def asks_anew(person: Person) -> bool:
    not_asked_for_long(person)
    answer, _ = ask(person.browser, "POST", person.address)
    return answer.get("Location", "").startswith(ASKS)


@pytest.mark.check("C74", required="nothing typed is lost")
def test_every_page_that_asks_anew_gives_back_what_was_typed(people: list[tuple[str, Person]], figure) -> None:
    asking = [(name, person) for name, person in people if asks_anew(person)]
    lost = [f"{name}: {word}" for name, person in asking for word in person.meets(not_asked_for_long, 0)]

    assert lost == []
    assert {"authoring:review", "admin:screening_retire", "clinician:emergency"} <= {name for name, _ in asking}
    figure(f"{len(asking)} pages ask anew, 0 words lost")


def test_every_page_gives_back_what_was_typed_before_the_session_ended(people: list[tuple[str, Person]]) -> None:
    lost, typed = [], set()
    for name, person in people:
        # The editor's pages do not say who wrote them: those of a session that is gone altogether are nobody's.
        happens = unused_for_long if name.startswith("admin:") else signed_out
        for number, _ in enumerate(person.opened()):
            typed.add(name)
            lost += [f"{name}: {word}" for word in person.meets(happens, number)]

    assert lost == []
    assert {"authoring:review", "authoring:preview", "admin:screening_flag_change", "clinician:point"} <= typed
