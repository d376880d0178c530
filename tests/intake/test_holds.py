"""What is on legal hold stays, whoever asks for it to go and however it is tied to the person it is about."""

from __future__ import annotations

import datetime

import pytest

from intake import actions, records
from intake.clinician import reading
from intake.erasure import erased_list
from intake.models import AuditRecord, Clinic, Invitation, LegalHold, QuestionnaireResponse, Revision, User

from .sample import NOW, Tab, later
from .test_erasing import erase, person_of

pytestmark = pytest.mark.django_db


def invited(response: QuestionnaireResponse, by: User) -> Invitation:
    """Another invitation for the person of a response."""
    person = person_of(response)
    return actions.invite(clinic=response.clinic, by=by, now=NOW, language="en", person=person).invitation


@pytest.fixture
def matched(clinic: Clinic, version, sent: QuestionnaireResponse, clinician: User) -> QuestionnaireResponse:
    """The response of a person on hold. Staff said since that she is the same as somebody who sent another."""
    clinic.retention_days = 30
    clinic.save()
    tab = Tab(actions.start(clinic=clinic, version=version, language="en", now=later(days=29)).response)
    tab.finish(family_name="Díaz", birth_date=datetime.date(1985, 6, 15), plan_now="no", harm_thoughts="no")
    other = actions.submit(response_id=tab.response.pk, now=later(days=29))
    person = person_of(sent)
    actions.place_hold(record=person, matter="File 12", now=NOW)
    actions.confirm_same_person(person_id=person.pk, other_id=person_of(other).pk, by=clinician, now=later(days=29))
    return sent


def test_a_hold_on_the_response_or_its_person_is_respected(sent: QuestionnaireResponse) -> None:
    for held in (sent, person_of(sent)):
        actions.place_hold(record=held, matter="File 12", now=NOW)
        for record in (sent, person_of(sent)):
            with pytest.raises(actions.OnLegalHold, match="File 12"):
                erase(record)
        assert actions.lift_hold(record=held, now=later(hours=1)) == 1

    assert erase(sent).rows
    assert not LegalHold.objects.exists()


def test_a_hold_is_placed_once_and_recorded(sent: QuestionnaireResponse) -> None:
    first = actions.place_hold(record=sent, matter="File 12", now=NOW)

    assert actions.place_hold(record=sent, matter="File 13", now=NOW) == first
    assert actions.lift_hold(record=sent, now=NOW) == 1
    assert actions.lift_hold(record=sent, now=NOW) == 0
    found = AuditRecord.objects.filter(action__startswith="hold.").order_by("seq")
    assert [entry.action for entry in found] == ["hold.placed", "hold.lifted"]
    with pytest.raises(ValueError, match="Name the file"):
        actions.place_hold(record=sent, matter=" ", now=NOW)


def test_what_was_erased_meanwhile_is_not_said_to_be_on_hold(sent: QuestionnaireResponse) -> None:
    person = person_of(sent)
    erase(person)

    for gone in (sent, person):
        with pytest.raises(actions.NothingToHold):
            actions.place_hold(record=gone, matter="File 12", now=later(hours=1))


@pytest.mark.check("C73", required="a hold on a person keeps what is theirs under another entry")
def test_a_hold_on_a_person_reaches_what_was_moved_to_another_entry(matched: QuestionnaireResponse) -> None:
    assert actions.purge_expired(now=later(days=31)) == {"on_hold": 1}
    with pytest.raises(actions.OnLegalHold, match="File 12"):
        erase(matched)

    assert QuestionnaireResponse.objects.filter(pk=matched.pk).exists()


def test_a_hold_on_the_entry_that_is_left_reaches_it_too(matched: QuestionnaireResponse) -> None:
    held = LegalHold.objects.get().person
    actions.lift_hold(record=held, now=NOW)
    actions.place_hold(record=person_of(matched), matter="File 13", now=NOW)

    with pytest.raises(actions.OnLegalHold, match="File 13"):
        erase(held)


