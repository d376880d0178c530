"""C73: what is kept no longer than promised goes on its day, and nothing goes before."""

from __future__ import annotations

import datetime
import io
import json
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from intake import actions, audit, retention
from intake.actions import purging
from intake.erasure import erased_list, registry
from intake.invitees import Details
from intake.management.commands import worker
from intake.models import (
    AuditRecord,
    Clinic,
    Erasure,
    Invitation,
    Person,
    QuestionnaireResponse,
    StaffSession,
    TreatmentSession,
    User,
)

from .sample import NOW, Tab, later

pytestmark = pytest.mark.django_db
SECOND = datetime.timedelta(seconds=1)


def purge(now: datetime.datetime) -> dict[str, int]:
    return dict(actions.purge_expired(now=now))


@pytest.fixture
def kept_ten_days(clinic: Clinic, sent: QuestionnaireResponse) -> QuestionnaireResponse:
    clinic.retention_days = 10
    clinic.save()
    return sent


@pytest.fixture
def invited(clinic: Clinic) -> Invitation:
    return actions.invite(clinic=clinic, by=None, now=NOW, language="en", details=Details(name="Rosa Díaz")).invitation


# --- exact on the day ---


@pytest.mark.check("C73", required="kept at N-1 days and a second before, gone at N and N+1")
@pytest.mark.parametrize(
    ("ago", "goes"),
    [
        (datetime.timedelta(days=29), False),
        (datetime.timedelta(days=30) - SECOND, False),
        (datetime.timedelta(days=30), True),
        (datetime.timedelta(days=31), True),
    ],
)
def test_a_draft_goes_thirty_days_after_its_last_save(tab: Tab, ago: datetime.timedelta, goes: bool) -> None:
    tab.save(given_name="Rosa", now=later(days=3))

    done = purge(later(days=3) + ago)

    assert QuestionnaireResponse.objects.exists() != goes
    assert done.get("drafts", 0) == goes


@pytest.fixture
def begun(invited: Invitation, clinic: Clinic, version) -> QuestionnaireResponse:
    """A draft, begun with a link that lasts 14 days."""
    response = actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=invited).response
    Tab(response).save(given_name="Rosa")
    return response


@pytest.mark.check("C73", required="no draft before the link that opens it is over")
class TestADraftWithANewLink:
    """The patient comes back after 29 days, and staff make a link anew."""

    @pytest.fixture(autouse=True)
    def link(self, begun: QuestionnaireResponse, invited: Invitation, front_desk: User) -> Invitation:
        again = actions.reissue_invitation(invitation_id=invited.pk, by=front_desk, now=later(days=29))
        return again.invitation

    @pytest.mark.parametrize(("less", "goes"), [(1, False), (0, True)])
    def test_it_stays_until_the_link_is_over(self, link: Invitation, less: int, goes: bool) -> None:
        assert purge(later(days=30)) == {}

        done = purge(link.expires_at - less * SECOND)

        assert done.get("drafts", 0) == goes

    def test_not_with_a_link_that_was_taken_back(self, link: Invitation, front_desk: User) -> None:
        actions.revoke_invitation(invitation_id=link.pk, by=front_desk, now=later(days=29))

        assert purge(later(days=30)) == {"drafts": 1}

    def test_not_what_its_patient_deleted(self, begun: QuestionnaireResponse) -> None:
        QuestionnaireResponse.objects.update(status="deleted", deleted_at=NOW)

        assert purge(later(days=30)) == {"drafts": 1}


@pytest.mark.check("C73", required="the clinic's number of days, exactly")
@pytest.mark.parametrize(("days", "less", "goes"), [(9, 0, False), (10, 1, False), (10, 0, True), (11, 0, True)])
def test_what_was_sent_goes_when_its_clinic_says(
    kept_ten_days: QuestionnaireResponse, days: int, less: int, goes: bool
) -> None:
    done = purge(later(days=days) - less * SECOND)

    assert QuestionnaireResponse.objects.exists() != goes
    assert done.get("responses", 0) == goes


