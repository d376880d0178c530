"""C62: a session ends while a request is under way. It stays ended, and what was typed is stored or on the page."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.sessions.models import Session

from intake import session_store
from intake.patient import saving
from tests.intake.patient.conftest import begin, clinic, fixed_clock, patient, version
from tests.intake.patient.test_nothing_is_lost import hidden
from tests.trust.amounts import amount

__all__ = ["begin", "clinic", "fixed_clock", "patient", "version"]

TIMES = amount(quick=3, long=500)
SAVE_PAGE = saving.save_page


def ending(before: bool):
    """Save a page while another tab ends every session, before the answers are stored or after."""

    def save_page(*args, **kwargs):
        if before:
            Session.objects.all().delete()
        saved = SAVE_PAGE(*args, **kwargs)
        Session.objects.all().delete()
        return saved

    return save_page


@pytest.mark.check("C62", required="0 sessions come back, the answer stored, or on the page that asks for the code")
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("is_written", [True, False], ids=["its end is written", "its end is not due"])
def test_a_request_under_way_brings_no_ended_session_back(begin, monkeypatch, figure, before, is_written):
    monkeypatch.setattr(saving, "save_page", ending(before))
    if is_written:
        monkeypatch.setattr(session_store, "STEP", datetime.timedelta(0))

    for _ in range(TIMES):
        patient = begin()
        page = patient.open("about")
        response = patient.client.post("/q/about/", {**page.fields, "given_name": "Ana"})

        assert not Session.objects.exists()
        assert patient.client.get("/q/about/").status_code != 200
        assert patient.answers["given_name"].value == "Ana"
        if is_written:
            assert response.status_code == 403
            assert hidden(response.content.decode())["given_name"] == ["Ana"]
        else:
            assert response.status_code == 302
    figure(f"{TIMES} sessions ended during a save, 0 came back, 0 answers lost")
