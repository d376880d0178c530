"""Calling staff: alerts stand beside the answers that cause them, once for each reason, and stay."""

from __future__ import annotations

import datetime

import pytest

from intake import actions, records
from intake.models import Alert, AuditRecord, Clinic, QuestionnaireResponse, User

from .sample import NOW, Tab, later, unknown

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


def raised() -> dict[str, datetime.timedelta]:
    """Every alert by kind and reason, with how long after NOW it is due."""
    return {f"{alert.kind} {records.read_reason(alert)}": alert.due_at - NOW for alert in Alert.objects.all()}


class TestFromADraft:
    def test_nothing_is_raised_by_harmless_answers(self, tab: Tab) -> None:
        tab.save(plan_now="no", harm_thoughts="no", low_mood="no", stroke="yes")

        assert raised() == {}

    def test_a_plan_alerts_at_once(self, tab: Tab) -> None:
        tab.save(plan_now="yes")

        assert raised()["at_once plan_now"] == datetime.timedelta(0)

    def test_other_urgent_answers_wait_for_the_stated_time(self, tab: Tab) -> None:
        tab.save(harm_thoughts="yes")

        assert raised() == {"urgent harm_to_others": HOUR}

    def test_the_stated_time_is_the_clinics(self, tab: Tab, clinic: Clinic) -> None:
        Clinic.objects.filter(pk=clinic.pk).update(draft_alert_minutes=15)

        tab.save(harm_thoughts="yes")

        assert raised() == {"urgent harm_to_others": datetime.timedelta(minutes=15)}

    @pytest.mark.parametrize("state", ["not_sure", "declined", "skipped"])
    def test_a_safety_question_left_open_is_a_reason(self, tab: Tab, state: str) -> None:
        tab.save(harm_thoughts=unknown(state))

        assert raised() == {"unresolved_safety harm_to_others": HOUR}

    def test_a_safety_question_not_reached_is_none(self, tab: Tab) -> None:
        tab.save(given_name="Rosa", section="about")

        assert raised() == {}

    def test_whoever_was_shown_help_is_seen_by_staff(self, tab: Tab) -> None:
        tab.save(low_mood="yes")

        assert raised() == {"safety_panel safety_panel": HOUR}

    @pytest.mark.check("C76", required="one alert for each reason")
    def test_a_reason_alerts_once_however_often_it_is_saved(self, tab: Tab) -> None:
        for _ in range(3):
            tab.save(harm_thoughts="yes")

        assert Alert.objects.count() == 1

    def test_a_second_answer_that_cannot_wait_is_not_the_first_again(self, tab: Tab) -> None:
        tab.save(plan_now="yes")
        Alert.objects.update(sent_at=NOW)

        tab.save(weapon_near="yes", now=later(minutes=5))

        assert raised()["at_once weapon_near"] == datetime.timedelta(minutes=5)

    def test_it_stays_when_the_answer_is_changed(self, tab: Tab) -> None:
        tab.save(harm_thoughts="yes")
        tab.save(harm_thoughts="no", now=later(minutes=5))

        assert raised() == {"urgent harm_to_others": HOUR}

    def test_another_reason_is_another_alert(self, tab: Tab) -> None:
        tab.save(harm_thoughts="yes")
        tab.save(plan_now="yes")

        assert len(raised()) == 3

    def test_an_answer_withheld_by_a_conflict_still_calls(self, tab: Tab, second_tab: Tab) -> None:
        tab.save(plan_now="no")
        with pytest.raises(actions.Conflict):
            second_tab.save(plan_now="yes")

        assert "at_once plan_now" in raised()

    def test_an_answer_that_comes_after_a_newer_one_of_its_page_still_calls(self, tab: Tab) -> None:
        tab.send(2, plan_now="no")
        tab.send(1, plan_now="yes", now=later(minutes=1))

        assert records.read_answers_of(QuestionnaireResponse.objects.get())["plan_now"].value == "no"
        assert raised()["at_once plan_now"] == datetime.timedelta(minutes=1)

    def test_an_answer_taken_back_that_comes_late_calls_nobody(self, tab: Tab) -> None:
        tab.send(2, plan_now="no")
        tab.send(1, plan_now=None)

        assert raised() == {}

    def test_it_is_not_there_when_the_answers_are_not(self, tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(**_: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("intake.actions.alerting.audit.record", broken)
        with pytest.raises(RuntimeError):
            tab.save(plan_now="yes")

        tab.response.refresh_from_db()
        assert (tab.response.revision, Alert.objects.count()) == (0, 0)


class TestAfterAnAcknowledgement:
    """An acknowledged alert is no reason to be silent about what is disclosed anew."""

    @pytest.fixture
    def acknowledged(self, tab: Tab, clinician: User) -> None:
        tab.save(plan_now="yes", low_mood="no")
        for alert in Alert.objects.all():
            actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=later(minutes=1))

    def waiting(self) -> list[str]:
        return sorted(f"{alert.kind} {records.read_reason(alert)}" for alert in Alert.objects.unacknowledged())

    def test_the_same_answer_saved_again_stays_silent(self, acknowledged: None, tab: Tab) -> None:
        tab.save(plan_now="yes", stroke="no", now=later(minutes=5))
        tab.save(section="safety", now=later(minutes=6))

        assert self.waiting() == []

    def test_an_answer_taken_back_and_given_again_calls_again(self, acknowledged: None, tab: Tab) -> None:
        tab.save(plan_now="no", now=later(minutes=5))
        assert self.waiting() == []

        tab.save(plan_now="yes", now=later(minutes=6))

        assert self.waiting() == ["at_once plan_now", "urgent suicide_plan"]
        assert Alert.objects.unacknowledged().filter(kind="at_once").get().due_at == later(minutes=6)

    def test_it_calls_once_however_often_it_is_saved(self, acknowledged: None, tab: Tab) -> None:
        for minutes, answer in enumerate(["no", "yes", "no", "yes", "yes"], start=5):
            tab.save(plan_now=answer, now=later(minutes=minutes))

        assert len(self.waiting()) == 2

    def test_another_state_left_open_calls_again(self, tab: Tab, clinician: User) -> None:
        tab.save(harm_thoughts=unknown("not_sure"))
        actions.acknowledge_alert(alert_id=Alert.objects.get().pk, by=clinician, note="Called.", now=NOW)

        tab.save(harm_thoughts=unknown("declined"), now=later(minutes=5))

        assert self.waiting() == ["unresolved_safety harm_to_others"]

    def test_sending_what_was_acknowledged_stays_silent(self, acknowledged: None, tab: Tab) -> None:
        tab.finish(family_name="Díaz", harm_thoughts="no", now=later(minutes=5))
        actions.submit(response_id=tab.response.pk, now=later(minutes=6))

        assert self.waiting() == []


class TestDisclosedAt:
    def test_it_is_when_it_was_first_said(self, tab: Tab) -> None:
        tab.save(plan_now="yes")
        tab.save(harm_thoughts="yes", now=later(minutes=5))

        assert QuestionnaireResponse.objects.get().disclosed_at == NOW

    @pytest.mark.parametrize("said", [{"low_mood": "yes"}, {"harm_thoughts": unknown("skipped")}])
    def test_it_is_kept_for_whatever_calls_staff(self, tab: Tab, said: dict[str, object]) -> None:
        tab.save(**said)

        assert QuestionnaireResponse.objects.get().disclosed_at == NOW

    def test_harmless_answers_leave_it_empty(self, sent: QuestionnaireResponse) -> None:
        assert sent.disclosed_at is None
        assert not Alert.objects.exists()


class TestOnSending:
    def test_waiting_alerts_become_due(self, tab: Tab) -> None:
        tab.finish(given_name="Rosa", family_name="Díaz", harm_thoughts="yes", plan_now="no")

        actions.submit(response_id=tab.response.pk, now=later(minutes=10))

        assert raised() == {"urgent harm_to_others": datetime.timedelta(minutes=10)}

    def test_a_safety_question_left_empty_calls(self, tab: Tab) -> None:
        tab.finish(family_name="Díaz", plan_now="no")

        actions.submit(response_id=tab.response.pk, now=NOW)

        assert raised() == {"unresolved_safety harm_to_others": datetime.timedelta(0)}

    def test_sending_twice_calls_once(self, tab: Tab) -> None:
        tab.finish(family_name="Díaz", plan_now="yes", harm_thoughts="no")
        for _ in range(2):
            actions.submit(response_id=tab.response.pk, now=NOW)

        assert sorted(raised()) == ["at_once plan_now", "urgent suicide_plan"]


class TestSecrecy:
    def test_the_reason_is_not_readable(self, tab: Tab) -> None:
        tab.save(plan_now="yes")

        assert "suicide" not in str(list(Alert.objects.values()))

    def test_equal_reasons_of_two_people_do_not_look_alike(self, tab: Tab, clinic: Clinic, version: object) -> None:
        other = actions.start(clinic=clinic, version=version, language="en", now=NOW).response  # type: ignore[arg-type]
        tab.save(plan_now="yes")
        Tab(other).save(plan_now="yes")

        assert len(set(Alert.objects.values_list("reason_hash", flat=True))) == Alert.objects.count() == 4


class TestAcknowledge:
    @pytest.fixture
    def alert(self, tab: Tab) -> Alert:
        tab.save(harm_thoughts="yes")
        return Alert.objects.get()

    def test_it_keeps_who_when_and_the_note(self, alert: Alert, clinician: User) -> None:
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="  Called, safe.  ", now=later(minutes=3))

        alert.refresh_from_db()
        assert (alert.acknowledged_by, alert.acknowledged_at) == (clinician, later(minutes=3))
        assert records.read_note(alert) == "Called, safe."
        assert b"Called" not in bytes(alert.note_ct)
        assert AuditRecord.objects.filter(action="alert.acknowledged").count() == 1

    def test_it_asks_for_a_note(self, alert: Alert, clinician: User) -> None:
        with pytest.raises(actions.NoteMissing):
            actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note=" \n", now=NOW)

    def test_it_happens_once(self, alert: Alert, clinician: User, colleague: User) -> None:
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=NOW)

        with pytest.raises(actions.AlreadyAcknowledged):
            actions.acknowledge_alert(alert_id=alert.pk, by=colleague, note="Me too.", now=NOW)

    @pytest.mark.parametrize("who", ["outsider", "front_desk", "admin", "auditor"])
    def test_it_refuses_anybody_else(self, alert: Alert, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.acknowledge_alert(alert_id=alert.pk, by=request.getfixturevalue(who), note="x", now=NOW)


def test_showing_help_is_recorded_once_for_each_revision(draft: QuestionnaireResponse, tab: Tab) -> None:
    tab.save(low_mood="yes")
    first = actions.record_panel_shown(response_id=draft.pk, now=NOW)
    again = actions.record_panel_shown(response_id=draft.pk, now=later(minutes=1))
    tab.save(low_mood="no")
    other = actions.record_panel_shown(response_id=draft.pk, now=later(minutes=2))

    assert (first, first.shown_at) == (again, NOW)
    assert other.revision == 2
    assert AuditRecord.objects.filter(action="panel.shown").count() == 2
