"""A signature on a response: bound to what was read, and nothing signed changes."""

from __future__ import annotations

from typing import Any

import pytest

from intake import actions, audit, records, reviewing, vault
from intake.models import AuditRecord, Correction, Membership, QuestionnaireResponse, ReviewEntry, SignOff, User
from tests.intake.sample import NOW, answered, later

from .conftest import HARM, PROCEED, STROKE, discuss, enter, review, see, sign


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