@pytest.mark.check("C73", required="a shorter time counts after 7 days, exactly")
class TestAShorterTime:
    """Sent on day 0; on day 20 somebody sets one day. NOW is day 0."""

    @pytest.fixture(autouse=True)
    def shortened(self, sent: QuestionnaireResponse, admin: User) -> None:
        self.set(sent, 1, admin, day=20)

    def set(self, sent: QuestionnaireResponse, days: int | None, admin: User, *, day: int) -> None:
        actions.change_clinic(clinic=sent.clinic, changes={"retention_days": days}, by=admin, now=later(days=day))

    @pytest.mark.parametrize(("less", "goes"), [(1, False), (0, True)])
    def test_it_counts_after_seven_days(self, less: int, goes: bool) -> None:
        purge(later(days=27) - less * SECOND)

        assert QuestionnaireResponse.objects.exists() != goes

    def test_until_then_what_counted_before_still_does(self, sent: QuestionnaireResponse) -> None:
        Clinic.objects.update(retention_before=22)

        purge(later(days=22) - SECOND)
        assert QuestionnaireResponse.objects.exists()

        purge(later(days=22))
        assert not QuestionnaireResponse.objects.exists()

    def test_changed_back_in_time_nothing_goes(self, sent: QuestionnaireResponse, admin: User) -> None:
        self.set(sent, None, admin, day=26)

        purge(later(days=400))

        assert QuestionnaireResponse.objects.exists()

    def test_a_second_change_does_not_hurry_the_first(self, sent: QuestionnaireResponse, admin: User) -> None:
        self.set(sent, 2, admin, day=26)

        purge(later(days=32))
        assert QuestionnaireResponse.objects.exists()

        purge(later(days=33))
        assert not QuestionnaireResponse.objects.exists()


def test_what_was_sent_stays_where_the_clinic_says_nothing(sent: QuestionnaireResponse) -> None:
    assert purge(later(days=36_500)) == {}
    assert QuestionnaireResponse.objects.exists()


@pytest.mark.check("C73", required="7 days after the link ended, exactly")
@pytest.mark.parametrize(("less", "goes"), [(24 * 60 * 60, False), (1, False), (0, True), (-24 * 60 * 60, True)])
@pytest.mark.parametrize("how", ["expired", "revoked"])
def test_a_link_that_nobody_used_goes_seven_days_after_its_end(
    invited: Invitation, how: str, less: int, goes: bool
) -> None:
    ended = invited.expires_at
    if how == "revoked":
        ended = later(days=2)
        Invitation.objects.update(revoked_at=ended)

    purge(ended + retention.DEAD_INVITATION - less * SECOND)

    assert Invitation.objects.exists() != goes


def test_a_link_that_somebody_used_stays_with_the_answers(invited: Invitation, clinic: Clinic, version) -> None:
    response = actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=invited).response
    Tab(response).finish(family_name="Díaz")
    actions.submit(response_id=response.pk, now=NOW)

    purge(later(days=400))

    assert Invitation.objects.filter(pk=invited.pk).exists()


@pytest.mark.parametrize(("folder", "kept"), [("mail", retention.MAIL_FILE), ("exports", retention.EXPORT_FILE)])
def test_files_go_on_their_day(db: None, tmp_path: Path, settings, folder: str, kept: datetime.timedelta) -> None:
    settings.DATA_DIR, settings.EMAIL_FILE_PATH = tmp_path, tmp_path / "mail"
    (tmp_path / folder).mkdir()
    for name, age in (("old", kept), ("new", kept - SECOND)):
        path = tmp_path / folder / name
        path.write_text("x")
        os.utime(path, times=((NOW - age).timestamp(),) * 2)

    assert purge(NOW) == {"files": 1}

    assert [path.name for path in (tmp_path / folder).iterdir()] == ["new"]


