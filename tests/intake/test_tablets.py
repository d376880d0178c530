"""Handing a clinic's tablet to a patient: who may, what is recorded, and a code only for who asks."""

from __future__ import annotations

import pytest

from intake import actions, audit
from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User

from .sample import NOW, later

pytestmark = pytest.mark.django_db


def open_tablet(clinic: Clinic, by: User, **more) -> None:
    actions.open_tablet(clinic=clinic, by=by, now=NOW, **{"language": "en", **more})


@pytest.fixture
def on_tablet(clinic: Clinic, version) -> actions.Started:
    return actions.start(clinic=clinic, version=version, language="en", now=NOW, is_on_tablet=True)


class TestOpenTablet:
    @pytest.mark.parametrize("who", ["clinician", "front_desk", "admin"])
    def test_who_invites_may(self, clinic: Clinic, who: str, request: pytest.FixtureRequest) -> None:
        person = request.getfixturevalue(who)

        open_tablet(clinic, person)

        entry = AuditRecord.objects.get(action="tablet.opened")
        assert entry.actor == audit.staff(person)
        assert entry.objects_named == {"clinic": str(clinic.pk)}

    @pytest.mark.parametrize("who", ["outsider", "auditor"])
    def test_nobody_else_may(self, clinic: Clinic, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            open_tablet(clinic, request.getfixturevalue(who))
        assert not AuditRecord.objects.filter(action="tablet.opened").exists()

    def test_not_where_crisis_contacts_wait_to_be_confirmed(self, clinic: Clinic, front_desk: User) -> None:
        clinic.crisis_confirmed_at = clinic.crisis_confirmed_by = None
        clinic.save()

        with pytest.raises(actions.ClinicNotReady):
            open_tablet(clinic, front_desk)

    def test_not_in_a_language_the_clinic_lacks(self, clinic: Clinic, front_desk: User) -> None:
        with pytest.raises(actions.LanguageNotOffered):
            open_tablet(clinic, front_desk, language="fr")

    def test_not_without_a_questionnaire(self, clinic: Clinic, front_desk: User) -> None:
        clinic.questionnaire = None

        with pytest.raises(actions.QuestionnaireMissing):
            open_tablet(clinic, front_desk)

    def test_an_invitation_that_is_over_is_refused(self, clinic: Clinic, front_desk: User) -> None:
        invited = actions.invite(clinic=clinic, by=front_desk, now=NOW, language="en")

        with pytest.raises(actions.DeadInvitation):
            actions.open_tablet(
                clinic=clinic, by=front_desk, language="en", now=later(days=60), invitation=invited.invitation
            )


class TestContinueOnTablet:
    def test_it_is_recorded_and_marked(self, draft: QuestionnaireResponse, front_desk: User) -> None:
        response = actions.continue_on_tablet(response_id=draft.pk, by=front_desk, now=NOW)

        assert response.is_on_tablet
        assert AuditRecord.objects.get(action="tablet.continued").actor == audit.staff(front_desk)

    def test_another_clinics_staff_may_not(self, draft: QuestionnaireResponse, outsider: User) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.continue_on_tablet(response_id=draft.pk, by=outsider, now=NOW)

    def test_what_was_sent_is_over(self, sent: QuestionnaireResponse, front_desk: User) -> None:
        with pytest.raises(actions.AlreadySent):
            actions.continue_on_tablet(response_id=sent.pk, by=front_desk, now=NOW)


class TestShowOwnCode:
    def test_it_opens_the_draft_elsewhere_and_ends_the_earlier_one(self, on_tablet: actions.Started) -> None:
        code = actions.show_own_code(response_id=on_tablet.response.pk, now=NOW)

        assert actions.resume(token=str(on_tablet.response), code=code, now=NOW) == on_tablet.response
        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(on_tablet.response), code=on_tablet.resume_code, now=NOW)
        assert AuditRecord.objects.filter(action="response.code_shown").exists()

    def test_elsewhere_the_clinic_gives_a_new_one(self, draft: QuestionnaireResponse) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.show_own_code(response_id=draft.pk, now=NOW)

    def test_not_after_sending(self, sent: QuestionnaireResponse) -> None:
        with pytest.raises(actions.AlreadySent):
            actions.show_own_code(response_id=sent.pk, now=NOW)
