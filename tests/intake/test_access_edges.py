"""The edges of who reaches what: the last second of a link, the second role, the colleague's own, the other clinic."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import RequestFactory

from intake import access, actions
from intake.models import Clinic, ImpactRun, Invitation, Membership, QuestionnaireResponse, SecurityNotice, User
from intake.permissions import Permission
from screening.models import Questionnaire
from tests.intake.alerts.conftest import AddContact, add_contact
from tests.intake.test_reissuing import ask_again

from .sample import NOW, Tab, later

pytestmark = pytest.mark.django_db
__all__ = ["add_contact"]


def also(user: User, role: str, clinic: Clinic) -> None:
    """Give somebody another role."""
    Membership.objects.create(user=user, clinic=clinic, role=role, created_at=NOW)


class TestLinks:
    @pytest.fixture
    def link(self, clinic: Clinic) -> Invitation:
        return actions.invite(clinic=clinic, by=None, now=NOW, language="en").invitation

    def test_a_link_works_until_the_second_it_ends(self, link: Invitation) -> None:
        assert access.is_usable(link, now=later(days=14, seconds=-1))
        assert not access.is_usable(link, now=later(days=14))

    def test_a_session_holds_its_own_link_and_no_longer_than_the_link_works(self, link: Invitation) -> None:
        assert access.invitation_of_session(str(link.pk), now=NOW) == link
        assert access.invitation_of_session(str(link.pk), now=later(days=14)) is None
        assert access.invitation_of_session(None, now=NOW) is None

    def test_a_session_is_of_the_clinic_of_its_link(self, other_clinic: Clinic, link: Invitation) -> None:
        actions.invite(clinic=other_clinic, by=None, now=NOW, language="en")

        assert access.clinic_of_invitation(str(link.pk)) == link.clinic
        assert access.clinic_of_invitation("") is None

    def test_a_session_opens_its_own_response(
        self, draft: QuestionnaireResponse, clinic: Clinic, version: object
    ) -> None:
        another = actions.start(clinic=clinic, version=version, language="en", now=NOW).response  # type: ignore[arg-type]

        assert [access.response_of_session(str(one.pk)) for one in (draft, another)] == [draft, another]
        assert access.response_of_session("") is None

    def test_what_is_asked_again_opens_with_its_own_link_while_that_works(
        self, link: Invitation, clinic: Clinic, sent: QuestionnaireResponse, front_desk: User
    ) -> None:
        asked = ask_again(sent, link, front_desk, answered_at=NOW)
        another = actions.invite(clinic=clinic, by=None, now=NOW, language="en").invitation

        assert access.request_of_session(str(link.pk), now=later(days=14, seconds=-1)) == asked
        assert access.request_of_session(str(link.pk), now=later(days=14)) is None
        assert access.request_of_session(str(another.pk), now=NOW) is None
        Invitation.objects.filter(pk=link.pk).update(revoked_at=NOW)
        assert access.request_of_session(str(link.pk), now=NOW) is None


class TestRoles:
    def test_two_roles_add_up_and_a_closed_account_has_none(self, clinic: Clinic, front_desk: User) -> None:
        also(front_desk, "auditor", clinic)
        assert access.rights_of(front_desk) == {
            clinic.pk: {Permission.SEE_WHO_HAS_SENT, Permission.INVITE, Permission.READ_AUDIT}
        }

        front_desk.is_active = False
        assert access.rights_of(front_desk) == {}

    def test_a_role_in_one_clinic_is_none_in_another(self, clinic: Clinic, other_clinic: Clinic, admin: User) -> None:
        also(admin, "auditor", other_clinic)

        assert list(access.managed_clinics(admin)) == [clinic]
        assert access.get_managed_clinic_or_404(admin, "north") == clinic
        with pytest.raises(Http404):
            access.get_managed_clinic_or_404(admin, "south")

    def test_without_a_name_it_is_the_first_of_ones_clinics(
        self, clinic: Clinic, other_clinic: Clinic, outsider: User
    ) -> None:
        assert access.clinic_or_404(outsider, Permission.READ_ANSWERS, "") == other_clinic

        also(outsider, "clinician", clinic)

        assert access.clinic_or_404(outsider, Permission.READ_ANSWERS, "") == clinic
        assert access.clinic_or_404(outsider, Permission.READ_ANSWERS, "south") == other_clinic

    @pytest.mark.parametrize("slug", ["south", "nowhere"])
    def test_another_clinic_is_like_none(self, other_clinic: Clinic, clinician: User, slug: str) -> None:
        with pytest.raises(Http404):
            access.clinic_or_404(clinician, Permission.READ_ANSWERS, slug)

    @pytest.mark.parametrize("missing", ["is_staff", "is_active"])
    def test_publishing_takes_an_open_account_of_the_editor(self, admin: User, missing: str) -> None:
        assert access.may_publish(admin)

        setattr(admin, missing, False)

        assert not access.may_publish(admin)

    def test_publishing_takes_the_role(self, clinician: User) -> None:
        clinician.is_staff = True

        assert not access.may_publish(clinician)

    def test_whoever_signs_reviews_drafts(
        self, questionnaire: Questionnaire, clinician: User, front_desk: User
    ) -> None:
        assert list(access.reviewable_questionnaires(clinician)) == [questionnaire]
        assert not access.reviewable_questionnaires(front_desk).exists()


class TestQuestionnaires:
    @pytest.fixture
    def unpublished(self) -> Questionnaire:
        return Questionnaire.objects.create(key="a_later_one", title={"en": "Later"}, languages=["en"])

    def test_patients_are_offered_what_is_published(
        self, clinic: Clinic, questionnaire: Questionnaire, unpublished: Questionnaire
    ) -> None:
        assert access.questionnaires_offered(clinic) == [questionnaire]

    def test_an_editor_opens_the_draft_that_was_asked_for(
        self, questionnaire: Questionnaire, unpublished: Questionnaire, admin: User, rf: RequestFactory
    ) -> None:
        request = rf.get("/")
        request.user = admin

        for each in (questionnaire, unpublished):
            assert access.get_draft_questionnaire_or_404(request, each.pk) == each

    @pytest.mark.parametrize(("who", "is_staff"), [("admin", False), ("clinician", True)])
    def test_it_takes_the_account_and_the_role(
        self, questionnaire: Questionnaire, rf: RequestFactory, who: str, is_staff: bool, request: pytest.FixtureRequest
    ) -> None:
        asked = rf.get("/")
        asked.user = request.getfixturevalue(who)
        asked.user.is_staff = is_staff

        with pytest.raises(Http404):
            access.get_draft_questionnaire_or_404(asked, questionnaire.pk)


class TestRota:
    def test_whoever_was_removed_is_on_it_no_more(self, clinic: Clinic, add_contact: AddContact, admin: User) -> None:
        lead, day = add_contact("Lead", step=2), add_contact("Day", step=1)
        assert list(access.contacts_of(clinic)) == [day, lead]

        actions.remove_contact(contact=day, by=admin, now=NOW)

        assert list(access.contacts_of(clinic)) == [lead]
        with pytest.raises(Http404):
            access.get_contact_or_404(clinic, day.pk)

    def test_another_clinics_contact_is_like_none(self, other_clinic: Clinic, add_contact: AddContact) -> None:
        with pytest.raises(Http404):
            access.get_contact_or_404(other_clinic, add_contact("Day").pk)


class TestEmergencies:
    def test_a_colleague_reaches_what_was_sent_whatever_their_role(
        self, sent: QuestionnaireResponse, front_desk: User, outsider: User
    ) -> None:
        assert access.colleagues_response_or_404(front_desk, str(sent)) == sent
        with pytest.raises(Http404):
            access.colleagues_response_or_404(outsider, str(sent))

    def test_a_draft_is_reached_once_it_called_for_somebody(
        self, tab: Tab, draft: QuestionnaireResponse, front_desk: User
    ) -> None:
        with pytest.raises(Http404):
            access.colleagues_response_or_404(front_desk, str(draft))

        tab.save(plan_now="yes")

        assert access.colleagues_response_or_404(front_desk, str(draft)) == draft

    def test_what_was_deleted_is_not(self, tab: Tab, draft: QuestionnaireResponse, front_desk: User) -> None:
        tab.save(plan_now="yes")
        actions.delete_draft(response_id=draft.pk, now=NOW)

        with pytest.raises(Http404):
            access.colleagues_response_or_404(front_desk, str(draft))

    def test_each_has_their_own(self, sent: QuestionnaireResponse, front_desk: User, auditor: User) -> None:
        begun = actions.open_in_emergency(response_id=sent.pk, by=front_desk, reason="Collapsed here", now=NOW)
        own = actions.open_in_emergency(response_id=sent.pk, by=auditor, reason="The same", now=NOW)

        assert access.emergency_access_or_404(front_desk, begun.pk) == begun
        with pytest.raises(Http404):
            access.emergency_access_or_404(front_desk, own.pk)

    def test_whoever_left_the_clinic_has_none(self, sent: QuestionnaireResponse, front_desk: User) -> None:
        begun = actions.open_in_emergency(response_id=sent.pk, by=front_desk, reason="Collapsed here", now=NOW)
        Membership.objects.filter(user=front_desk).delete()

        with pytest.raises(Http404):
            access.emergency_access_or_404(front_desk, begun.pk)

    @pytest.mark.parametrize(
        ("who", "hears"),
        [("clinician", True), ("admin", True), ("auditor", True), ("front_desk", False), ("outsider", False)],
    )
    def test_those_who_answer_for_it_are_told(
        self, clinic: Clinic, colleague: User, who: str, hears: bool, request: pytest.FixtureRequest
    ) -> None:
        person = request.getfixturevalue(who)
        notice = SecurityNotice.objects.create(clinic=clinic, kind="own_role", user=colleague, made_at=NOW)

        assert (notice in access.security_notices_for(person)) == hears
        assert (person in access.told_of_security(clinic)) == hears

    def test_nobody_is_told_twice_and_no_closed_account(self, clinic: Clinic, clinician: User, colleague: User) -> None:
        also(clinician, "admin", clinic)
        User.objects.filter(pk=colleague.pk).update(is_active=False)

        assert list(access.told_of_security(clinic)) == [clinician]


class TestReplays:
    @pytest.fixture
    def run(self, clinic: Clinic, other_clinic: Clinic, questionnaire: Questionnaire, admin: User) -> ImpactRun:
        made = ImpactRun.objects.create(
            questionnaire=questionnaire, document="{}", requested_by=admin, requested_at=NOW, total=0
        )
        made.clinics.set([clinic, other_clinic])
        return made

    def test_its_counts_are_for_whoever_edits_for_all_of_its_clinics(
        self, run: ImpactRun, other_clinic: Clinic, admin: User
    ) -> None:
        with pytest.raises(Http404):
            access.get_impact_run_or_404(admin, run.pk)

        also(admin, "admin", other_clinic)

        assert access.get_impact_run_or_404(admin, run.pk) == run
        assert access.impact_runs_for(admin).count() == 1

    def test_its_responses_are_for_whoever_reads_some_of_them(
        self, run: ImpactRun, clinic: Clinic, clinician: User, admin: User
    ) -> None:
        assert access.get_impact_to_review_or_404(clinician, run.pk) == run
        assert not access.reads_all_of(clinician, run)
        with pytest.raises(Http404):
            access.get_impact_to_review_or_404(admin, run.pk)

        run.clinics.set([clinic])

        assert access.reads_all_of(clinician, run)


class TestDrafts:
    def test_a_new_code_is_given_for_a_draft_only(
        self, sent: QuestionnaireResponse, clinic: Clinic, version: object, front_desk: User, outsider: User
    ) -> None:
        draft = actions.start(clinic=clinic, version=version, language="en", now=NOW).response  # type: ignore[arg-type]

        assert access.get_draft_or_404(front_desk, str(draft)) == draft
        for person, response in ((front_desk, sent), (outsider, draft)):
            with pytest.raises(Http404):
                access.get_draft_or_404(person, str(response))
