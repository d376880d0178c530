"""Two administrators who have one page of settings open: nobody puts back what the other changed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from intake import actions
from intake.models import AlertRota, AuditRecord, Clinic, SecurityNotice, User
from tests.browsers import show_who_one_is
from tests.intake.sample import NOW, later

from .conftest import SignIn

pytestmark = pytest.mark.check("C88", required="a page of settings puts nothing back")

SETTINGS, ROTA, DECISIONS = (f"/staff/clinic/north/{end}/" for end in ("settings", "alerts", "decisions"))
MAIL = "/staff/invitations/e-mail/"
RIGHT, PHONE = "on-call@north.example", "(202) 555-0199"


@pytest.fixture
def other(sign_in: SignIn, clinic: Clinic) -> Client:
    """Another administrator's browser."""
    made = actions.create_staff(email="bob@north.example", name="Bob", role="admin", clinic=clinic, now=NOW)
    browser = sign_in(made.user)
    show_who_one_is(browser, made.user)
    return browser


def opened(browser: Client, page: str) -> dict[str, Any]:
    """What the page posts when nothing is typed: without unticked boxes, and with a browser's line ends."""
    form = browser.get(page).context["form"]
    shown = {field.html_name: field.value() for field in form}
    posted = {name: "" if value is None else value for name, value in shown.items() if value is not False}
    return {name: re.sub("\n", "\r\n", value) if isinstance(value, str) else value for name, value in posted.items()}


def text(page: HttpResponse) -> str:
    return page.content.decode()


class TestSettings:
    def test_each_saves_what_they_typed(self, office: Client, other: Client, clinic: Clinic) -> None:
        Clinic.objects.update(parameters={"bp_high": 155.0, "share": 0.123456789}, languages=["es", "en"])
        Clinic.objects.update(expectation={"en": "We read them\non working days."})
        before, mine, theirs = Clinic.objects.get(pk=clinic.pk), opened(office, SETTINGS), opened(other, SETTINGS)
        other.post(SETTINGS, theirs | {"alert_email": RIGHT, "shows_changed_answers": "on"})

        assert office.post(SETTINGS, mine | {"phone": PHONE}).status_code == 302

        clinic.refresh_from_db()
        assert (clinic.alert_email, clinic.phone, clinic.shows_changed_answers) == (RIGHT, PHONE, True)
        for untouched in ("parameters", "languages", "expectation", "retention_days", "profile"):
            assert getattr(clinic, untouched) == getattr(before, untouched)
        assert [notice.user.name for notice in SecurityNotice.objects.all()] == ["Bob"]
        assert AuditRecord.objects.order_by("-seq")[0].objects_named["fields"] == "phone"

    def test_what_both_changed_is_refused_once_with_what_it_is_now(
        self, office: Client, other: Client, clinic: Clinic
    ) -> None:
        mine, theirs = opened(office, SETTINGS), opened(other, SETTINGS)
        other.post(SETTINGS, theirs | {"alert_email": RIGHT, "name": "North"})
        wanted = {"alert_email": "desk-2@north.example", "phone": PHONE}

        page = office.post(SETTINGS, mine | wanted)

        assert page.status_code == 422
        said = "E-mail for alerts: Bob changed this meanwhile, to “on-call@north.example”. Save again to put yours in"
        assert said in text(page)
        shown = {field.html_name: field.value() for field in page.context["form"]}
        assert (shown["alert_email"], shown["phone"], shown["name"]) == (*wanted.values(), "North")
        clinic.refresh_from_db()
        assert (clinic.alert_email, clinic.phone == PHONE) == (RIGHT, False)
        again = {name: value for name, value in shown.items() if value not in (None, False)}
        assert office.post(SETTINGS, again).status_code == 302
        clinic.refresh_from_db()
        assert (clinic.alert_email, clinic.phone, clinic.name) == (*wanted.values(), "North")

    def test_the_same_change_by_both_is_one_change(self, office: Client, other: Client, clinic: Clinic) -> None:
        mine, theirs = opened(office, SETTINGS), opened(other, SETTINGS)
        other.post(SETTINGS, theirs | {"alert_email": RIGHT})

        assert office.post(SETTINGS, mine | {"alert_email": RIGHT}).status_code == 302

        assert SecurityNotice.objects.count() == AuditRecord.objects.filter(action="clinic.changed").count() == 1

    def test_so_it_is_for_who_had_to_show_who_they_are_first(
        self, office: Client, other: Client, admin: User, clinic: Clinic
    ) -> None:
        mine, theirs = opened(office, SETTINGS), opened(other, SETTINGS)
        show_who_one_is(office, admin, ago=14 * 60)
        office.post(SETTINGS, mine | {"alert_email": "desk-2@north.example"})
        other.post(SETTINGS, theirs | {"phone": PHONE})

        show_who_one_is(office, admin)
        office.post(SETTINGS, opened(office, SETTINGS))

        clinic.refresh_from_db()
        assert (clinic.alert_email, clinic.phone) == ("desk-2@north.example", PHONE)

    @pytest.mark.parametrize("forged", ["", "x", "eyJhIjoxfQ:1abc:xyz"])
    def test_a_page_that_does_not_say_what_it_showed_counts_as_it_stands(
        self, office: Client, clinic: Clinic, forged: str
    ) -> None:
        office.post(SETTINGS, opened(office, SETTINGS) | {"drawn": forged, "phone": PHONE})

        clinic.refresh_from_db()
        assert clinic.phone == PHONE

    def test_the_action_refuses_what_changed_since_the_request_began(self, clinic: Clinic, admin: User) -> None:
        seen = Clinic.objects.get(pk=clinic.pk)
        actions.change_clinic(clinic=clinic, changes={"alert_email": RIGHT}, by=admin, now=NOW)
        changes = {"alert_email": seen.alert_email, "phone": PHONE}
        actions.change_clinic(clinic=seen, changes=changes, by=admin, now=NOW, seen=seen)

        clinic.refresh_from_db()
        assert (clinic.alert_email, clinic.phone) == (RIGHT, PHONE)
        with pytest.raises(actions.ChangedMeanwhile):
            actions.change_clinic(clinic=seen, changes={"alert_email": "x@north.example"}, by=admin, now=NOW, seen=seen)


