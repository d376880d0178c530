"""The list of alerts, and the strip at the head of every staff page."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import actions, alerts
from intake.alerts import numbers, standing
from intake.models import Alert, AlertDelivery, Clinic, QuestionnaireResponse, User
from tests.intake.sample import NOW, later

from .conftest import Send, SignIn

PAGE = "/staff/alerts/"


@pytest.fixture(autouse=True)
def _clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages say how long something waits: however slow this machine is, no minute passes."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture
def waiting(send: Send, clinic: Clinic) -> QuestionnaireResponse:
    """Sent with something urgent, ten minutes ago by the clock of the pages."""
    return send(clinic, harm_thoughts="yes", at=timezone.now() - datetime.timedelta(minutes=10))


@pytest.fixture
def alive(db: None) -> None:
    alerts.beat(now=timezone.now())


def text(page: Any) -> str:
    return page.content.decode()


@pytest.mark.usefixtures("alive")
class TestPage:
    def test_it_says_who_was_told_when_and_how(self, desk: Client, waiting: QuestionnaireResponse) -> None:
        alerts.deliver_due(clock=timezone.now)

        page = text(desk.get(PAGE))

        assert f"Read and acknowledge {waiting}" in page
        assert "The clinic’s alert address by e-mail: delivered on" in page
        assert "waiting for 10 min" in page
        assert "Rosa" not in page

    def test_one_that_reached_nobody_is_marked_at_once(self, desk: Client, waiting: QuestionnaireResponse) -> None:
        assert "Reached nobody yet" in text(desk.get(PAGE))

    def test_a_failure_is_listed(
        self, desk: Client, waiting: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> int:
            raise ConnectionRefusedError

        monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
        alerts.deliver_due(clock=timezone.now)

        page = text(desk.get(PAGE))
        assert f"{waiting}: The clinic’s alert address by e-mail: not delivered, tried once since" in page

    def test_one_that_came_back_is_listed(self, desk: Client, waiting: QuestionnaireResponse) -> None:
        alerts.deliver_due(clock=timezone.now)
        actions.record_bounce(message_id=str(AlertDelivery.objects.get().pk), now=timezone.now())

        assert "came back on" in text(desk.get(PAGE))

    def test_it_calms_once_everything_was_acknowledged(
        self, desk: Client, waiting: QuestionnaireResponse, clinician: User
    ) -> None:
        for alert in Alert.objects.all():
            actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=timezone.now())

        page = text(desk.get(PAGE))
        assert "No alert waits for anybody." in page
        assert "every alert was acknowledged" in page
        assert "alarm" not in page

    def test_more_alerts_cost_no_more_queries(self, desk: Client, send: Send, clinic: Clinic) -> None:
        send(clinic, harm_thoughts="yes")
        with CaptureQueriesContext(connection) as one:
            desk.get(PAGE)
        for _ in range(3):
            send(clinic, harm_thoughts="yes", plan_now="yes")
        with CaptureQueriesContext(connection) as many:
            desk.get(PAGE)

        assert len(many) == len(one)

    @pytest.mark.parametrize("who", ["front_desk", "admin", "auditor"])
    def test_it_does_not_exist_for_anybody_else(
        self, who: str, sign_in: SignIn, request: pytest.FixtureRequest, waiting: QuestionnaireResponse
    ) -> None:
        assert sign_in(request.getfixturevalue(who)).get(PAGE).status_code == 404

    def test_another_clinics_alerts_are_not_there(
        self, sign_in: SignIn, outsider: User, waiting: QuestionnaireResponse
    ) -> None:
        page = text(sign_in(outsider).get(PAGE))

        assert str(waiting) not in page
        assert "No alert waits for anybody." in page

    def test_it_sends_a_stranger_to_sign_in(self, client: Client, db: None) -> None:
        assert client.get(PAGE)["Location"].startswith("/accounts/login/")


class TestNumbers:
    def test_they_agree_when_all_is_well(self, send: Send, clinic: Clinic, clinician: User) -> None:
        send(clinic)
        seen, _ = send(clinic, harm_thoughts="yes"), send(clinic, plan_now="yes")
        for alert in Alert.objects.filter(response=seen):
            actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=NOW)

        found = numbers.count([clinic.pk])

        assert (found.disclosed, found.alerted, found.acknowledged, found.open) == (2, 2, 1, 1)
        assert found.agree
        assert found.sentence.startswith("Every disclosure has its alert. 1 response has an alert that nobody")

    def test_a_disclosure_without_an_alert_is_named(self, send: Send, clinic: Clinic) -> None:
        response = send(clinic, harm_thoughts="yes")
        Alert.objects.all().delete()

        found = numbers.count([clinic.pk])

        assert found.without_alert == (str(response),)
        assert found.sentence.startswith(f"The numbers do not agree: {response}.")

    def test_an_alert_without_a_disclosure_is_named(self, send: Send, clinic: Clinic) -> None:
        response = send(clinic, harm_thoughts="yes")
        QuestionnaireResponse.objects.update(disclosed_at=None)

        assert numbers.count([clinic.pk]).without_disclosure == (str(response),)

    def test_other_clinics_and_tests_are_not_counted(
        self, send: Send, clinic: Clinic, other_clinic: Clinic, admin: User
    ) -> None:
        send(other_clinic, harm_thoughts="yes")
        AlertDelivery.objects.create(clinic=clinic, name="x", channel="email", address_sealed="", planned_at=NOW)

        found = numbers.count([clinic.pk])

        assert (found.disclosed, found.alerted, found.acknowledged) == (0, 0, 0)


class TestStrip:
    @pytest.mark.usefixtures("alive")
    def test_it_counts_on_every_page(self, desk: Client, waiting: QuestionnaireResponse) -> None:
        for address in ("/staff/", f"/staff/responses/{waiting}/", PAGE):
            page = text(desk.get(address))
            assert "1 alert nobody has acknowledged</a>, the oldest for 10 min. 1 has not reached anybody yet." in page

    @pytest.mark.usefixtures("alive")
    def test_it_is_not_there_when_all_is_well(self, desk: Client, clinic: Clinic) -> None:
        assert 'class="alarm' not in text(desk.get("/staff/"))

    def test_it_says_since_when_nothing_is_delivered(self, desk: Client, clinic: Clinic) -> None:
        alerts.beat(now=timezone.now() - datetime.timedelta(minutes=3))

        page = text(desk.get("/staff/"))

        assert "Alerts are not being delivered" in page
        assert "since <time" in page

    def test_it_says_when_the_worker_never_ran(self, desk: Client, clinic: Clinic) -> None:
        assert "the worker has never run" in text(desk.get("/staff/"))

    def test_two_minutes_after_the_worker_stopped_it_is_there(self, clinician: User) -> None:
        alerts.beat(now=NOW)

        assert not standing.of(clinician, now=later(minutes=2)).is_stopped
        assert standing.of(clinician, now=later(minutes=2, seconds=1)).is_stopped

    def test_it_costs_one_query(self, clinician: User, waiting: QuestionnaireResponse) -> None:
        with CaptureQueriesContext(connection) as queries:
            standing.of(clinician, now=NOW)

        assert len(queries) == 1

    @pytest.mark.usefixtures("alive")
    @pytest.mark.parametrize("who", ["front_desk", "admin", "outsider"])
    def test_it_tells_nothing_to_whoever_may_not_know(
        self, who: str, request: pytest.FixtureRequest, waiting: QuestionnaireResponse
    ) -> None:
        found = standing.of(request.getfixturevalue(who), now=timezone.now())

        assert not found.says_anything
