"""A draft is its patient's to take back. What staff were called for stays with them, and nothing else."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from intake import access, actions, audit, health, records, rules, vault
from intake.models import Alert, AuditRecord, QuestionnaireResponse, Revision, User

from .sample import NOW, Tab, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def calm(tab: Tab) -> QuestionnaireResponse:
    """A draft that called for nobody."""
    tab.save(given_name="Rosa", family_name="Díaz", section="about")
    tab.save(stroke="yes", section="body")
    return QuestionnaireResponse.objects.get(pk=tab.response.pk)


@pytest.fixture
def alerted(tab: Tab) -> QuestionnaireResponse:
    """A draft with an answer that cannot wait."""
    tab.save(given_name="Rosa", family_name="Díaz", phone="(202) 555-0142", section="about")
    tab.save(plan_now="yes", low_mood="yes", section="safety")
    return QuestionnaireResponse.objects.get(pk=tab.response.pk)


def deleted(response: QuestionnaireResponse) -> QuestionnaireResponse:
    actions.delete_draft(response_id=response.pk, now=later(hours=1))
    return QuestionnaireResponse.objects.get(pk=response.pk)


class TestCalmDraft:
    def test_nothing_can_be_read_any_more(self, calm: QuestionnaireResponse) -> None:
        tombstone = deleted(calm)

        assert tombstone.is_deleted
        assert tombstone.deleted_at == later(hours=1)
        assert bytes(tombstone.wrapped_key) == bytes(tombstone.document_ct) == b""
        assert not Revision.objects.filter(response=calm).exists()
        with pytest.raises(vault.VaultError):
            records.read_document(tombstone)

    def test_the_old_ciphertext_has_no_key(self, calm: QuestionnaireResponse) -> None:
        """A copy of the row that somebody kept opens only with the key that is gone."""
        before = bytes(calm.document_ct)
        tombstone = deleted(calm)

        tombstone.document_ct = before
        with pytest.raises(vault.VaultError):
            records.read_document(tombstone)

    def test_the_installation_stays_ready(self, calm: QuestionnaireResponse) -> None:
        deleted(calm)

        assert health.state(now=NOW)["parts"]["keyring"] == "ok"  # type: ignore[index]

    def test_it_is_recorded_once_and_by_whom(self, calm: QuestionnaireResponse) -> None:
        deleted(calm)
        deleted(calm)

        found = AuditRecord.objects.filter(action="response.deleted")
        assert [entry.actor for entry in found] == [audit.patient(calm)]
        assert audit.verify().is_intact

    def test_no_code_opens_it(self, started: actions.Started, calm: QuestionnaireResponse) -> None:
        deleted(calm)

        with pytest.raises(actions.CannotResume):
            actions.resume(token=str(calm), code=started.resume_code, now=later(hours=2))

    def test_no_new_code_is_given_for_it(self, calm: QuestionnaireResponse, clinician: User) -> None:
        deleted(calm)

        with pytest.raises(actions.NoSuchResponse):
            actions.issue_resume_code(response_id=calm.pk, by=clinician, now=later(hours=2))

    @pytest.mark.parametrize("act", ["save", "send", "notice", "panel"])
    def test_nothing_more_happens_to_it(self, calm: QuestionnaireResponse, tab: Tab, act: str) -> None:
        deleted(calm)
        acts = {
            "save": lambda: tab.save(low_mood="yes"),
            "send": lambda: actions.submit(response_id=calm.pk, now=NOW),
            "notice": lambda: actions.acknowledge_part2_notice(response_id=calm.pk, language="en", now=NOW),
            "panel": lambda: actions.record_panel_shown(response_id=calm.pk, now=NOW),
        }

        with pytest.raises(actions.NoSuchResponse):
            acts[act]()

    def test_a_session_that_held_it_holds_nothing(self, calm: QuestionnaireResponse) -> None:
        deleted(calm)

        assert access.response_of_session(str(calm.pk)) is None

    def test_what_was_sent_is_not_deleted(self, sent: QuestionnaireResponse) -> None:
        with pytest.raises(actions.AlreadySent):
            actions.delete_draft(response_id=sent.pk, now=NOW)

        assert records.read_answers_of(QuestionnaireResponse.objects.get(pk=sent.pk))["stroke"].value == "yes"

    def test_another_draft_is_untouched(self, calm: QuestionnaireResponse, clinic, version) -> None:
        other = actions.start(clinic=clinic, version=version, language="en", now=NOW).response
        Tab(other).save(given_name="Bo")

        deleted(calm)

        assert records.read_answers_of(QuestionnaireResponse.objects.get(pk=other.pk))["given_name"].value == "Bo"
        assert Revision.objects.filter(response=other).exists()

    def test_the_link_it_came_from_is_dead(self, clinic, version) -> None:
        invited = actions.invite(clinic=clinic, by=None, now=NOW, language="en")
        begun = actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=invited.invitation)

        deleted(begun.response)

        assert access.live_invitation(invited.token, now=later(hours=2)) is None


class TestAlertedDraft:
    def test_the_alert_stays_with_its_reason(self, alerted: QuestionnaireResponse) -> None:
        before = {alert.pk: records.read_reason(alert) for alert in alerted.alerts.all()}
        assert before

        deleted(alerted)

        after = {alert.pk: records.read_reason(alert) for alert in Alert.objects.filter(response=alerted)}
        assert after == before

    def test_so_does_what_staff_wrote_about_it(self, alerted: QuestionnaireResponse, clinician: User) -> None:
        alert = alerted.alerts.first()
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called, she is safe.", now=NOW)

        deleted(alerted)

        assert records.read_note(Alert.objects.get(pk=alert.pk)) == "Called, she is safe."

    def test_an_alert_that_waits_is_still_delivered_and_acknowledged(
        self, alerted: QuestionnaireResponse, clinician: User
    ) -> None:
        alert = deleted(alerted).alerts.first()
        assert Alert.objects.to_escalate(now=later(hours=3)).filter(pk=alert.pk).exists()

        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=later(hours=3))

        assert records.read_note(Alert.objects.get(pk=alert.pk)) == "Called."

    def test_only_who_it_is_and_how_to_reach_them_stays(self, alerted: QuestionnaireResponse) -> None:
        tombstone = deleted(alerted)

        kept = {name: answer.value for name, answer in records.read_answers_of(tombstone).items()}
        assert kept == {"given_name": "Rosa", "family_name": "Díaz", "phone": "(202) 555-0142"}
        assert records.history_of(tombstone) == ()
        assert records.read_document(tombstone).posted == ()

    def test_the_key_is_a_new_one(self, alerted: QuestionnaireResponse) -> None:
        before = bytes(alerted.document_ct)
        tombstone = deleted(alerted)

        assert bytes(tombstone.wrapped_key) != bytes(alerted.wrapped_key)
        tombstone.document_ct = before
        with pytest.raises(vault.VaultError):
            records.read_document(tombstone)

    def test_the_page_about_reaching_somebody_stays_whole(self, tab: Tab) -> None:
        """A phone number without what makes a call safe may do harm. Here that page asks for names too."""
        definition = rules.compiled_of(tab.response).definition

        assert actions.kept_questions(definition) == {"given_name", "family_name", "birth_date", "phone"}


@pytest.mark.parametrize("whose", ["calm", "alerted"])
def test_why_somebody_took_emergency_access_stays_on_record(
    whose: str, front_desk: User, request: pytest.FixtureRequest
) -> None:
    response = request.getfixturevalue(whose)
    opened = actions.open_in_emergency(response_id=response.pk, by=front_desk, reason="Fainted at the desk", now=NOW)

    tombstone = deleted(response)

    opened.refresh_from_db()
    assert records.read_emergency_reason(opened) == "Fainted at the desk"
    assert "stroke" not in records.read_document(tombstone).answers


def test_whatever_is_sealed_with_a_responses_key_is_thought_of() -> None:
    """A new sealed column of a draft needs a line in `delete_draft`: sealed again with an alert, or gone."""
    sealed = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("intake").get_models()
        if model is QuestionnaireResponse or "response" in {field.name for field in model._meta.concrete_fields}
        for field in model._meta.concrete_fields
        if isinstance(field, models.BinaryField) and field.name.endswith("_ct")
    }
    with_the_alert = {"Alert.reason_ct", "Alert.note_ct", "QuestionnaireResponse.document_ct"}
    on_record = {"EmergencyAccess.reason_ct"}
    gone = {"Revision.changes_ct"}
    only_after_sending = {
        "QuestionnaireResponse.assessment_ct",
        "PackedRecord.vector_ct",
        "Correction.content_ct",
        "AnswerRequest.questions_ct",
        "ReviewEntry.body_ct",
        "SignOff.decision_ct",
    }

    assert sealed == with_the_alert | on_record | gone | only_after_sending
