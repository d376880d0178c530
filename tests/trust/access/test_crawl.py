"""Every page that a GET opens, as everybody: the headers on all of them, nothing inline, nothing from elsewhere, and no
error of the server."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse
from django.test import Client

from intake.patient import starting
from intake.permissions import ROLES
from tests.trust.access.test_access_matrix import asked_routes
from tests.trust.amounts import IS_LONG
from tests.trust.conftest import OTHER
from tests.trust.installation import MISSING, Objects, ask, every_route

pytestmark = pytest.mark.django_db

POLICY = (
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "script-src 'self'",
    "style-src 'self'",
)
LOOKING_WRITES = {"intake_questionnaireresponse"}
"""What opening a page notes besides the record of who read: the first reading."""


def missing_headers(answer: HttpResponse) -> list[str]:
    """What is wrong with the headers of an answer."""
    policy = answer.get("Content-Security-Policy", "")
    wrong = [part for part in POLICY if part not in policy]
    wrong += ["unsafe"] * ("unsafe" in policy)
    wrong += [f"{name}: {answer.get(name)}" for name, value in EXPECTED.items() if answer.get(name) != value]
    wrong += [name for name in ("Access-Control-Allow-Origin", "X-Powered-By", "Server") if name in answer]
    if answer.get("Referrer-Policy") not in ("same-origin", "strict-origin"):
        wrong.append("Referrer-Policy")
    if "camera=()" not in answer.get("Permissions-Policy", ""):
        wrong.append("Permissions-Policy")
    return wrong


EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
}


def is_kept(answer: HttpResponse) -> bool:
    """Whether a cache may keep what is not public."""
    return "no-store" not in answer.get("Cache-Control", "") or "ETag" in answer


class _Inline(HTMLParser):
    """Finds what the policy would refuse, and what is loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and not given.get("src") and given.get("type") != "application/json"):
            self.found.append(f"<{tag}>")
        loads = tag in ("script", "img", "iframe", "source", "form") or (
            tag == "link" and given.get("rel") != "canonical"
        )
        for name in ("src", "href", "action", "srcset"):
            if loads and re.match(r"\s*(\w+:)?//|\s*(?!data:)\w+:", given.get(name) or ""):
                self.found.append(f"{tag} {name}={given[name]}")
        if re.match(r"\s*javascript:", given.get("href") or "", re.IGNORECASE):
            self.found.append(f"{tag} javascript:")


def inline_parts(answer: HttpResponse) -> list[str]:
    if not answer.get("Content-Type", "").startswith("text/html"):
        return []
    reader = _Inline()
    reader.feed(answer.content.decode())
    return reader.found


@pytest.mark.check("C67", required="the headers on 100 % of responses")
@pytest.mark.check("C24", required="a whole crawl: no error of the server, nobody else's name")
@pytest.mark.check("C29", required="GET and HEAD change nothing but what is noted about looking")
def test_every_page_as_everybody(cast, objects: dict[str, Objects], figure) -> None:
    wrong, opened, asked = [], 0, 0
    for number, route in enumerate(asked_routes()):
        opener = "admin" if route.path.startswith("/admin/") else "clinician" if route.is_for_staff else "patient"
        people = ("nobody", "patient", *ROLES) if IS_LONG else (opener,)
        methods = ("GET", "HEAD") if IS_LONG or number % 5 == 0 else ("GET",)
        for who, method in itertools.product(people, methods):
            answer, changed = ask(cast[who], method, route.address(objects["own"]))
            asked, opened = asked + 1, opened + (answer.status_code == 200)
            found = missing_headers(answer) + inline_parts(answer)
            found += ["cached"] * (is_kept(answer) and not route.name.endswith("medicine_names"))
            found += [f"changes {sorted(changed)}"] * bool(changed - LOOKING_WRITES)
            found += ["error"] * (answer.status_code >= 500 and route.name != "health_ready")
            found += ["name"] * (OTHER in answer.content.decode(errors="replace"))
            if found:
                wrong.append(f"{who} {method} {route.name}: {answer.status_code} {found}")

    assert not wrong, "\n".join(wrong)
    figure(f"{asked} responses, {opened} pages opened")


@pytest.mark.check("C67", required="the headers on 100 % of responses")
@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere/", 404),
        ("GET", "/static/intake/site.css", 200),
        ("GET", "/static/intake/nowhere.css", 404),
        ("GET", "/i/%00/", 400),
        ("GET", "/?" + "x" * 9_000, 414),
        ("TRACE", "/", 405),
        ("DELETE", "/resume/", 405),
        ("POST", "/accounts/logout/", 302),
    ],
)
def test_other_answers_carry_them_too(settings, method: str, address: str, status: int) -> None:
    settings.WHITENOISE_USE_FINDERS = True  # nothing was collected
    answer = Client().generic(method, address)
    answer.close()

    assert answer.status_code == status
    assert missing_headers(answer) == []


@pytest.mark.check("C67", required="the headers on 100 % of responses")
def test_an_error_of_the_server_carries_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_bare", lambda: 1 / 0)

    answer = Client(raise_request_exception=False).get("/")

    assert answer.status_code == 500
    assert missing_headers(answer) + inline_parts(answer) == []


@pytest.mark.check("C67", required="transport security on https")
@pytest.mark.parametrize("address", ["/", "/nowhere/", "/static/intake/site.css", "/i/%00/"])
def test_it_asks_for_https_for_two_years(settings, address: str) -> None:
    settings.WHITENOISE_USE_FINDERS = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 63_072_000, True

    found = Client().get(address, secure=True)
    found.close()

    assert "max-age=63072000; includeSubDomains" in found["Strict-Transport-Security"]


def test_the_crawl_knows_every_kind_of_object() -> None:
    assert {name for route in every_route() for name in route.names} <= set(MISSING) | {"app_label", "url"}
