"""A clinic's settings, changed by its administrators and nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client

from intake import actions
from intake.models import AuditRecord, Clinic, SecurityNotice, User
from tests.browsers import show_who_one_is
from tests.intake.sample import NOW

from .conftest import SignIn

GIVEN: dict[str, Any] = {
    "name": "North Clinic",
    "phone": "(202) 555-0142",
    "email": "",
    "alert_email": "desk@north.example",
    "timezone": "America/New_York",
    "languages": ["en", "es"],
    "profile": "eu",
    "expectation_en": "Read on working days.",
    "expectation_es": "",
    "draft_alert_minutes": "30",
    "retention_days": "",
    "parameters": "bp_high = 155\n\nage = 65.5",
}


@pytest.fixture
def office(sign_in: SignIn, admin: User) -> Client:
    return sign_in(admin)


def url(clinic: Clinic | str, end: str = "") -> str:
    return f"/staff/clinic/{clinic}/{end or 'settings/'}"  # a clinic prints as its slug


class TestSettings:
    def test_it_leads_to_the_clinic(self, office: Client, clinic: Clinic) -> None:
        assert office.get("/staff/clinic/")["Location"] == url(clinic)
        assert 'value="America/New_York"' in office.get(url(clinic)).content.decode()

    def test_it_saves_and_records_which_fields(self, office: Client, clinic: Clinic) -> None:
        assert office.post(url(clinic), GIVEN).status_code == 302

        clinic.refresh_from_db()
        assert (clinic.name, clinic.profile, clinic.draft_alert_minutes) == ("North Clinic", "eu", 30)
        assert clinic.parameters == {"bp_high": 155, "age": 65.5}
        assert clinic.expectation == {"en": "Read on working days."}
        assert not clinic.shows_changed_answers
        latest = AuditRecord.objects.order_by("-seq")[0]
        assert latest.action == "clinic.changed"
        assert "profile" in latest.objects_named["fields"]
        assert "eu" not in latest.objects_named.values()

    def test_the_same_again_is_recorded_once(self, office: Client, clinic: Clinic) -> None:
        for _ in range(2):
            office.post(url(clinic), GIVEN)

        assert AuditRecord.objects.filter(action="clinic.changed").count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"timezone": "Nowhere"},
            {"phone": "call us"},
            {"languages": []},
            {"draft_alert_minutes": "0"},
            {"parameters": "bp_high"},
            {"parameters": "bp_high = nan"},
            {"parameters": "bp_high = inf"},
            {"alert_email": "desk"},
        ],
    )
    def test_it_refuses_mistakes_and_changes_nothing(
        self, wrong: dict[str, Any], office: Client, clinic: Clinic
    ) -> None:
        page = office.post(url(clinic), GIVEN | wrong)

        assert page.status_code == 422
        assert "There is a problem" in page.content.decode()
        clinic.refresh_from_db()
        assert clinic.profile == "us"

    def test_the_action_refuses_strangers_and_strange_fields(
        self, clinic: Clinic, clinician: User, admin: User
    ) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.change_clinic(clinic=clinic, changes={"name": "Mine"}, by=clinician, now=NOW)
        with pytest.raises(ValueError, match="slug"):
            actions.change_clinic(clinic=clinic, changes={"slug": "mine"}, by=admin, now=NOW)

    def test_another_clinics_looks_like_a_missing_one(self, office: Client, other_clinic: Clinic) -> None:
        others, missing = office.post(url(other_clinic), GIVEN), office.post(url("nowhere"), GIVEN)

        assert others.status_code == missing.status_code == 404
        assert others.content == missing.content


def ask_to_keep(browser: Client, clinic: Clinic, days: int | str, **more: str) -> HttpResponse:
    return browser.post(url(clinic), GIVEN | {"retention_days": str(days), **more})


@pytest.mark.usefixtures("sent")
@pytest.mark.check("C73", required="a shorter time is confirmed, heard of, and counts after 7 days")
class TestKeepingAnswersForAShorterTime:
    @pytest.fixture
    def fresh(self, office: Client, admin: User) -> Client:
        show_who_one_is(office, admin)
        return office

    @pytest.mark.check("C74", required="a shorter time to keep answers")
    def test_it_asks_who_one_is_and_keeps_what_was_typed(self, office: Client, clinic: Clinic, admin: User) -> None:
        show_who_one_is(office, admin, ago=14 * 60)

        asked = ask_to_keep(office, clinic, 30, confirmed="30")

        assert asked["Location"].startswith("/accounts/reauthenticate/")
        clinic.refresh_from_db()
        assert clinic.retention_days is None
        assert 'value="30"' in office.get(url(clinic)).content.decode()

    def test_it_says_how_much_goes_and_when_before_anything_is_saved(self, fresh: Client, clinic: Clinic) -> None:
        text = ask_to_keep(fresh, clinic, 1).content.decode()

        assert "1 of the 1 responses that you have now are erased" in text
        assert 'name="confirmed" value="1"' in text
        clinic.refresh_from_db()
        assert (clinic.retention_days, clinic.profile) == (None, "us")

    def test_what_was_confirmed_was_another_number(self, fresh: Client, clinic: Clinic) -> None:
        assert "Nothing is saved yet" in ask_to_keep(fresh, clinic, 3, confirmed="30").content.decode()

    def test_confirmed_it_is_saved_with_the_rest_and_everybody_hears(
        self, fresh: Client, clinic: Clinic, admin: User
    ) -> None:
        page = ask_to_keep(fresh, clinic, 30)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode())
        data = QueryDict(mutable=True)
        for name, value in hidden:
            data.appendlist(name, value)

        fresh.post(url(clinic), data.urlencode(), content_type="application/x-www-form-urlencoded")

        clinic.refresh_from_db()
        assert (clinic.retention_days, clinic.profile, clinic.languages) == (30, "eu", ["en", "es"])
        assert clinic.parameters == {"bp_high": 155, "age": 65.5}
        assert not clinic.shows_changed_answers
        notice = SecurityNotice.objects.get()
        assert (notice.kind, notice.user, notice.detail) == ("retention", admin, "30")
        assert "kept as before: until somebody erases them" in fresh.get(url(clinic)).content.decode()
        assert "are kept to 30" in fresh.get("/staff/security/").content.decode()

    def test_a_longer_time_is_saved_at_once(self, office: Client, clinic: Clinic, admin: User) -> None:
        Clinic.objects.update(retention_days=30)
        show_who_one_is(office, admin, ago=14 * 60)

        ask_to_keep(office, clinic, 365)

        clinic.refresh_from_db()
        assert (clinic.retention_days, clinic.retention_counts_at) == (365, None)
        assert not SecurityNotice.objects.exists()


@pytest.mark.check("C74", required="another address for alerts")
def test_another_address_for_alerts_asks_who_one_is(office: Client, clinic: Clinic, admin: User) -> None:
    changed = GIVEN | {"alert_email": "elsewhere@north.example"}
    show_who_one_is(office, admin, ago=14 * 60)

    assert office.post(url(clinic), changed)["Location"].startswith("/accounts/reauthenticate/")
    clinic.refresh_from_db()
    assert clinic.alert_email == "desk@north.example"

    show_who_one_is(office, admin)
    office.post(url(clinic), changed)
    clinic.refresh_from_db()
    assert clinic.alert_email == "elsewhere@north.example"


@pytest.mark.check("C74", required="the clinic's people hear where alerts went")
def test_another_address_for_alerts_is_told_to_the_others(office: Client, clinic: Clinic, admin: User) -> None:
    show_who_one_is(office, admin)
    office.post(url(clinic), GIVEN | {"alert_email": "elsewhere@north.example"})

    assert [notice.kind for notice in SecurityNotice.objects.all()] == ["alerts"]
    said = office.get("/staff/security/").content.decode()
    assert "changed the address to which alerts are mailed" in said
    office.post(url(clinic), GIVEN | {"alert_email": "elsewhere@north.example"})
    assert SecurityNotice.objects.count() == 1


class TestCrisisContacts:
    def test_they_are_confirmed_under_a_name(self, office: Client, clinic: Clinic, admin: User) -> None:
        show_who_one_is(office, admin)
        office.post(url(clinic, "crisis/"), {"checked": "1"})

        clinic.refresh_from_db()
        assert clinic.crisis_confirmed_by == admin
        assert "by Ada" in office.get(url(clinic)).content.decode()

    def test_not_without_saying_that_each_was_checked(self, office: Client, clinic: Clinic, admin: User) -> None:
        show_who_one_is(office, admin)
        office.post(url(clinic, "crisis/"))

        clinic.refresh_from_db()
        assert clinic.crisis_confirmed_by != admin
