"""Saying that two people are one: by hand only, within a clinic, on record, and to be taken back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from intake import actions, people
from intake.models import AuditRecord, CheckInSchedule, Clinic, Person, PersonMatch, QuestionnaireResponse, User
from screening.models import QuestionnaireVersion

from .sample import NOW, Tab, later

pytestmark = pytest.mark.django_db

BORN = datetime.date(1985, 6, 15)
Send = Callable[..., QuestionnaireResponse]


@pytest.fixture
def send(clinic: Clinic, version: QuestionnaireVersion) -> Send:
    """Somebody starts, answers and sends."""

    def _send(
        name: tuple[str, str] = ("Rosa", "Díaz"),
        born: datetime.date | None = BORN,
        at: Clinic = clinic,
        now: datetime.datetime = NOW,
        **more: Any,
    ) -> QuestionnaireResponse:
        tab = Tab(actions.start(clinic=at, version=version, language="en", now=now, **more).response)
        given = {"given_name": name[0], "family_name": name[1]} | ({"birth_date": born} if born else {})
        tab.finish(**given, now=now)
        return actions.submit(response_id=tab.response.pk, now=now)

    return _send


@pytest.fixture
def first(send: Send) -> QuestionnaireResponse:
    return send()


@pytest.fixture
def again(first: QuestionnaireResponse, send: Send) -> QuestionnaireResponse:
    return send(("ROSA", "Diaz"), now=later(days=14))


def person_of(response: QuestionnaireResponse) -> Person:
    response.refresh_from_db()
    assert response.person is not None
    return response.person


def confirm(response: QuestionnaireResponse, other: QuestionnaireResponse, by: User) -> PersonMatch:
    return actions.confirm_same_person(
        person_id=person_of(response).pk, other_id=person_of(other).pk, by=by, now=later(days=15)
    )


class TestSuggesting:
    def test_the_same_name_and_date_of_birth_suggest_each_other(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse
    ) -> None:
        assert list(people.suggested_for(person_of(again))) == [person_of(first)]
        assert list(people.suggested_for(person_of(first))) == [person_of(again)]

    def test_nothing_is_matched_by_itself(self, first: QuestionnaireResponse, again: QuestionnaireResponse) -> None:
        assert person_of(first) != person_of(again)

    @pytest.mark.parametrize(
        ("name", "born"), [(("Rosa", "Diez"), BORN), (("Rosa", "Díaz"), datetime.date(1985, 6, 16))]
    )
    def test_one_alone_suggests_nobody(
        self, first: QuestionnaireResponse, send: Send, name: tuple[str, str], born: datetime.date
    ) -> None:
        assert not people.suggested_for(person_of(send(name, born))).exists()

    def test_who_gave_no_date_of_birth_is_like_nobody(self, send: Send) -> None:
        send(born=None)

        assert not people.suggested_for(person_of(send(born=None))).exists()

    def test_another_clinics_people_are_not_suggested(
        self, first: QuestionnaireResponse, send: Send, other_clinic: Clinic
    ) -> None:
        assert not people.suggested_for(person_of(send(at=other_clinic))).exists()


class TestConfirming:
    def test_the_responses_belong_to_one_person(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User
    ) -> None:
        before = person_of(again)

        confirm(again, first, clinician)

        assert person_of(again) == person_of(first)
        assert people.now_with(before) == person_of(first)
        assert list(people.earlier_or_alike(again)) == [first]
        assert not people.suggested_for(person_of(first)).exists()

    def test_it_is_on_record(self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User) -> None:
        match = confirm(again, first, clinician)

        entry = AuditRecord.objects.get(action="person.same")
        assert entry.actor == f"user:{clinician.pk}"
        assert entry.objects_named["match"] == str(match.pk)

    def test_an_invitation_for_the_person_follows(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User, send: Send, clinic: Clinic
    ) -> None:
        invited = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", person=person_of(again))
        confirm(again, first, clinician)
        invited.invitation.refresh_from_db()

        third = send(now=later(days=16) - datetime.timedelta(days=10), invitation=invited.invitation)

        assert person_of(third) == person_of(first)

    def test_a_schedule_of_theirs_ends(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User, clinic: Clinic
    ) -> None:
        actions.set_schedule(
            person_id=person_of(again).pk, questionnaire=clinic.questionnaire, kind="every_days", days=14,
            email="rosa@example.org", language="en", by=clinician, now=NOW,
        )  # fmt: skip
        confirm(again, first, clinician)

        assert CheckInSchedule.objects.get().ended_by == clinician

    def test_a_second_click_changes_nothing(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User
    ) -> None:
        person, other = person_of(again), person_of(first)
        confirm(again, first, clinician)

        with pytest.raises(actions.AlreadyDecided):
            actions.confirm_same_person(person_id=person.pk, other_id=other.pk, by=clinician, now=NOW)
        assert PersonMatch.objects.count() == 1

    def test_nobody_is_matched_with_themselves(self, first: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.AlreadyDecided):
            confirm(first, first, clinician)

    def test_people_of_two_clinics_are_never_one(
        self, first: QuestionnaireResponse, send: Send, other_clinic: Clinic, clinician: User
    ) -> None:
        elsewhere = send(at=other_clinic)
        actions.create_staff(email=clinician.email, name="Clara", role="clinician", clinic=other_clinic, now=NOW)

        with pytest.raises(actions.OtherClinic):
            confirm(elsewhere, first, clinician)

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_nobody_else_may(
        self,
        first: QuestionnaireResponse,
        again: QuestionnaireResponse,
        who: str,
        request: pytest.FixtureRequest,
    ) -> None:
        with pytest.raises(actions.NoSuchPerson):
            confirm(again, first, request.getfixturevalue(who))
        assert person_of(again) != person_of(first)

    def test_a_missing_person_is_refused_alike(self, first: QuestionnaireResponse, clinician: User) -> None:
        with pytest.raises(actions.NoSuchPerson):
            actions.confirm_same_person(person_id=uuid.uuid4(), other_id=person_of(first).pk, by=clinician, now=NOW)


class TestTellingApart:
    def test_they_are_not_suggested_again(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User
    ) -> None:
        actions.tell_people_apart(
            person_id=person_of(again).pk, other_id=person_of(first).pk, by=clinician, now=later(days=15)
        )

        assert not people.suggested_for(person_of(again)).exists()
        assert not people.suggested_for(person_of(first)).exists()
        assert person_of(again) != person_of(first)


class TestTakingBack:
    def test_everything_goes_back_and_both_decisions_stay(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User, colleague: User
    ) -> None:
        before = person_of(again)
        match = confirm(again, first, clinician)

        actions.take_back_match(match_id=match.pk, by=colleague, now=later(days=16))

        assert person_of(again) == before
        assert people.now_with(before) is None
        assert list(people.suggested_for(before)) == [person_of(first)]
        assert [one.decision for one in PersonMatch.objects.order_by("decided_at")] == ["same", "undone"]
        assert people.decisions_on(before).get().undone_by.decided_by == colleague

    def test_what_was_sent_after_the_match_stays_where_it_is(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User, send: Send, clinic: Clinic
    ) -> None:
        match = confirm(again, first, clinician)
        invited = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", person=person_of(first))
        third = send(invitation=invited.invitation)
        actions.take_back_match(match_id=match.pk, by=clinician, now=later(days=16))

        assert person_of(third) == person_of(first)

    def test_what_was_answered_since_with_their_own_invitation_goes_back_as_well(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User, send: Send, clinic: Clinic
    ) -> None:
        before, holder = person_of(again), person_of(first)
        invited = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", person=before)
        match = confirm(again, first, clinician)
        since = send(invitation=invited.invitation)
        assert person_of(since) == holder

        undone = actions.take_back_match(match_id=match.pk, by=clinician, now=later(days=16))

        assert set(people.sent_by(before.pk)) == {again, since}
        assert list(people.sent_by(holder.pk)) == [first]
        assert set(undone.moved["responses"]) == {str(again.pk), str(since.pk)}
        assert actions.scope_of(holder).responses == {first.pk}

    def test_what_is_answered_between_two_matches_goes_back_step_by_step(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User, send: Send, clinic: Clinic
    ) -> None:
        third, before = send(now=later(days=1)), person_of(again)
        invited = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", person=before)
        earlier = confirm(again, third, clinician)
        later_one = confirm(third, first, clinician)
        since = send(invitation=invited.invitation)
        for match in (later_one, earlier):
            actions.take_back_match(match_id=match.pk, by=clinician, now=later(days=16))

        assert set(people.sent_by(before.pk)) == {again, since}
        assert [person_of(one) == before for one in (first, third)] == [False, False]

    def test_a_draft_that_was_begun_since_names_nobody_yet(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User, send: Send, clinic: Clinic
    ) -> None:
        before = person_of(again)
        invited = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", person=before)
        match = confirm(again, first, clinician)
        draft = actions.start(
            clinic=clinic, version=again.version, language="en", now=NOW, invitation=invited.invitation
        ).response

        actions.take_back_match(match_id=match.pk, by=clinician, now=NOW)

        draft.refresh_from_db()
        assert draft.person is None

    def test_telling_apart_can_be_taken_back(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User
    ) -> None:
        person, other = person_of(again), person_of(first)
        match = actions.tell_people_apart(person_id=person.pk, other_id=other.pk, by=clinician, now=NOW)
        actions.take_back_match(match_id=match.pk, by=clinician, now=NOW)

        assert list(people.suggested_for(person)) == [other]

    def test_twice_is_refused(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User
    ) -> None:
        match = confirm(again, first, clinician)
        actions.take_back_match(match_id=match.pk, by=clinician, now=NOW)

        with pytest.raises(actions.NoSuchMatch):
            actions.take_back_match(match_id=match.pk, by=clinician, now=NOW)

    def test_a_later_match_comes_first(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User, send: Send
    ) -> None:
        third = send(now=later(days=20))
        earlier = confirm(again, third, clinician)
        later_one = confirm(third, first, clinician)

        with pytest.raises(actions.LaterMatch):
            actions.take_back_match(match_id=earlier.pk, by=clinician, now=NOW)
        actions.take_back_match(match_id=later_one.pk, by=clinician, now=NOW)
        actions.take_back_match(match_id=earlier.pk, by=clinician, now=NOW)

        assert len({person_of(one) for one in (first, again, third)}) == 3

    def test_another_clinics_staff_may_not(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User, outsider: User
    ) -> None:
        match = confirm(again, first, clinician)

        with pytest.raises(actions.NoSuchPerson):
            actions.take_back_match(match_id=match.pk, by=outsider, now=NOW)


class TestTheRecord:
    def test_a_decision_is_never_changed_or_deleted(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User
    ) -> None:
        match = confirm(again, first, clinician)

        for write in (match.save, match.delete, PersonMatch.objects.all().delete):
            with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
                write()

    def test_it_goes_with_a_person_who_was_erased(
        self, first: QuestionnaireResponse, again: QuestionnaireResponse, clinician: User
    ) -> None:
        match = confirm(again, first, clinician)
        Person.objects.filter(pk=match.person_id).update(wrapped_key=b"")

        match.delete()
        assert not PersonMatch.objects.exists()


class TestNamedOtherwise:
    def test_the_invited_person_is_not_doubted(self, send: Send) -> None:
        response = send()

        assert not people.is_named_otherwise(response.person, {"given_name": "rosa", "family_name": " DIAZ"})

    @pytest.mark.parametrize(
        "given",
        [{"given_name": "Ana", "family_name": "Díaz"}, {"birth_date": "1990-01-01"}],
        ids=["another name", "another birthday"],
    )
    def test_somebody_else_who_used_the_link_is_noticed(self, send: Send, given: dict[str, str]) -> None:
        assert people.is_named_otherwise(send().person, given)

    def test_what_was_not_given_says_nothing(self, send: Send) -> None:
        assert not people.is_named_otherwise(send().person, {})
        assert not people.is_named_otherwise(send(born=None).person, {"birth_date": "1990-01-01"})
