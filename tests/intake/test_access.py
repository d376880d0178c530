"""Who reaches what: staff their clinics' records as far as their roles go, and nobody anything else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from intake import access, actions
from intake.models import AuditRecord, Clinic, Membership, QuestionnaireResponse, User
from intake.permissions import ROLES, Permission

from .sample import NOW, Tab, later

pytestmark = pytest.mark.django_db

# Everything a role may do, written out: a change of rights is a change of this table.
MAY = {
    "clinician": {
        "SEE_WHO_HAS_SENT",
        "READ_ANSWERS",
        "ACKNOWLEDGE",
        "ENTER_ANSWERS",
        "SIGN_OFF",
        "READ_REPORTS",
        "INVITE",
    },
    "front_desk": {"SEE_WHO_HAS_SENT", "INVITE"},
    "admin": {"EDIT_QUESTIONNAIRE", "MANAGE_CLINIC", "MANAGE_STAFF", "READ_REPORTS", "INVITE", "ERASE_RECORDS"},
    "auditor": {"READ_AUDIT"},
}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_may_do_exactly_what_is_listed(role: str) -> None:
    assert {permission.name for permission in ROLES[role].permissions} == MAY[role]


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("permission", list(Permission))
def test_a_person_may_do_what_their_role_says(clinic: Clinic, role: str, permission: Permission) -> None:
    person = actions.create_staff(email="x@north.example", name="X", role=role, clinic=clinic, now=NOW).user

    assert access.may(person, permission, clinic) == (permission.name in MAY[role])


@pytest.mark.check("C27", required="a role taken away or a closed account ends at once")
class TestResponses:
    def test_a_clinician_reads_the_clinics_responses(self, sent: QuestionnaireResponse, clinician: User) -> None:
        assert list(access.responses_for(clinician)) == [sent]

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_does(self, sent: QuestionnaireResponse, who: str, request: pytest.FixtureRequest) -> None:
        assert not access.responses_for(request.getfixturevalue(who)).exists()

    def test_a_stranger_does_not(self, sent: QuestionnaireResponse) -> None:
        assert not access.responses_for(AnonymousUser()).exists()

    def test_the_front_desk_sees_who_has_sent(self, sent: QuestionnaireResponse, front_desk: User) -> None:
        assert list(access.responses_for(front_desk, Permission.SEE_WHO_HAS_SENT)) == [sent]

    def test_a_deactivated_clinician_does_not(self, sent: QuestionnaireResponse, clinician: User) -> None:
        clinician.is_active = False

        assert not access.responses_for(clinician).exists()

    def test_a_role_taken_away_ends_at_once(self, sent: QuestionnaireResponse, clinician: User) -> None:
        Membership.objects.filter(user=clinician).delete()

        assert not access.responses_for(clinician).exists()

    def test_two_roles_show_a_response_once(self, sent: QuestionnaireResponse, clinician: User, clinic: Clinic) -> None:
        actions.create_staff(email=clinician.email, name="Clara", role="admin", clinic=clinic, now=NOW)

        assert access.responses_for(clinician).count() == 1


class TestGetResponse:
    @pytest.mark.parametrize("spelling", ["{}", " {} ", "{0.reference}"])
    def test_it_finds_a_reference_as_people_write_it(
        self, sent: QuestionnaireResponse, clinician: User, spelling: str
    ) -> None:
        assert access.get_response_or_404(clinician, spelling.format(sent)) == sent
        assert access.get_response_or_404(clinician, spelling.format(sent).lower()) == sent

    def test_another_clinics_response_is_the_same_as_none(self, sent: QuestionnaireResponse, outsider: User) -> None:
        messages = set()
        for reference in (str(sent), "K7QM-3X4P", "", "' OR 1=1", "\0", "é" * 8):
            with pytest.raises(Http404) as refused:
                access.get_response_or_404(outsider, reference)
            messages.add(str(refused.value))

        assert len(messages) == 1


class TestAlerts:
    def test_a_clinician_sees_the_clinics_alerts(self, tab: Tab, clinician: User, outsider: User) -> None:
        tab.save(harm_thoughts="yes")

        assert access.alerts_for(clinician).count() == 1
        assert not access.alerts_for(outsider).exists()


class TestOpenResponse:
    def test_every_reading_is_recorded(self, sent: QuestionnaireResponse, clinician: User) -> None:
        for as_what in ("summary", "pdf"):
            actions.open_response(response=sent, user=clinician, now=NOW, as_what=as_what)

        found = AuditRecord.objects.filter(action="response.read").order_by("seq")
        assert [entry.objects_named["read_as"] for entry in found] == ["summary", "pdf"]
        assert {entry.actor for entry in found} == {f"user:{clinician.pk}"}

    def test_it_keeps_who_was_first(self, sent: QuestionnaireResponse, clinician: User, colleague: User) -> None:
        actions.open_response(response=sent, user=clinician, now=NOW)
        actions.open_response(response=sent, user=colleague, now=later(hours=1))

        sent.refresh_from_db()
        assert (sent.opened_by, sent.opened_at) == (clinician, NOW)

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_it_refuses_anybody_else_and_records_no_reading(
        self, sent: QuestionnaireResponse, who: str, request: pytest.FixtureRequest
    ) -> None:
        person = request.getfixturevalue(who)

        with pytest.raises(actions.NotPermitted):
            actions.open_response(response=sent, user=person, now=NOW)
        assert not AuditRecord.objects.filter(action="response.read").exists()
