"""What clinicians do with the points of a response: seen, discussed, settled by what was asked, noted."""

from __future__ import annotations

import pytest

from intake import actions, audit, records
from intake.models import Alert, AuditRecord, QuestionnaireResponse, ReviewEntry, User
from screening.engine.answers import BloodPressure
from tests.intake.sample import NOW, Tab, answered, later, unknown

from .conftest import HARM, STROKE, discuss, enter, review, see


class TestAcknowledging:
    def test_it_is_kept_with_who_when_and_the_note(self, sent: QuestionnaireResponse, clinician: User) -> None:
        see(sent, STROKE, clinician, note="  Old. ")

        found = review(sent)
        (entry,) = found.done(STROKE, ReviewEntry.Kind.ACKNOWLEDGED)
        assert (entry.by, entry.at, entry.body.text, entry.number) == (clinician, NOW, "Old.", 1)
        assert found.is_seen(STROKE)
        assert found.unseen == ()

    def test_it_is_recorded_in_ids_only(self, sent: QuestionnaireResponse, clinician: User) -> None:
        entry = see(sent, STROKE, clinician, note="Old.")

        latest = AuditRecord.objects.order_by("-seq")[0]
        assert (latest.action, latest.actor) == ("review.acknowledged", audit.staff(clinician))
        assert latest.objects_named == {"response": str(sent.pk), "entry": str(entry.pk)}

    def test_a_second_click_changes_nothing(self, sent: QuestionnaireResponse, clinician: User) -> None:
        assert see(sent, STROKE, clinician) == see(sent, STROKE, clinician)
        assert ReviewEntry.objects.count() == 1

    def test_the_same_words_later_are_another_note(self, sent: QuestionnaireResponse, clinician: User) -> None:
        for hours in (0, 5):
            actions.add_note(response_id=sent.pk, text="Called, no answer.", by=clinician, now=later(hours=hours))

        assert ReviewEntry.objects.count() == 2

    def test_the_first_answer_again_after_a_colleagues_counts(
        self, sent: QuestionnaireResponse, clinician: User, colleague: User
    ) -> None:
        for answer, who in (("no", clinician), ("yes", colleague), ("no", clinician)):
            actions.enter_answers(
                response_id=sent.pk, answers={"stroke": answered(answer)}, how="told", by=who, now=NOW
            )

        assert review(sent).answers["stroke"].value == "no"

    def test_two_people_may_both_say_so(self, sent: QuestionnaireResponse, clinician: User, colleague: User) -> None:
        see(sent, STROKE, clinician, note="One.")
        see(sent, STROKE, colleague, note="Two.")

        assert [entry.by for entry in review(sent).done(STROKE, ReviewEntry.Kind.ACKNOWLEDGED)] == [
            clinician,
            colleague,
        ]

    def test_a_point_that_is_not_there_cannot_be(self, sent: QuestionnaireResponse, clinician: User) -> None:
        for key in (HARM, "", "raised stroke_ever urgent"):
            with pytest.raises(actions.NoSuchPoint):
                see(sent, key, clinician)

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_may(
        self, sent: QuestionnaireResponse, who: str, request: pytest.FixtureRequest, clinician: User
    ) -> None:
        with pytest.raises(actions.NotPermitted):
            see(sent, STROKE, request.getfixturevalue(who))
        assert not ReviewEntry.objects.exists()

    def test_a_draft_is_not_reviewed(self, draft: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.NotSent):
            see(draft, STROKE, clinician)

    def test_what_it_says_is_in_ciphertext(self, sent: QuestionnaireResponse, clinician: User) -> None:
        see(sent, STROKE, clinician, note="Saw the brain scan.")

        stored = bytes(ReviewEntry.objects.get().body_ct)
        assert b"scan" not in stored
        assert b"stroke" not in stored


