"""Sessions, schedules, and the invitations that come of them, under a clock that the tests hold."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from intake import actions, invitation_mail, invitees, records
from intake.models import (
    AuditRecord,
    CheckInSchedule,
    Clinic,
    Invitation,
    Membership,
    Person,
    QuestionnaireResponse,
    TreatmentSession,
    User,
)

from .sample import NOW, Tab, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(sent: QuestionnaireResponse) -> Person:
    assert sent.person is not None
    return sent.person


def schedule(person: Person, by: User, **more: Any) -> CheckInSchedule:
    given = {
        "questionnaire": person.clinic.questionnaire, "kind": "every_days", "days": 14,
        "email": "rosa@example.org", "language": "en", "now": NOW,
    } | more  # fmt: skip
    return actions.set_schedule(person_id=person.pk, by=by, **given)


def session(person: Person, by: User, at: datetime.datetime, now: datetime.datetime = NOW) -> TreatmentSession:
    return actions.record_session(person_id=person.pk, at=at, by=by, now=now)


def next_at() -> datetime.datetime | None:
    return CheckInSchedule.objects.get(ended_at=None).next_at


class TestEverySoManyDays:
    def test_it_counts_from_the_day_it_was_set(self, person: Person, clinician: User) -> None:
        assert schedule(person, clinician).next_at == later(days=14)

    def test_a_session_starts_the_clock_again(self, person: Person, clinician: User) -> None:
        schedule(person, clinician)
        session(person, clinician, later(days=9), now=later(days=10))

        assert next_at() == later(days=23)

    def test_a_withdrawn_session_does_not(self, person: Person, clinician: User) -> None:
        schedule(person, clinician)
        mistake = session(person, clinician, later(days=9), now=later(days=10))
        actions.withdraw_session(session_id=mistake.pk, by=clinician, now=later(days=10))

        assert next_at() == later(days=14)

    def test_a_session_before_the_schedule_does_not_make_it_due(self, person: Person, clinician: User) -> None:
        session(person, clinician, NOW - datetime.timedelta(days=100))

        assert schedule(person, clinician).next_at == later(days=14)

    def test_the_next_comes_after_as_many_days_again(self, person: Person, clinician: User) -> None:
        schedule(person, clinician)
        assert actions.invite_due_check_ins(now=later(days=14)) == 1

        assert next_at() == later(days=28)


class TestEveryVisit:
    def test_nothing_is_due_without_a_planned_session(self, person: Person, clinician: User) -> None:
        assert schedule(person, clinician, kind="every_visit").next_at is None

    def test_it_is_due_before_the_session(self, person: Person, clinician: User) -> None:
        schedule(person, clinician, kind="every_visit")
        session(person, clinician, later(days=10))

        assert next_at() == later(days=7)

    def test_a_session_tomorrow_is_due_at_once(self, person: Person, clinician: User) -> None:
        schedule(person, clinician, kind="every_visit")
        session(person, clinician, later(days=1))

        assert actions.invite_due_check_ins(now=NOW) == 1
        assert next_at() is None

    def test_each_session_is_asked_about_once(self, person: Person, clinician: User) -> None:
        schedule(person, clinician, kind="every_visit")
        session(person, clinician, later(days=10))
        session(person, clinician, later(days=40))
        actions.invite_due_check_ins(now=later(days=7))

        assert next_at() == later(days=37)

    def test_a_worker_that_was_away_asks_nothing_about_a_session_that_is_over(
        self, person: Person, clinician: User
    ) -> None:
        schedule(person, clinician, kind="every_visit")
        session(person, clinician, later(days=10))

        assert actions.invite_due_check_ins(now=later(days=11)) == 0
        assert (next_at(), Invitation.objects.exists()) == (None, False)

    def test_it_asks_about_the_next_one_in_its_time(self, person: Person, clinician: User) -> None:
        schedule(person, clinician, kind="every_visit")
        for days in (10, 20):
            session(person, clinician, later(days=days))

        assert actions.invite_due_check_ins(now=later(days=11)) == 0
        assert next_at() == later(days=17)
        assert actions.invite_due_check_ins(now=later(days=17)) == 1

    def test_what_could_not_be_made_before_the_session_is_not_made_after_it(
        self, person: Person, clinician: User
    ) -> None:
        row = schedule(person, clinician, kind="every_visit")
        session(person, clinician, later(days=10))
        role = Membership.objects.get(user=clinician)
        role.delete()
        actions.invite_due_check_ins(now=later(days=10, hours=-1))
        role.save(force_insert=True)

        assert actions.invite_due_check_ins(now=later(days=10, hours=1)) == 0
        row.refresh_from_db()
        assert (row.next_at, row.failed_at) == (None, later(days=10, hours=-1))  # somebody should still look why

    def test_what_could_not_be_made_is_made_while_the_session_is_ahead(self, person: Person, clinician: User) -> None:
        schedule(person, clinician, kind="every_visit")
        session(person, clinician, later(days=10))
        role = Membership.objects.get(user=clinician)
        role.delete()
        actions.invite_due_check_ins(now=later(days=8))
        role.save(force_insert=True)

        assert actions.invite_due_check_ins(now=later(days=8, hours=1)) == 1

    def test_the_link_lives_until_after_the_session(self, person: Person, clinician: User) -> None:
        schedule(person, clinician, kind="every_visit")
        session(person, clinician, later(days=10))
        actions.invite_due_check_ins(now=later(days=7))

        assert invitees.details_of(Invitation.objects.get()).appointment_at == later(days=10)


class TestInviting:
    def test_it_goes_out_by_mail_with_reminders(self, person: Person, clinician: User) -> None:
        schedule(person, clinician)
        actions.invite_due_check_ins(now=later(days=14))
        invitation_mail.deliver_due(clock=lambda: later(days=14))
        invitation_mail.deliver_due(clock=lambda: later(days=17))

        assert [message.to for message in mail.outbox] == [["rosa@example.org"]] * 2
        assert not any("Rosa" in message.body or "Díaz" in message.body for message in mail.outbox)

    def test_the_answers_belong_to_the_person(self, person: Person, clinician: User) -> None:
        schedule(person, clinician)
        actions.invite_due_check_ins(now=later(days=14))
        invitation = Invitation.objects.get()
        tab = Tab(
            actions.start(
                clinic=person.clinic, version=person.responses.get().version, language="en",
                now=later(days=15), invitation=invitation,
            ).response
        )  # fmt: skip
        tab.finish(family_name="Someone else", now=later(days=15))
        done = actions.submit(response_id=tab.response.pk, now=later(days=15))

        assert done.person == person

    def test_nothing_is_made_before_its_time(self, person: Person, clinician: User) -> None:
        schedule(person, clinician)

        assert actions.invite_due_check_ins(now=later(days=13)) == 0
        assert not Invitation.objects.exists()

    def test_twice_at_one_time_makes_one(self, person: Person, clinician: User) -> None:
        schedule(person, clinician)

        assert [actions.invite_due_check_ins(now=later(days=14)) for _ in range(2)] == [1, 0]
        assert Invitation.objects.count() == 1

    def test_a_round_that_was_lost_makes_the_same_invitation_again(self, person: Person, clinician: User) -> None:
        row = schedule(person, clinician)
        actions.invite_due_check_ins(now=later(days=14))
        Invitation.objects.update(revoked_at=later(days=14))
        CheckInSchedule.objects.filter(pk=row.pk).update(next_at=later(days=14))

        assert actions.invite_due_check_ins(now=later(days=14)) == 0
        assert Invitation.objects.count() == 1

    def test_one_that_waits_to_be_answered_is_enough(self, person: Person, clinician: User, clinic: Clinic) -> None:
        schedule(person, clinician)
        actions.invite(clinic=clinic, by=clinician, now=later(days=10), language="en", person=person)

        assert actions.invite_due_check_ins(now=later(days=14)) == 0
        assert next_at() == later(days=28)

    def test_an_ended_schedule_invites_nobody(self, person: Person, clinician: User) -> None:
        schedule(person, clinician)
        actions.end_schedule(person_id=person.pk, by=clinician, now=later(days=1))

        assert actions.invite_due_check_ins(now=later(days=100)) == 0

    def test_who_left_the_clinic_invites_nobody_until_somebody_sets_it_again(
        self, person: Person, clinician: User, colleague: User
    ) -> None:
        row = schedule(person, clinician)
        Membership.objects.filter(user=clinician).delete()

        assert actions.invite_due_check_ins(now=later(days=14)) == 0
        row.refresh_from_db()
        assert (row.failed_at, row.next_at) == (later(days=14), later(days=14, hours=1))
        schedule(person, colleague, now=later(days=14))
        assert actions.invite_due_check_ins(now=later(days=28)) == 1

    def test_a_changed_address_stops_neither_the_worker_nor_the_others(self, person: Person, clinician: User) -> None:
        row = schedule(person, clinician)
        CheckInSchedule.objects.filter(pk=row.pk).update(contact_ct=b"changed")

        assert actions.invite_due_check_ins(now=later(days=14)) == 0
        row.refresh_from_db()
        assert row.failed_at == later(days=14)

    def test_it_is_on_record_without_the_address(self, person: Person, clinician: User) -> None:
        schedule(person, clinician)
        actions.invite_due_check_ins(now=later(days=14))

        found = AuditRecord.objects.filter(action__startswith="schedule.").order_by("seq")
        assert [entry.action for entry in found] == ["schedule.set", "schedule.invited"]
        assert "rosa" not in str([entry.objects_named for entry in found])


class TestSetting:
    def test_the_address_is_kept_encrypted(self, person: Person, clinician: User) -> None:
        row = schedule(person, clinician)

        assert b"rosa" not in bytes(row.contact_ct)
        assert records.read_contact(row).email == "rosa@example.org"

    def test_a_new_setting_ends_the_one_before(self, person: Person, clinician: User, colleague: User) -> None:
        schedule(person, clinician)
        schedule(person, colleague, days=28, now=later(days=1))

        assert [one.ended_by for one in person.schedules.order_by("set_at")] == [colleague, None]

    @pytest.mark.parametrize(
        ("field", "value"),
        [("email", ""), ("email", "rosa@"), ("kind", "never"), ("days", 0), ("days", 366), ("language", "fr")],
    )
    def test_a_mistake_is_refused_by_field(self, person: Person, clinician: User, field: str, value: Any) -> None:
        with pytest.raises(ValidationError) as refused:
            schedule(person, clinician, **{field: value})
        assert list(refused.value.message_dict) == [field]
        assert not CheckInSchedule.objects.exists()

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_may(self, person: Person, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.Refused):
            schedule(person, request.getfixturevalue(who))

    def test_ending_nothing_is_refused(self, person: Person, clinician: User) -> None:
        with pytest.raises(actions.NoSchedule):
            actions.end_schedule(person_id=person.pk, by=clinician, now=NOW)


class TestSessions:
    def test_twice_at_one_time_is_refused(self, person: Person, clinician: User) -> None:
        session(person, clinician, NOW)

        with pytest.raises(actions.AlreadyRecorded):
            session(person, clinician, NOW)

    def test_a_slip_of_the_year_is_refused(self, person: Person, clinician: User) -> None:
        with pytest.raises(ValidationError, match="within a year"):
            session(person, clinician, later(days=367))

    def test_a_withdrawn_one_says_who_withdrew_it(self, person: Person, clinician: User, colleague: User) -> None:
        row = session(person, clinician, NOW)
        actions.withdraw_session(session_id=row.pk, by=colleague, now=later(days=1))

        row.refresh_from_db()
        assert (row.withdrawn_by, row.withdrawn_at) == (colleague, later(days=1))
        with pytest.raises(actions.NoSuchSession):
            actions.withdraw_session(session_id=row.pk, by=colleague, now=NOW)

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_may(self, person: Person, clinician: User, who: str, request: pytest.FixtureRequest) -> None:
        stranger = request.getfixturevalue(who)
        row = session(person, clinician, NOW)

        with pytest.raises(actions.NoSuchPerson):
            session(person, stranger, later(days=1))
        with pytest.raises(actions.NoSuchPerson):
            actions.withdraw_session(session_id=row.pk, by=stranger, now=NOW)
