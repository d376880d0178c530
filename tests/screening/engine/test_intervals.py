"""Ages, body mass index, doses and dates from what is only partly known; boundaries on both sides."""

from __future__ import annotations

import datetime

import pytest

from screening.engine.definition import Question
from screening.engine.intervals import NotADate, ages, bmis, date_interval, days_in
from screening.engine.values import Ago, Answer, Height, PartialDate, Weight

from .building import NOT_SURE, TODAY, answered, answers, assess, medicines, question, taken, truth

BORN = question("born", "partial_date", role="birth_date")
SIZE = (question("tall", "height", role="height"), question("heavy", "weight", role="weight"))


@pytest.mark.parametrize(
    ("number", "unit", "days"),
    [(1, "days", 1), (6, "weeks", 42), (1, "months", 31), (3, "months", 92), (6, "months", 183), (12, "months", 366),
     (1, "years", 366), (4, "years", 1461), (0, "months", 0)],
)  # fmt: skip
def test_lengths_of_time_are_whole_days_rounded_up(number: int, unit: str, days: int):
    assert days_in(number, unit) == days  # type: ignore[arg-type]


class TestDates:
    on = datetime.date(2026, 3, 31)

    @pytest.mark.parametrize(
        ("value", "first", "last"),
        [
            (PartialDate(2024), "2024-01-01", "2024-12-31"),
            (PartialDate(2024, 2), "2024-02-01", "2024-02-29"),
            (PartialDate(2024, 2, 10), "2024-02-10", "2024-02-10"),
            (PartialDate(2026), "2026-01-01", "2026-03-31"),
            (PartialDate(2026, 3), "2026-03-01", "2026-03-31"),
            (PartialDate(2026, 5), "2026-05-01", "2026-05-31"),
            (datetime.date(2026, 6, 1), "2026-06-01", "2026-06-01"),
            (Ago(42, "days"), "2026-02-17", "2026-02-17"),
            (Ago(3, "months"), "2025-12-29", "2025-12-29"),
        ],
    )
    def test_a_date_is_every_day_it_can_mean(self, value: object, first: str, last: str):
        found = date_interval(value, self.on)

        assert [datetime.date.fromordinal(day).isoformat() for day in found] == [first, last]

    def test_it_refuses_what_is_no_date(self):
        with pytest.raises(NotADate):
            date_interval("yesterday", self.on)


class TestAge:
    @pytest.mark.parametrize(
        ("born", "age"),
        [
            (PartialDate(1961, 3, 31), (65, 65)),
            (PartialDate(1961, 4, 1), (64, 64)),
            (PartialDate(1961), (64, 65)),
            (PartialDate(1961, 3), (65, 65)),
            (PartialDate(1961, 4), (64, 64)),
            (PartialDate(1960), (65, 66)),
        ],
    )
    def test_it_is_whole_years_or_the_range_a_partial_date_allows(self, born: PartialDate, age: tuple[int, int]):
        assert ages(*date_interval(born, TODAY), TODAY) == age

    def test_the_29th_of_february_counts_from_the_1st_of_march(self):
        born = datetime.date(2008, 2, 29).toordinal()

        assert ages(born, born, datetime.date(2026, 2, 28)) == (17, 17)
        assert ages(born, born, datetime.date(2026, 3, 1)) == (18, 18)

    @pytest.mark.parametrize(
        ("born", "expected"),
        [(PartialDate(1961, 3, 31), True), (PartialDate(1961, 4, 1), False), (PartialDate(1961), None), (None, None)],
    )
    def test_a_rule_on_age_is_unknown_where_the_birthday_is(self, born: PartialDate | None, expected: bool | None):
        given = answers(born=answered(born) if born else NOT_SURE)

        assert truth("age >= 65", given, BORN) is expected


class TestBodyMass:
    def test_it_is_exact_at_the_boundary_whatever_the_units(self):
        given = answers(tall=Height(cm=170), heavy=Weight(kg=115.6))

        assert truth("bmi >= 40", given, *SIZE) is True
        assert truth("bmi > 40", given, *SIZE) is False

    def test_feet_pounds_and_stones_are_converted(self):
        given = answers(tall=Height(ft=5, inches=7), heavy=Weight(st=12, lb=12))

        assert truth("bmi > 28.1 and bmi < 28.3", given, *SIZE) is True
        assert truth("tall = 170.18", given, *SIZE) is True

    def test_it_is_unknown_while_either_is(self):
        assert truth("bmi >= 40", answers(tall=NOT_SURE, heavy=Weight(kg=200)), *SIZE) is None
        assert assess(answers(tall=NOT_SURE, heavy=Weight(kg=200)), *SIZE).flags == ()

    def test_an_interval_of_sizes_gives_an_interval(self):
        low, high = bmis(160, 170, 70, 80)

        assert (low, high) == (pytest.approx(24.221453), pytest.approx(31.25))


class TestDose:
    rule = "total(medicines_taken, diazepam) > 8"
    asked: tuple[Question, ...] = (medicines(),)

    @pytest.mark.parametrize(
        ("listed", "expected"),
        [
            (taken(("clonazepam", 0.4)), False),
            (taken(("clonazepam", 0.5)), True),
            (taken(("clonazepam", 0.2), ("diazepam", 4.5)), True),
            (taken(("sertraline", 100.0)), False),
            (taken(), False),
            (taken("clonazepam"), None),
            (taken("clonazepam", ("diazepam", 10.0)), True),
            (taken("little blue pill"), None),
            (taken("little blue pill", ("diazepam", 10.0)), True),
            (NOT_SURE, None),
        ],
    )
    def test_known_doses_count_and_unknown_ones_leave_it_open_upwards(self, listed: Answer, expected: bool | None):
        assert truth(self.rule, answers(medicines_taken=listed), *self.asked) is expected

    def test_it_is_false_when_medicines_are_not_asked(self):
        asked = (question("takes_any"), medicines(ask_when="takes_any is yes"))

        assert truth(self.rule, answers(takes_any="no", medicines_taken=taken(("diazepam", 20.0))), *asked) is False
