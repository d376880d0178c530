"""A clinical sign-off over exactly one content, publishing as not yet reviewed, and publishing at a time."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse

from screening import case_problems, models, publishing, scheduling, sign_off
from tests.screening.samples import NOW, both, small
from tests.screening.test_admin import Form, form_of

pytestmark = pytest.mark.django_db

LATER = NOW + datetime.timedelta(hours=2)


def page(draft) -> str:
    return reverse("admin:screening_publish", args=[draft.pk])


def sign(draft, **more) -> models.ClinicalReview:
    wanted = {"questionnaire": draft, "by": "Dr. Ada Example", "now": NOW, "seen": sign_off.hash_of(draft)}
    review = sign_off.sign_off(**wanted | more)
    draft.refresh_from_db()
    return review


def publish(draft, *, as_unreviewed=False) -> models.QuestionnaireVersion:
    return publishing.publish(questionnaire=draft, by="Bo", now=NOW, as_unreviewed=as_unreviewed)


def refused(draft, **more) -> list[str]:
    with pytest.raises(publishing.PublishRefused) as found:
        publish(draft, **more)
    return [problem.id for problem in found.value.problems]


@pytest.fixture
def unreviewed(draft) -> models.Questionnaire:
    """A draft that does not say that anybody reviewed it."""
    models.Questionnaire.objects.filter(pk=draft.pk).update(review_clinical="")
    draft.refresh_from_db()
    return draft


@pytest.fixture
def signed(unreviewed) -> models.Questionnaire:
    sign(unreviewed)
    return unreviewed


class TestSignOff:
    def test_it_names_the_reviewer_in_the_draft_and_keeps_the_hash_of_that(self, unreviewed):
        review = sign(unreviewed, note="Read it twice")

        assert unreviewed.review_clinical == "Dr. Ada Example, 2026-03-02"
        assert review.sha256 == sign_off.hash_of(unreviewed)
        assert (review.reviewed_by, review.reviewed_at, review.note) == ("Dr. Ada Example", NOW, "Read it twice")

    def test_a_signed_draft_is_published_with_its_reviewer(self, unreviewed):
        review = sign(unreviewed)

        version = publish(unreviewed)

        assert version.sha256 == review.sha256
        assert publishing.definition_of(version).review.clinical.startswith("Dr. Ada Example")

    def test_any_change_afterwards_voids_it(self, signed):
        models.Rule.objects.filter(severity="caution").update(when="stroke is yes or stroke_recent is yes")

        assert refused(signed) == ["P106"]
        assert refused(signed, as_unreviewed=True) == ["P106"]

    def test_what_changed_since_it_was_shown_is_not_signed(self, unreviewed):
        seen = sign_off.hash_of(unreviewed)
        models.Flag.objects.update(group="Other")

        with pytest.raises(publishing.PublishRefused, match="changed after"):
            sign(unreviewed, seen=seen)
        assert not models.ClinicalReview.objects.exists()

    def test_nobody_signs_without_a_name(self, unreviewed):
        with pytest.raises(publishing.PublishRefused, match="Nobody is named"):
            sign(unreviewed, by=" ")


class TestWithoutAReview:
    def test_publishing_is_refused(self, unreviewed):
        assert refused(unreviewed) == ["P105"]

    def test_it_is_published_as_not_yet_reviewed_when_that_is_chosen(self, unreviewed):
        version = publish(unreviewed, as_unreviewed=True)

        assert publishing.definition_of(version).review.clinical == ""

    def test_a_draft_that_claims_a_review_is_not(self, draft):
        assert refused(draft, as_unreviewed=True) == ["P106"]

    def test_the_page_asks_for_the_choice(self, editor, unreviewed):
        response = editor.post(page(unreviewed), form_of(editor, page(unreviewed)) | {"note": "First"})

        html = response.content.decode()
        assert response.status_code == 422
        assert "P105" in html
        assert reverse("authoring:review", args=[unreviewed.pk]) in html
        sent = form_of(editor, page(unreviewed)) | {"unreviewed": "yes"}
        assert editor.post(page(unreviewed), sent).status_code == 302

    def test_the_page_says_that_a_review_no_longer_counts(self, editor, signed):
        models.Flag.objects.update(group="Other")

        assert "it changed since, so that no longer counts" in editor.get(page(signed)).content.decode()


def plan(draft, **more) -> models.ScheduledPublication:
    wanted = {"due_at": LATER, "by": "Bo", "note": "At night", "is_unreviewed": False, "now": NOW}
    wanted |= {"user": planner(), "seen": sign_off.hash_of(draft)}
    return scheduling.schedule(questionnaire=draft, **wanted | more)


def planner():
    """Who plans: the account of the editor's browser, or one of their own."""
    return get_user_model().objects.get_or_create(email="ada@example.org", defaults={"created_at": NOW})[0]


