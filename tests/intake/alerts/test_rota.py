"""The rota as plain data: who is on duty when, and whom each step tells."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import vault
from intake.alerts import rota
from intake.models import Clinic
from tests.intake.sample import NOW

from .conftest import AddContact

NEW_YORK = ZoneInfo("America/New_York")
NINE_TO_FIVE = (datetime.time(9), datetime.time(17))
WEEKDAYS = (*[NINE_TO_FIVE] * 5, None, None)


def contact(name: str, step: int = 1, duty: str = "always") -> rota.Contact:
    return rota.Contact(id=None, name=name, channel="email", address=name, step=step, duty=duty)


def made(*contacts: rota.Contact, hours: tuple[rota.Span | None, ...] | None = WEEKDAYS) -> rota.Rota:
    waits = tuple(datetime.timedelta(minutes=number) for number in (15, 30, 60))
    return rota.Rota(zone=NEW_YORK, hours=hours, contacts=contacts, waits=waits)  # type: ignore[arg-type]


def at(text: str) -> datetime.datetime:
    """A time at the clinic."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


class TestHours:
    @pytest.mark.parametrize(
        ("when", "is_open"),
        [
            ("2026-03-02T08:59:59", False),
            ("2026-03-02T09:00", True),
            ("2026-03-02T16:59:59", True),
            ("2026-03-02T17:00", False),
            ("2026-03-07T12:00", False),
            ("2026-03-09T09:30", True),  # the Monday after clocks went forward
        ],
    )
    def test_they_are_the_clinics_own(self, when: str, is_open: bool) -> None:
        assert made(contact("Ann")).is_open(at(when)) is is_open

    def test_a_day_may_last_until_midnight(self) -> None:
        late = made(contact("Ann"), hours=((datetime.time(9), datetime.time(0)), *[None] * 6))

        assert late.is_open(at("2026-03-02T23:59"))
        assert not late.is_open(at("2026-03-03T00:00"))

    def test_without_stated_hours_it_is_always_open(self) -> None:
        assert made(contact("Ann"), hours=None).is_open(at("2026-03-07T03:00"))
        assert made(contact("Ann"), hours=None).next_opening(at("2026-03-07T03:00")) is None

    @pytest.mark.parametrize(
        ("when", "opening"),
        [
            ("2026-03-02T08:00", "2026-03-02T09:00"),
            ("2026-03-02T12:00", "2026-03-03T09:00"),
            ("2026-03-06T18:00", "2026-03-09T09:00"),
        ],
    )
    def test_the_next_opening(self, when: str, opening: str) -> None:
        assert made(contact("Ann")).next_opening(at(when)) == at(opening)

    def test_a_clinic_that_never_reads_has_none(self) -> None:
        assert made(contact("Ann"), hours=(None,) * 7).next_opening(NOW) is None


class TestWhoIsTold:
    BOTH = made(contact("Day", duty="hours"), contact("Night", duty="out_of_hours"), contact("Lead", step=2))

    def names(self, rung: int, when: str) -> list[str]:
        return [each.name for each in self.BOTH.told_at(rung, at(when))]

    def test_in_hours_and_out_of_them_differ(self) -> None:
        assert self.names(1, "2026-03-02T12:00") == ["Day"]
        assert self.names(1, "2026-03-07T12:00") == ["Night"]

    def test_then_the_next_step_and_then_everyone_again_and_again(self) -> None:
        assert self.names(2, "2026-03-07T12:00") == ["Lead"]
        for rung in (3, 4, 50):
            assert self.names(rung, "2026-03-07T12:00") == ["Day", "Night", "Lead"]

    def test_a_step_with_nobody_on_duty_costs_no_time(self) -> None:
        sparse = made(contact("Day", duty="hours"), contact("Lead", step=3))

        assert [each.name for each in sparse.told_at(1, at("2026-03-07T12:00"))] == ["Lead"]

    def test_with_nobody_on_duty_everyone_is_told(self) -> None:
        day_only = made(contact("Day", duty="hours"))

        assert [each.name for each in day_only.told_at(1, at("2026-03-07T12:00"))] == ["Day"]

    def test_the_waits_are_those_of_the_steps(self) -> None:
        waits = [self.BOTH.wait_after(rung).seconds // 60 for rung in (1, 2, 3, 4, 90)]

        assert waits == [15, 30, 60, 60, 60]


contacts = st.builds(
    contact,
    name=st.text(min_size=1, max_size=5),
    step=st.integers(1, 3),
    duty=st.sampled_from(["hours", "out_of_hours", "always"]),
)


@given(
    st.lists(contacts, min_size=1, max_size=6),
    st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2027, 1, 1)),
)
def test_every_step_tells_somebody_and_the_fourth_everyone(people: list[rota.Contact], when: datetime.datetime) -> None:
    plan = made(*people)
    moment = when.replace(tzinfo=datetime.UTC)

    assert all(plan.told_at(rung, moment) for rung in range(1, 6))
    assert set(plan.told_at(4, moment)) == set(people)


@pytest.mark.django_db
class TestStored:
    def test_a_clinic_without_contacts_tells_its_alert_address_at_all_hours(self, clinic: Clinic) -> None:
        plan = rota.of(clinic)

        (only,) = plan.told_at(1, NOW)
        assert (only.id, only.channel, plan.hours) == (None, "email", None)
        assert vault.open_text(only.address, purpose=rota.ADDRESS) == "desk@north.example"

    def test_it_reads_what_is_stored(self, clinic: Clinic, add_contact: AddContact) -> None:
        ann = add_contact("Ann", step=2, duty="hours")

        plan = rota.of(clinic)

        assert plan.hours == WEEKDAYS
        assert [(each.id, each.name, each.step, each.duty) for each in plan.contacts] == [(ann.pk, "Ann", 2, "hours")]

    def test_whoever_was_removed_is_told_nothing(self, clinic: Clinic, add_contact: AddContact, admin: object) -> None:
        ann = add_contact("Ann")
        ann.removed_at, ann.removed_by = NOW, admin
        ann.save()

        assert [each.id for each in rota.of(clinic).contacts] == [None]
