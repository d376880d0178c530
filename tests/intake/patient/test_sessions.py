"""How long a patient's session lasts, and what ends it sooner."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from intake import actions
from intake.models import User
from intake.session_store import digest_of
from tests.intake.sample import NOW


@pytest.fixture
def front_desk(clinic) -> User:
    return actions.create_staff(
        email="fred@harbor.example", name="Fred", role="front_desk", clinic=clinic, password="a-long-secret", now=NOW
    ).user


def test_it_ends_an_hour_after_the_last_page(patient):
    patient.open("about")

    left = Session.objects.get(pk=digest_of(patient.client.session.session_key)).expire_date - timezone.now()

    assert datetime.timedelta(minutes=59) < left <= datetime.timedelta(minutes=60)


class TestWhenItsEndIsWritten:
    @staticmethod
    def end() -> datetime.datetime:
        return Session.objects.get().expire_date

    @staticmethod
    def move(**by: int) -> datetime.datetime:
        """Make it end so much sooner, as if the last page had been so long ago."""
        ends = Session.objects.get().expire_date - datetime.timedelta(**by)
        Session.objects.update(expire_date=ends)
        return ends

    def test_not_with_every_page(self, patient):
        ends = self.move(seconds=5)

        patient.open("about")

        assert self.end() == ends

    def test_before_it_could_end_half_a_minute_early(self, patient):
        ends = self.move(seconds=25)

        patient.open("about")

        assert self.end() > ends

    def test_sooner_where_it_does_not_last_long(self, patient, settings):
        settings.SESSION_COOKIE_AGE = 16
        patient.open("about")
        ends = self.move(seconds=1)

        patient.open("about")

        assert self.end() > ends

    def test_at_once_with_what_the_session_holds(self, patient):
        session = patient.client.session
        ends = self.move(seconds=5)
        session["anything"] = "new"
        session.save()

        assert patient.client.session["anything"] == "new"
        assert self.end() > ends

    def test_also_when_it_has_to_be_sooner(self, patient, settings):
        before = self.end()
        settings.SESSION_COOKIE_AGE = 600

        patient.open("about")

        assert self.end() < before


def test_a_new_code_ends_the_sessions_that_the_old_one_opened(patient, front_desk):
    page = patient.open("about")

    actions.issue_resume_code(response_id=patient.response.pk, by=front_desk, now=NOW)

    assert patient.client.get("/q/about/")["Location"] == "/resume/"
    assert patient.fill("about", page, given_name="Ana").status_code == 403  # kept, and asks for the code
    assert "given_name" not in patient.answers


def test_the_new_code_opens_a_session_again(patient, front_desk):
    code = actions.issue_resume_code(response_id=patient.response.pk, by=front_desk, now=NOW)
    client = Client()

    client.post("/resume/", {"reference": patient.response.reference, "code": code})

    assert client.get("/q/about/").status_code == 200


def test_coming_back_with_the_same_code_leaves_other_sessions_open(patient):
    Client().post("/resume/", {"reference": patient.response.reference, "code": patient.code})

    assert patient.client.get("/q/about/").status_code == 200


def test_a_session_that_names_only_the_response_opens_nothing(patient):
    session = patient.client.session
    del session["code_of_response"]
    session.save()

    assert patient.client.get("/q/about/").status_code == 302


def test_a_session_never_holds_the_stored_code(patient):
    assert patient.response.resume_code_hash not in str(dict(patient.client.session.items()))
