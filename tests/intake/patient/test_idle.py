"""A page that lies unused: the limit is said, the warning comes in time, one action goes on, nothing is lost."""

from __future__ import annotations

import datetime
import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.intake.patient.conftest import read

PAGES = ["/q/about/", "/q/check/", "/q/help/", "/q/stop/", "/q/delete/"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_a_visit_states_the_limit(patient, path):
    page = read(patient.client.get(path))

    assert "closes after 60 minutes without use." in page.text


def test_the_warning_comes_at_least_two_minutes_before(patient):
    html = patient.client.get("/q/about/").content.decode()

    limit, warning = (int(re.search(rf'data-{name}="(\d+)"', html)[1]) for name in ("limit", "warning"))
    assert (limit, warning) == (3600, 300)
    assert warning >= 120


def test_it_is_announced_politely_by_a_region_that_is_there_from_the_start(patient):
    html = patient.client.get("/q/about/").content.decode()

    assert re.search(r'<p class="idle__text" role="status" data-idle-text></p>', html)


def test_pages_of_nobody_state_none(clinic):
    for path in ("/", "/start/harbor/", "/resume/"):
        assert "data-idle" not in Client().get(path).content.decode()


def test_one_action_keeps_it_open(patient):
    session = Session.objects.get()
    session.expire_date = timezone.now() + datetime.timedelta(minutes=1)
    session.save()

    assert patient.client.post("/q/stay/").status_code == 204
    assert Session.objects.get().expire_date > timezone.now() + datetime.timedelta(minutes=50)


def test_staying_changes_no_answer(patient):
    patient.fill("about", given_name="Ana")
    before = patient.answers
    patient.client.post("/q/stay/")

    assert patient.answers == before
    assert patient.client.get("/q/stay/").status_code == 405


def test_a_session_that_is_over_is_not_brought_back(patient):
    Session.objects.all().delete()

    assert patient.client.post("/q/stay/").status_code == 403


@pytest.mark.parametrize("minutes", [1, 15])
def test_a_shorter_limit_is_said_and_warned_of_in_time(patient, settings, minutes):
    settings.SESSION_COOKIE_AGE = minutes * 60

    html = patient.client.get("/q/about/").content.decode()

    assert f"closes after {minutes} minute" in html
    assert f'data-warning="{min(300, minutes * 30)}"' in html
