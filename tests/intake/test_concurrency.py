"""Many requests at the same moment: real connections, one outcome."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction

from intake import actions, alerts, audit, records, reviewing
from intake.actions import erasing
from intake.erasure.registry import Scope
from intake.models import (
    Alert,
    AuditRecord,
    Clinic,
    Person,
    QuestionnaireResponse,
    SignOff,
    TreatmentSession,
    User,
)
from intake.one_moment import one_moment
from screening.models import QuestionnaireVersion
from tests.trust.amounts import amount

from .sample import NOW, Tab, later

pytestmark = pytest.mark.usefixtures("transactional_db")

T = TypeVar("T")
SENDERS = amount(quick=8, long=50)
ROUNDS = amount(quick=1, long=20)


def at_once(work: Callable[[int], T], times: int = 8) -> list[T]:
    """The same work in several threads, each with its own connection."""

    def alone(number: int) -> T:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


@pytest.mark.check("C10", required="one submission, one reference, one set of alerts each time")
def test_identical_sends_make_one_submission(clinic: Clinic, version: QuestionnaireVersion, figure) -> None:
    for number in range(1, ROUNDS + 1):
        tab = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response)
        tab.finish(family_name="Díaz", plan_now="yes", harm_thoughts="no")

        found = at_once(lambda _, pk=tab.response.pk: actions.submit(response_id=pk, now=NOW).reference, SENDERS)

        assert set(found) == {tab.response.reference}
        assert (Person.objects.count(), Alert.objects.count()) == (number, 2 * number)
        assert AuditRecord.objects.filter(action="response.sent").count() == number
    figure(f"{ROUNDS} rounds of {SENDERS} at once, 1 submission each")


def test_identical_saves_make_one_revision(tab: Tab) -> None:
    found = at_once(lambda _: tab.send(1, stroke="yes").revision)

    assert set(found) == {1}


def test_tabs_that_save_different_questions_lose_nothing(tab: Tab) -> None:
    questions = ["given_name", "family_name", "phone"]

    at_once(lambda number: Tab(tab.response, name=f"tab {number}").save(**{questions[number]: "+1 202 555 0143"}), 3)

    current = QuestionnaireResponse.objects.get()
    assert set(records.read_answers_of(current)) == set(questions)


def test_the_audit_chain_does_not_fork(tab: Tab) -> None:
    tab.save(harm_thoughts="yes")

    at_once(lambda number: actions.record_panel_shown(response_id=tab.response.pk, now=NOW))
    at_once(lambda number: _refused(tab))

    assert audit.verify().is_intact


def _refused(tab: Tab) -> None:
    with pytest.raises(actions.CannotResume):
        actions.resume(token=str(tab.response), code="0", now=NOW)


def test_parallel_guesses_cannot_share_a_try(tab: Tab) -> None:
    at_once(lambda _: _refused(tab), 12)

    response = QuestionnaireResponse.objects.get()
    assert response.resume_tries == response.resume_tries_of_day == 5


def test_two_workers_send_an_alert_once(tab: Tab, mailoutbox: list[object]) -> None:
    tab.save(plan_now="yes")

    at_once(lambda _: alerts.deliver_due(clock=lambda: NOW), 4)

    assert len(mailoutbox) == 1


@pytest.mark.check("C15", required="one signature")
def test_a_signature_is_given_once(sent: QuestionnaireResponse, clinician: User, colleague: User) -> None:
    review = reviewing.review_of(sent)
    for key in review.points:
        point = reviewing.token_of(sent, key)
        actions.acknowledge_point(response_id=sent.pk, point=point, by=clinician, now=NOW)

    def sign(number: int) -> str:
        decision = {"disposition": sent.clinic.dispositions[number % 5], "rationale": f"Reason {number}"}
        who = (clinician, colleague)[number % 2]
        try:
            actions.sign_off(response_id=sent.pk, content=review.content, by=who, now=NOW, **decision)
        except actions.AlreadySigned:
            return "refused"
        return "signed"

    assert sorted(at_once(sign, 20)) == ["refused"] * 19 + ["signed"]
    assert SignOff.objects.count() == 1
    assert AuditRecord.objects.filter(action="review.signed").count() == 1


def test_two_administrators_who_remove_each_other_leave_one(clinic: Clinic, admin: User) -> None:
    made = actions.create_staff(email="ann@north.example", name="Ann", role="admin", clinic=clinic, now=NOW)
    pair = [admin, made.user]

    def remove(number: int) -> str:
        try:
            actions.remove_staff(user=pair[number], clinic=clinic, by=pair[1 - number], now=NOW)
        except actions.NotPermitted:
            return "refused"
        return "removed"

    assert sorted(at_once(remove, 2)) == ["refused", "removed"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_nobody_discloses_between_the_look_at_alerts_and_an_erasure(
    sent: QuestionnaireResponse, clinician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = actions.invite(clinic=sent.clinic, by=clinician, now=NOW, language="en", person=sent.person)
    version = sent.version
    begun = actions.start(clinic=sent.clinic, version=version, language="en", now=NOW, invitation=link.invitation)
    refuse = erasing.refuse_to_erase

    def save(_: int) -> None:
        with pytest.raises(OperationalError), transaction.atomic():  # it would wait, and find nothing to save to
            QuestionnaireResponse.objects.select_for_update(nowait=True).get(pk=begun.response.pk)

    def look_and_meanwhile_save(scope: Scope) -> None:
        refuse(scope)
        at_once(save, 1)

    monkeypatch.setattr(erasing, "refuse_to_erase", look_and_meanwhile_save)
    actions.erase(record=sent.person, reason="asked", by=None, now=NOW)

    with pytest.raises(actions.NoSuchResponse):
        Tab(begun.response).save(plan_now="yes")


def test_one_address_gets_one_account_and_one_role(clinic: Clinic, admin: User) -> None:
    def give(number: int) -> bool:
        try:
            actions.create_staff(
                email="new@north.example", name="Nia", role="clinician", clinic=clinic, by=admin, now=NOW
            )
        except ValidationError:  # the role is there already
            return False
        return True

    assert sorted(at_once(give, 4)) == [False, False, False, True]
    assert User.objects.get(email="new@north.example").memberships.count() == 1


def test_sessions_and_schedules_never_wait_for_each_other(sent: QuestionnaireResponse, clinician: User) -> None:
    person_id = sent.person_id
    given = {"kind": "every_days", "days": 1, "email": "rosa@example.org", "language": "en"}
    actions.set_schedule(person_id=person_id, questionnaire=sent.version.questionnaire, by=clinician, now=NOW, **given)
    hours = [later(hours=number) for number in range(8)]
    kept = [actions.record_session(person_id=person_id, at=at, by=clinician, now=NOW) for at in hours]

    def work(number: int) -> object:
        if number % 2:
            return actions.invite_due_check_ins(now=later(days=number + 2))
        return actions.withdraw_session(session_id=kept[number].pk, by=clinician, now=NOW)

    at_once(work)

    assert TreatmentSession.objects.filter(withdrawn_at=None).count() == 4


def test_the_rota_and_its_worker_never_wait_for_each_other(tab: Tab, clinic: Clinic, admin: User) -> None:
    added = {"channel": "email", "address": "ada@north.example", "step": 1, "duty": "always"}
    contacts = [
        actions.add_contact(clinic=clinic, name=f"Ada {number}", by=admin, now=NOW, **added).contact
        for number in range(4)
    ]
    tab.save(plan_now="yes")
    alerts.deliver_due(clock=lambda: NOW)

    def work(number: int) -> object:
        if number % 2:
            return alerts.deliver_due(clock=lambda: later(hours=number))
        return actions.remove_contact(contact=contacts[number // 2], by=admin, now=NOW)

    at_once(work)

    assert clinic.alert_contacts.filter(removed_at=None).count() == 0


def test_entries_at_once_are_all_kept(sent: QuestionnaireResponse, clinician: User) -> None:
    at_once(lambda n: actions.add_note(response_id=sent.pk, text=f"Note {n}", by=clinician, now=NOW))

    assert [entry.number for entry in reviewing.review_of(sent).entries] == list(range(1, 9))
    assert audit.verify().is_intact


def test_what_does_not_open_is_reported_once_by_all_who_meet_it(tab: Tab) -> None:
    row = str(tab.response.pk)

    at_once(lambda _: actions.record_unreadable(table="intake_person", row=row, field="name_ct", by=None, now=NOW))

    assert AuditRecord.objects.filter(action="record.unreadable").count() == 1


def test_one_moment_is_what_is_read(clinic: Clinic) -> None:
    """A copy of somebody's record is not half of before and half of after what another person saves meanwhile."""

    def rename(_: int) -> None:
        Clinic.objects.filter(pk=clinic.pk).update(name="Meanwhile")

    with one_moment():
        before = Clinic.objects.get().name
        at_once(rename, 1)
        assert Clinic.objects.get().name == before

    assert Clinic.objects.get().name == "Meanwhile"
