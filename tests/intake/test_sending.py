"""Sending: once, complete, and readable afterwards by the clinic only."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command
from django.db import connection

from intake import actions, records, rules, triggers, vault
from intake.models import AuditRecord, PackedRecord, Person, QuestionnaireResponse, Revision
from screening import packing
from screening.engine.definition import canonical_json

from .sample import DEFINITION, NOW, TODAY, Tab, later

pytestmark = pytest.mark.django_db


class TestSubmit:
    def test_it_closes_the_draft(self, sent: QuestionnaireResponse) -> None:
        sent.refresh_from_db()

        assert (sent.status, sent.sent_at, sent.as_of) == ("sent", NOW, datetime.date(2026, 3, 2))

    def test_the_day_is_the_clinics(self, tab: Tab) -> None:
        tab.finish(family_name="Díaz")

        # 03:00 in London is still the evening before in New York.
        sent = actions.submit(response_id=tab.response.pk, now=datetime.datetime(2026, 3, 3, 3, 0, tzinfo=datetime.UTC))

        assert sent.as_of == datetime.date(2026, 3, 2)

    def test_what_was_shown_and_left_empty_becomes_skipped(self, sent: QuestionnaireResponse) -> None:
        answers = records.read_answers_of(sent)

        assert answers["route"].state == "skipped"
        assert answers["stroke"].value == "yes"

    def test_what_was_never_shown_does_not(self, tab: Tab) -> None:
        tab.finish(family_name="Díaz", stroke="no")

        sent = actions.submit(response_id=tab.response.pk, now=NOW)

        assert "stroke_when" not in records.read_answers_of(sent)

    def test_it_keeps_what_the_rules_said(self, sent: QuestionnaireResponse) -> None:
        assessment = records.read_assessment(sent)

        assert [flag.flag for flag in assessment.flags] == ["stroke_ever"]
        assert assessment == rules.assess(sent, records.read_answers_of(sent), now=later(days=30))

    def test_it_can_be_sorted_without_being_read(self, sent: QuestionnaireResponse) -> None:
        assert (sent.top_severity, sent.has_unresolved_safety) == (3, False)

    def test_unresolved_safety_can_be_sorted_too(self, tab: Tab) -> None:
        tab.finish(family_name="Díaz", plan_now="no")

        sent = actions.submit(response_id=tab.response.pk, now=NOW)

        assert (sent.top_severity, sent.has_unresolved_safety) == (0, True)

    def test_no_page_can_take_the_name_of_the_last_revision(self, draft: QuestionnaireResponse) -> None:
        tab = Tab(draft, "sending")
        tab.send(0, stroke="no")
        tab.finish(family_name="Díaz")

        assert actions.submit(response_id=draft.pk, now=NOW).is_sent

    def test_sending_again_changes_nothing(self, sent: QuestionnaireResponse) -> None:
        again = actions.submit(response_id=sent.pk, now=later(hours=1))

        assert (again.reference, again.sent_at) == (sent.reference, NOW)
        assert Person.objects.count() == 1
        assert AuditRecord.objects.filter(action="response.sent").count() == 1

    def test_it_names_what_must_be_answered_first(self, tab: Tab) -> None:
        tab.finish(given_name="Rosa")

        with pytest.raises(actions.Incomplete) as refused:
            actions.submit(response_id=tab.response.pk, now=NOW)

        assert refused.value.missing == ("family_name",)
        assert QuestionnaireResponse.objects.get().status == "draft"

    def test_it_names_the_pages_that_were_never_seen(self, tab: Tab) -> None:
        tab.save(family_name="Díaz", given_name="Rosa", birth_date=None, phone=None)

        with pytest.raises(actions.Unfinished) as refused:
            actions.submit(response_id=tab.response.pk, now=NOW)

        assert refused.value.sections == ("about", "safety", "body")
        assert QuestionnaireResponse.objects.get().status == "draft"

    def test_a_question_that_another_window_brought_up_holds_it_back(self, tab: Tab, second_tab: Tab) -> None:
        base = tab.finish(family_name="Díaz", stroke="no").revision
        second_tab.base = base
        second_tab.save(stroke="yes")

        with pytest.raises(actions.Unfinished) as refused:
            actions.submit(response_id=tab.response.pk, now=NOW)

        assert refused.value.sections == ("body",)

    def test_it_refuses_a_response_that_does_not_exist(self, db: None) -> None:
        with pytest.raises(actions.NoSuchResponse):
            actions.submit(response_id="00000000-0000-0000-0000-000000000000", now=NOW)

    def test_the_last_revision_is_nobodys(self, sent: QuestionnaireResponse) -> None:
        latest = Revision.objects.order_by("number").last()

        assert latest is not None
        assert (latest.author_kind, latest.author, latest.number) == ("system", None, sent.revision)

    def test_a_draft_has_no_stored_assessment(self, draft: QuestionnaireResponse) -> None:
        with pytest.raises(ValueError, match="draft"):
            records.read_assessment(draft)


class TestPerson:
    def test_it_is_recorded_encrypted(self, sent: QuestionnaireResponse) -> None:
        person = Person.objects.get()

        assert records.read_identity(person) == {
            "given_name": "Rosa",
            "family_name": "Díaz",
            "birth_date": "1985-06-15",
        }
        assert "Rosa" not in str(Person.objects.values())

    def test_it_is_found_by_name_in_any_spelling_of_case_and_accent(self, sent: QuestionnaireResponse) -> None:
        wanted = vault.keyed_hash("name", str(sent.clinic_id), vault.searchable("ROSA  diaz"))

        assert Person.objects.get().name_hash == wanted

    def test_it_is_found_by_birth_date(self, sent: QuestionnaireResponse) -> None:
        wanted = vault.keyed_hash("birth date", str(sent.clinic_id), "1985-06-15")

        assert Person.objects.get().birth_date_hash == wanted

    def test_a_name_hashes_differently_in_another_clinic(
        self, sent: QuestionnaireResponse, other_clinic: object, version: object
    ) -> None:
        elsewhere = Tab(actions.start(clinic=other_clinic, version=version, language="en", now=NOW).response)  # type: ignore[arg-type]
        elsewhere.finish(given_name="Rosa", family_name="Díaz")
        actions.submit(response_id=elsewhere.response.pk, now=NOW)

        assert len(set(Person.objects.values_list("name_hash", flat=True))) == 2

    def test_two_people_of_one_name_stay_two(
        self, sent: QuestionnaireResponse, clinic: object, version: object
    ) -> None:
        other = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response)  # type: ignore[arg-type]
        other.finish(given_name="Rosa", family_name="Díaz")
        actions.submit(response_id=other.response.pk, now=NOW)

        assert Person.objects.count() == 2

    def test_somebody_invited_again_is_the_same_person(
        self, sent: QuestionnaireResponse, clinic: object, version: object
    ) -> None:
        invited = actions.invite(clinic=clinic, by=None, now=NOW, language="en", person=sent.person)  # type: ignore[arg-type]
        again = actions.start(
            clinic=clinic,
            version=version,
            language="en",
            now=NOW,
            invitation=invited.invitation,  # type: ignore[arg-type]
        )
        Tab(again.response).finish(given_name="R.", family_name="D.")

        assert actions.submit(response_id=again.response.pk, now=NOW).person == sent.person


class TestPackedRecord:
    def test_it_is_kept_encrypted_beside_the_answers(self, sent: QuestionnaireResponse) -> None:
        record = PackedRecord.objects.get()
        vector = vault.data_key(sent).open(record.vector_ct, row=record, field="vector_ct")

        assert (record.version, record.layout) == (sent.version, packing.LAYOUT)
        assert vector == packing.pack(packing.layout_of(DEFINITION), records.read_answers_of(sent), TODAY)

    def test_a_response_without_one_gets_it_by_the_command_once(self, sent: QuestionnaireResponse) -> None:
        kept = PackedRecord.objects.get()
        triggers.remove(connection)
        PackedRecord.objects.update(layout=1)
        triggers.install(connection)

        call_command("pack_records")
        call_command("pack_records")

        made = PackedRecord.objects.exclude(pk=kept.pk).get()
        key = vault.data_key(sent)
        assert made.layout == packing.LAYOUT
        assert key.open(made.vector_ct, row=made, field="vector_ct") == key.open(
            kept.vector_ct, row=kept, field="vector_ct"
        )


def test_a_new_version_leaves_an_open_draft_on_its_own(tab: Tab, version: object) -> None:
    assert canonical_json(rules.compiled_of(tab.response).definition) == canonical_json(DEFINITION)
