"""What the database itself refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from intake.models import QuestionnaireResponse, ReviewEntry, SignOff, User

from .sample import NOW

MODELS = list(apps.get_app_config("intake").get_models())

# Events that nobody in particular does: `<verb>_at` of these stands alone, or its `_by` is always set.
UNPAIRED = {
    ("ReviewEntry", "done"): "both are required",
    ("SignOff", "signed"): "both are required",
    ("AlertRota", "changed"): "both are required",
    ("PersonMatch", "decided"): "both are required",
    ("TreatmentSession", "recorded"): "both are required",
    ("CheckInSchedule", "set"): "both are required",
    ("AnswerRequest", "asked"): "both are required",
    ("ImpactRun", "requested"): "both are required",
    ("EmergencyAccess", "began"): "both are required",
    ("RoleOffer", "offered"): "both are required",
}


def _pairs() -> list[tuple[type[models.Model], str]]:
    found = []
    for model in MODELS:
        names = {field.name for field in model._meta.get_fields()}
        found += [(model, name[:-3]) for name in sorted(names) if name.endswith("_at") and f"{name[:-3]}_by" in names]
    return found


@pytest.mark.parametrize(("model", "verb"), _pairs())
def test_when_and_who_travel_together(model: type[models.Model], verb: str) -> None:
    at, by = model._meta.get_field(f"{verb}_at"), model._meta.get_field(f"{verb}_by")
    if (model.__name__, verb) in UNPAIRED:
        assert not at.null
        assert not by.null
        return

    assert any(constraint.name.endswith(f"_{verb}_at_and_by") for constraint in model._meta.constraints)


@pytest.mark.parametrize("model", MODELS)
def test_every_constraint_says_what_it_means(model: type[models.Model]) -> None:
    for constraint in model._meta.constraints:
        assert constraint.violation_error_message != models.BaseConstraint.default_violation_error_message


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_deleted_along_with_something_else(model: type[models.Model]) -> None:
    for field in model._meta.concrete_fields:
        if field.is_relation:
            assert field.remote_field.on_delete is models.PROTECT, field


TEXTS = {
    "User": {"email", "name", "password"},
    "Membership": {"role"},
    "RoleOffer": {"role"},
    "Clinic": {"name", "slug", "country", "timezone", "profile", "alert_email", "phone", "email", "part2_mode"},
    "Person": {"key_id", "reference", "name_hash", "birth_date_hash"},
    "Invitation": {"token_sha256", "language"},
    "Invitee": {"key_id", "email_hash"},
    "PersonMatch": {"decision"},
    "CheckInSchedule": {"key_id", "kind", "language"},
    "ImpactRun": {"key_id", "document", "state"},
    "InvitationMail": {"kind", "failure", "token_sha256"},
    "QuestionnaireResponse": {
        "key_id",
        "reference",
        "language",
        "status",
        "resume_code_hash",
        "part2_notice",
        "answering",
    },
    "Correction": {"source", "attempt"},
    "Revision": {"client_id", "author_kind"},
    "ReviewEntry": {"kind"},
    "SignOff": {"version_sha256", "content_sha256"},
    "Alert": {"kind", "reason_hash"},
    "AlertAttempt": {"failure"},
    "AlertContact": {"name", "channel", "duty", "address_sealed", "secret_sealed"},
    "AlertDelivery": {"name", "channel", "address_sealed"},
    "NoticeChoice": {"choice"},
    "SecurityNotice": {"kind", "detail"},
    "StaffSession": {"session_key", "browser"},
    "WorkerHeartbeat": {"name"},
    "Erasure": {"kind", "reference", "reason"},
    "LegalHold": {"matter"},  # a file number; the command says never a name
    "AuditRecord": {"actor", "action", "previous", "mac"},
}
"""The columns of text of each model, one by one: a new one must be thought about."""


@pytest.mark.parametrize("model", MODELS)
def test_it_keeps_words_about_people_in_ciphertext_only(model: type[models.Model]) -> None:
    texts = {f.name for f in model._meta.concrete_fields if isinstance(f, (models.CharField, models.TextField))}
    assert texts == TEXTS.get(model.__name__, set())


@pytest.mark.django_db
class TestRefusals:
    def refuse(self, response: QuestionnaireResponse, **values: Any) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            QuestionnaireResponse.objects.filter(pk=response.pk).update(**values)

    def test_a_draft_is_not_half_sent(self, draft: QuestionnaireResponse) -> None:
        self.refuse(draft, status="sent")
        self.refuse(draft, sent_at=NOW)

    def test_a_sent_response_does_not_become_a_draft(self, sent: QuestionnaireResponse) -> None:
        self.refuse(sent, status="draft")

    def test_nobody_opens_anonymously(self, sent: QuestionnaireResponse) -> None:
        self.refuse(sent, opened_at=NOW)

    def test_a_severity_is_one_of_five(self, sent: QuestionnaireResponse) -> None:
        self.refuse(sent, top_severity=5)

    def test_a_record_of_care_holds_what_it_names(self, sent: QuestionnaireResponse) -> None:
        for named in (sent.clinic, sent.person, sent.version, sent):
            with pytest.raises((ProtectedError, DatabaseError)), transaction.atomic():
                named.delete()

    @pytest.mark.parametrize("table", ["intake_signoff", "intake_reviewentry"])
    def test_what_was_signed_is_never_changed(self, sent: QuestionnaireResponse, clinician: User, table: str) -> None:
        SignOff.objects.create(
            response=sent, version_sha256="a", content_sha256="b", decision_ct=b"", signed_at=NOW, signed_by=clinician
        )
        ReviewEntry.objects.create(response=sent, number=1, kind="noted", body_ct=b"", done_at=NOW, done_by=clinician)

        refused = pytest.raises(DatabaseError, match="cannot be changed")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET response_id = response_id")

    def test_the_same_content_is_signed_once(self, sent: QuestionnaireResponse, clinician: User) -> None:
        def sign() -> None:
            SignOff.objects.create(
                response=sent,
                version_sha256="a",
                content_sha256="b",
                decision_ct=b"",
                signed_at=NOW,
                signed_by=clinician,
            )

        sign()
        with pytest.raises(IntegrityError), transaction.atomic():
            sign()
