"""Saving: every answer is kept, none is overwritten unseen, a repeated request changes nothing."""

from __future__ import annotations

import contextlib
import datetime
import itertools

import pytest
from django.db import IntegrityError, transaction

from intake import actions, records, rules
from intake.models import QuestionnaireResponse, Revision, User
from screening.engine.answers import Answer

from .sample import NOW, Tab, answered, later, unknown

pytestmark = pytest.mark.django_db


def stored(response: QuestionnaireResponse) -> dict[str, object]:
    """The present answers: values of known ones, states of others."""
    current = QuestionnaireResponse.objects.get(pk=response.pk)
    return {
        link_id: answer.value if answer.is_known else answer.state
        for link_id, answer in records.read_answers_of(current).items()
    }


class TestSaveAnswers:
    def test_it_keeps_what_was_given(self, tab: Tab) -> None:
        tab.save(given_name="Rosa", stroke="no")

        assert stored(tab.response) == {"given_name": "Rosa", "stroke": "no"}

    def test_it_adds_to_what_was_there(self, tab: Tab) -> None:
        tab.save(given_name="Rosa")
        tab.save(stroke=unknown("not_sure"))

        assert stored(tab.response) == {"given_name": "Rosa", "stroke": "not_sure"}

    def test_it_takes_an_answer_back(self, tab: Tab) -> None:
        tab.save(given_name="Rosa", stroke="no")
        tab.save(stroke=None)

        assert stored(tab.response) == {"given_name": "Rosa"}

    def test_it_keeps_an_entry_that_could_not_be_read(self, tab: Tab) -> None:
        typed = Answer(state="skipped", typed={"": "yesterday-ish"}, on=NOW.date())

        tab.save(birth_date=typed)

        current = QuestionnaireResponse.objects.get()
        assert records.read_answers_of(current)["birth_date"] == typed

    def test_it_counts_revisions(self, tab: Tab) -> None:
        assert [tab.save(stroke=value).revision for value in ("no", "yes", "no")] == [1, 2, 3]

    def test_it_keeps_every_earlier_answer(self, tab: Tab) -> None:
        for value in ("no", "yes", "no"):
            tab.save(stroke=value)

        history = records.history_of(QuestionnaireResponse.objects.get())
        assert [change.answers["stroke"].value for change in history] == ["no", "yes", "no"]  # type: ignore[union-attr]

    def test_it_remembers_which_sections_were_posted(self, tab: Tab) -> None:
        tab.save(given_name="Rosa", section="about")
        tab.save(stroke="no")
        tab.save(given_name="Rosa María", section="about")
        tab.save(section="safety")

        assert records.read_document(QuestionnaireResponse.objects.get()).posted == ("about", "safety")

    def test_the_rules_see_what_was_saved(self, tab: Tab) -> None:
        response = tab.save(stroke="yes").response

        found = rules.assess(response, records.read_answers_of(response), now=NOW)
        assert [flag.flag for flag in found.flags] == ["stroke_ever"]

    def test_it_refuses_a_question_of_no_such_name_and_stores_nothing(self, tab: Tab) -> None:
        with pytest.raises(actions.UnknownQuestion, match="is_staff"):
            tab.save(stroke="yes", is_staff="yes")

        assert stored(tab.response) == {}

    def test_it_refuses_a_section_of_no_such_name(self, tab: Tab) -> None:
        with pytest.raises(actions.UnknownQuestion, match="nowhere"):
            tab.save(stroke="yes", section="nowhere")

    def test_it_refuses_after_sending(self, sent: QuestionnaireResponse) -> None:
        with pytest.raises(actions.AlreadySent):
            Tab(sent).save(stroke="no")

    def test_it_refuses_a_response_that_does_not_exist(self, draft: QuestionnaireResponse) -> None:
        draft.pk = "00000000-0000-0000-0000-000000000000"

        with pytest.raises(actions.NoSuchResponse):
            Tab(draft).save(stroke="no")

    def test_it_names_staff_who_answer_for_somebody(self, draft: QuestionnaireResponse, clinician: User) -> None:
        actions.save_answers(
            response_id=draft.pk,
            answers={"stroke": answered("no")},
            posted_section=None,
            base_revision=0,
            client_id="desk",
            client_sequence=1,
            now=NOW,
            by=clinician,
        )

        revision = Revision.objects.get()
        assert (revision.author_kind, revision.author) == ("staff", clinician)

    def test_it_accepts_a_base_from_before_a_backup_was_put_back(self, tab: Tab) -> None:
        tab.base = 900

        assert tab.save(stroke="no").revision == 1


@pytest.mark.check("C60", required="an older save never replaces a newer one")
class TestRepeats:
    def test_a_repeated_request_changes_nothing(self, tab: Tab) -> None:
        first = tab.send(1, stroke="yes")
        again = tab.send(1, stroke="yes")

        assert (first.revision, again.revision) == (1, 1)
        assert Revision.objects.count() == 1

    def test_a_repeat_after_midnight_changes_nothing(self, tab: Tab) -> None:
        tab.send(1, stroke="yes")
        tab.send(1, now=later(days=1), stroke=answered("yes", on=datetime.date(2026, 3, 3)))

        assert Revision.objects.count() == 1

    def test_a_repeat_does_not_undo_what_came_after(self, tab: Tab) -> None:
        tab.send(1, stroke="yes")
        tab.send(2, stroke="no")
        tab.send(1, stroke="yes")

        assert stored(tab.response) == {"stroke": "no"}

    def test_the_back_button_brings_a_used_number_with_other_answers(self, tab: Tab) -> None:
        tab.send(1, stroke="yes", low_mood="no")
        tab.send(1, stroke="no", low_mood="no")

        assert stored(tab.response) == {"stroke": "no", "low_mood": "no"}
        assert Revision.objects.count() == 2

    def test_the_database_has_one_row_for_an_attempt(self, tab: Tab) -> None:
        tab.send(1, stroke="yes")
        copy = Revision.objects.get()
        copy.pk, copy.number = None, 2

        with pytest.raises(IntegrityError), transaction.atomic():
            Revision.objects.bulk_create([copy])

    @pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
    def test_requests_that_overtake_each_other_end_at_the_newest(self, tab: Tab, order: tuple[int, ...]) -> None:
        values = {1: "a", 2: "ab", 3: "abc"}

        for sequence in (*order, *order):
            tab.send(sequence, given_name=values[sequence])

        assert stored(tab.response) == {"given_name": "abc"}

    def test_an_overtaken_answer_stays_in_the_history(self, tab: Tab) -> None:
        tab.send(2, given_name="Rosa")
        tab.send(1, given_name="Ro")

        assert Revision.objects.count() == 2


