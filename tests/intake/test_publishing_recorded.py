"""Publishing and retiring a questionnaire leave an audit record, or do not happen."""

from __future__ import annotations

import logging

import pytest
from django.core.management import call_command
from django.test import Client

from intake import audit
from intake.management.commands import worker
from intake.models import AuditRecord, User
from screening import publishing, scheduling, sign_off
from screening.models import Questionnaire, QuestionnaireVersion, ScheduledPublication
from tests.browsers import show_who_one_is

from .sample import NOW, later
from .test_editors import editor  # noqa: F401  (a fixture)


def entry() -> AuditRecord:
    return AuditRecord.objects.order_by("-seq")[0]


@pytest.fixture
def broken_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("no record can be written")

    monkeypatch.setattr(audit, "record", fail)


@pytest.mark.django_db
class TestPublishing:
    def test_it_names_who_was_signed_in_and_what_was_published(self, questionnaire: Questionnaire, admin: User) -> None:
        questionnaire.title = {"en": "Another title", "es": "Otro título"}
        questionnaire.save()

        version = publishing.publish(questionnaire=questionnaire, by="Ada", user=admin, now=later(days=1))

        assert (entry().actor, entry().action, entry().at) == (
            f"user:{admin.pk}",
            "questionnaire.published",
            later(days=1),
        )
        assert entry().objects_named == {"version": str(version.pk), "sha256": version.sha256}

    def test_somebody_at_the_command_line_is_the_operator(self, questionnaire: Questionnaire) -> None:
        call_command("publish_questionnaire", questionnaire.key, "--by", "Ada Example", verbosity=0)

        assert (entry().actor, entry().action) == ("operator", "questionnaire.published")
        assert "Ada" not in str(entry().objects_named)

    def test_without_a_record_nothing_is_published(self, questionnaire: Questionnaire, broken_audit: None) -> None:
        with pytest.raises(RuntimeError):
            publishing.publish(questionnaire=questionnaire, by="Ada", now=NOW)

        assert not questionnaire.versions.exists()

    def test_a_refusal_is_not_recorded(self, questionnaire: Questionnaire) -> None:
        with pytest.raises(publishing.PublishRefused):
            publishing.publish(questionnaire=questionnaire, by=" ", now=NOW)

        assert not AuditRecord.objects.exists()


class TestRetiring:
    def test_it_names_who_was_signed_in(self, version: QuestionnaireVersion, admin: User) -> None:
        publishing.retire(version=version, by="Ada", user=admin, now=later(days=2))

        assert (entry().actor, entry().action) == (f"user:{admin.pk}", "questionnaire.retired")
        assert entry().objects_named == {"version": str(version.pk), "sha256": version.sha256}

    def test_without_a_record_nothing_is_retired(self, version: QuestionnaireVersion, broken_audit: None) -> None:
        with pytest.raises(RuntimeError):
            publishing.retire(version=version, by="Ada", now=NOW)

        version.refresh_from_db()
        assert version.retired_at is None

    def test_the_page_of_the_editor_says_who(
        self,
        editor: Client,  # noqa: F811
        admin: User,
        version: QuestionnaireVersion,
    ) -> None:
        show_who_one_is(editor, admin)

        editor.post(f"/admin/screening/questionnaireversion/{version.pk}/retire/")

        assert (entry().actor, entry().action) == (f"user:{admin.pk}", "questionnaire.retired")


@pytest.fixture
def changed(version: QuestionnaireVersion) -> Questionnaire:
    """A draft with something to publish."""
    Questionnaire.objects.update(title={"en": "Another title", "es": "Otro título"})
    return Questionnaire.objects.get(pk=version.questionnaire_id)


def plan(draft: Questionnaire, user: User) -> ScheduledPublication:
    return scheduling.schedule(
        questionnaire=draft,
        due_at=later(days=2),
        by=user.name,
        user=user,
        note="",
        seen=sign_off.hash_of(draft),
        is_unreviewed=True,
        now=later(days=1),
    )


class TestPlanning:
    def test_planning_and_publishing_are_recorded_as_the_planners(self, changed: Questionnaire, admin: User) -> None:
        planned = plan(changed, admin)
        assert (entry().actor, entry().action) == (f"user:{admin.pk}", "publication.planned")
        assert entry().objects_named == {"publication": str(planned.pk), "sha256": planned.sha256}

        (done,) = scheduling.publish_due(now=later(days=2))

        assert done.outcome.startswith("Published as version")
        assert (entry().actor, entry().action) == (f"user:{admin.pk}", "questionnaire.published")

    def test_cancelling_is_recorded(self, changed: Questionnaire, admin: User) -> None:
        plan(changed, admin)

        scheduling.cancel(questionnaire=changed, by=admin.name, user=admin, now=later(days=1))

        assert (entry().actor, entry().action) == (f"user:{admin.pk}", "publication.cancelled")

    @pytest.mark.parametrize("lost", ["account", "role"])
    def test_a_planner_without_the_right_publishes_nothing(
        self, changed: Questionnaire, admin: User, lost: str
    ) -> None:
        plan(changed, admin)
        if lost == "account":
            User.objects.filter(pk=admin.pk).update(is_active=False)
        else:
            admin.memberships.update(role="auditor")

        (done,) = scheduling.publish_due(now=later(days=2))

        assert done.is_held_back
        assert changed.versions.count() == 1
        assert (entry().actor, entry().action) == ("system", "publication.held_back")

    def test_the_log_of_the_worker_names_nobody(
        self, changed: Questionnaire, admin: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        plan(changed, admin)
        User.objects.filter(pk=admin.pk).update(is_active=False)
        (held_back,) = scheduling.publish_due(now=later(days=2))
        assert admin.name in held_back.outcome
        monkeypatch.setattr(scheduling, "publish_due", lambda **_: [held_back])

        with caplog.at_level(logging.INFO):
            worker.Command()._publish_planned()

        assert f"Planned publication {held_back.pk}: held back" in caplog.text
        assert admin.name not in caplog.text
