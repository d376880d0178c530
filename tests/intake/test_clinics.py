"""Setting up a clinic."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from intake import actions, crisis_contacts
from intake.models import AuditRecord, Clinic, User

from .sample import NOW

pytestmark = pytest.mark.django_db

WHOLE: dict[str, Any] = {
    "name": "West Clinic",
    "slug": "west",
    "country": "us",
    "timezone": "America/Denver",
    "languages": ["en"],
    "alert_email": "desk@west.example",
}


class TestCreateClinic:
    def test_it_starts_with_the_contacts_of_the_country(self) -> None:
        clinic = actions.create_clinic(**WHOLE, now=NOW)

        assert {contact.get("call") for contact in clinic.crisis_contacts} >= {"911", "988"}
        assert {contact.get("text") for contact in clinic.crisis_contacts} >= {"988", "741741"}
        assert clinic.crisis_confirmed_at is None

    def test_it_is_recorded(self) -> None:
        clinic = actions.create_clinic(**WHOLE, now=NOW)

        assert AuditRecord.objects.get().objects_named == {"clinic": str(clinic.pk)}

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": ""}, "name"),
            ({"slug": "no spaces"}, "slug"),
            ({"timezone": "Mars/Olympus"}, "timezone"),
            ({"timezone": "../../etc/passwd"}, "timezone"),
            ({"languages": []}, "languages"),
            ({"alert_email": "nobody"}, "alert_email"),
            ({"phone": "call us"}, "phone"),
            ({"phone": "javascript:1"}, "phone"),
            ({"phone": "12"}, "phone"),
            ({"email": "front desk"}, "email"),
            ({"country": "XX"}, "crisis_contacts"),
            ({"contacts": [{"key": "a", "title": {"en": "A"}, "call": "javascript:1"}]}, "crisis_contacts"),
        ],
    )
    def test_it_names_what_is_wrong(self, wrong: dict[str, Any], field: str) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.create_clinic(**{**WHOLE, **wrong}, now=NOW)

        assert field in refused.value.message_dict
        assert not Clinic.objects.exists()

    def test_it_has_no_number_and_no_address_for_patients_unless_given(self) -> None:
        clinic = actions.create_clinic(**WHOLE, now=NOW)

        assert (clinic.phone, clinic.email) == ("", "")

    @pytest.mark.parametrize("phone", ["(202) 555-0142", "+44 20 7946 0123", "202.555.0142", " 2025550142 "])
    def test_it_takes_a_number_as_people_write_it(self, phone: str) -> None:
        clinic = actions.create_clinic(**WHOLE, phone=phone, email="hello@west.example", now=NOW)

        assert (clinic.phone, clinic.email) == (phone.strip(), "hello@west.example")

    def test_it_refuses_a_slug_in_use(self, clinic: Clinic) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.create_clinic(**{**WHOLE, "slug": clinic.slug}, now=NOW)

        assert "slug" in refused.value.message_dict


@pytest.mark.parametrize(
    ("country", "numbers"),
    [
        ("US", {"911", "988", "838255", "741741"}),
        ("CA", {"911", "988"}),
        ("GB", {"999", "111", "116 123", "85258"}),
        ("uk", {"999", "111", "116 123", "85258"}),
        ("IE", {"112", "116 123", "50808"}),
        ("AU", {"000", "13 11 14"}),
        ("NZ", {"111", "1737"}),
        ("DE", {"112", "116 123"}),
    ],
)
def test_each_country_has_the_numbers_of_the_specification(country: str, numbers: set[str]) -> None:
    contacts = crisis_contacts.for_country(country)

    assert {contact[way] for contact in contacts for way in ("call", "text") if way in contact} == numbers
    assert [contact["key"] for contact in contacts if contact.get("is_emergency")] == ["emergency"]


def test_elsewhere_the_emergency_number_must_be_entered() -> None:
    assert "Mark one contact as the emergency number (is_emergency)." in crisis_contacts.problems(
        crisis_contacts.for_country("BR"), ["en"]
    )

    entered = crisis_contacts.for_country("BR", emergency="192")

    assert crisis_contacts.problems(entered, ["en", "es"]) == []
    assert [contact.get("call", contact.get("url")) for contact in entered] == ["192", "https://findahelpline.com/"]


def test_a_number_that_is_entered_takes_the_place_of_the_one_we_know() -> None:
    emergency = [one["call"] for one in crisis_contacts.for_country("US", emergency="112") if one.get("is_emergency")]

    assert emergency == ["112"]


@pytest.mark.parametrize("country", [*crisis_contacts.BY_COUNTRY, "DE", "fr"])
def test_the_contacts_we_know_can_be_used(country: str) -> None:
    assert crisis_contacts.problems(crisis_contacts.for_country(country), ["en", "es"]) == []


def test_contacts_without_any_way_or_title_are_refused() -> None:
    found = crisis_contacts.problems([{"key": "a", "title": {"en": "A"}}], ["en", "es"])

    assert len(found) == 3


class TestConfirmCrisisContacts:
    def test_it_keeps_who_and_when(self, clinic: Clinic, admin: User) -> None:
        confirmed = actions.confirm_crisis_contacts(clinic=clinic, by=admin, now=NOW)

        assert (confirmed.crisis_confirmed_by, confirmed.crisis_confirmed_at) == (admin, NOW)

    def test_it_replaces_the_contacts_that_were_entered(self, clinic: Clinic, admin: User) -> None:
        own = crisis_contacts.for_country("BR", emergency="192")

        assert actions.confirm_crisis_contacts(clinic=clinic, by=admin, now=NOW, contacts=own).crisis_contacts == own

    def test_it_refuses_contacts_that_cannot_be_used(self, clinic: Clinic, admin: User) -> None:
        before = clinic.crisis_contacts

        with pytest.raises(ValidationError, match="emergency number"):
            actions.confirm_crisis_contacts(
                clinic=clinic, by=admin, now=NOW, contacts=crisis_contacts.for_country("BR")
            )

        assert Clinic.objects.get(pk=clinic.pk).crisis_contacts == before

    @pytest.mark.parametrize("who", ["clinician", "front_desk", "auditor", "outsider"])
    def test_it_refuses_anybody_else(self, clinic: Clinic, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.confirm_crisis_contacts(clinic=clinic, by=request.getfixturevalue(who), now=NOW)
