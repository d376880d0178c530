"""The rota's pages: an administrator says who is told, and tries it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from intake import actions, alerts, vault
from intake.alerts import rota
from intake.models import AlertContact, AlertDelivery, AlertRota, AuditRecord, Clinic, User
from tests.intake.sample import NOW

from .conftest import SignIn

PAGE = "/staff/clinic/north/alerts/"
HOURS = {f"{end}_{day}": time for day in range(5) for end, time in (("opens", "08:30"), ("closes", "18:00"))}
TIMES = {"first_wait_minutes": "5", "second_wait_minutes": "10", "repeat_minutes": "20"}
OKORO = {"name": "Dr. Okoro", "channel": "email", "address": "okoro@north.example", "step": "1", "duty": "hours"}


@pytest.fixture
def okoro(office: Client) -> AlertContact:
    office.post(f"{PAGE}contacts/", OKORO)
    return AlertContact.objects.get()


def text(page: Any) -> str:
    return page.content.decode()


class TestHours:
    def test_they_start_from_office_hours_and_promise_nothing_yet(self, office: Client, clinic: Clinic) -> None:
        page = text(office.get(PAGE))

        assert 'name="opens_0" value="09:00"' in page
        assert "Not saved yet" in page
        assert "alerts go to desk@north.example at all hours" in page

    def test_they_are_kept_with_who_and_when(self, office: Client, clinic: Clinic, admin: User) -> None:
        answer = office.post(PAGE, HOURS | TIMES, follow=True)

        stored = AlertRota.objects.get()
        assert stored.hours == [["08:30", "18:00"]] * 5 + [None, None]
        assert (stored.first_wait_minutes, stored.second_wait_minutes, stored.repeat_minutes) == (5, 10, 20)
        assert stored.changed_by == admin
        assert "Saved." in text(answer)
        assert AuditRecord.objects.filter(action="clinic.rota_changed").count() == 1

    def test_they_can_be_changed(self, office: Client, clinic: Clinic) -> None:
        office.post(PAGE, HOURS | TIMES)
        office.post(PAGE, {**TIMES, "opens_6": "10:00", "closes_6": "00:00"})

        assert AlertRota.objects.get().hours == [None] * 6 + [["10:00", "00:00"]]

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"opens_0": "09:00", "closes_0": ""}, "Monday: enter both times, or neither when nobody reads."),
            (
                {"closes_0": "08:00"},
                "Monday: the closing time must be later than the opening",
            ),
            ({"opens_0": "nine", "closes_0": "17:00"}, "Monday, from: enter a time such as 09:00."),
            ({"first_wait_minutes": "0"}, "Enter minutes from 1 to 1440."),
            ({"repeat_minutes": "9999"}, "Enter minutes from 1 to 1440."),
        ],
    )
    def test_it_says_what_to_do_and_keeps_what_was_typed(
        self, office: Client, clinic: Clinic, wrong: dict[str, str], message: str
    ) -> None:
        page = office.post(PAGE, {**HOURS, **TIMES, **wrong})

        assert page.status_code == 422
        assert message in text(page)
        assert 'value="18:00"' in text(page)
        assert not AlertRota.objects.exists()


class TestContacts:
    def test_one_is_added_and_its_address_is_sealed(self, office: Client, okoro: AlertContact) -> None:
        assert (okoro.name, okoro.step, okoro.duty, okoro.secret_sealed) == ("Dr. Okoro", 1, "hours", "")
        assert "okoro" not in okoro.address_sealed
        assert "okoro@north.example" in text(office.get(PAGE))
        assert AuditRecord.objects.filter(action="clinic.contact_added").count() == 1

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"name": " "}, "Enter a name."),
            ({"address": "nobody"}, "Enter an e-mail address, such as on-call@clinic.example."),
            (
                {"channel": "webhook", "address": "http://pager.example/x"},
                "Enter a complete address that begins with https://.",
            ),
            ({"channel": "webhook", "address": "https://10.0.0.1/x"}, "This address is private."),
            ({"channel": "pigeon"}, "Select a valid choice."),
            ({"step": "4"}, "Select a valid choice."),
        ],
    )
    def test_a_bad_one_is_refused(self, office: Client, clinic: Clinic, wrong: dict[str, str], message: str) -> None:
        page = office.post(f"{PAGE}contacts/", {**OKORO, **wrong})

        assert page.status_code == 422
        assert message in text(page)
        assert not AlertContact.objects.exists()

    def test_the_secret_of_a_webhook_is_shown_once(self, office: Client, clinic: Clinic) -> None:
        page = office.post(f"{PAGE}contacts/", {**OKORO, "channel": "webhook", "address": "https://pager.example/hook"})

        secret = vault.open_text(AlertContact.objects.get().secret_sealed, purpose=rota.SECRET)
        assert secret in text(page)
        assert secret not in text(office.get(PAGE))

    def test_a_change_keeps_the_history_and_the_secret(self, office: Client, clinic: Clinic) -> None:
        office.post(f"{PAGE}contacts/", {**OKORO, "channel": "webhook", "address": "https://pager.example/hook"})
        old = AlertContact.objects.get()

        changed = {**OKORO, "channel": "webhook", "address": "https://pager.example/new", "step": "2"}
        answer = office.post(f"{PAGE}contacts/{old.pk}/", changed)

        old.refresh_from_db()
        new = AlertContact.objects.get(removed_at=None)
        assert answer.status_code == 302
        assert old.removed_at is not None
        assert (new.step, new.secret_sealed) == (2, old.secret_sealed)

    def test_one_is_removed(self, office: Client, okoro: AlertContact) -> None:
        answer = office.post(f"{PAGE}contacts/{okoro.pk}/remove/", follow=True)

        assert "Removed from the rota." in text(answer)
        assert "okoro@north.example" not in text(answer)
        assert office.post(f"{PAGE}contacts/{okoro.pk}/remove/").status_code == 404

    def test_a_test_message_goes_through_the_outbox(self, office: Client, okoro: AlertContact) -> None:
        office.post(f"{PAGE}contacts/{okoro.pk}/test/")
        assert "On its way since" in text(office.get(PAGE))

        planned = AlertDelivery.objects.get().planned_at
        alerts.deliver_due(clock=lambda: planned)

        assert [(message.subject, message.to) for message in mail.outbox] == [
            ("Test of alerts: nothing to do", ["okoro@north.example"])
        ]
        assert "Delivered on" in text(office.get(PAGE))


class TestWrongPerson:
    @pytest.mark.parametrize("who", ["clinician", "front_desk", "auditor", "outsider"])
    def test_the_rota_does_not_exist_for_anybody_else(
        self, who: str, sign_in: SignIn, request: pytest.FixtureRequest, okoro: AlertContact
    ) -> None:
        browser = sign_in(request.getfixturevalue(who))

        for address in (PAGE, f"{PAGE}contacts/", f"{PAGE}contacts/{okoro.pk}/"):
            theirs, missing = browser.get(address), browser.get(address.replace("north", "nowhere"))
            assert theirs.status_code == missing.status_code == 404
            assert theirs.content == missing.content
        for address in (PAGE, f"{PAGE}contacts/{okoro.pk}/test/", f"{PAGE}contacts/{okoro.pk}/remove/"):
            assert browser.post(address, HOURS | TIMES).status_code == 404
        assert AlertContact.objects.filter(removed_at=None).count() == 1
        assert not AlertDelivery.objects.exists()

    def test_another_clinics_contact_is_the_same_as_none(
        self, office: Client, okoro: AlertContact, other_clinic: Clinic
    ) -> None:
        AlertContact.objects.update(clinic=other_clinic)

        theirs = office.get(f"{PAGE}contacts/{okoro.pk}/")
        missing = office.get(f"{PAGE}contacts/{uuid4()}/")

        assert theirs.status_code == missing.status_code == 404
        assert theirs.content == missing.content

    def test_it_sends_a_stranger_to_sign_in(self, client: Client, clinic: Clinic) -> None:
        assert client.get(PAGE)["Location"].startswith("/accounts/login/")

    def test_nothing_is_sent_or_removed_by_a_link(self, office: Client, okoro: AlertContact) -> None:
        for end in ("test", "remove"):
            assert office.get(f"{PAGE}contacts/{okoro.pk}/{end}/").status_code == 405


class TestChoice:
    def test_one_clinic_needs_no_choice(self, office: Client, clinic: Clinic) -> None:
        assert office.get("/staff/clinic/alerts/")["Location"] == PAGE

    def test_nobody_elses_is_offered(self, sign_in: SignIn, clinician: User) -> None:
        assert sign_in(clinician).get("/staff/clinic/alerts/").status_code == 404


def test_a_rota_is_for_the_clinics_own_administrators(clinic: Clinic, outsider: User) -> None:
    with pytest.raises(actions.NotPermitted):
        actions.set_rota(
            clinic=clinic,
            hours=[None] * 7,
            first_wait_minutes=1,
            second_wait_minutes=1,
            repeat_minutes=1,
            by=outsider,
            now=NOW,
        )