class TestRota:
    def test_each_saves_what_they_typed(self, office: Client, other: Client, clinic: Clinic) -> None:
        mine, theirs = opened(office, ROTA), opened(other, ROTA)
        other.post(ROTA, theirs | {"opens_5": "10:00", "closes_5": "12:00", "first_wait_minutes": "5"})

        assert office.post(ROTA, mine | {"closes_0": "20:00"}).status_code == 302

        stored = AlertRota.objects.get()
        assert (stored.hours[0], stored.hours[5], stored.first_wait_minutes) == (
            ["09:00", "20:00"],
            ["10:00", "12:00"],
            5,
        )

    def test_what_both_changed_is_refused_once_with_what_it_is_now(
        self, office: Client, other: Client, clinic: Clinic
    ) -> None:
        mine, theirs = opened(office, ROTA), opened(other, ROTA)
        other.post(ROTA, theirs | {"closes_0": "12:00"})

        page = office.post(ROTA, mine | {"closes_0": "20:00", "repeat_minutes": "45"})

        assert page.status_code == 422
        assert "Monday, until: Bob changed this meanwhile, to “12:00”." in text(page)
        assert 'value="20:00"' in text(page)
        assert AlertRota.objects.get().hours[0] == ["09:00", "12:00"]
        again = {field.html_name: field.value() for field in page.context["form"]}
        assert office.post(ROTA, again).status_code == 302
        stored = AlertRota.objects.get()
        assert (stored.hours[0], stored.repeat_minutes) == (["09:00", "20:00"], 45)

    def test_the_same_change_by_both_is_saved(self, office: Client, other: Client, clinic: Clinic) -> None:
        mine, theirs = opened(office, ROTA), opened(other, ROTA)
        for browser, page in ((other, theirs), (office, mine)):
            assert browser.post(ROTA, page | {"closes_0": "20:00"}).status_code == 302

        assert AlertRota.objects.get().hours[0] == ["09:00", "20:00"]

    def test_the_action_refuses_what_changed_since_the_request_began(self, clinic: Clinic, admin: User) -> None:
        hours = {"clinic": clinic, "hours": [["09:00", "17:00"]] * 7, "by": admin}
        waits = {"first_wait_minutes": 5, "second_wait_minutes": 5, "repeat_minutes": 5}
        seen = actions.set_rota(**hours, **waits, now=NOW)
        actions.set_rota(**hours, **waits, now=later(minutes=1), seen=seen)

        for looked_at in (seen, AlertRota(clinic=clinic)):
            with pytest.raises(actions.ChangedMeanwhile):
                actions.set_rota(**hours, **waits, now=later(minutes=2), seen=looked_at)


