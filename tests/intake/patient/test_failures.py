"""An error of our own loses nothing that was typed: the page comes back with everything and one button."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from intake import access
from intake.patient import saving
from tests.intake.patient.test_nothing_is_lost import hidden


def failing(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


@pytest.fixture
def calm(patient) -> Client:
    """The patient's browser, which gets what a browser would get."""
    patient.client.raise_request_exception = False
    return patient.client


FULL = OperationalError("database or disk is full")


@pytest.mark.check("C05", required="the typed text again, 503")
@pytest.mark.parametrize(("error", "status"), [(FULL, 503), (ValueError("ours"), 500)])
def test_what_was_typed_comes_back_and_is_saved_with_one_button(patient, calm, monkeypatch, error, status):
    page = patient.open("about")
    with monkeypatch.context() as broken:
        broken.setattr(saving, "save_page", failing(error))
        response = calm.post("/q/about/", {**page.fields, "given_name": "Ana"})

    assert (response.status_code, response.get("Retry-After")) == (status, "30" if status == 503 else None)
    assert "not saved yet" in response.content.decode()
    kept = hidden(response.content.decode())
    assert kept["given_name"] == ["Ana"]
    assert calm.post("/q/about/", kept)["Location"] == "/q/habits/"
    assert patient.answers["given_name"].value == "Ana"


def test_the_page_shows_the_numbers_of_the_clinic(patient, calm, monkeypatch):
    monkeypatch.setattr(saving, "save_page", failing(FULL))

    text = calm.post("/q/about/", patient.open("about").fields).content.decode()

    assert "Harbor Ketamine Clinic" in text
    assert 'href="tel:988"' in text


def test_a_session_that_cannot_be_kept_loses_nothing(patient, calm, monkeypatch):
    page = patient.open("about")
    monkeypatch.setattr("intake.session_store.STEP", datetime.timedelta(0))  # each page has to write it
    monkeypatch.setattr("django.contrib.sessions.models.Session.save", failing(FULL))

    response = calm.post("/q/about/", {**page.fields, "given_name": "Ana"})

    assert (response.status_code, calm.get("/q/about/").status_code) == (503, 503)
    assert hidden(response.content.decode())["given_name"] == ["Ana"]


def test_a_database_that_is_away_still_gives_the_page_and_numbers(patient, calm, monkeypatch):
    page = patient.open("about")
    monkeypatch.setattr(saving, "save_page", failing(FULL))
    monkeypatch.setattr(access, "crisis_contacts_of_every_clinic", failing(FULL))
    monkeypatch.setattr("intake.patient.errors.response_named", failing(FULL))

    response = calm.post("/q/about/", {**page.fields, "given_name": "Ana"})

    assert response.status_code == 503
    assert hidden(response.content.decode())["given_name"] == ["Ana"]
    assert 'href="tel:911"' in response.content.decode()


@pytest.mark.parametrize("path", ["/staff/", "/accounts/login/"])
def test_a_staff_page_is_not_echoed(db, monkeypatch, path):
    monkeypatch.setattr("intake.middleware.StaffSessionMiddleware.process_view", failing(FULL))
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", failing(FULL))

    response = Client(raise_request_exception=False).post(path, {"password": "hunter2hunter2"})

    assert response.status_code == 503
    assert "hunter2" not in response.content.decode()
