"""The list of check-ins: who is asked again, what cannot wait first, in a few queries whatever the size."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake import actions
from intake.models import AuditRecord, CheckInSchedule, Clinic, Invitation, InvitationMail, Person, User
from tests.intake.sample import NOW, Tab, later

from .conftest import Send, SignIn

DAYS = 14


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_to(at: datetime.datetime) -> None:
        monkeypatch.setattr("intake.clinician.check_ins.timezone.now", lambda: at)

    set_to(NOW)
    return set_to


@pytest.fixture
def follow(send: Send, clinic: Clinic, clinician: User) -> Any:
    """Somebody who is asked again every fortnight."""

    def make(name: str, **more: Any) -> Person:
        person = send(clinic, name).person
        assert person is not None
        given = {
            "questionnaire": clinic.questionnaire, "kind": "every_days", "days": DAYS,
            "email": "x@example.org", "language": "en", "now": NOW,
        } | more  # fmt: skip
        actions.set_schedule(person_id=person.pk, by=clinician, **given)
        return person

    return make


def rows(desk: Client) -> list[str]:
    page = desk.get("/staff/check-ins/").content.decode()
    return [" ".join(part.split("</tr>")[0].split()) for part in page.split("<tr>")[2:]]


class TestStates:
    def test_a_schedule_says_when_the_next_link_goes_out(self, desk: Client, follow: Any, clock: Any) -> None:
        follow("Rosa")

        (row,) = rows(desk)
        assert "Planned" in row
        assert "Next link on 16 Mar 2026" in row

    def test_without_a_session_nothing_is_planned(self, desk: Client, follow: Any, clock: Any) -> None:
        follow("Rosa", kind="every_visit")

        assert "No session is planned" in rows(desk)[0]

    def test_one_whose_time_has_come_is_due(self, desk: Client, follow: Any, clock: Any) -> None:
        follow("Rosa")
        clock(later(days=DAYS, minutes=1))

        assert "Due now" in rows(desk)[0]

    def test_who_was_asked_is_shown_with_the_reminders(self, desk: Client, follow: Any, clock: Any) -> None:
        follow("Rosa")
        actions.invite_due_check_ins(now=later(days=DAYS))
        clock(later(days=DAYS + 4))
        assert "Not reminded yet" in rows(desk)[0]
        InvitationMail.objects.filter(kind="reminder").update(sent_at=later(days=DAYS + 3))

        (row,) = rows(desk)

        assert "Asked on 16 Mar 2026" in row
        assert "Reminded 2 times" in row
        assert ">Asked<" in row

    @pytest.mark.parametrize("why", ["a week", "dead link", "session tomorrow"])
    def test_a_missing_answer_is_overdue(
        self, why: str, desk: Client, follow: Any, clock: Any, clinician: User
    ) -> None:
        person = follow("Rosa")
        actions.invite_due_check_ins(now=later(days=DAYS))
        clock(later(days=DAYS + (7 if why == "a week" else 1)))
        if why == "dead link":
            Invitation.objects.update(revoked_at=later(days=DAYS))
        if why == "session tomorrow":
            at = later(days=DAYS + 1, hours=23)
            actions.record_session(person_id=person.pk, at=at, by=clinician, now=later(days=DAYS))

        assert "Overdue" in rows(desk)[0]

    def test_an_answer_settles_it(self, desk: Client, follow: Any, clock: Any, clinic: Clinic) -> None:
        follow("Rosa")
        actions.invite_due_check_ins(now=later(days=DAYS))
        invitation = Invitation.objects.select_related("clinic").get()
        at = later(days=DAYS + 1)
        version = clinic.questionnaire.versions.get()  # type: ignore[union-attr]
        started = actions.start(clinic=clinic, version=version, language="en", now=at, invitation=invitation)
        Tab(started.response).finish(
            now=at, given_name="Rosa", family_name="Example", plan_now="no", harm_thoughts="no", low_mood="no",
        )  # fmt: skip
        actions.submit(response_id=started.response.pk, now=at)
        clock(later(days=DAYS + 9))

        (row,) = rows(desk)
        assert "answered" in row
        assert "Planned" in row

    def test_what_failed_and_what_is_overdue_come_first(self, desk: Client, follow: Any, clock: Any) -> None:
        follow("Planned", days=300)
        failed = follow("Failed")
        follow("Late")
        actions.invite_due_check_ins(now=later(days=DAYS))
        CheckInSchedule.objects.filter(person=failed).update(failed_at=later(days=DAYS))
        clock(later(days=DAYS + 8))

        assert [row.split("<bdi>")[1].split()[0] for row in rows(desk)] == ["Failed", "Late", "Planned"]


def test_it_costs_the_same_however_many_there_are(desk: Client, follow: Any, clock: Any) -> None:
    follow("Rosa")
    actions.invite_due_check_ins(now=later(days=DAYS))
    with CaptureQueriesContext(connection) as one:
        desk.get("/staff/check-ins/")
    for number in range(4):
        follow(f"Rosa{number}")
    actions.invite_due_check_ins(now=later(days=DAYS))

    with CaptureQueriesContext(connection) as five:
        desk.get("/staff/check-ins/")

    assert len(five) == len(one)


def test_it_is_recorded_and_shows_nobody_of_another_clinic(
    desk: Client, follow: Any, clock: Any, sign_in: SignIn, outsider: User
) -> None:
    follow("Rosa")

    assert "Rosa" not in sign_in(outsider).get("/staff/check-ins/").content.decode()
    rows(desk)
    assert AuditRecord.objects.filter(action="check_ins.read").count() == 2