class TestDecisions:
    def test_what_both_changed_is_refused_once_with_what_it_is_now(
        self, office: Client, other: Client, clinic: Clinic
    ) -> None:
        mine, theirs = opened(office, DECISIONS), opened(other, DECISIONS)
        other.post(DECISIONS, theirs | {"dispositions": "Go on\r\nCall first"})

        page = office.post(DECISIONS, mine | {"dispositions": "Go on\r\nStop"})

        assert page.status_code == 422
        assert "Bob changed this meanwhile, to “Go on, Call first”." in text(page)
        clinic.refresh_from_db()
        assert clinic.dispositions == ["Go on", "Call first"]
        again = {field.html_name: field.value() for field in page.context["form"]}
        assert office.post(DECISIONS, again).status_code == 302
        clinic.refresh_from_db()
        assert clinic.dispositions == ["Go on", "Stop"]

    def test_what_was_left_as_it_was_stays_as_it_is(self, office: Client, other: Client, clinic: Clinic) -> None:
        mine, theirs = opened(office, DECISIONS), opened(other, DECISIONS)
        for browser, page in ((other, theirs | {"dispositions": "Go on\r\nStop"}), (office, mine)):
            assert browser.post(DECISIONS, page).status_code == 302

        clinic.refresh_from_db()
        assert clinic.dispositions == ["Go on", "Stop"]

    def test_the_same_change_by_both_is_saved(self, office: Client, other: Client, clinic: Clinic) -> None:
        mine, theirs = opened(office, DECISIONS), opened(other, DECISIONS)
        for browser, page in ((other, theirs), (office, mine)):
            assert browser.post(DECISIONS, page | {"dispositions": "Go on\r\nStop"}).status_code == 302

    def test_the_action_refuses_what_changed_since_the_request_began(self, clinic: Clinic, admin: User) -> None:
        with pytest.raises(actions.ChangedMeanwhile):
            actions.set_dispositions(clinic=clinic, dispositions=["a", "b"], by=admin, now=NOW, seen=["c", "d"])


class TestInvitationMail:
    def test_each_saves_what_they_typed(self, office: Client, other: Client, clinic: Clinic) -> None:
        mine, theirs = opened(office, MAIL), opened(other, MAIL)
        other.post(MAIL, theirs | {"mail_names_clinic": "on"})

        assert office.post(MAIL, mine | {"reminder_limit": "1"}).status_code == 302

        clinic.refresh_from_db()
        assert (clinic.mail_names_clinic, clinic.reminder_limit) == (True, 1)

    def test_what_both_changed_is_refused_once_with_what_it_is_now(
        self, office: Client, other: Client, clinic: Clinic
    ) -> None:
        mine, theirs = opened(office, MAIL), opened(other, MAIL)
        other.post(MAIL, theirs | {"reminder_limit": "4"})

        page = office.post(MAIL, mine | {"reminder_limit": "1"})

        assert page.status_code == 422
        assert "Reminders for each invitation, at most: Bob changed this meanwhile, to “4”." in text(page)
        clinic.refresh_from_db()
        assert clinic.reminder_limit == 4
        again = {field.html_name: field.value() for field in page.context["form"] if field.value() is not False}
        assert office.post(MAIL, again).status_code == 302
        clinic.refresh_from_db()
        assert clinic.reminder_limit == 1
