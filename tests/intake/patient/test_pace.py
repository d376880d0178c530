"""Too fast: answered with 429 and how long to wait, and nothing that was typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from intake import limits
from intake.models import QuestionnaireResponse
from tests.intake.patient.test_nothing_is_lost import hidden


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every limit is reached; who was counted is noted."""
    counted: list[tuple[str, str]] = []

    def wait_for(limit: limits.Limit, who: str, **_: Any) -> int:
        counted.append((limit.name, who))
        return 7

    monkeypatch.setattr(limits, "wait_for", wait_for)
    return counted


@pytest.mark.parametrize("path", ["/start/harbor/", "/i/a-token/", "/resume/", "/welcome/", "/tablet/start/"])
def test_it_says_how_long_to_wait(path, full, clinic):
    response = Client().post(path, {"reference": "K7QM3X4P", "code": "1"})

    assert (response.status_code, response["Retry-After"]) == (429, "7")
    assert full[0][1] == "127.0.0.1"
    assert not QuestionnaireResponse.objects.exists()


@pytest.mark.parametrize("path", ["/start/harbor/", "/i/a-token/", "/resume/", "/welcome/"])
def test_looking_is_never_counted(path, full, clinic):
    assert Client().get(path).status_code in (200, 404)
    assert full == []


@pytest.mark.usefixtures("still_clock")
def test_eleven_starts_in_a_minute_are_one_too_many(clinic):
    answers = [Client().post("/start/harbor/").status_code for _ in range(11)]

    assert answers == [200] * 10 + [429]


def test_another_address_is_not_slowed(clinic):
    for _ in range(11):
        Client().post("/start/harbor/")

    assert Client(REMOTE_ADDR="203.0.113.7").post("/start/harbor/").status_code == 200


@pytest.mark.usefixtures("still_clock")
def test_a_forged_address_is_not_believed(clinic):
    answers = [Client().post("/start/harbor/", headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(11)]

    assert answers[-1].status_code == 429


def test_behind_our_proxy_each_patient_is_counted_apart(clinic, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    for _ in range(11):
        Client().post("/start/harbor/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.1"})

    answer = Client().post("/start/harbor/", headers={"X-Forwarded-For": "203.0.113.1, 203.0.113.2"})

    assert answer.status_code == 200


def test_a_code_tried_too_often_keeps_the_reference(full, clinic):
    page = Client().post("/resume/", {"reference": "K7QM3X4P", "code": "1"})

    assert 'value="K7QM3X4P"' in page.content.decode()


def test_a_save_comes_back_with_everything_typed_and_a_button(patient, monkeypatch):
    page = patient.open("about")
    with monkeypatch.context() as patched:
        patched.setattr(limits, "wait_for", lambda *_, **__: 1)
        refused = patient.fill("about", page, given_name="Ana <b>", phone="555 010 0100")

    assert (refused.status_code, refused["Retry-After"]) == (429, "1")
    again = hidden(refused.content.decode())
    assert again["given_name"] == ["Ana &lt;b&gt;"]

    again["given_name"] = ["Marisol"]
    assert patient.client.post("/q/about/", again).status_code == 302
    assert patient.answers["given_name"].value == "Marisol"
    assert patient.answers["phone"].value == "555 010 0100"


def test_a_script_is_told_and_tries_again_later(patient, full):
    answer = patient.fill("about", autosave="1", given_name="Marisol")

    assert (answer.status_code, answer["Content-Type"]) == (429, "application/json")
    assert full == [("save", str(patient.response.pk))]
    assert "Marisol" not in answer.content.decode()


def test_saving_goes_on_when_the_cache_fails(patient, monkeypatch):
    def fail(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(limits, "_count", fail)

    assert patient.fill("about", given_name="Marisol").status_code == 302
    assert patient.answers["given_name"].value == "Marisol"