class TestDiscussing:
    def test_what_was_learned_counts_as_seen(self, sent: QuestionnaireResponse, clinician: User) -> None:
        discuss(sent, STROKE, clinician, learned="In 2009, no trace left.")

        assert review(sent).unseen == ()

    def test_nothing_learned_is_nothing_to_keep(self, sent: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.TextMissing):
            discuss(sent, STROKE, clinician, learned=" ")

    def test_an_answer_settles_what_was_open(self, calm: QuestionnaireResponse, clinician: User) -> None:
        assert [point.key for point in review(calm).unseen] == [HARM]

        discuss(calm, HARM, clinician, harm_thoughts=answered("no"))

        found = review(calm)
        assert "harm_to_others" in found.with_later.ruled_out
        assert found.unseen == ()

    def test_the_patients_answers_and_assessment_stay(self, calm: QuestionnaireResponse, clinician: User) -> None:
        before = QuestionnaireResponse.objects.values("document_ct", "assessment_ct", "revision").get()

        discuss(calm, HARM, clinician, harm_thoughts=answered("no"))

        assert QuestionnaireResponse.objects.values("document_ct", "assessment_ct", "revision").get() == before
        assert review(calm).patient_answers["harm_thoughts"].state == "not_sure"
        assert [flag.flag for flag in review(calm).own.unresolved] == ["harm_to_others"]

    def test_who_answered_is_kept(self, calm: QuestionnaireResponse, clinician: User, colleague: User) -> None:
        discuss(calm, HARM, clinician, harm_thoughts=unknown("not_sure"))
        discuss(calm, HARM, colleague, harm_thoughts=answered("no"))

        answer, entry = review(calm).staff_answers["harm_thoughts"]
        assert (answer.value, entry.by) == ("no", colleague)

    def test_an_answer_that_raises_a_flag_asks_to_be_seen(self, calm: QuestionnaireResponse, clinician: User) -> None:
        discuss(calm, HARM, clinician, harm_thoughts=answered("yes"))

        assert [point.key for point in review(calm).unseen] == ["raised harm_to_others urgent"]

    def test_a_disclosure_calls_staff_whoever_typed_it(self, calm: QuestionnaireResponse, clinician: User) -> None:
        discuss(calm, HARM, clinician, harm_thoughts=answered("yes"))

        alert = Alert.objects.get(acknowledged_at=None)
        assert (alert.kind, alert.due_at, records.read_reason(alert)) == ("urgent", NOW, "harm_to_others")

    def test_what_staff_know_of_alerts_nobody_again(self, tab: Tab, clinician: User) -> None:
        tab.finish(family_name="Díaz", plan_now="no", harm_thoughts="yes", low_mood="no", stroke="no")
        response = actions.submit(response_id=tab.response.pk, now=NOW)
        for alert in Alert.objects.all():
            actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Seen.", now=NOW)

        enter(response, clinician, stroke=answered("no"))

        assert not Alert.objects.filter(acknowledged_at=None).exists()


class TestEnteringAnswers:
    def test_they_stand_beside_the_patients(self, sent: QuestionnaireResponse, clinician: User) -> None:
        enter(sent, clinician, pressure=answered(BloodPressure(systolic=150, diastolic=90)))

        found = review(sent)
        answer, entry = found.staff_answers["pressure"]
        assert (answer.value.systolic, entry.by, entry.body.how) == (150, clinician, "measured")
        assert found.patient_answers["pressure"].state == "skipped"
        assert found.answers["stroke"].value == "yes"

    def test_a_flag_that_they_take_away_still_asks_to_be_seen(
        self, sent: QuestionnaireResponse, clinician: User
    ) -> None:
        """The patient said so: a named person must have seen it, whatever was found out since."""
        enter(sent, clinician, stroke=answered("no"))

        found = review(sent)
        assert found.with_later.flags == ()
        assert [point.key for point in found.unseen] == [STROKE]

    def test_it_refuses_nothing_and_what_is_not_asked(self, sent: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.NothingEntered):
            enter(sent, clinician)
        with pytest.raises(actions.UnknownQuestion):
            enter(sent, clinician, shoe_size=answered(42))

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_may(self, sent: QuestionnaireResponse, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            enter(sent, request.getfixturevalue(who), stroke=answered("no"))


class TestNotes:
    def test_a_note_is_kept_and_changes_no_content(self, signed: QuestionnaireResponse, colleague: User) -> None:
        before = review(signed).content

        actions.add_note(response_id=signed.pk, text="Came with his sister.", by=colleague, now=NOW)

        assert review(signed).entries[-1].body.text == "Came with his sister."
        assert review(signed).content == before

    def test_an_empty_one_is_not(self, sent: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.TextMissing):
            actions.add_note(response_id=sent.pk, text="\n ", by=clinician, now=NOW)

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_may(self, sent: QuestionnaireResponse, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.add_note(response_id=sent.pk, text="x", by=request.getfixturevalue(who), now=NOW)
