"""After sending, what somebody corrects or adds is appended; what was sent stays, and staff see that something came."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from intake import actions, audit, records
from intake.models import Alert, AuditRecord, Correction, QuestionnaireResponse, User

from .sample import NOW, Tab, answered, later, unknown

pytestmark = pytest.mark.django_db


def correct(response: QuestionnaireResponse, words: str = "It was in 2019.", **more) -> Correction:
    given = {"about": "stroke", "attempt": "words:1", "now": later(hours=1)}
    return actions.add_correction(response_id=response.pk, words=words, **{**given, **more})


def fresh(response: QuestionnaireResponse) -> QuestionnaireResponse:
    return QuestionnaireResponse.objects.get(pk=response.pk)


class TestAddCorrection:
    def test_it_is_appended_encrypted(self, sent: QuestionnaireResponse) -> None:
        correction = correct(sent)

        content = records.read_correction(Correction.objects.get(pk=correction.pk))
        assert (content.words, content.about) == ("It was in 2019.", "stroke")
        assert b"2019" not in bytes(correction.content_ct)

    def test_what_was_sent_stays(self, sent: QuestionnaireResponse) -> None:
        before = bytes(sent.document_ct), bytes(sent.assessment_ct), sent.sent_at
        correct(sent)

        after = fresh(sent)
        assert (bytes(after.document_ct), bytes(after.assessment_ct), after.sent_at) == before

    def test_two_are_both_kept_in_order(self, sent: QuestionnaireResponse) -> None:
        correct(sent)
        correct(sent, "And my knee.", about="", attempt="words:2")

        found = sent.corrections.order_by("number")
        assert [records.read_correction(each).words for each in found] == ["It was in 2019.", "And my knee."]
        assert [each.number for each in found] == [1, 2]

    def test_a_second_click_adds_nothing(self, sent: QuestionnaireResponse) -> None:
        assert correct(sent) == correct(sent)
        assert fresh(sent).unread_corrections == 1

    def test_it_is_unread_until_somebody_opens_the_response(self, sent: QuestionnaireResponse, clinician: User) -> None:
        correct(sent)
        assert fresh(sent).unread_corrections == 1

        actions.open_response(response=sent, user=clinician, now=later(hours=2))
        assert fresh(sent).unread_corrections == 0

        correct(sent, "One more.", attempt="words:2")
        assert fresh(sent).unread_corrections == 1

    def test_it_is_recorded_without_its_words(self, sent: QuestionnaireResponse) -> None:
        correct(sent)

        entry = AuditRecord.objects.get(action="response.corrected")
        assert entry.actor == audit.patient(sent)
        assert set(entry.objects_named) == {"response", "correction", "source"}
        assert audit.verify().is_intact

    def test_those_after_a_moment_are_new(self, sent: QuestionnaireResponse) -> None:
        """What a signature before them did not see."""
        first = correct(sent)
        second = correct(sent, "Later.", attempt="words:2", now=later(hours=3))

        assert list(sent.corrections.all().after(later(hours=2))) == [second]
        assert list(sent.corrections.all().after(None).order_by("number")) == [first, second]

    @pytest.mark.parametrize("words", ["", "  \n "])
    def test_it_needs_words(self, sent: QuestionnaireResponse, words: str) -> None:
        with pytest.raises(actions.NothingSaid):
            correct(sent, words)

    def test_it_refuses_a_book(self, sent: QuestionnaireResponse) -> None:
        with pytest.raises(actions.TooLong):
            correct(sent, "a" * 4001)

    def test_it_refuses_more_than_can_be_read(self, sent: QuestionnaireResponse) -> None:
        for number in range(20):
            correct(sent, attempt=f"words:{number}")

        with pytest.raises(actions.TooManyCorrections):
            correct(sent, attempt="words:20")

    def test_a_draft_is_changed_not_corrected(self, draft: QuestionnaireResponse) -> None:
        with pytest.raises(actions.NotSentYet):
            correct(draft)

    def test_a_place_that_is_not_there_becomes_the_whole(self, sent: QuestionnaireResponse) -> None:
        assert records.read_correction(correct(sent, about="no_such_question")).about == ""

    def test_it_may_be_about_a_page(self, sent: QuestionnaireResponse) -> None:
        assert records.read_correction(correct(sent, about="body")).about == "body"

    def test_it_is_never_changed_or_deleted(self, sent: QuestionnaireResponse) -> None:
        correction = correct(sent)

        for write in (correction.save, correction.delete, Correction.objects.all().delete):
            with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
                write()


class TestKeepLateAnswers:
    def keep(self, response: QuestionnaireResponse, **answers) -> Correction | None:
        given = {name: value if hasattr(value, "state") else answered(value) for name, value in answers.items()}
        return actions.keep_late_answers(response_id=response.pk, answers=given, now=later(minutes=1))

    def test_a_disclosure_calls_staff_now(self, sent: QuestionnaireResponse) -> None:
        assert not Alert.objects.filter(response=sent).exists()

        late = self.keep(sent, plan_now="yes")

        alert = Alert.objects.filter(response=sent, kind=Alert.Kind.AT_ONCE).get()
        assert alert.due_at == later(minutes=1)
        assert records.read_correction(late).answers["plan_now"]["value"] == "yes"
        assert audit.verify().is_intact

    def test_what_was_sent_stays(self, sent: QuestionnaireResponse) -> None:
        self.keep(sent, plan_now="yes")

        assert records.read_answers_of(fresh(sent))["plan_now"].value == "no"

    def test_what_says_the_same_is_not_kept(self, sent: QuestionnaireResponse) -> None:
        assert self.keep(sent, plan_now="no", stroke="yes") is None
        assert fresh(sent).unread_corrections == 0

    def test_an_empty_field_takes_nothing_back(self, sent: QuestionnaireResponse) -> None:
        assert self.keep(sent, stroke=unknown("skipped")) is None

    def test_a_repeated_page_is_kept_once(self, sent: QuestionnaireResponse) -> None:
        assert self.keep(sent, plan_now="yes") is not None
        assert self.keep(sent, plan_now="yes") is None
        assert self.keep(sent, plan_now=unknown("not_sure")) is not None

    def test_a_draft_is_saved_instead(self, tab: Tab) -> None:
        with pytest.raises(actions.NotSentYet):
            self.keep(tab.response, plan_now="yes")
        assert not Alert.objects.exists()

    def test_calm_answers_call_nobody(self, sent: QuestionnaireResponse) -> None:
        self.keep(sent, pressure=unknown("not_sure"))

        assert not Alert.objects.filter(response=sent).exists()
        assert fresh(sent).unread_corrections == 1
        assert sent.corrections.get().created_at > NOW
