"""What patients read about who reads, and when: never more than the rota holds."""

from __future__ import annotations

import datetime

import pytest
from django.utils import translation

from intake.alerts import expectation
from intake.models import AlertRota, Clinic
from tests.intake.sample import NOW, later

from .conftest import AddContact

pytestmark = pytest.mark.django_db

WEEKDAYS = "Staff read answers that cannot wait at these times: Monday to Friday, 9 a.m. to 5 p.m. (clinic time)."
SATURDAY = later(days=5)


def said(clinic: Clinic, at: datetime.datetime = NOW, language: str = "en") -> str:
    clinic.refresh_from_db()
    with translation.override(language):
        return " ".join(expectation.who_reads(clinic, now=at))


@pytest.mark.check("C17", required="no more than the rota holds")
def test_without_stated_hours_nothing_is_promised(clinic: Clinic) -> None:
    assert said(clinic) == "The clinic has not said when it reads answers that cannot wait. Do not wait for a call."


def test_in_hours_it_says_what_happens_outside_them(clinic: Clinic, add_contact: AddContact) -> None:
    add_contact("Day", duty="hours")

    assert said(clinic) == f"{WEEKDAYS} Outside these hours nobody reads them."


def test_outside_them_it_says_until_when_nobody_reads(clinic: Clinic, add_contact: AddContact) -> None:
    add_contact("Day", duty="hours")

    assert said(clinic, SATURDAY).endswith("Nobody reads them until Monday, 9 a.m. (clinic time).")


def test_somebody_on_call_is_mentioned_and_not_promised(clinic: Clinic, add_contact: AddContact) -> None:
    add_contact("Night", duty="out_of_hours")

    assert said(clinic, SATURDAY).endswith("a message goes to staff on call. They may not see it at once.")


def test_an_address_without_a_person_is_nobody_on_call(clinic: Clinic, add_contact: AddContact) -> None:
    add_contact("Day").delete()

    assert "on call" not in said(clinic, SATURDAY)


def test_a_clinic_that_never_reads_says_so(clinic: Clinic, add_contact: AddContact) -> None:
    add_contact("Night", duty="out_of_hours")
    AlertRota.objects.update(hours=[None] * 7)

    assert said(clinic) == "Nobody at the clinic reads answers that cannot wait at fixed times. Do not wait for a call."


def test_days_that_differ_are_named_apart(clinic: Clinic, add_contact: AddContact) -> None:
    add_contact("Day", duty="hours")
    AlertRota.objects.update(hours=[["09:00", "17:00"], None, ["09:00", "12:00"], ["09:00", "12:00"], None, None, None])

    assert "Monday, 9 a.m. to 5 p.m.; Wednesday to Thursday, 9 a.m. to noon" in said(clinic)


def test_it_is_in_the_patients_language(clinic: Clinic, add_contact: AddContact) -> None:
    add_contact("Day", duty="hours")

    assert "de lunes a viernes, de 09:00 a 17:00" in said(clinic, language="es")
    assert "Nadie las lee hasta el lunes, 09:00 (hora de la clínica)." in said(clinic, SATURDAY, language="es")
