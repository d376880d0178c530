"""No patient starts, and nothing is published, at a clinic whose crisis contacts nobody confirmed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake import actions, readiness
from intake.models import AlertDelivery, Clinic, QuestionnaireResponse, User
from screening import publishing
from screening.models import Questionnaire, QuestionnaireVersion
from tests.intake.sample import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def unconfirmed(clinic: Clinic) -> Clinic:
    Clinic.objects.update(crisis_confirmed_at=None, crisis_confirmed_by=None)
    clinic.refresh_from_db()
    return clinic


def refusals(questionnaire: Questionnaire) -> list[publishing.Problem]:
    with pytest.raises(publishing.PublishRefused) as refused:
        publishing.publish(questionnaire=questionnaire, by="Ada", now=NOW)
    return list(refused.value.problems)


def test_publishing_is_refused_with_what_to_do(questionnaire: Questionnaire, unconfirmed: Clinic) -> None:
    (found,) = [problem for problem in refusals(questionnaire) if problem.id == "P301"]

    assert (found.severity, found.place) == ("error", "clinic north")
    assert found.message == "The crisis contacts of North were not confirmed by a named person."
    assert "confirm_crisis_contacts north --by EMAIL" in found.hint


def test_every_clinic_that_uses_the_questionnaire_counts(
    questionnaire: Questionnaire, unconfirmed: Clinic, other_clinic: Clinic
) -> None:
    places = [problem.place for problem in refusals(questionnaire) if problem.id == "P301"]

    assert places == ["clinic north"]


def test_publishing_goes_on_once_they_are_confirmed(
    questionnaire: Questionnaire, unconfirmed: Clinic, admin: User
) -> None:
    actions.confirm_crisis_contacts(clinic=unconfirmed, by=admin, now=NOW)

    assert "P301" not in {problem.id for problem in publishing.problems_of(questionnaire)}


def test_a_questionnaire_that_no_clinic_uses_needs_no_contacts(questionnaire: Questionnaire, db: None) -> None:
    assert "P301" not in {problem.id for problem in publishing.problems_of(questionnaire)}


def test_a_confirmed_set_that_lost_its_emergency_number_is_not_ready(clinic: Clinic) -> None:
    clinic.crisis_contacts = [one for one in clinic.crisis_contacts if not one.get("is_emergency")]

    assert not readiness.is_ready(clinic)


def test_starting_is_refused(unconfirmed: Clinic, version: QuestionnaireVersion) -> None:
    with pytest.raises(actions.ClinicNotReady):
        actions.start(clinic=unconfirmed, version=version, language="en", now=NOW)
    assert not QuestionnaireResponse.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_start_page_says_so_plainly(client: Client, unconfirmed: Clinic, method: str) -> None:
    page = getattr(client, method)(reverse("patient:start", args=["north"]))

    assert page.status_code == 404
    assert "There is no questionnaire here now" in page.content.decode()
    assert not QuestionnaireResponse.objects.exists()


def test_an_invitation_leads_to_the_same_page(client: Client, unconfirmed: Clinic) -> None:
    invited = actions.invite(clinic=unconfirmed, by=None, now=timezone.now(), language="en")  # pages use the clock
    client.post(reverse("patient:invitation", args=[invited.token]))

    for page in (client.get(reverse("patient:welcome")), client.post(reverse("patient:welcome"))):
        assert page.status_code == 404
        assert "There is no questionnaire here now" in page.content.decode()


def test_answers_that_were_begun_are_finished(unconfirmed: Clinic, version: QuestionnaireVersion) -> None:
    Clinic.objects.update(crisis_confirmed_at=NOW, crisis_confirmed_by=User.objects.first())
    unconfirmed.refresh_from_db()
    started = actions.start(clinic=unconfirmed, version=version, language="en", now=NOW)
    Clinic.objects.update(crisis_confirmed_at=None, crisis_confirmed_by=None)

    saved = actions.save_answers(
        response_id=started.response.pk, answers={}, posted_section="about", base_revision=0, client_id="a",
        client_sequence=1, now=NOW,
    )  # fmt: skip

    assert saved.revision == 1


def test_publishing_is_refused_where_alerts_reach_nobody(questionnaire: Questionnaire, clinic: Clinic) -> None:
    AlertDelivery.objects.create(
        clinic=clinic, name="desk", channel="email", address_sealed="", planned_at=NOW, failed_at=NOW, bounced_at=NOW
    )

    (found,) = [problem for problem in refusals(questionnaire) if problem.id == "P302"]

    assert found.message == "Alerts of North reach nobody."
    assert "send a test message" in found.hint


def test_nobody_starts_where_alerts_have_nowhere_to_go(clinic: Clinic) -> None:
    assert readiness.is_ready(clinic)

    clinic.alert_email = ""

    assert not readiness.is_ready(clinic)
