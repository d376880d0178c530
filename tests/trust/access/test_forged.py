"""No address takes anything from a request that another site made, whoever is signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.trust.access.test_access_matrix import asked_routes
from tests.trust.amounts import IS_LONG
from tests.trust.installation import Objects, ask, every_route

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.check("C29", required="403 on every address, nothing changed"),
]

CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def strict(browser: Client) -> Client:
    """The same person at a browser whose requests are checked."""
    checked = Client(enforce_csrf_checks=True)
    checked.cookies = browser.cookies
    checked.get("/accounts/password/reset/")  # a page with a form: now there is a token
    return checked


def token_of(browser: Client) -> str:
    return browser.cookies["csrf"].value


def forgeries(mine: str, theirs: str) -> dict[str, dict[str, str]]:
    """The headers of requests that a page of ours never sends."""
    return {
        "no token": {},
        "a token of another session": {"HTTP_X_CSRFTOKEN": theirs},
        "another site": {"HTTP_X_CSRFTOKEN": mine, "HTTP_ORIGIN": "https://elsewhere.example"},
        "no site": {"HTTP_X_CSRFTOKEN": mine, "HTTP_ORIGIN": "null"},
        "a token in the address": {"QUERY_STRING": f"csrfmiddlewaretoken={mine}"},
    }


def test_every_address_refuses_what_another_site_sends(cast, objects: dict[str, Objects], figure) -> None:
    people = {
        "patient": strict(cast["patient"]),
        "clinician": strict(cast["clinician"]),
        "admin": strict(cast["admin"]),
    }
    theirs = token_of(strict(Client()))
    wrong, asked = [], 0
    for number, route in enumerate(asked_routes()):
        who = "admin" if route.path.startswith("/admin/") else "clinician" if route.is_for_staff else "patient"
        forged = forgeries(token_of(people[who]), theirs)
        chosen = forged if IS_LONG else ["no token", list(forged)[1 + number % 4]]
        for how in chosen:
            for method in CHANGING if IS_LONG else ("POST", CHANGING[1 + number % 3])[: 1 + (how == "no token")]:
                asked += 1
                answer, changed = ask(people[who], method, route.address(objects["own"]), **forged[how])
                if answer.status_code != 403 or changed:
                    wrong.append(f"{how}: {who} {method} {route.name}: {answer.status_code} {changed}")

    assert not wrong, "\n".join(wrong)
    figure(f"{asked} forged requests, 0 taken")


def test_a_page_of_ours_is_taken(cast) -> None:
    """The same request with its own token goes through: it is the forgery that is refused."""
    browser = strict(cast["patient"])

    answer = browser.post("/q/stay/", HTTP_X_CSRFTOKEN=token_of(browser), HTTP_ORIGIN="http://testserver")

    assert answer.status_code == 204


def test_no_view_is_exempt() -> None:
    from django.urls import get_resolver

    def views(patterns):
        for pattern in patterns:
            yield from views(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern.callback]

    found = list(views(get_resolver().url_patterns))
    assert len(found) == len(every_route())
    assert [view for view in found if getattr(view, "csrf_exempt", False)] == []