@pytest.mark.check("C73", required="a hold on a person keeps their drafts and links")
def test_a_hold_on_a_person_keeps_drafts_and_links(sent: QuestionnaireResponse, version, clinician: User) -> None:
    unused, used = invited(sent, clinician), invited(sent, clinician)
    begun = actions.start(clinic=sent.clinic, version=version, language="en", now=NOW, invitation=used)
    actions.place_hold(record=person_of(sent), matter="File 12", now=NOW)

    assert actions.purge_expired(now=later(days=60)) == {"on_hold": 2}

    assert QuestionnaireResponse.objects.filter(pk=begun.response.pk).exists()
    assert Invitation.objects.filter(pk=unused.pk).exists()


def test_a_hold_keeps_nothing_of_another_person(matched: QuestionnaireResponse, version) -> None:
    draft = actions.start(clinic=matched.clinic, version=version, language="en", now=NOW).response

    assert actions.purge_expired(now=later(days=31)) == {"on_hold": 1, "drafts": 1}

    assert not QuestionnaireResponse.objects.filter(pk=draft.pk).exists()


# --- a draft that its patient deletes ---


@pytest.fixture
def taken_back(tab: Tab) -> QuestionnaireResponse:
    """A draft on hold that called for staff, and that its patient deleted."""
    tab.save(given_name="Rosa", family_name="Díaz", section="about")
    tab.save(plan_now="yes", low_mood="yes", section="safety")
    actions.place_hold(record=tab.response, matter="File 12", now=NOW)
    actions.delete_draft(response_id=tab.response.pk, now=later(hours=1))
    return QuestionnaireResponse.objects.get(pk=tab.response.pk)


def test_what_the_patient_deletes_is_closed_and_kept(
    taken_back: QuestionnaireResponse, started: actions.Started
) -> None:
    assert taken_back.is_deleted
    with pytest.raises(actions.CannotResume):
        actions.resume(token=str(taken_back), code=started.resume_code, now=later(hours=2))
    with pytest.raises(actions.NoSuchResponse):
        Tab(taken_back).save(stroke="no")

    kept = {answer for step in records.history_of(taken_back) for answer in step.answers}
    assert kept == {"family_name", "given_name", "low_mood", "plan_now"}
    copied = actions.copy_of(record=taken_back, by=None, now=later(hours=2))
    assert "low_mood" in str(copied)  # whoever the law lets ask for it gets it


def test_staff_find_no_more_than_in_any_deleted_draft(taken_back: QuestionnaireResponse) -> None:
    assert set(records.read_answers_of(taken_back)) == {"given_name", "family_name"}
    assert records.read_document(taken_back).posted == ()
    assert not reading._steps(taken_back)
    assert all(records.read_reason(alert) for alert in taken_back.alerts.all())


def test_a_hold_on_the_person_keeps_what_they_delete(sent, version, clinician: User) -> None:
    begun = actions.start(
        clinic=sent.clinic, version=version, language="en", now=NOW, invitation=invited(sent, clinician)
    )
    Tab(begun.response).save(stroke="yes", section="body")
    actions.place_hold(record=person_of(sent), matter="File 12", now=NOW)

    actions.delete_draft(response_id=begun.response.pk, now=NOW)

    assert Revision.objects.filter(response=begun.response).exists()


def test_it_goes_when_the_hold_is_lifted(taken_back: QuestionnaireResponse) -> None:
    assert actions.purge_expired(now=later(days=1)) == {"on_hold": 1}
    assert Revision.objects.filter(response=taken_back).exists()
    assert not erased_list.everything()  # a restored older backup, from before the hold, must not delete it either
    before = bytes(taken_back.wrapped_key)

    actions.lift_hold(record=taken_back, now=later(days=2))
    assert actions.purge_expired(now=later(days=2)) == {"taken_back": 1}

    assert not Revision.objects.filter(response=taken_back).exists()
    taken_back.refresh_from_db()
    assert bytes(taken_back.wrapped_key) != before
    assert set(records.read_answers_of(taken_back)) == {"given_name", "family_name"}
    assert [(entry.kind, entry.at) for entry in erased_list.everything()] == [("draft", later(hours=1))]
    assert actions.purge_expired(now=later(days=3)) == {}


def test_a_draft_that_is_due_and_on_hold_counts_once(taken_back: QuestionnaireResponse) -> None:
    assert actions.purge_expired(now=later(days=31)) == {"on_hold": 1}