@pytest.mark.check("C09", required="a stale save never overwrites")
class TestTwoTabs:
    def test_different_questions_are_both_kept(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")
        second_tab.save(low_mood="no")

        assert stored(tab.response) == {"stroke": "yes", "low_mood": "no"}

    def test_the_same_question_is_never_overwritten_unseen(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")

        with pytest.raises(actions.Conflict) as refused:
            second_tab.save(stroke="no")

        (clash,) = refused.value.clashes
        assert (clash.link_id, clash.stored, clash.submitted) == ("stroke", answered("yes"), answered("no"))
        assert stored(tab.response) == {"stroke": "yes"}

    def test_everything_else_of_the_page_is_saved(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")

        with pytest.raises(actions.Conflict) as refused:
            second_tab.save(stroke="no", low_mood="no", section="body")

        assert stored(tab.response) == {"stroke": "yes", "low_mood": "no"}
        assert refused.value.saved.revision == 2

    def test_the_same_answer_twice_is_no_conflict(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")

        assert second_tab.save(stroke="yes").revision == 2

    def test_the_choice_is_saved_from_the_new_base(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")
        with pytest.raises(actions.Conflict) as refused:
            second_tab.save(stroke="no")
        second_tab.base = refused.value.saved.revision

        second_tab.save(stroke="no")

        assert stored(tab.response) == {"stroke": "no"}

    def test_a_repeated_conflict_is_still_a_conflict(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")
        for _ in range(2):
            with pytest.raises(actions.Conflict):
                second_tab.send(1, stroke="no")

        assert Revision.objects.count() == 2

    def test_an_answer_taken_back_elsewhere_is_a_conflict(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")
        second_tab.base = 1
        tab.save(stroke=None)

        with pytest.raises(actions.Conflict) as refused:
            second_tab.save(stroke="no")
        assert refused.value.clashes[0].stored is None

    def test_a_withheld_answer_is_kept_in_the_history_unapplied(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")
        with pytest.raises(actions.Conflict):
            second_tab.save(stroke="no")

        latest = records.history_of(QuestionnaireResponse.objects.get())[-1]
        assert latest.answers == {}


@pytest.mark.check("C09", required="nor does a save of a page that does not show what is stored")
class TestWhatAPageDoesNotShow:
    PAGE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

    def test_what_another_page_stored_clashes_whatever_the_base(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")
        second_tab.save(low_mood="no")

        with pytest.raises(actions.Conflict) as refused:
            second_tab.save(stroke="no", low_mood="yes", unseen=["stroke"])

        (clash,) = refused.value.clashes
        assert (clash.stored, clash.submitted) == (answered("yes"), answered("no"))
        assert stored(tab.response) == {"stroke": "yes", "low_mood": "yes"}

    def test_the_same_answer_is_no_conflict(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")
        second_tab.save(low_mood="no")

        second_tab.save(stroke="yes", unseen=["stroke", "low_mood"])

    def test_who_answered_last_counts(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")
        second_tab.base = 1
        second_tab.save(stroke="no")
        second_tab.save(low_mood="no")

        second_tab.save(stroke="yes", unseen=["stroke"])

        assert stored(tab.response)["stroke"] == "yes"

    @pytest.mark.parametrize(("before", "is_own"), [(f"{PAGE}-1", True), (PAGE, True), (f"7{PAGE[1:]}", False)])
    def test_another_attempt_of_the_page_is_its_own(
        self, draft: QuestionnaireResponse, before: str, is_own: bool
    ) -> None:
        Tab(draft, before).save(stroke="yes")

        with contextlib.nullcontext() if is_own else pytest.raises(actions.Conflict):
            Tab(draft, f"{self.PAGE}-2", base=1).save(stroke="no", unseen=["stroke"])

    def test_what_is_not_answered_here_is_not_looked_for(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(stroke="yes")

        second_tab.save(low_mood="no", unseen=["stroke"])

        assert stored(tab.response) == {"stroke": "yes", "low_mood": "no"}


class TestTampering:
    def test_an_answer_copied_from_another_response_does_not_open(
        self, tab: Tab, sent: QuestionnaireResponse, clinic: object, version: object
    ) -> None:
        other = actions.start(clinic=clinic, version=version, language="en", now=NOW).response  # type: ignore[arg-type]
        source = QuestionnaireResponse.objects.get(pk=sent.pk)
        QuestionnaireResponse.objects.filter(pk=other.pk).update(
            document_ct=source.document_ct, key_id=source.key_id, wrapped_key=source.wrapped_key
        )

        with pytest.raises(records.vault.VaultError):
            Tab(other).save(stroke="no")
