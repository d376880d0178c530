"""What the worklist says of the work on a response: whose it is, and whether it is signed."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from intake import actions, reviewing
from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User
from tests.intake.sample import NOW, later

from .conftest import Send, SignIn
from .rows import names, row_of


class TestAssigning:
    def url(self, response: QuestionnaireResponse | str) -> str:
        return f"/staff/responses/{response}/assign/"

    def test_a_clinician_takes_one_and_leaves_it(
        self, desk: Client, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        response = send(clinic)

        desk.post(self.url(response), {"what": "take"})
        assert row_of(clinician, "Rosa Example").assigned == "Clara"
        assert row_of(clinician, "Rosa Example").is_mine

        desk.post(self.url(response), {"what": "leave"})
        assert row_of(clinician, "Rosa Example").assigned == ""

    def test_each_is_recorded_once(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic)

        for what in ("take", "take", "leave"):
            desk.post(self.url(response), {"what": what})

        found = AuditRecord.objects.filter(action__startswith="response.").exclude(action__contains="sent")
        assert [one.action for one in found.order_by("-seq")[:2]] == ["response.unassigned", "response.assigned"]

    def test_a_colleague_takes_over_but_does_not_push_away(
        self, send: Send, clinic: Clinic, clinician: User, colleague: User
    ) -> None:
        response = send(clinic)
        actions.assign(response=response, by=clinician, now=NOW)

        with pytest.raises(actions.AssignedToAnother):
            actions.unassign(response=response, by=colleague, now=NOW)
        actions.assign(response=response, by=colleague, now=NOW)

        assert row_of(clinician, "Rosa Example").assigned == "Colin"

    def test_nobody_else_may(
        self, sign_in: SignIn, front_desk: User, outsider: User, send: Send, clinic: Clinic
    ) -> None:
        response = send(clinic)

        for person in (front_desk, outsider):
            browser = sign_in(person)
            others, missing = browser.post(self.url(response)), browser.post(self.url("AAAA-AAAA"))
            assert others.status_code == missing.status_code == 404
            assert others.content == missing.content
        response.refresh_from_db()
        assert response.assigned_to is None

    def test_reading_assigns_nothing(self, desk: Client, send: Send, clinic: Clinic) -> None:
        assert desk.get(self.url(send(clinic))).status_code == 405


class TestSigned:
    def test_what_was_signed_comes_last(self, send: Send, clinic: Clinic, clinician: User) -> None:
        signed = send(clinic, "Signed", stroke="no", at=later(hours=-2))
        sign(signed, clinician)
        opened = send(clinic, "Opened", at=later(hours=-1))
        actions.open_response(response=opened, user=clinician, now=NOW)

        assert names(clinician) == ["Opened Example", "Signed Example"]
        assert row_of(clinician, "Signed Example").is_signed

        correct(signed, at=later(hours=1))
        assert names(clinician) == ["Signed Example", "Opened Example"]

    def test_a_correction_that_was_read_is_not_signed_by_that(
        self, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        response = send(clinic, "Signed", stroke="no", at=later(hours=-2))
        sign(response, clinician)
        correct(response, at=later(hours=1))
        actions.open_response(response=response, user=clinician, now=later(hours=2))

        assert not row_of(clinician, "Signed Example").is_signed


def sign(response: QuestionnaireResponse, by: User) -> None:
    review = reviewing.review_of(response)
    for point in review.unseen:
        token = reviewing.token_of(response, point.key)
        actions.acknowledge_point(response_id=response.pk, point=token, by=by, now=NOW)
    actions.sign_off(
        response_id=response.pk, content=review.content, disposition=response.clinic.dispositions[0],
        rationale="Nothing stands against it.", by=by, now=NOW,
    )  # fmt: skip


def correct(response: QuestionnaireResponse, *, at: datetime.datetime) -> None:
    actions.add_correction(response_id=response.pk, words="It was in 2019.", about="", attempt="words:1", now=at)
