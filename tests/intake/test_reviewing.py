"""What clinicians do with a response: seen, discussed, settled, signed, added to; and nothing signed changes."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from intake import actions, audit, records, reviewing, vault
from intake.models import Alert, AuditRecord, Correction, Membership, QuestionnaireResponse, ReviewEntry, SignOff, User
from intake.reviewing import Review, token_of
from screening.engine.answers import BloodPressure

from .sample import NOW, Tab, answered, later, unknown

STROKE = "raised stroke_ever contraindication"
HARM = "open harm_to_others urgent"
PROCEED = "Proceed to consultation"


def review(response: QuestionnaireResponse) -> Review:
    return reviewing.review_of(QuestionnaireResponse.objects.select_related("clinic", "version").get(pk=response.pk))


def see(response: QuestionnaireResponse, key: str, by: User, **more: Any) -> ReviewEntry:
    return actions.acknowledge_point(
        response_id=response.pk, point=token_of(response, key), by=by, now=more.pop("now", NOW), **more
    )


def discuss(response: QuestionnaireResponse, key: str, by: User, learned: str = "", **answers: Any) -> ReviewEntry:
    return actions.discuss_point(
        response_id=response.pk, point=token_of(response, key), by=by, now=NOW, learned=learned, answers=answers
    )


def enter(response: QuestionnaireResponse, by: User, *, now: datetime.datetime = NOW, **answers: Any) -> ReviewEntry:
    return actions.enter_answers(response_id=response.pk, answers=answers, how="measured", by=by, now=now)


def sign(response: QuestionnaireResponse, by: User, **more: Any) -> SignOff:
    given = {
        "content": review(response).content,
        "disposition": PROCEED,
        "rationale": "Stroke was in 2009.",
        "now": later(minutes=5),
    }
    return actions.sign_off(response_id=response.pk, by=by, **{**given, **more})


@pytest.fixture
def unsure(tab: Tab) -> QuestionnaireResponse:
    """Somebody who is not sure about thoughts of harming others, with the alert acknowledged."""
    tab.finish(family_name="Díaz", plan_now="no", harm_thoughts=unknown("not_sure"), low_mood="no", stroke="no")
    return actions.submit(response_id=tab.response.pk, now=NOW)


@pytest.fixture
def calm(unsure: QuestionnaireResponse, clinician: User) -> QuestionnaireResponse:
    """The same, after the alert was acknowledged."""
    for alert in Alert.objects.all():
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Seen.", now=NOW)
    return unsure


@pytest.fixture
def signed(sent: QuestionnaireResponse, clinician: User) -> QuestionnaireResponse:
    see(sent, STROKE, clinician)
    sign(sent, clinician)
    return sent


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


@pytest.mark.check("C15", required="bound to content, version and person; refused while points are open")
class TestSigning:
    def test_it_is_bound_to_content_version_and_person(self, signed: QuestionnaireResponse, clinician: User) -> None:
        row, found = SignOff.objects.get(), review(signed)

        assert (row.version_sha256, row.content_sha256) == (signed.version.sha256, found.content)
        assert found.current is not None
        assert (found.current.by, found.current.at) == (clinician, later(minutes=5))
        assert found.current.decision.disposition == PROCEED
        assert found.current.decision.rationale == "Stroke was in 2009."

    def test_it_is_recorded(self, signed: QuestionnaireResponse, clinician: User) -> None:
        latest = AuditRecord.objects.order_by("-seq")[0]

        assert (latest.action, latest.actor) == ("review.signed", audit.staff(clinician))
        assert latest.objects_named["content"] == review(signed).content

    def test_it_waits_for_points_to_be_acknowledged(self, sent: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.NotReady):
            sign(sent, clinician)

    def test_it_waits_for_unresolved_safety(self, calm: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.NotReady):
            sign(calm, clinician)

        see(calm, HARM, clinician)

        assert sign(calm, clinician)

    def test_it_waits_for_alerts(self, unsure: QuestionnaireResponse, clinician: User) -> None:
        see(unsure, HARM, clinician)

        with pytest.raises(actions.NotReady):
            sign(unsure, clinician)

    def test_it_happens_once(self, signed: QuestionnaireResponse, clinician: User, colleague: User) -> None:
        for person in (clinician, colleague):
            with pytest.raises(actions.AlreadySigned):
                sign(signed, person)

    def test_it_refuses_what_was_not_read(self, sent: QuestionnaireResponse, clinician: User) -> None:
        see(sent, STROKE, clinician)
        read = review(sent).content
        enter(sent, clinician, low_mood=answered("no"))

        with pytest.raises(actions.ContentChanged):
            sign(sent, clinician, content=read)

    @pytest.mark.parametrize("disposition", ["", "Discharge"])
    def test_it_takes_a_decision_of_the_clinics_list(
        self, sent: QuestionnaireResponse, clinician: User, disposition: str
    ) -> None:
        see(sent, STROKE, clinician)

        with pytest.raises(actions.UnknownDisposition):
            sign(sent, clinician, disposition=disposition)

    def test_it_asks_why(self, sent: QuestionnaireResponse, clinician: User) -> None:
        see(sent, STROKE, clinician)

        with pytest.raises(actions.TextMissing):
            sign(sent, clinician, rationale=" ")

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_may(
        self, sent: QuestionnaireResponse, clinician: User, who: str, request: pytest.FixtureRequest
    ) -> None:
        see(sent, STROKE, clinician)

        with pytest.raises(actions.NotPermitted):
            sign(sent, request.getfixturevalue(who))

    def test_a_role_taken_away_ends_it(self, sent: QuestionnaireResponse, clinician: User) -> None:
        see(sent, STROKE, clinician)
        Membership.objects.all().delete()

        with pytest.raises(actions.NotPermitted):
            sign(sent, clinician)

    def test_a_later_change_of_the_list_changes_no_decision(self, signed: QuestionnaireResponse) -> None:
        signed.clinic.dispositions = ["Other"]
        signed.clinic.save()

        assert review(signed).signatures[0].decision.disposition == PROCEED


class TestSigned:
    def test_points_stay_as_they_were(self, signed: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.AlreadySigned):
            see(signed, STROKE, clinician, note="More.")
        with pytest.raises(actions.AlreadySigned):
            discuss(signed, STROKE, clinician, learned="More.")

    def test_new_answers_ask_for_a_new_signature(self, signed: QuestionnaireResponse, clinician: User) -> None:
        first = review(signed).latest

        enter(signed, clinician, low_mood=answered("no"), now=later(days=1))

        found = review(signed)
        assert found.is_outdated
        assert found.latest == first
        sign(signed, clinician, now=later(days=1))
        assert not review(signed).is_outdated
        assert review(signed).signatures[0].content == first.content

    def test_a_patients_change_would_be_noticed(self, signed: QuestionnaireResponse) -> None:
        """Whatever writes the document, a correction by the patient for one, a signature does not pass over it."""
        key = vault.data_key(signed)
        document = records.read_document(signed, key)
        answers = {**document.answers, "low_mood": answered("yes")}
        records.write_document(signed, records.Document(answers=answers, posted=document.posted), key)
        signed.save()

        assert review(signed).is_outdated

    def test_what_the_patient_adds_is_noticed(self, signed: QuestionnaireResponse) -> None:
        added = Correction(response=signed, number=1, source="words", attempt="a", created_at=later(days=1))
        added.content_ct = vault.data_key(signed).seal(b'{"words": "It was 2010"}', row=added, field="content_ct")
        added.save(force_insert=True)

        assert review(signed).is_outdated

    def test_content_is_no_hash_that_answers_can_be_guessed_from(
        self, signed: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = review(signed).content

        monkeypatch.setattr(reviewing.vault, "keyed_hash", lambda *parts: "other key")

        assert review(signed).content != before


class TestSecondSignature:
    def cosign(self, response: QuestionnaireResponse, by: User, content: str = "") -> ReviewEntry:
        return actions.cosign(
            response_id=response.pk, content=content or review(response).content, by=by, now=later(hours=1)
        )

    def test_it_comes_from_a_second_person(
        self, signed: QuestionnaireResponse, clinician: User, colleague: User
    ) -> None:
        self.cosign(signed, colleague)

        (entry,) = review(signed).latest.cosigned
        assert entry.by == colleague
        with pytest.raises(actions.OwnSignature):
            self.cosign(signed, clinician)
        with pytest.raises(actions.AlreadySigned):
            self.cosign(signed, colleague)

    def test_it_needs_a_first_on_what_is_known_now(
        self, sent: QuestionnaireResponse, clinician: User, colleague: User
    ) -> None:
        with pytest.raises(actions.NotSigned):
            self.cosign(sent, colleague)

        see(sent, STROKE, clinician)
        sign(sent, clinician)
        with pytest.raises(actions.ContentChanged):
            self.cosign(sent, colleague, content="0" * 64)
        enter(sent, clinician, low_mood=answered("no"))
        with pytest.raises(actions.NotSigned):
            self.cosign(sent, colleague)

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_may(self, signed: QuestionnaireResponse, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            self.cosign(signed, request.getfixturevalue(who))


class TestAddendum:
    def add(self, response: QuestionnaireResponse, by: User, text: str = "Also takes magnesium.") -> ReviewEntry:
        return actions.add_addendum(response_id=response.pk, text=text, by=by, now=later(days=2))

    def test_it_is_added_to_the_signature(self, signed: QuestionnaireResponse, colleague: User) -> None:
        before = review(signed).content
        self.add(signed, colleague)

        (entry,) = review(signed).latest.addenda
        assert (entry.by, entry.at, entry.body.text) == (colleague, later(days=2), "Also takes magnesium.")
        assert review(signed).content == before

    def test_it_needs_a_signature_and_words(self, sent: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.NotSigned):
            self.add(sent, clinician)
        see(sent, STROKE, clinician)
        sign(sent, clinician)
        with pytest.raises(actions.TextMissing):
            self.add(sent, clinician, text=" ")

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_may(self, signed: QuestionnaireResponse, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            self.add(signed, request.getfixturevalue(who))


def test_the_review_costs_few_queries(
    signed: QuestionnaireResponse, clinician: User, colleague: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        actions.add_note(response_id=signed.pk, text=f"Note {number}", by=colleague, now=NOW)
    response = QuestionnaireResponse.objects.select_related("clinic", "version").get()

    with django_assert_max_num_queries(4):
        reviewing.review_of(response)
