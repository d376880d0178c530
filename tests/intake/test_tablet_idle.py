"""A tablet that lies unused: each of its pages closes after ten minutes, and nothing stays behind."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from intake import actions, limits
from intake.models import QuestionnaireResponse, User
from intake.patient.urls import urlpatterns
from tests.browsers import signed_in

from .sample import DEFINITION, NOW, Tab

pytestmark = pytest.mark.django_db

LEAVING = {"q/stop/", "q/delete/"}
"""Where a POST ends the patient's time with the tablet."""
REFRESH = '<noscript><meta http-equiv="refresh" content="600;url=/tablet/"></noscript>'


@pytest.fixture
def device(front_desk: User) -> Client:
    """The tablet in the patient's hands, after Start."""
    client = signed_in(front_desk)
    client.post("/staff/tablet/", {"clinic": "north", "language": "en"})
    client.post("/tablet/start/", {"asks_who": "yes", "answering": "self"})
    return client


def response() -> QuestionnaireResponse:
    return QuestionnaireResponse.objects.get()


def paths() -> list[str]:
    """Every address of a visit."""
    routes = [str(each.pattern) for each in urlpatterns if str(each.pattern).startswith("q/")]
    sections = [f"q/{section.link_id}/" for section in DEFINITION.sections]
    return [route for route in routes if "<" not in route] + sections


def closes(page: HttpResponse) -> bool:
    """Whether a page warns and locks by script, and goes to the locked page without."""
    html = page.content.decode()
    return all(part in html for part in ("data-idle ", "data-idle-lock", "intake/idle.js", REFRESH))


def drawn(answer: HttpResponse) -> bool:
    return answer.headers.get("Content-Type", "").startswith("text/html") and answer.status_code not in (204, 302, 405)


def never_closes(device: Client) -> tuple[set[str], set[str]]:
    """Of all addresses, what draws a page, and what of it does not close."""
    found = {f"GET {path}": device.get(f"/{path}") for path in paths()}
    found |= {f"POST {path}": device.post(f"/{path}") for path in paths() if path not in LEAVING}
    pages = {name: answer for name, answer in found.items() if drawn(answer)}
    return set(pages), {name for name, page in pages.items() if not closes(page)}


def test_every_page_of_a_draft_closes(device: Client) -> None:
    pages, left_open = never_closes(device)

    assert pages >= {"GET q/about/", "GET q/stop/", "GET q/delete/", "GET q/help/", "POST q/about/", "POST q/code/"}
    assert left_open == set()


def test_every_page_after_a_disclosure_and_after_sending_closes(device: Client) -> None:
    Tab(response()).finish(given_name="Rosa", family_name="Example", plan_now="yes", harm_thoughts="no")
    assert never_closes(device)[1] == set()

    actions.submit(response_id=response().pk, now=NOW)
    pages, left_open = never_closes(device)
    assert pages >= {"GET q/sent/", "GET q/correct/"}
    assert left_open == set()


def test_a_page_that_comes_back_with_what_was_typed_closes(device: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = {"visit": str(response().pk), "given_name": "Rosa"}
    device.handler.enforce_csrf_checks = True
    assert closes(refused := device.post("/q/about/", typed))
    device.handler.enforce_csrf_checks = False

    monkeypatch.setattr(limits, "wait_for", lambda *_: 9)
    assert closes(slowed := device.post("/q/about/", typed))

    assert (refused.status_code, slowed.status_code) == (403, 429)
    assert all('value="Rosa"' in page.content.decode() for page in (refused, slowed))


@pytest.mark.parametrize("path", ["stop", "help", "code"])
def test_a_lock_that_comes_after_the_session_ended_leads_to_the_locked_page(device: Client, path: str) -> None:
    named = {"visit": str(response().pk)} if path != "stop" else {}
    Session.objects.all().delete()

    assert device.post(f"/q/{path}/", named)["Location"] == "/tablet/"
    locked = device.get("/tablet/")
    assert "This tablet is locked" in locked.content.decode()
    assert "cache" in locked["Clear-Site-Data"], "whichever way it was reached"


def test_what_was_typed_into_a_page_whose_session_had_ended_closes_as_well(device: Client) -> None:
    typed = {"visit": str(response().pk), "given_name": "Rosa"}
    own = Client().post("/q/about/", typed).content.decode()
    assert "call the clinic" in own
    assert "closes in" not in own, "somebody's own device"
    Session.objects.all().delete()

    page = device.post("/q/about/", typed).content.decode()

    assert 'value="Rosa"' in page
    assert '<meta http-equiv="refresh" content="600;url=/tablet/">' in page
    assert "This page closes in 10 minutes." in page
    assert "Tell the staff here" in page
    assert "Leave this page open" not in page


def test_elsewhere_the_locked_page_forgets_nothing(db: None) -> None:
    assert not Client().get("/tablet/").has_header("Clear-Site-Data")
