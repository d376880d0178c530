"""Inviting, revoking, making a new link: one live link each, a draft that outlives its links, nothing readable."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from intake import access, actions, invitees
from intake.invitees import Details
from intake.models import AuditRecord, Clinic, Invitation, InvitationMail, Invitee, QuestionnaireResponse, User

from .sample import NOW, Tab, later

pytestmark = pytest.mark.django_db

ROSA = Details(name="Rosa Díaz", email="rosa@mail.example", appointment_at=later(days=6))


def invite(clinic: Clinic, by: User | None = None, **more: Any) -> actions.Invited:
    return actions.invite(clinic=clinic, by=by, **{"now": NOW, "language": "en", **more})


def begin(invited: actions.Invited, version: Any, now: datetime.datetime = NOW) -> actions.Started:
    clinic = invited.invitation.clinic
    return actions.start(clinic=clinic, version=version, language="en", now=now, invitation=invited.invitation)


def send(started: actions.Started) -> QuestionnaireResponse:
    Tab(started.response).finish(family_name="Díaz", plan_now="no", harm_thoughts="no", low_mood="no", stroke="no")
    return actions.submit(response_id=started.response.pk, now=NOW)


def kinds(**filters: Any) -> list[tuple[str, datetime.datetime]]:
    return list(InvitationMail.objects.filter(**filters).order_by("due_at").values_list("kind", "due_at"))


@pytest.fixture
def invited(clinic: Clinic, front_desk: User) -> actions.Invited:
    return invite(clinic, front_desk, details=ROSA)


class TestInvite:
    def test_it_gives_a_link_that_works(self, clinic: Clinic, front_desk: User) -> None:
        made = invite(clinic, front_desk)

        assert made.url == f"http://127.0.0.1:8000/i/{made.token}/"
        assert access.live_invitation(made.token, now=NOW) == made.invitation
        assert made.invitation.expires_at == later(days=14)

    def test_tokens_are_long_and_never_shared(self, clinic: Clinic) -> None:
        tokens = {invite(clinic).token for _ in range(50)}

        assert len(tokens) == len({token[:8] for token in tokens}) == 50
        assert {len(token) for token in tokens} == {43}

    def test_it_keeps_whom_it_is_for_encrypted(self, invited: actions.Invited) -> None:
        row = Invitee.objects.get()

        assert invitees.details_of(Invitation.objects.get()) == ROSA
        assert b"Rosa" not in bytes(row.details_ct)
        assert "rosa" not in str(vars(row)).lower()

    def test_it_keeps_nothing_about_nobody(self, clinic: Clinic) -> None:
        made = invite(clinic)

        assert not Invitee.objects.exists()
        assert invitees.details_of(made.invitation).is_empty

    def test_a_link_lives_until_the_day_after_a_late_appointment(self, clinic: Clinic) -> None:
        made = invite(clinic, details=Details(appointment_at=later(days=40)))

        assert made.invitation.expires_at == later(days=41)

    def test_it_mails_nothing_unless_told_to(self, clinic: Clinic) -> None:
        invite(clinic)
        invite(clinic, details=ROSA, remind=False)

        assert kinds() == []

    def test_reminders_are_planned_where_there_is_an_address(self, invited: actions.Invited) -> None:
        assert kinds() == [("reminder", later(days=3)), ("reminder", later(days=5))]

    def test_a_link_that_is_mailed_is_held_by_nobody(self, clinic: Clinic, front_desk: User) -> None:
        made = invite(clinic, front_desk, details=ROSA, send=True)

        assert (made.token, made.url) == ("", "")
        assert kinds() == [("invitation", NOW), ("reminder", later(days=3)), ("reminder", later(days=5))]
        assert not InvitationMail.objects.exclude(token_ct=None).exists()

    @pytest.mark.parametrize(("limit", "found"), [(0, 0), (1, 1), (4, 4)])
    def test_the_clinic_limits_reminders(self, clinic: Clinic, limit: int, found: int) -> None:
        clinic.reminder_limit = limit
        invite(clinic, details=Details(email="rosa@mail.example"))

        assert len(kinds(kind="reminder")) == found

    def test_a_form_that_is_sent_twice_invites_once(self, clinic: Clinic) -> None:
        key = uuid.uuid4()
        invite(clinic, invitation_id=key, details=ROSA, send=True)

        with pytest.raises(actions.AlreadyInvited):
            invite(clinic, invitation_id=key, details=ROSA, send=True)
        assert (Invitation.objects.count(), len(kinds(kind="invitation"))) == (1, 1)

    @pytest.mark.parametrize(
        ("details", "field"),
        [
            (Details(email="rosa@"), "email"),
            (Details(email="rosa@mail.example\nBcc: all@mail.example"), "email"),
            (Details(email="rosa@mail.example\r\nSubject: x"), "email"),
            (Details(name="x" * 201), "name"),
            (Details(appointment_at=NOW), "appointment_at"),
            (Details(appointment_at=later(days=121)), "appointment_at"),
        ],
    )
    def test_it_refuses_what_cannot_be_used(self, clinic: Clinic, details: Details, field: str) -> None:
        with pytest.raises(ValidationError) as refused:
            invite(clinic, details=details)
        assert list(refused.value.message_dict) == [field]
        assert not Invitation.objects.exists()

    def test_it_cannot_be_mailed_without_an_address(self, clinic: Clinic) -> None:
        with pytest.raises(ValidationError, match="e-mail address to send"):
            invite(clinic, details=Details(name="Rosa"), send=True)

    @pytest.mark.parametrize("who", ["outsider", "auditor"])
    def test_it_refuses_who_may_not_invite(self, clinic: Clinic, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            invite(clinic, request.getfixturevalue(who))

    def test_it_refuses_when_the_clinic_has_no_questionnaire(self, clinic: Clinic) -> None:
        clinic.questionnaire = None

        with pytest.raises(actions.QuestionnaireMissing):
            invite(clinic)

    def test_it_refuses_when_nothing_is_published(self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(access, "current_version", lambda questionnaire: None)

        with pytest.raises(actions.QuestionnaireMissing):
            invite(clinic)

    def test_the_record_names_ids_only(self, invited: actions.Invited, front_desk: User) -> None:
        entry = AuditRecord.objects.get(action="invitation.made")

        assert entry.actor == f"user:{front_desk.pk}"
        assert set(entry.objects_named) == {"invitation", "clinic", "way"}
        assert "osa" not in str(entry.objects_named)

    @pytest.mark.parametrize(("send", "way"), [(True, "mail"), (False, "link")])
    def test_the_record_says_how_the_link_went_out(self, clinic: Clinic, send: bool, way: str) -> None:
        invite(clinic, details=ROSA, send=send)

        assert AuditRecord.objects.get(action="invitation.made").objects_named["way"] == way


class TestTooManyMails:
    def test_a_clinic_cannot_mail_without_end(self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("intake.actions.mailing.MOST_OF_CLINIC", 3)
        for _ in range(3):
            invite(clinic, details=ROSA, send=True)

        with pytest.raises(actions.TooManyMails):
            invite(clinic, details=ROSA, send=True)
        assert Invitation.objects.count() == 3
        assert invite(clinic, details=ROSA).url
        assert invite(clinic, details=ROSA, send=True, now=later(days=1))

    def test_nobody_is_written_to_without_end(self, clinic: Clinic, front_desk: User) -> None:
        made = invite(clinic, details=ROSA, send=True)

        def again() -> None:
            actions.reissue_invitation(invitation_id=made.invitation.pk, by=front_desk, now=NOW, send=True)

        for _ in range(4):
            again()
        with pytest.raises(actions.TooManyMails):
            again()


class TestRevoke:
    def test_the_link_is_dead_at_once(self, invited: actions.Invited, front_desk: User) -> None:
        actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=later(minutes=1))

        assert access.live_invitation(invited.token, now=later(minutes=1)) is None
        assert not InvitationMail.objects.unsent().exists()
        assert AuditRecord.objects.filter(action="invitation.revoked").count() == 1

    @pytest.mark.check("C27", required="a revoked link closes what is open")
    def test_open_answers_are_closed_and_kept(self, invited: actions.Invited, version: Any, front_desk: User) -> None:
        started = begin(invited, version)
        assert access.response_of_session(str(started.response.pk)) == started.response

        actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)

        assert access.response_of_session(str(started.response.pk)) is None
        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(started.response), code=started.resume_code, now=NOW)
        assert QuestionnaireResponse.objects.filter(pk=started.response.pk).exists()

    def test_a_session_that_opened_the_link_is_over(self, invited: actions.Invited, front_desk: User) -> None:
        held = access.pass_for(invited.invitation)
        assert access.invitation_of_session(held, now=NOW) == invited.invitation

        actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)

        assert access.invitation_of_session(held, now=NOW) is None
        assert access.clinic_of_invitation(held) == invited.invitation.clinic, "whom the page of a dead link names"

    def test_answers_begun_without_a_link_stay_open(self, started: actions.Started) -> None:
        assert access.response_of_session(str(started.response.pk)) == started.response

    @pytest.mark.check("C68", required="a revoked link stays revoked when the clock is put back")
    def test_it_stays_dead_when_the_clock_is_put_back(self, invited: actions.Invited, front_desk: User) -> None:
        actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=later(hours=1))

        assert access.live_invitation(invited.token, now=NOW) is None

    def test_another_link_stays_as_it_is(self, invited: actions.Invited, clinic: Clinic, front_desk: User) -> None:
        another = invite(clinic, front_desk)

        actions.revoke_invitation(invitation_id=another.invitation.pk, by=front_desk, now=NOW)

        assert access.live_invitation(invited.token, now=NOW) == invited.invitation
        assert access.live_invitation(another.token, now=NOW) is None

    def test_a_second_time_is_refused(self, invited: actions.Invited, front_desk: User) -> None:
        actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)

        with pytest.raises(actions.AlreadyRevoked):
            actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)

    def test_it_is_too_late_after_sending(self, invited: actions.Invited, version: Any, front_desk: User) -> None:
        send(begin(invited, version))

        with pytest.raises(actions.InvitationOver):
            actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)

    @pytest.mark.parametrize("who", ["outsider", "auditor"])
    def test_it_refuses_anybody_else(self, invited: actions.Invited, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.revoke_invitation(invitation_id=invited.invitation.pk, by=request.getfixturevalue(who), now=NOW)

    def test_it_says_when_there_is_none(self, front_desk: User) -> None:
        with pytest.raises(actions.NoSuchInvitation):
            actions.revoke_invitation(invitation_id=uuid.uuid4(), by=front_desk, now=NOW)


class TestAccess:
    @pytest.mark.parametrize("who", ["front_desk", "clinician", "admin"])
    def test_who_invites_sees_them(self, invited: actions.Invited, who: str, request: pytest.FixtureRequest) -> None:
        assert list(access.invitations_for(request.getfixturevalue(who))) == [invited.invitation]

    @pytest.mark.parametrize("who", ["outsider", "auditor"])
    def test_nobody_else_does(self, invited: actions.Invited, who: str, request: pytest.FixtureRequest) -> None:
        assert not access.invitations_for(request.getfixturevalue(who)).exists()


class TestAddresses:
    def test_one_address_has_one_hash_in_a_clinic_whatever_its_case(self, clinic: Clinic, other_clinic: Clinic) -> None:
        spellings = {invitees.email_hash(clinic, written) for written in ("Rosa@Mail.example", " rosa@mail.example ")}

        assert len(spellings) == 1
        assert spellings != {invitees.email_hash(other_clinic, "rosa@mail.example")}
        assert invitees.email_hash(clinic, "") == ""
