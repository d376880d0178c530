"""C45: what was erased is gone everywhere, and stays gone."""

from __future__ import annotations

import datetime

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import ForeignKey, OneToOneField

from intake import actions, alerts, audit, people, vault
from intake.actions import erasing
from intake.erasure import erased_list, registry
from intake.invitees import Details
from intake.models import (
    AuditRecord,
    Clinic,
    Erasure,
    Invitation,
    Invitee,
    Person,
    PersonMatch,
    QuestionnaireResponse,
    ReviewEntry,
    Revision,
    TreatmentSession,
    User,
)
from intake.session_store import SessionStore
from tests.intake.sample import NOW, Tab, later

pytestmark = pytest.mark.django_db
WHO = Details(name="Rosa Díaz", email="rosa@patients.example")
Record = QuestionnaireResponse | Person


def erase(record: Record, **more: object) -> actions.Erased:
    given = {"reason": "asked", "by": None, "now": later(days=1), **more}
    return actions.erase(record=record, **given)


def person_of(response: QuestionnaireResponse) -> Person:
    response.refresh_from_db()
    assert response.person is not None
    return response.person


def rows_about(scope: registry.Scope) -> dict[str, int]:
    return {held.model.__name__: held.rows(scope).count() for held in registry.ABOUT_PEOPLE}


@pytest.fixture
def invited(clinic: Clinic, version, clinician: User) -> QuestionnaireResponse:
    """Somebody invited by name, who sent, was alerted about, corrected, was reviewed and came for a session."""
    link = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", details=WHO, send=True)
    started = actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=link.invitation)
    tab = Tab(started.response)
    tab.save(given_name="Rosa", family_name="Díaz", birth_date=datetime.date(1985, 6, 15), section="about")
    tab.finish(plan_now="yes")
    response = actions.submit(response_id=started.response.pk, now=NOW)
    actions.add_correction(response_id=response.pk, words="My aunt too.", about="", attempt="one", now=NOW)
    alerts.deliver_due(clock=lambda: NOW)
    for alert in response.alerts.all():
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=NOW)
    actions.add_note(response_id=response.pk, text="x", by=clinician, now=NOW)
    actions.record_session(person_id=person_of(response).pk, at=later(days=2), by=clinician, now=NOW)
    return response


# --- nothing is forgotten ---


@pytest.mark.check("C45", required="every model is known")
def test_every_model_is_erased_or_says_why_not() -> None:
    erased = {held.model for held in registry.ABOUT_PEOPLE}

    assert erased | set(registry.NOT_ABOUT_PEOPLE) == set(apps.get_app_config("intake").get_models())
    assert not erased & set(registry.NOT_ABOUT_PEOPLE)


def test_whatever_points_at_a_patient_is_erased_with_them() -> None:
    """A new model with a key to anything that is erased cannot say that it is about nobody."""
    patients = {held.model for held in registry.ABOUT_PEOPLE}
    for model in registry.NOT_ABOUT_PEOPLE:
        keys = [field for field in model._meta.get_fields() if isinstance(field, ForeignKey | OneToOneField)]
        assert not patients & {field.related_model for field in keys}, model


def test_what_points_at_a_row_goes_before_it() -> None:
    order = [held.model for held in registry.ABOUT_PEOPLE]
    last = {model: place for place, model in enumerate(order)}
    for place, model in enumerate(order):
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey | OneToOneField) and field.related_model in last:
                assert place <= last[field.related_model], f"{model.__name__}.{field.name}"


# --- a person, a response ---


@pytest.mark.check("C45", required="0 rows left")
def test_nothing_about_a_person_is_left(invited: QuestionnaireResponse, figure) -> None:
    person = person_of(invited)
    scope = actions.scope_of(person)
    before = rows_about(scope)
    assert all(before[name] for name in ("Revision", "Correction", "AlertDelivery", "Invitee", "InvitationMail"))

    done = erase(person)

    assert rows_about(scope) == dict.fromkeys(before, 0)
    assert done.rows == sum(before.values())
    assert audit.verify().is_intact
    figure(f"{done.rows} rows erased, 0 left")


def test_a_tombstone_says_when_and_why_and_nothing_else(invited: QuestionnaireResponse, admin: User) -> None:
    erase(person_of(invited), by=admin, reason="ordered")

    stones = {stone.kind: stone for stone in Erasure.objects.all()}
    assert set(stones) == {"person", "response"}
    assert stones["response"].reference == invited.reference
    assert {(each.reason, each.staff) for each in stones.values()} == {("ordered", admin)}
    found = AuditRecord.objects.filter(action__endswith=".erased")
    assert {entry.actor for entry in found} == {f"user:{admin.pk}"}
    assert {entry.objects_named["reason"] for entry in found} == {"ordered"}


def test_a_response_takes_its_person_along_when_nothing_else_is_theirs(sent: QuestionnaireResponse) -> None:
    person = person_of(sent)

    erase(sent)

    assert not Person.objects.filter(pk=person.pk).exists()


def test_a_person_with_a_session_stays(invited: QuestionnaireResponse) -> None:
    erase(invited)

    assert Person.objects.exists()
    assert TreatmentSession.objects.exists()
    assert not Invitee.objects.exists()
    assert not Revision.objects.exists()