def test_sessions_go_when_they_have_ended(clinician: User) -> None:
    for key, ends in (("ended", NOW), ("open", later(hours=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
        StaffSession.objects.create(user=clinician, session_key=key, began_at=NOW - retention.SIGN_IN)
    StaffSession.objects.create(user=clinician, session_key="lately", began_at=NOW)

    purge(NOW)

    assert [each.session_key for each in Session.objects.all()] == ["open"]
    assert sorted(each.session_key for each in StaffSession.objects.all()) == ["lately", "open"]


# --- what stays, and what goes on ---


@pytest.mark.check("C73", required="a legal hold is respected")
def test_a_hold_keeps_what_is_due(kept_ten_days: QuestionnaireResponse) -> None:
    actions.place_hold(record=kept_ten_days, matter="File 12", now=NOW)

    assert purge(later(days=11)) == {"on_hold": 1}
    assert QuestionnaireResponse.objects.exists()


def test_an_alert_that_nobody_acknowledged_keeps_a_draft(tab: Tab) -> None:
    tab.save(plan_now="yes")

    assert purge(later(days=31)) == {"alert_open": 1}
    assert QuestionnaireResponse.objects.exists()


def test_what_is_left_of_a_deleted_draft_goes_too(tab: Tab, clinician: User) -> None:
    tab.save(plan_now="yes", family_name="Díaz")
    actions.delete_draft(response_id=tab.response.pk, now=NOW)
    for alert in tab.response.alerts.all():
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=NOW)

    assert purge(later(days=31)) == {"drafts": 1}
    assert not QuestionnaireResponse.objects.exists()


@pytest.mark.check("C73", required="one that fails does not stop the others; no name in report or log")
def test_one_that_fails_does_not_stop_the_others(
    kept_ten_days, invited: Invitation, clinic: Clinic, version, monkeypatch, caplog
) -> None:
    for _ in range(2):
        tab = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response)
        tab.save(given_name="Rosa")
    whole, calls = registry.delete, []

    def fails_first(scope: registry.Scope) -> int:
        calls.append(scope)
        if len(calls) == 1:
            raise RuntimeError("Rosa Díaz")
        return whole(scope)

    monkeypatch.setattr(registry, "delete", fails_first)
    with caplog.at_level(logging.ERROR):
        done = purge(later(days=60))

    assert done == {"failed": 1, "drafts": 1, "responses": 1, "invitations": 1}
    assert "Rosa" not in caplog.text
    assert "RuntimeError" in caplog.text
    assert QuestionnaireResponse.objects.count() == 1


def test_a_draft_that_is_saved_meanwhile_stays(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.save(given_name="Rosa")
    due = list(retention.drafts_due(later(days=31)))
    tab.save(given_name="Rosa Maria", now=later(days=31))

    assert not purging._purge_draft(due[0], later(days=31))
    assert QuestionnaireResponse.objects.exists()


def test_it_is_recorded_and_listed_as_promised(kept_ten_days, clinic: Clinic, version) -> None:
    Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response).save(given_name="Bo")

    purge(later(days=31))

    actors = {entry.actor for entry in AuditRecord.objects.filter(action="response.erased")}
    assert actors == {audit.SYSTEM}
    assert AuditRecord.objects.get(action="purge.done").objects_named == {"drafts": "1", "responses": "1"}
    assert {stone.reason for stone in Erasure.objects.all()} == {"retention"}
    assert Erasure.objects.filter(kind="response").count() == 1  # what was sent; the calendar finds drafts by itself
    assert {entry.kind for entry in erased_list.everything()} == {"person", "response"}
    assert not Person.objects.exists()
    assert audit.verify().is_intact


class TestThePersonGoesWithTheLastOfTheirs:
    """Whichever it is: who somebody is stays no longer than what it is kept for."""

    @pytest.fixture
    def again(self, kept_ten_days: QuestionnaireResponse, clinic: Clinic) -> Invitation:
        """A second link, which outlasts what was sent."""
        person = kept_ten_days.person
        return actions.invite(clinic=clinic, by=None, now=later(days=5), language="en", person=person).invitation

    def test_a_link_that_nobody_used(self, again: Invitation) -> None:
        assert purge(later(days=11)) == {"responses": 1}
        person = Person.objects.get()

        assert purge(later(days=60)) == {"invitations": 1}
        assert not Person.objects.exists()
        assert Erasure.objects.get(kind="person").object_id == person.pk
        assert str(person.pk) in {entry.id for entry in erased_list.read(erased_list.path())}
        assert AuditRecord.objects.get(action="person.erased").actor == audit.SYSTEM
        assert AuditRecord.objects.filter(action="invitation.erased").count() == 1
        assert audit.verify().is_intact

    def test_a_draft(self, again: Invitation, clinic: Clinic, version) -> None:
        started = actions.start(clinic=clinic, version=version, language="en", now=later(days=6), invitation=again)
        Tab(started.response).save(given_name="Rosa", now=later(days=6))
        assert purge(later(days=11)) == {"responses": 1}

        assert purge(later(days=60)) == {"drafts": 1}
        assert not Person.objects.exists()
        assert {entry.kind for entry in erased_list.read(erased_list.path())} == {"person", "response"}
        assert not Erasure.objects.filter(object_id=started.response.pk).exists()

    def test_not_while_they_have_another_link(self, again: Invitation, clinic: Clinic) -> None:
        actions.invite(clinic=clinic, by=None, now=later(days=50), language="en", person=again.person)

        assert purge(later(days=60)) == {"responses": 1, "invitations": 1}
        assert Person.objects.exists()

    def test_not_who_is_treated(self, again: Invitation, clinician: User) -> None:
        TreatmentSession.objects.create(person=again.person, at=later(days=7), recorded_at=NOW, recorded_by=clinician)

        assert purge(later(days=60)) == {"responses": 1, "invitations": 1}
        assert Person.objects.exists()

    @pytest.mark.parametrize("is_invited", [True, False])
    def test_not_who_was_invited_after_the_erasure_failed(
        self, again: Invitation, clinic: Clinic, monkeypatch: pytest.MonkeyPatch, is_invited: bool
    ) -> None:
        purge(later(days=11))
        with monkeypatch.context() as patched:
            patched.setattr(purging.audit, "record", _fails_for("invitation.erased"))
            assert purge(later(days=60)) == {"failed": 1}
        assert "person" in {entry.kind for entry in erased_list.read(erased_list.path())}
        if is_invited:
            actions.invite(clinic=clinic, by=None, now=later(days=60, hours=1), language="en", person=again.person)

        purge(later(days=61))

        assert Person.objects.exists() == is_invited

    def test_not_who_is_on_hold(self, again: Invitation) -> None:
        purge(later(days=11))
        actions.place_hold(record=again.person, matter="File 12", now=later(days=12))

        assert purge(later(days=60)) == {"on_hold": 1}
        assert Person.objects.exists()


def _fails_for(action: str) -> Callable[..., AuditRecord]:
    whole = audit.record

    def record(**given: Any) -> AuditRecord:
        if given["action"] == action:
            raise RuntimeError
        return whole(**given)

    return record


# --- daily, and by command ---


def test_it_is_done_once_a_day_and_again_when_the_clock_was_put_back(db: None) -> None:
    at = [NOW, later(hours=23), later(hours=24), later(hours=1)]

    assert [actions.purge_daily(now=each) is not None for each in at] == [True, False, True, True]


@pytest.mark.check("C68", required="a clock that is wrong for less than a day deletes nothing")
def test_a_clock_that_is_wrong_for_once_deletes_nothing(tab: Tab, caplog: pytest.LogCaptureFixture) -> None:
    tab.save(given_name="Rosa", now=later(days=1))
    actions.purge_daily(now=later(days=1))

    wrong = [later(days=400), later(days=400, hours=23), later(days=800), later(days=400, hours=1)]
    assert [actions.purge_daily(now=each) for each in wrong] == [None] * 4
    assert "look at the clock" in caplog.text
    assert actions.purge_daily(now=later(days=2)) == {}

    assert QuestionnaireResponse.objects.exists()


@pytest.mark.check("C68", required="nor does one that is wrong once more on another day")
@pytest.mark.parametrize("right_again", [later(days=1, hours=1), later(days=2), later(days=0)])
def test_a_clock_that_is_wrong_twice_deletes_nothing(tab: Tab, right_again: datetime.datetime) -> None:
    """As of a machine that is 400 days ahead at each start, until it has asked for the time."""
    tab.save(given_name="Rosa", now=later(days=1))
    actions.purge_daily(now=later(days=1))

    for each in (later(days=400), right_again, later(days=401, hours=2)):
        assert not actions.purge_daily(now=each)

    assert QuestionnaireResponse.objects.exists()


def test_a_worker_that_was_away_deletes_a_day_after_it_is_back(tab: Tab) -> None:
    tab.save(given_name="Rosa")
    actions.purge_daily(now=later(days=-3))
    assert actions.purge_daily(now=NOW - SECOND) == {}  # not yet three days

    at = [later(days=40), later(days=40, hours=23), later(days=41), later(days=42)]
    done = [actions.purge_daily(now=each) for each in at]

    assert done == [None, None, {"drafts": 1}, {}]


def test_the_worker_does_it_beside_the_mails(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.save(given_name="Rosa")
    monkeypatch.setattr(timezone, "now", lambda: later(days=31))
    stop = threading.Event()
    monkeypatch.setattr(worker.Command, "_mail_steps", lambda self, until: (stop.set,))
    monkeypatch.setattr(worker, "connection", SimpleNamespace(close=lambda: None))

    worker.Command()._keep_sending_mails(stop)

    assert not QuestionnaireResponse.objects.exists()


def test_the_command_counts(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.save(given_name="Rosa")
    monkeypatch.setattr(timezone, "now", lambda: later(days=31))
    out = io.StringIO()
    call_command("purge_expired", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"drafts": 1}

    monkeypatch.setattr(purging, "finish_erasures", lambda **_: 1 / 0)
    with pytest.raises(CommandError, match="1 could not be deleted"):
        call_command("purge_expired", stdout=io.StringIO())