class TestWhatWasLookedAt:
    """The page reads the draft once; what is sent back names exactly that, or is refused."""

    @pytest.mark.parametrize("button", [{}, {"later": "yes", "at": "2099-03-01T08:00"}])
    def test_a_page_that_names_no_draft_is_refused(self, editor, signed, button):
        response = editor.post(page(signed), form_of(editor, page(signed)) | {"seen": "", **button})

        assert response.status_code == 422
        assert "P102" in response.content.decode()
        assert not signed.versions.exists()
        assert not models.ScheduledPublication.objects.exists()

    def test_the_hash_and_what_is_shown_are_of_one_reading(self, editor, signed, monkeypatch):
        """Somebody edits while the page is made: what it shows and what it would publish stay the same."""
        seen = sign_off.hash_of(signed)
        proved = case_problems.of_draft

        def edited_meanwhile(definition, questionnaire):
            models.Flag.objects.update(group="Other")
            return proved(definition, questionnaire)

        monkeypatch.setattr(case_problems, "of_draft", edited_meanwhile)

        assert form_of(editor, page(signed))["seen"] == [seen]


class TestAtATime:
    def test_it_is_published_when_the_time_has_come_and_not_before(self, signed):
        plan(signed)

        assert scheduling.publish_due(now=NOW) == []
        (planned,) = scheduling.publish_due(now=LATER)

        version = signed.versions.get()
        assert planned.outcome == "Published as version 1."
        assert (version.published_by, version.note, version.published_at) == ("Bo", "At night", LATER)
        assert scheduling.publish_due(now=LATER) == []

    def test_a_draft_that_changed_is_not_published_and_says_why(self, signed):
        plan(signed)
        publishing.rows_from_definition(small(title=both("Other")), into=signed)

        (planned,) = scheduling.publish_due(now=LATER)

        assert planned.outcome.startswith("Not published: draft: The draft was changed")
        assert not signed.versions.exists()

    def test_a_case_that_fails_by_then_holds_it_back(self, signed):
        plan(signed)
        models.Case.objects.update(expect={})

        (planned,) = scheduling.publish_due(now=LATER)

        assert "case recent_stroke" in planned.outcome

    def test_a_draft_that_cannot_be_read_by_then_says_so(self, signed):
        plan(signed)
        models.Question.objects.update(type="riddle")

        (planned,) = scheduling.publish_due(now=LATER)

        assert planned.outcome.startswith("Not published")

    def test_what_is_planned_can_be_cancelled_once(self, signed):
        plan(signed)

        scheduling.cancel(questionnaire=signed, by="Bo", user=planner(), now=NOW)

        assert scheduling.publish_due(now=LATER) == []
        with pytest.raises(scheduling.CannotSchedule):
            scheduling.cancel(questionnaire=signed, by="Bo", user=planner(), now=NOW)

    def test_what_is_cancelled_while_it_is_proved_is_not_published(self, signed, monkeypatch):
        """Proofs take seconds; somebody, or another worker, may deal with the plan meanwhile."""
        plan(signed)
        proved = publishing.problems_of

        def cancelled_meanwhile(questionnaire):
            if scheduling.waiting(questionnaire):
                scheduling.cancel(questionnaire=questionnaire, by="Bo", user=planner(), now=LATER)
            return proved(questionnaire)

        monkeypatch.setattr(publishing, "problems_of", cancelled_meanwhile)

        assert scheduling.publish_due(now=LATER) == []
        assert not signed.versions.exists()
        assert models.ScheduledPublication.objects.get().outcome == "Cancelled by Bo."

    def test_whoever_lost_the_right_meanwhile_does_not_publish_and_the_page_says_so(self, editor, signed, monkeypatch):
        plan(signed)
        monkeypatch.setattr(scheduling, "_rights", [lambda user: user.email != "ada@example.org"])

        (planned,) = scheduling.publish_due(now=LATER)

        assert planned.outcome.startswith("Not published: Bo may not publish, or not any more.")
        assert not signed.versions.exists()
        shown = editor.get(page(signed)).content.decode()
        assert '<p class="errornote">What was planned' in shown
        assert "Bo may not publish" in shown

    def test_what_names_nobody_whose_right_could_be_asked_is_not_published(self, signed):
        plan(signed)
        models.ScheduledPublication.objects.update(planned_by=None)

        (planned,) = scheduling.publish_due(now=LATER)

        assert planned.is_held_back
        assert "It was planned before it was kept whose plan it is" in planned.outcome
        assert "may not publish" not in planned.outcome
        assert not signed.versions.exists()

    def test_the_draft_is_proved_before_anything_is_locked(self, signed, monkeypatch):
        outside, asked, proved = len(connection.atomic_blocks), [], publishing.problems_of

        def looked_at(questionnaire):
            asked.append(len(connection.atomic_blocks))
            return proved(questionnaire)

        monkeypatch.setattr(publishing, "problems_of", looked_at)
        plan(signed)

        assert asked[0] == outside

    @pytest.mark.parametrize("due_at", [NOW, NOW - datetime.timedelta(days=1)])
    def test_a_time_that_has_passed_is_refused(self, signed, due_at):
        with pytest.raises(scheduling.CannotSchedule, match="still to come"):
            plan(signed, due_at=due_at)

    def test_two_are_not_planned_at_once(self, signed):
        plan(signed)

        with pytest.raises(scheduling.CannotSchedule, match="planned already"):
            plan(signed)

    def test_what_stands_in_the_way_now_is_said_now(self, unreviewed):
        with pytest.raises(publishing.PublishRefused):
            plan(unreviewed)

    def test_the_page_plans_says_so_and_cancels(self, editor, signed):
        sent = form_of(editor, page(signed)) | {"at": "2099-03-01T08:00", "later": "yes"}

        html = editor.post(page(signed), sent, follow=True).content.decode()

        assert "1 March 2099, 08:00 UTC" in html
        html = editor.post(page(signed), form_of(editor, page(signed)) | {"cancel": "yes"}, follow=True)
        assert "Nothing is planned any more" in html.content.decode()

    @pytest.mark.parametrize("at", ["", "soon", "2026-02-30T08:00", "2000-01-01T08:00"])
    def test_a_time_that_cannot_be_is_refused_and_the_note_stays(self, editor, signed, at):
        sent = form_of(editor, page(signed)) | {"at": at, "note": "My note", "later": "yes"}

        response = editor.post(page(signed), sent)

        assert response.status_code == 422
        assert "My note" in response.content.decode()
        assert not models.ScheduledPublication.objects.exists()


class TestAnEarlierVersion:
    def test_it_is_put_back_into_the_draft_and_published_as_a_new_one(self, editor, draft, version):
        publishing.rows_from_definition(small(title=both("Other")), into=draft)
        publishing.publish(questionnaire=draft, by="Ada", now=NOW)
        restore = reverse("admin:screening_restore", args=[version.pk])

        shown = editor.get(restore).content.decode()
        assert "<del>Other</del> <ins>Small</ins>" in " ".join(shown.split())
        upload = reverse("admin:screening_upload", args=[draft.pk])
        assert f'action="{upload}"' in shown
        editor.post(upload, Form(shown).sent)

        draft.refresh_from_db()
        third = publishing.publish(questionnaire=draft, by="Ada", now=NOW)
        assert (third.number, third.sha256) == (3, version.sha256)

    def test_one_that_the_draft_says_already_changes_nothing(self, editor, version):
        response = editor.get(reverse("admin:screening_restore", args=[version.pk]), follow=True)

        assert "says what the draft says already" in response.content.decode()