def test_another_person_is_untouched(invited: QuestionnaireResponse, sent: QuestionnaireResponse) -> None:
    other = rows_about(actions.scope_of(person_of(sent)))

    erase(person_of(invited))

    assert rows_about(actions.scope_of(person_of(sent))) == other


def test_whoever_is_the_same_person_goes_too(
    invited: QuestionnaireResponse, sent: QuestionnaireResponse, clinician: User
) -> None:
    first, second = person_of(sent), person_of(invited)
    actions.confirm_same_person(person_id=first.pk, other_id=second.pk, by=clinician, now=NOW)

    erase(second)

    assert not Person.objects.exists()
    assert not PersonMatch.objects.exists()
    assert not QuestionnaireResponse.objects.exists()


def test_whoever_was_told_apart_stays(
    invited: QuestionnaireResponse, sent: QuestionnaireResponse, clinician: User
) -> None:
    first, second = person_of(sent), person_of(invited)
    actions.tell_people_apart(person_id=first.pk, other_id=second.pk, by=clinician, now=NOW)
    match = people.standing().get()
    actions.take_back_match(match_id=match.pk, by=clinician, now=NOW)

    erase(second)

    assert list(Person.objects.all()) == [first]
    assert not PersonMatch.objects.exists()


def test_a_draft_goes_with_its_invitation(clinic: Clinic, version) -> None:
    link = actions.invite(clinic=clinic, by=None, now=NOW, language="en", details=WHO)
    draft = actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=link.invitation).response

    erase(draft)

    assert not QuestionnaireResponse.objects.exists()
    assert not Invitation.objects.exists()


def test_erasing_again_changes_nothing(sent: QuestionnaireResponse) -> None:
    erase(sent)
    records = AuditRecord.objects.count()

    assert erase(sent).rows == 0
    assert AuditRecord.objects.count() == records
    assert len(erased_list.read(erased_list.path())) == Erasure.objects.count() == 2


# --- what it refuses ---


def test_an_alert_that_nobody_acknowledged_is_never_erased(tab: Tab) -> None:
    tab.save(plan_now="yes")

    with pytest.raises(actions.AlertStillOpen):
        erase(QuestionnaireResponse.objects.get())

    assert Revision.objects.exists()


@pytest.mark.check("C45", required="an alert is never erased unseen")
def test_what_is_added_while_it_looks_is_looked_at_too(
    invited: QuestionnaireResponse, clinic: Clinic, version, clinician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody begins with another invitation, and discloses, before the rows are locked."""
    person = person_of(invited)
    link = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", person=person)
    lock, locked = erasing._lock, []

    def disclose_first(scope: registry.Scope) -> None:
        if not locked:
            begun = actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=link.invitation)
            Tab(begun.response).save(plan_now="yes")
        locked.append(scope)
        lock(scope)

    monkeypatch.setattr(erasing, "_lock", disclose_first)
    with pytest.raises(actions.AlertStillOpen):
        erase(person)

    assert len(locked) == 2
    assert locked[1].responses > locked[0].responses


@pytest.mark.parametrize("who", ["clinician", "front_desk", "auditor", "outsider"])
def test_only_who_may_erase_does(sent: QuestionnaireResponse, who: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(actions.NotPermitted):
        erase(sent, by=request.getfixturevalue(who))

    assert Revision.objects.exists()


def test_a_reason_that_there_is_not_is_refused(sent: QuestionnaireResponse) -> None:
    with pytest.raises(ValueError, match="whim"):
        erase(sent, reason="whim")


@pytest.mark.parametrize("model", [Revision, ReviewEntry])
def test_the_triggers_still_refuse_everything_else(invited: QuestionnaireResponse, model) -> None:
    """Only the path of an erasure is open: with the key there, a row stays, and the audit record stays for ever."""
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        model.objects.filter(response=invited).delete()
    erase(person_of(invited))
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        AuditRecord.objects.all().delete()


def test_half_an_erasure_is_none(sent: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erased_list, "append", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "full")))

    with pytest.raises(OSError, match="full"):
        erase(sent)

    sent.refresh_from_db()
    assert bytes(sent.wrapped_key)
    assert Revision.objects.exists()
    assert not Erasure.objects.exists()


# --- sessions ---


def test_sessions_that_name_it_are_ended_and_others_not(invited: QuestionnaireResponse, clinician: User) -> None:
    def session(**data: object) -> str:
        store = SessionStore()
        store.update(data)
        store.save()
        return str(store.session_key)

    theirs = session(response_id=str(invited.pk))
    other = session(response_id="another")
    typed = vault.seal_text("{}", purpose="x")
    staff = session(_auth_user_id=str(clinician.pk), unsent=typed, unsent_path=f"/staff/responses/{invited}/notes/")
    elsewhere = session(_auth_user_id=str(clinician.pk), unsent=typed, unsent_path="/staff/team/")

    erase(person_of(invited))

    assert not SessionStore(theirs).exists(theirs)
    assert SessionStore(other)["response_id"] == "another"
    assert dict(SessionStore(staff)) == {"_auth_user_id": str(clinician.pk)}
    assert SessionStore(elsewhere)["unsent"] == typed
