"""A new link for an invitation: only that one works, for the same draft, and what is over stays over."""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from intake import access, actions
from intake.models import AnswerRequest, AuditRecord, Clinic, Invitation, InvitationMail, QuestionnaireResponse, User
from tests.intake.test_invitations import ROSA, begin, invite, invited, kinds, send

from .sample import NOW, later

pytestmark = pytest.mark.django_db
__all__ = ["invited"]

write_issues = importlib.import_module("intake.migrations.0019_invitation_issue").write_issues


def ask_again(
    response: QuestionnaireResponse, invitation: Invitation, by: User, answered_at: datetime.datetime | None
) -> AnswerRequest:
    """Questions of a sent response that were asked once more, behind this link."""
    return AnswerRequest.objects.create(
        response=response, invitation=invitation, questions_ct=b"", asked_at=NOW, asked_by=by, answered_at=answered_at
    )


class TestReissue:
    def again(self, invited: actions.Invited, by: User, **more: Any) -> actions.Invited:
        return actions.reissue_invitation(invitation_id=invited.invitation.pk, by=by, **{"now": later(days=1), **more})

    def test_only_the_new_link_works(self, invited: actions.Invited, front_desk: User) -> None:
        made = self.again(invited, front_desk)

        assert access.live_invitation(invited.token, now=later(days=1)) is None
        assert access.live_invitation(made.token, now=later(days=1)) == invited.invitation
        assert made.invitation.expires_at == later(days=15)

    def test_it_ends_a_revocation_and_an_expiry(self, invited: actions.Invited, front_desk: User) -> None:
        actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)

        made = self.again(invited, front_desk, now=later(days=30))

        assert access.live_invitation(made.token, now=later(days=30)) == invited.invitation

    @pytest.mark.parametrize("is_revoked_first", [True, False])
    def test_a_session_that_opened_the_link_before_is_over_for_good(
        self, invited: actions.Invited, front_desk: User, is_revoked_first: bool
    ) -> None:
        held = access.pass_for(invited.invitation)
        if is_revoked_first:
            actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)

        made = self.again(invited, front_desk)

        assert access.invitation_of_session(held, now=later(days=1)) is None
        held_now = access.pass_for(made.invitation)
        assert access.invitation_of_session(held_now, now=later(days=1)) == invited.invitation

    def test_the_draft_goes_on_with_its_code(self, invited: actions.Invited, version: Any, front_desk: User) -> None:
        started = begin(invited, version)

        made = self.again(invited, front_desk)

        assert made.resume_code == ""
        assert actions.resume(token=made.token, code=started.resume_code, now=later(days=1)) == started.response

    def test_a_page_of_the_link_before_shows_no_other_code(
        self, invited: actions.Invited, version: Any, front_desk: User
    ) -> None:
        begin(invited, version)
        self.again(invited, front_desk, new_code=True)

        with pytest.raises(actions.DeadInvitation):
            actions.start_again(invitation=invited.invitation, now=NOW)

    def test_a_lost_code_is_replaced(self, invited: actions.Invited, version: Any, front_desk: User) -> None:
        started = begin(invited, version)

        made = self.again(invited, front_desk, new_code=True)

        assert actions.resume(token=made.token, code=made.resume_code, now=later(days=1)) == started.response
        with pytest.raises(actions.CannotResume):
            actions.resume(token=made.token, code=started.resume_code, now=later(days=1))

    def test_after_a_revocation_a_draft_always_has_a_new_code(
        self, invited: actions.Invited, version: Any, front_desk: User
    ) -> None:
        """Whoever had begun it, perhaps the wrong person, does not come back with the new link."""
        started = begin(invited, version)
        actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)

        made = self.again(invited, front_desk)

        assert actions.resume(token=made.token, code=made.resume_code, now=later(days=1)) == started.response
        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(started.response), code=started.resume_code, now=later(days=1))

    def test_somebody_elses_code_stays_as_it_is(
        self, clinic: Clinic, invited: actions.Invited, version: Any, front_desk: User
    ) -> None:
        earlier = begin(invited, version)
        another = invite(clinic, front_desk)
        begin(another, version)

        self.again(another, front_desk, new_code=True)

        assert actions.resume(token=invited.token, code=earlier.resume_code, now=later(days=1)) == earlier.response

    def test_a_new_code_has_all_of_its_tries(self, invited: actions.Invited, version: Any, front_desk: User) -> None:
        begin(invited, version)
        QuestionnaireResponse.objects.update(resume_tries=9, resume_tries_of_day=30, resume_day_began_at=NOW)

        self.again(invited, front_desk, new_code=True)

        found = QuestionnaireResponse.objects.get()
        assert (found.resume_tries, found.resume_tries_of_day, found.resume_blocked_until) == (0, 0, None)

    def test_what_somebody_else_was_asked_and_answered_is_not_in_the_way(
        self, invited: actions.Invited, clinic: Clinic, sent: QuestionnaireResponse, front_desk: User
    ) -> None:
        ask_again(sent, invite(clinic, front_desk).invitation, front_desk, answered_at=NOW)

        assert self.again(invited, front_desk).invitation == invited.invitation

    def test_it_is_too_late_once_what_was_asked_again_is_answered(
        self, invited: actions.Invited, sent: QuestionnaireResponse, front_desk: User
    ) -> None:
        asked = ask_again(sent, invited.invitation, front_desk, answered_at=None)
        assert self.again(invited, front_desk).invitation == invited.invitation

        AnswerRequest.objects.filter(pk=asked.pk).update(answered_at=NOW)

        with pytest.raises(actions.InvitationOver, match="asked again has been answered"):
            self.again(invited, front_desk)

    @pytest.mark.parametrize("new_code", [True, False])
    def test_it_is_recorded_and_whether_a_code_was_given(
        self, invited: actions.Invited, version: Any, front_desk: User, new_code: bool
    ) -> None:
        begin(invited, version)

        self.again(invited, front_desk, new_code=new_code)

        entry = AuditRecord.objects.get(action="invitation.reissued")
        assert entry.actor == f"user:{front_desk.pk}"
        assert entry.objects_named["new_code"] == ("yes" if new_code else "no")

    def test_it_refuses_when_nothing_is_published_any_more(
        self, invited: actions.Invited, front_desk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(access, "current_version", lambda questionnaire: None)

        with pytest.raises(actions.QuestionnaireMissing):
            self.again(invited, front_desk)

    def test_there_is_no_code_without_a_draft(self, invited: actions.Invited, front_desk: User) -> None:
        assert self.again(invited, front_desk, new_code=True).resume_code == ""

    def test_the_mails_are_planned_anew(self, invited: actions.Invited, front_desk: User) -> None:
        InvitationMail.objects.filter(due_at=later(days=3)).update(sent_at=later(days=3))

        self.again(invited, front_desk, now=later(days=4), send=True)

        assert kinds(sent_at=None, cancelled_at=None) == [("invitation", later(days=4)), ("reminder", later(days=5))]

    def test_a_shown_link_leaves_no_mail_that_would_replace_it(self, clinic: Clinic, front_desk: User) -> None:
        made = invite(clinic, details=ROSA, send=True)

        self.again(made, front_desk, now=NOW, remind=False)

        assert not InvitationMail.objects.unsent().exists()

    def test_it_needs_an_address_to_send_to(self, clinic: Clinic, front_desk: User) -> None:
        made = invite(clinic)

        with pytest.raises(ValidationError):
            self.again(made, front_desk, send=True)
        assert access.live_invitation(made.token, now=NOW)

    def test_it_is_too_late_after_sending(self, invited: actions.Invited, version: Any, front_desk: User) -> None:
        send(begin(invited, version))

        with pytest.raises(actions.InvitationOver):
            self.again(invited, front_desk)

    def test_what_the_patient_deleted_stays_deleted(
        self, invited: actions.Invited, version: Any, front_desk: User
    ) -> None:
        actions.delete_draft(response_id=begin(invited, version).response.pk, now=NOW)

        with pytest.raises(actions.InvitationOver):
            self.again(invited, front_desk)

    @pytest.mark.parametrize("who", ["outsider", "auditor"])
    def test_it_refuses_anybody_else(self, invited: actions.Invited, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            self.again(invited, request.getfixturevalue(who))


class TestUpgrade:
    """Sessions that were opened by an earlier version hold the invitation's key alone."""

    def test_one_goes_on_where_the_link_was_never_taken_back(self, invited: actions.Invited) -> None:
        write_issues(apps, None)

        assert access.invitation_of_session(str(invited.invitation.pk), now=NOW) == invited.invitation

    @pytest.mark.parametrize("take_back", [actions.reissue_invitation, actions.revoke_invitation])
    def test_one_is_over_where_staff_had_taken_the_link_back(
        self, invited: actions.Invited, front_desk: User, take_back: Callable[..., object]
    ) -> None:
        take_back(invitation_id=invited.invitation.pk, by=front_desk, now=NOW)
        Invitation.objects.update(issue=0, revoked_at=None)  # as an earlier version left it
        assert access.invitation_of_session(str(invited.invitation.pk), now=NOW)

        write_issues(apps, None)

        assert access.invitation_of_session(str(invited.invitation.pk), now=NOW) is None
