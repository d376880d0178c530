"""Rotating keys: everything stays readable at every moment, and nothing is ever encrypted twice."""

from __future__ import annotations

import base64
import io
import json
import secrets
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from intake import actions, records, vault
from intake.actions import rotating
from intake.alerts import rota
from intake.models import AlertContact, AuditRecord, Clinic, QuestionnaireResponse, User
from intake.models.fields import Enveloped
from tests.intake.sample import NOW, Tab

pytestmark = pytest.mark.django_db


class Ring:
    """The key ring of a test, changed as an operator changes it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.patch = monkeypatch
        self.content: dict[str, Any] = json.loads(vault.new_keyring(key_id="old"))
        self.use()

    def use(self) -> None:
        self.patch.setenv("KEYRING", json.dumps(self.content))
        vault.forget_keys()

    def add(self, key_id: str) -> None:
        """A new key, which becomes the active one."""
        self.content["keys"][key_id] = base64.b64encode(secrets.token_bytes(32)).decode()
        self.content["active"] = key_id
        self.use()

    def remove(self, key_id: str) -> None:
        del self.content["keys"][key_id]
        self.use()


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    return Ring(monkeypatch)


@pytest.fixture
def contact(clinic: Clinic) -> AlertContact:
    return AlertContact.objects.create(
        clinic=clinic, name="Pager", channel="webhook", created_at=NOW,
        address_sealed=vault.seal_text("https://pager.example/hook", purpose=rota.ADDRESS),
        secret_sealed=vault.seal_text("a secret", purpose=rota.SECRET),
    )  # fmt: skip


@pytest.fixture
def authenticator(clinician: User) -> Authenticator:
    return TOTP.activate(clinician, generate_totp_secret()).instance


def rotate() -> rotating.Rotated:
    return actions.rotate_keys(now=NOW)


class TestEverythingMoves:
    @pytest.mark.check("C69", required="readable without the old key, nothing encrypted twice")
    def test_records_stay_readable_without_the_old_key(self, ring: Ring, sent: QuestionnaireResponse) -> None:
        before = records.read_answers_of(sent)
        ring.add("new")

        assert rotate().records == 2  # the response and its person
        ring.remove("old")

        response = QuestionnaireResponse.objects.get()
        assert records.read_answers_of(response) == before
        assert records.read_identity(response.person)["given_name"] == "Rosa"
        assert [len(past.answers) for past in records.history_of(response)]

    def test_what_records_hold_is_not_touched(self, ring: Ring, sent: QuestionnaireResponse) -> None:
        before = bytes(sent.document_ct), bytes(sent.assessment_ct)
        ring.add("new")
        rotate()

        sent.refresh_from_db()
        assert (bytes(sent.document_ct), bytes(sent.assessment_ct)) == before

    def test_sealed_texts_stay_readable_without_the_old_key(self, ring: Ring, contact: AlertContact) -> None:
        ring.add("new")

        assert rotate().texts == 2
        ring.remove("old")

        contact.refresh_from_db()
        assert vault.open_text(contact.address_sealed, purpose=rota.ADDRESS) == "https://pager.example/hook"
        assert vault.open_text(contact.secret_sealed, purpose=rota.SECRET) == "a secret"

    def test_second_factors_still_work(self, ring: Ring, authenticator: Authenticator) -> None:
        secret = vault.open_text(authenticator.data["secret"], purpose=vault.SECOND_FACTOR)
        ring.add("new")
        rotate()
        ring.remove("old")

        authenticator.refresh_from_db()
        assert vault.open_text(authenticator.data["secret"], purpose=vault.SECOND_FACTOR) == secret

    def test_a_contact_without_a_secret_is_left_without_one(self, ring: Ring, contact: AlertContact) -> None:
        AlertContact.objects.update(secret_sealed="")
        ring.add("new")

        assert rotate().texts == 1
        contact.refresh_from_db()
        assert contact.secret_sealed == ""

    def test_it_says_which_keys_nothing_needs_any_more(self, ring: Ring, sent: QuestionnaireResponse) -> None:
        ring.add("newer")
        ring.add("newest")

        assert rotate().unused == ("newer", "old")

    def test_every_column_that_holds_a_sealed_text_is_moved(self) -> None:
        named = {(model, field.name) for model in apps.get_models() for field in model._meta.fields
                 if field.name.endswith("_sealed")}  # fmt: skip

        assert named == {(model, field) for model, field, _ in rotating.SEALED}

    def test_it_is_recorded(self, ring: Ring, sent: QuestionnaireResponse) -> None:
        ring.add("new")
        rotate()

        record = AuditRecord.objects.get(action="keys.rotated")
        assert record.objects_named == {"key": "new", "records": "2", "texts": "0"}


class TestAgainAndHalfWay:
    def test_a_second_run_moves_nothing(self, ring: Ring, sent, contact, authenticator) -> None:
        ring.add("new")
        rotate()
        kept = [bytes(row.wrapped_key) for row in QuestionnaireResponse.objects.all()]

        again = rotate()

        assert (again.records, again.texts) == (0, 0)
        assert [bytes(row.wrapped_key) for row in QuestionnaireResponse.objects.all()] == kept

    def test_a_run_that_was_stopped_goes_on_where_it_was(self, ring: Ring, sent, contact, monkeypatch) -> None:
        monkeypatch.setattr(rotating, "BATCH", 1)
        ring.add("new")

        with pytest.raises(KeyboardInterrupt):
            actions.rotate_keys(now=NOW, after_each=stop_at(2))
        assert records.read_answers_of(QuestionnaireResponse.objects.get())  # readable in between
        left = rotate()

        assert left.records + left.texts == 2
        ring.remove("old")
        assert records.read_identity(QuestionnaireResponse.objects.get().person)["given_name"] == "Rosa"

    @pytest.mark.parametrize("size", [1, 2, 200])
    def test_batches_of_any_size_leave_nothing_out(self, ring: Ring, clinic, version, monkeypatch, size) -> None:
        for _ in range(3):
            started = actions.start(clinic=clinic, version=version, language="en", now=NOW)
            Tab(started.response).save(given_name="Rosa")
        monkeypatch.setattr(rotating, "BATCH", size)
        ring.add("new")

        assert rotate().records == 3
        assert set(QuestionnaireResponse.objects.values_list("key_id", flat=True)) == {"new"}

    def test_a_record_whose_content_is_gone_is_left_alone(self, ring: Ring, draft: QuestionnaireResponse) -> None:
        QuestionnaireResponse.objects.update(wrapped_key=b"")
        ring.add("new")

        assert rotate().records == 0

    def test_a_record_under_a_key_that_is_lost_is_said_and_left_as_it_is(self, ring: Ring, sent) -> None:
        ring.add("new")
        ring.remove("old")
        before = bytes(QuestionnaireResponse.objects.get().wrapped_key)

        with pytest.raises(CommandError, match="key “old” is not in the key ring"):
            call_command("rotate_keys", stdout=io.StringIO())
        assert bytes(QuestionnaireResponse.objects.get().wrapped_key) == before

    def test_new_records_are_made_under_the_active_key(self, ring: Ring, clinic, version) -> None:
        ring.add("new")

        started = actions.start(clinic=clinic, version=version, language="en", now=NOW)
        assert started.response.key_id == "new"


def stop_at(batch: int):
    """Something that interrupts after so many batches."""
    done: list[int] = []

    def after_each() -> None:
        done.append(1)
        if len(done) == batch:
            raise KeyboardInterrupt

    return after_each


def test_the_command_says_what_it_did(ring: Ring, sent: QuestionnaireResponse) -> None:
    ring.add("new")
    out = io.StringIO()

    call_command("rotate_keys", stdout=out)

    assert out.getvalue().strip() == (
        "Moved 2 records and 0 texts. Nothing in the database needs old any more; older backups do."
    )


def test_every_enveloped_table_is_moved() -> None:
    tables: list[type[models.Model]] = [model for model in apps.get_models() if issubclass(model, Enveloped)]
    assert len(list(rotating._record_batches())) == len(tables) >= 3
