"""A clinic's own list of decisions: kept by its administrators, shown in order, changed by nobody else."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from intake import actions
from intake.models import AuditRecord, Clinic, User
from tests.intake.sample import NOW

from .conftest import SignIn

URL = "/staff/clinic/north/decisions/"


@pytest.fixture
def office(sign_in: SignIn, admin: User) -> Client:
    """The administrator's browser."""
    return sign_in(admin)


def test_a_new_clinic_has_a_list(clinic: Clinic) -> None:
    assert len(clinic.dispositions) == 5


def test_it_is_replaced_in_the_order_written(office: Client, clinic: Clinic) -> None:
    answer = office.post(URL, {"dispositions": "  Go on \r\n\r\nCall  first\r\n"}, follow=True)

    clinic.refresh_from_db()
    assert clinic.dispositions == ["Go on", "Call first"]
    assert "Saved." in answer.content.decode()
    assert AuditRecord.objects.order_by("-seq")[0].action == "clinic.dispositions_changed"


@pytest.mark.parametrize("written", ["", "Only one", "Go on\ngo ON", "\n".join(map(str, range(21))), "a\n" + "x" * 101])
def test_a_list_to_choose_nothing_from_comes_back(office: Client, clinic: Clinic, written: str) -> None:
    page = office.post(URL, {"dispositions": written})

    before = clinic.dispositions
    clinic.refresh_from_db()
    assert page.status_code == 422
    assert "<title>Error:" in page.content.decode()
    assert clinic.dispositions == before


def test_the_only_clinic_is_opened_at_once(office: Client) -> None:
    assert office.get("/staff/clinic/decisions/")["Location"] == URL


@pytest.mark.parametrize("who", ["clinician", "front_desk", "auditor", "outsider"])
def test_it_does_not_exist_for_anybody_else(
    who: str, sign_in: SignIn, request: pytest.FixtureRequest, clinic: Clinic
) -> None:
    person = request.getfixturevalue(who)
    browser = sign_in(person)

    for path in (URL, "/staff/clinic/nowhere/decisions/", "/staff/clinic/decisions/"):
        assert browser.get(path).status_code == 404
        assert browser.post(URL, {"dispositions": "a\nb"}).status_code == 404
    with pytest.raises(actions.NotPermitted):
        actions.set_dispositions(clinic=clinic, dispositions=["a", "b"], by=person, now=NOW)


def test_the_action_says_what_is_wrong(clinic: Clinic, admin: User) -> None:
    with pytest.raises(ValidationError, match="at least two"):
        actions.set_dispositions(clinic=clinic, dispositions=[" "], by=admin, now=NOW)
